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
        #expect(first == 1)
        #expect(second == 1)
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
        #expect(again.status == 0, "\(again.complaint)")
        #expect(try arrived("big.bin", bench) == Bench.big)
        #expect(try arrived("a.txt", bench) == Array("one\ntwo\n".utf8))
        #expect(try arrived("sub/b.bin", bench) == [1, 2, 3])
        // The part of the first run was gone on with, and has become the file.
        #expect(try part(of: bench) == nil)
    }

    private func part(of bench: Bench) throws -> [UInt8]? { try arrived("big.bin.part", bench) }

    private func arrived(_ name: String, _ bench: Bench) throws -> [UInt8]? {
        try bench.local.contents(of: name)
    }

    @Test func whyAFileIsBegunAgainIsSaidWithoutBeingAsked() throws {
        let bench = try Bench(faults: [.slow(Array("big.bin".utf8), bytesPerSecond: 150_000)])
        _ = try bench.run("queue", "add", "get", "-o", bench.local.path, bench.target("big.bin"))
        let run = try bench.start(["queue", "run"])
        try eventually("bytes in a part", within: .seconds(30)) { try part(of: bench)?.isEmpty == false }
        run.signal(SIGKILL)
        _ = try run.finish()
        try bench.served.write(Bench.big + [1], to: "big.bin")
        let again = try bench.run("queue", "run")
        #expect(again.status == 0, "\(again.complaint)")
        #expect(again.complaint.contains("big.bin: starting over: "), "\(again.complaint)")
        #expect(try arrived("big.bin", bench) == Bench.big + [1])
    }

    @Test func whoIsAskedAboutADestinationIsToldHowToAnswer() throws {
        let bench = try Bench()
        try bench.local.write([0x78], to: "a.txt")
        let destination = bench.local.path(of: "a.txt")
        _ = try bench.run("queue", "add", "get", "-o", destination, bench.target("a.txt"))
        let asked = try bench.run("queue", "run")
        #expect(asked.complaint.contains("the destination exists; say what to do with portside queue answer"))
        #expect(try bench.run("queue", "answer", "overwrite", "1").status == 0)
        #expect(try bench.run("queue", "run").status == 0)
        #expect(try bench.local.contents(of: "a.txt") == Array("one\ntwo\n".utf8))
    }

    @Test func aLimitIsKeptWithTheQueueAndShown() throws {
        let bench = try Bench()
        #expect(try bench.run("queue", "limit", "2M").status == 0)
        #expect(try bench.run("queue", "limit", "100K", "--from", "09:00", "--to", "17:30").status == 0)
        #expect(try bench.run("queue", "limit", "50K", "--site", bench.target()).status == 0)
        let shown = try bench.run("queue", "limit")
        #expect(shown.lines.first == "all  2.0 MB/s", "\(shown.text)")
        #expect(shown.text.contains("09:00-17:30  100.0 KB/s"), "\(shown.text)")
        #expect(shown.text.contains("127.0.0.1:\(bench.port)  50.0 KB/s"), "\(shown.text)")
        #expect(try bench.run("queue", "limit", "off", "--clear-times").status == 0)
        #expect(try bench.run("queue", "limit").lines.first == "all  no limit")
        for wrong in [["2X"], ["1M", "--from", "09:00"], ["1M", "--from", "9", "--to", "10:00"]] {
            #expect(try bench.start(["queue", "limit"] + wrong).finish().status == 64)
        }
    }

    @Test func aProgramIsStartedWhenAllIsDone() throws {
        let bench = try Bench()
        _ = try bench.run("queue", "add", "get", "-o", bench.local.path(of: "a"), bench.target("a.txt"))
        let mark = bench.local.path(of: "it is done")
        #expect(try bench.run("queue", "run", "--when-done", "touch \"\(mark)\"").status == 0)
        try eventually("the program ran", within: .seconds(10)) {
            try bench.local.contents(of: "it is done") != nil
        }
        let wrong = try bench.run("queue", "run", "--when-done", "/no/such/program")
        #expect(wrong.complaint.contains("cannot start"), "\(wrong.complaint)")
    }
}
