import Foundation
import Synchronization
import Testing

/// A client, a router and a server, each in a network namespace of its own, for the length of a test.
///
/// `Tests/Network/network.sh` has the picture, and does the work.
public final class SmallInternet: Sendable {
    public enum Place: String, Sendable { case client, router, server }

    /// Where the server is for the client, and the router's outer side for the server.
    public static let server = "203.0.113.2"
    public static let router = "203.0.113.1"
    public static let inner = "10.77.0.2"
    /// The server's, over both families.
    public static let serverName = "ftp.test"
    public static let controlPort: UInt16 = 2121

    private static let count = Atomic<Int>(0)
    private let identifier = String(SmallInternet.count.wrappingAdd(1, ordering: .relaxed).newValue)
    private static let owner = String(ProcessInfo.processInfo.processIdentifier)

    /// Where namespaces are not allowed the test is cancelled, and says why.
    public init() throws {
        let verdict = try Program.run(Self.script, ["have"])
        guard verdict.status == 0 else { try Test.cancel("\(verdict.output)") }
        try run("up")
    }

    deinit { _ = try? Program.run(Self.script, ["down", identifier, Self.owner]) }

    /// What the router does from now on: a name of the script's.
    public func rule(_ name: String, _ argument: String = "") throws { try run("rule", name, argument) }

    /// The words before a command that is to run there.
    public func prefix(_ place: Place) -> [String] {
        ["/usr/bin/env", "ip", "netns", "exec", "portside-\(Self.owner)-\(identifier)-\(place.rawValue)"]
    }

    private func run(_ verb: String, _ arguments: String...) throws {
        let result = try Program.run(Self.script, [verb, identifier, Self.owner] + arguments)
        guard result.status == 0 else { throw ServerFailure(description: "\(verb): \(result.output)") }
    }

    private static let script =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Network/network.sh").path
}
