import EmbeddedServer
import Foundation
import Glibc
import TestSupport
import Testing

/// One large file sent over several connections.
struct UploadSegmentTests {
    private static let large = SegmentTests.large

    private func bench(_ faults: Set<Fault> = []) throws -> Bench {
        let bench = try Bench(faults: faults)
        try bench.local.write(Self.large, to: "large")
        return bench
    }

    private func put(_ bench: Bench, _ target: String, _ more: String...) throws -> Command.Outcome {
        let process = try bench.start(
            ["put", "--segments", "3", "--limit", "12M", "--record", bench.home.path(of: "log")] + more
                + [bench.local.path(of: "large"), target])
        return try process.finish()
    }

    /// What was asked of the server.
    private func commands(_ bench: Bench) throws -> [String] {
        let text = String(decoding: try bench.home.contents(of: "log") ?? [], as: UTF8.self)
        return try objects(text.split(separator: "\n").map(String.init)).compactMap { line in
            line["line"] as? String
        }
    }

    /// What is there under temporary names.
    private func parts(_ bench: Bench) throws -> [String] {
        try bench.served.names().map { String(decoding: $0, as: UTF8.self) }.filter { $0.hasSuffix(".part") }
    }

    @Test func allItsConnectionsAreUsedAndTheBytesAreRight() throws {
        let bench = try bench()
        let outcome = try put(bench, bench.target("x"))
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(try bench.served.contents(of: "x") == Self.large)
        let asked = try commands(bench)
        #expect(asked.count { $0.hasPrefix("STOR ") } >= 3, "\(asked)")
        #expect(Set(asked).isSuperset(of: ["REST \(4 << 20)", "REST \(8 << 20)"]), "\(asked)")
        #expect(try parts(bench).isEmpty)
    }

    @Test(arguments: RealServer.Kind.allCases)
    func whateverARealServerMakesOfSegmentsTheFileIsWhole(_ kind: RealServer.Kind) throws {
        let server = try RealServer.start(kind)
        let bench = try bench()
        let outcome = try put(
            bench, "ftp://\(server.user):\(server.password)@\(server.host):\(server.port)/x")
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(FileManager.default.contents(atPath: "\(server.root)/x") == Data(Self.large))
    }

    @Test(arguments: [Fault.restartRefused, .restartIgnored, .maxConnections(1)])
    func whereAServerTakesNoSegmentsOneConnectionSendsIt(_ fault: Fault) throws {
        let bench = try bench([fault])
        let outcome = try put(bench, bench.target("x"))
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(try bench.served.contents(of: "x") == Self.large)
        #expect(try parts(bench).isEmpty)
    }

    @Test func killedInTheMiddleItEndsWithTheRightBytesAndNothingBeside() throws {
        let bench = try bench()
        let add = try bench.run(
            "queue", "add", "put", "--segments", "3", bench.local.path(of: "large"),
            bench.target("x"))
        #expect(add.status == 0, "\(add.complaint)")
        let run = try bench.start(["queue", "run", "--limit", "4M"])
        try eventually("a part with a hole in it", within: .seconds(30)) {
            try parts(bench).contains { try bench.served.contents(of: $0)?.count ?? 0 > 8 << 20 }
        }
        run.signal(SIGKILL)
        _ = try run.finish()
        #expect(try bench.served.contents(of: "x") == nil)
        let again = try bench.run("queue", "run")
        #expect(again.status == 0, "\(again.complaint)")
        #expect(try bench.served.contents(of: "x") == Self.large)
        #expect(try parts(bench).isEmpty)
    }
}
