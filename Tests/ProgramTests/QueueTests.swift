import EmbeddedServer
import Glibc
import TestSupport
import Testing

/// The persistent queue outlives the program that works on it.
struct QueueTests {
    @Test func whatIsAddedIsListedAndRun() throws {
        let bench = try Bench()
        let destination = bench.local.path(of: "a.txt")
        let added = try bench.run("queue", "add", "get", "-o", destination, bench.target("a.txt"))
        #expect(added.lines.count == 1)
        let item = try #require(try objects(bench.run("queue", "list", "--json").lines).first)
        #expect(item["state"] as? String == "waiting")
        #expect(item["direction"] as? String == "down")
        #expect(item["destination"] as? String == destination)
        #expect(Set(item.keys).isSuperset(of: ["id", "source", "bytes"]))
        #expect(try bench.run("queue", "run").status == 0)
        #expect(try bench.local.contents(of: "a.txt") == Array("one\ntwo\n".utf8))
    }

    @Test func aQueueWithOnlyFailuresLeftEndsIn1() throws {
        let bench = try Bench()
        _ = try bench.run("queue", "add", "get", "-o", bench.local.path(of: "x"), bench.target("missing"))
        let first = try bench.run("queue", "run").status
        let second = try bench.run("queue", "run").status
        // One failed item ends in its own status, 66, and a run that finds only the failure in 0.
        withKnownIssue("queue run does not end in 1 yet when only failures are left") {
            #expect(first == 1)
        }
        withKnownIssue("queue run ends in 0 when only earlier failures are left") {
            #expect(second == 1)
        }
    }

    @Test func killedInMidQueueItGoesOnAndTheBytesAreRight() throws {
        let bench = try Bench(faults: [.slow(Array("big.bin".utf8), bytesPerSecond: 150_000)])
        let tree = ["queue", "add", "get", "-r", "-o", bench.local.path, bench.target("")]
        #expect(try bench.start(tree).finish().status == 0)
        let run = try bench.start(["queue", "run"])
        try eventually("bytes in a part", within: .seconds(30)) { try part(of: bench)?.isEmpty == false }
        run.signal(SIGKILL)
        #expect(try run.finish().status == 128 + SIGKILL)
        let again = try bench.run("queue", "run")
        // What had arrived before the journal's next batch counts as a stranger's file, and is asked about.
        withKnownIssue("the ends of the last transfers are forgotten by SIGKILL", isIntermittent: true) {
            #expect(again.status == 0, "\(again.complaint)")
        }
        #expect(try arrived("big.bin", bench) == Bench.big)
        #expect(try arrived("a.txt", bench) == Array("one\ntwo\n".utf8))
        #expect(try arrived("sub/b.bin", bench) == [1, 2, 3])
        let leftOver = try part(of: bench)
        // The second run begins the file anew, without REST, and leaves the first one's part behind.
        withKnownIssue("a part is not taken up again after SIGKILL", isIntermittent: true) {
            #expect(leftOver == nil)
        }
    }

    private func part(of bench: Bench) throws -> [UInt8]? { try arrived("big.bin.part", bench) }

    private func arrived(_ name: String, _ bench: Bench) throws -> [UInt8]? {
        try bench.local.contents(of: name)
    }
}
