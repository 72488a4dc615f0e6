import EmbeddedServer
import Foundation
import TestSupport
import Testing
import Transport

/// A served tree, a home for the program, and a directory for what it downloads:
///
///     a.txt        one LF two LF
///     .hidden      x
///     sub/b.bin    1 2 3
///     big.bin      400,000 bytes
final class Bench {
    let served: TemporaryDirectory
    let home: TemporaryDirectory
    let local: TemporaryDirectory
    let server: EmbeddedServer
    let port: UInt16
    static let big = (0..<400_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }

    init(_ accounts: ServerConfiguration.Accounts = .anyone, faults: Set<Fault> = []) throws {
        served = try TemporaryDirectory()
        home = try TemporaryDirectory()
        local = try TemporaryDirectory()
        try served.write(Array("one\ntwo\n".utf8), to: "a.txt")
        try served.write([0x78], to: ".hidden")
        try served.makeDirectory("sub")
        try served.write([1, 2, 3], to: "sub/b.bin")
        try served.write(Self.big, to: "big.bin")
        server = try EmbeddedServer(
            serving: Array(served.path.utf8), ServerConfiguration(accounts: accounts, faults: faults))
        port = try server.start()
    }

    deinit {
        server.stop()
    }

    func target(_ path: String = "", user: String = "") -> String { "ftp://\(user)127.0.0.1:\(port)/\(path)" }

    /// Runs the program to its end.
    func run(_ arguments: String..., input: [UInt8] = []) throws -> Command.Outcome {
        try start(arguments, input: input).finish()
    }

    func start(_ arguments: [String], input: [UInt8] = []) throws -> Command {
        try Command(arguments, home: home.path, input: input)
    }
}

/// One object a line, as `--json` and `--record` promise.
func objects(_ lines: [String]) throws -> [[String: Any]] {
    try lines.map {
        try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any], "\($0)")
    }
}
