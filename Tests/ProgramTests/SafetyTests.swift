import EmbeddedServer
import TestSupport
import Testing

/// Done means whole, and what exists is not lost: the cases in which clients say “done” to wrong bytes.
@Suite struct SafetyTests {
    @Test func goingOnAtAServerThatIgnoresRESTEndsWhole() throws {
        let bench = try Bench(faults: [.restartIgnored])
        try bench.local.write(Bench.big.prefix(1_000), to: "big.bin")
        let run = try bench.run("get", "-c", "-o", bench.local.path(of: "big.bin"), bench.target("big.bin"))
        #expect(run.status == 0, "\(run.complaint)")
        #expect(try bench.local.contents(of: "big.bin") == Bench.big)
        #expect(try bench.local.names() == [Array("big.bin".utf8)])
    }

    @Test func aPartOfAnotherFileIsNotGoneOnWithWhenTheServersIsShorter() throws {
        let bench = try Bench()
        try bench.local.write([UInt8](repeating: 7, count: Bench.big.count + 1), to: "big.bin")
        let run = try bench.run("get", "-c", "-o", bench.local.path(of: "big.bin"), bench.target("big.bin"))
        #expect(run.status == 0, "\(run.complaint)")
        #expect(try bench.local.contents(of: "big.bin")?.count == Bench.big.count + 1)
    }

    @Test func aStrangersPartIsLeftAlone() throws {
        let bench = try Bench()
        try bench.local.write([1, 2, 3], to: "big.bin.part")
        let run = try bench.run("get", "-o", bench.local.path(of: "big.bin"), bench.target("big.bin"))
        #expect(run.status == 0, "\(run.complaint)")
        #expect(try bench.local.contents(of: "big.bin") == Bench.big)
        #expect(try bench.local.contents(of: "big.bin.part") == [1, 2, 3])
    }

    @Test func standardInputArrivesWholeWhateverThePace() throws {
        let bench = try Bench()
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 9) }
        let run = try bench.run("put", "--limit", "4M", "-", bench.target("in.bin"), input: bytes)
        #expect(run.status == 0, "\(run.complaint)")
        #expect(try bench.served.contents(of: "in.bin") == bytes)
    }

    @Test func ofTwoTreesWithOneTargetNeitherOverwritesTheOther() throws {
        let bench = try Bench()
        for (tree, byte) in [("A", UInt8(1)), ("B", 2)] {
            try bench.local.makeDirectory(tree)
            try bench.local.makeDirectory("\(tree)/x")
            try bench.local.write([byte], to: "\(tree)/x/f")
        }
        _ = try bench.run(
            "put", "-r", "--on-conflict", "skip", "--connections", "1", bench.local.path(of: "A/x"),
            bench.local.path(of: "B/x"), bench.target(""))
        #expect(try bench.served.contents(of: "x/f") == [1])
    }
}
