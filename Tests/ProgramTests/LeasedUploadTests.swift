import EmbeddedServer
import Glibc
import TestSupport
import Testing

/// A large file that goes up over several connections, which another process than the one that decides has.
@Suite struct LeasedUploadTests {
    private static let large = SegmentTests.large

    /// Two that share a queue: the first is at something else with the one connection that it has, the second has four.
    private final class Pair {
        let first: Command
        let second: Command
        let field: Bench

        init() throws {
            field = try Bench(faults: [.slow(Array("big.bin".utf8), bytesPerSecond: 40_000)])
            try field.local.write(LeasedUploadTests.large, to: "large")
            let into = field.local.path(of: "big.bin")
            #expect(try field.run("queue", "add", "get", "-o", into, field.target("big.bin")).status == 0)
            first = try Self.worker(field, "first", "--connections", "1")
            let field = field
            try eventually("the first is at work", within: .seconds(30)) {
                try Self.lines(field, "first").contains { $0.contains("RETR") }
            }
            second = try Self.worker(field, "second", "--connections", "4", "--limit", "6M")
            try eventually("the second helps", within: .seconds(30)) { try field.helpers() > 0 }
            let added = try field.run(
                "queue", "add", "put", "--segments", "4", field.local.path(of: "large"), field.target("x"))
            #expect(added.status == 0, "\(added.complaint)")
        }

        private static func worker(_ bench: Bench, _ name: String, _ more: String...) throws -> Command {
            try bench.start(
                ["queue", "run", "--stay", "--record", bench.home.path(of: "record-\(name)")] + more)
        }

        private static func lines(_ bench: Bench, _ name: String) throws -> [String] {
            String(decoding: try bench.home.contents(of: "record-\(name)") ?? [], as: UTF8.self)
                .split(separator: "\n").filter { $0.contains("\"sent\"") }.map(String.init)
        }

        /// How often a process has begun to store some of the file.
        func stores(_ name: String) throws -> Int {
            try Self.lines(field, name).count { $0.contains("STOR ") }
        }

        /// What is there under temporary names.
        func parts() throws -> [String] {
            try field.served.names().map { String(decoding: $0, as: UTF8.self) }
                .filter { $0.hasSuffix(".part") }
        }

        /// Until a later segment has begun.
        func waitForAHole() throws {
            let field = field
            try eventually("a part with a hole in it", within: .seconds(30)) {
                try parts().contains { try field.served.contents(of: $0)?.count ?? 0 > 8 << 20 }
            }
        }

        func expectWhole() throws {
            let field = field
            try eventually("it is whole", within: .seconds(60)) {
                try field.served.contents(of: "x") == LeasedUploadTests.large
            }
            try eventually("the queue says so", within: .seconds(30)) {
                try field.states() == ["done", "done"]
            }
            #expect(try parts().isEmpty)
        }

        func end(_ workers: Command...) throws {
            for worker in workers { worker.signal(SIGTERM) }
            for worker in workers { #expect(try worker.finish().status == 143) }
        }
    }

    @Test func theHelperThatHasTheConnectionsSendsItInSegments() throws {
        let pair = try Pair()
        try pair.expectWhole()
        #expect(try pair.stores("second") >= 3)
        #expect(try pair.stores("first") == 0)
        try pair.end(pair.second, pair.first)
    }

    @Test func whenTheHelperIsKilledTheOtherSendsTheRest() throws {
        let pair = try Pair()
        try pair.waitForAHole()
        pair.second.signal(SIGKILL)
        _ = try pair.second.finish()
        #expect(try pair.field.served.contents(of: "x") == nil)
        try pair.expectWhole()
        #expect(try pair.stores("first") > 0)
        try pair.end(pair.first)
    }

    @Test func whenTheOneThatDecidesIsKilledTheHelperSendsAll() throws {
        let pair = try Pair()
        try pair.waitForAHole()
        pair.first.signal(SIGKILL)
        _ = try pair.first.finish()
        try pair.expectWhole()
        #expect(try pair.stores("first") == 0)
        try pair.end(pair.second)
    }
}
