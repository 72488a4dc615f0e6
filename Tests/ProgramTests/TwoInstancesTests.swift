import EmbeddedServer
import Glibc
import Storage
import TestSupport
import Testing

/// Two processes work on one queue: every file once, whoever of them is killed.
@Suite struct TwoInstancesTests {
    private static let files = 24

    /// A queue of files that take a while each, and what each process said to the server.
    private final class Pair {
        let bench: Bench
        let contents: [[UInt8]]

        init(bytesPerSecond: Int64 = 60_000) throws {
            let contents = (0..<TwoInstancesTests.files).map { number in
                (0..<40_000).map { UInt8(truncatingIfNeeded: $0 &* (2 * number + 3) &+ $0 >> 7) }
            }
            self.contents = contents
            bench = try Bench(
                faults: Set(
                    contents.indices.map {
                        .slow(Array("file-\($0)".utf8), bytesPerSecond: bytesPerSecond)
                    }))
            for (number, bytes) in contents.enumerated() {
                try bench.served.write(bytes, to: "file-\(number)")
            }
            let targets = contents.indices.map { bench.target("file-\($0)") }
            let added = try bench.start(["queue", "add", "get", "-o", bench.local.path + "/"] + targets)
                .finish()
            #expect(added.lines.count == TwoInstancesTests.files, "\(added.complaint)")
        }

        func worker(_ name: String, _ more: String...) throws -> Command {
            try bench.start(["queue", "run", "--record", bench.local.path(of: "record-\(name)")] + more)
        }

        /// The files a process has asked for, in order.
        func fetched(_ name: String) throws -> [String] {
            let text = String(decoding: try bench.local.contents(of: "record-\(name)") ?? [], as: UTF8.self)
            return text.split(separator: "\n").compactMap { line in
                guard line.contains("\"sent\""), let start = line.firstRange(of: "RETR ") else { return nil }
                return String(line[start.upperBound...].prefix { $0 != "\"" })
            }
        }

        var done: Int {
            get throws {
                try contents.indices.count { try bench.local.contents(of: "file-\($0)") != nil }
            }
        }

        func expectAllWhole() throws {
            for (number, bytes) in contents.enumerated() {
                #expect(try bench.local.contents(of: "file-\(number)") == bytes, "file-\(number)")
            }
            #expect(try bench.states().allSatisfy { $0 == "done" })
        }
    }

    @Test func everyFileIsFetchedOnceAndBothFetchSome() throws {
        let pair = try Pair()
        let first = try pair.worker("first")
        try eventually("the first holds the queue", within: .seconds(20)) { try pair.bench.holder() != nil }
        let second = try pair.worker("second")
        let outcomes = (try first.finish(), try second.finish())
        #expect(
            outcomes.0.status == 0 && outcomes.1.status == 0, "\(outcomes.0.complaint)\(outcomes.1.complaint)"
        )
        #expect(outcomes.1.complaint.contains("helping"), "\(outcomes.1.complaint)")
        let (mine, yours) = (try pair.fetched("first"), try pair.fetched("second"))
        #expect(!mine.isEmpty && !yours.isEmpty, "\(mine.count) and \(yours.count)")
        #expect(
            (mine + yours).count == Self.files && Set(mine + yours).count == Self.files, "\(mine) \(yours)")
        try pair.expectAllWhole()
    }

    /// Whoever is killed, the other goes on, and what was done stays done.
    @Test(arguments: ["first", "second"])
    func whenOneIsKilledTheOtherGoesOn(_ victim: String) throws {
        let pair = try Pair()
        let first = try pair.worker("first")
        try eventually("the first holds the queue", within: .seconds(20)) { try pair.bench.holder() != nil }
        let second = try pair.worker("second")
        try eventually("both are at work", within: .seconds(30)) {
            try pair.done > 2 && pair.fetched("second").count > 1
        }
        let (killed, other) = victim == "first" ? (first, second) : (second, first)
        killed.signal(SIGKILL)
        _ = try killed.finish()
        let before = try (0..<Self.files).filter { try pair.bench.local.contents(of: "file-\($0)") != nil }
        let outcome = try other.finish()
        #expect(outcome.status == 0, "\(outcome.complaint)")
        try pair.expectAllWhole()
        // What had its name when the one was killed was not fetched once more.
        let all = try pair.fetched("first") + pair.fetched("second")
        for number in before {
            #expect(
                all.count { $0.hasSuffix("/file-\(number)") || $0 == "file-\(number)" } == 1, "file-\(number)"
            )
        }
    }

    @Test func aHelperThatIsToldToEndGivesBackWhatItHas() throws {
        let pair = try Pair()
        let first = try pair.worker("first")
        try eventually("the first holds the queue", within: .seconds(20)) { try pair.bench.holder() != nil }
        let second = try pair.worker("second", "--stay")
        try eventually("the second is at work", within: .seconds(30)) { try !pair.fetched("second").isEmpty }
        second.signal(SIGTERM)
        #expect(try second.finish().status == 143)
        #expect(try first.finish().status == 0)
        try pair.expectAllWhole()
    }

    @Test func theSegmentsOfALargeFileAreFetchedByTheHelperThatHasTheConnectionsForThem() throws {
        let bench = try Bench(faults: [
            .slow(Array("big.bin".utf8), bytesPerSecond: 40_000),
            .slow(Array("large".utf8), bytesPerSecond: 4_000_000),
        ])
        let large = (0..<20_000_000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 11) }
        try bench.served.write(large, to: "large")
        func add(_ name: String) throws {
            let into = bench.local.path(of: name)
            #expect(
                try bench.run("queue", "add", "get", "--segments", "4", "-o", into, bench.target(name)).status
                    == 0)
        }
        func lines(_ name: String) throws -> [String] {
            String(decoding: try bench.local.contents(of: "record-\(name)") ?? [], as: UTF8.self)
                .split(separator: "\n").filter { $0.contains("\"sent\"") }.map(String.init)
        }
        try add("big.bin")
        func worker(_ name: String, _ connections: Int) throws -> Command {
            try bench.start([
                "queue", "run", "--stay", "--connections", "\(connections)", "--record",
                bench.local.path(of: "record-\(name)"),
            ])
        }
        let first = try worker("first", 1)
        try eventually("the first is at work", within: .seconds(30)) {
            try lines("first").contains { $0.contains("RETR") }
        }
        let second = try worker("second", 4)
        try eventually("the second helps", within: .seconds(30)) { try bench.helpers() > 0 }
        try add("large")
        try eventually("it is whole", within: .seconds(60)) { try bench.local.contents(of: "large") == large }
        #expect(try lines("second").count { $0.contains("RETR") && $0.contains("large") } > 1)
        #expect(try !lines("first").contains { $0.contains("RETR") && $0.contains("large") })
        for worker in [second, first] { worker.signal(SIGTERM) }
        for worker in [second, first] { #expect(try worker.finish().status == 143) }
    }
}

extension Bench {
    /// How many processes offer their help.
    func helpers() throws -> Int {
        try QueueStore(directory: home.path(of: "state/portside")).helpers().count
    }
}
