import EmbeddedServer
import Glibc
import TestSupport
import Testing

/// Every kind of trouble has its status (sysexits.h) and one line on standard error.
struct ExitStatusTests {
    private func expect(
        _ status: Int32, _ outcome: Command.Outcome, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(outcome.status == status, "\(outcome.complaint)", sourceLocation: sourceLocation)
        #expect(outcome.complainsInOneLine, "\(outcome.complaint)", sourceLocation: sourceLocation)
        #expect(outcome.output.isEmpty, "\(outcome.text)", sourceLocation: sourceLocation)
    }

    @Test func anUnknownHostIs68() throws {
        try expect(68, Bench().run("ls", "ftp://no-such-host.invalid/"))
    }

    @Test func aRefusedPortIs69() throws {
        let bench = try Bench()
        bench.server.stop()
        expect(69, try bench.run("ls", "--retries", "0", bench.target()))
    }

    @Test func aWrongPasswordIs77() throws {
        let bench = try Bench(.only(["alice": "right"]))
        expect(77, try bench.run("ls", bench.target(user: "alice:wrong@")))
    }

    @Test(arguments: ["get", "cat", "rm", "stat"])
    func aMissingPathIs66(command: String) throws {
        let bench = try Bench()
        expect(66, try bench.run(command, bench.target("missing")))
    }

    @Test func aDestinationThatCannotBeWrittenIs73() throws {
        let bench = try Bench()
        let destination = bench.local.path(of: "missing/deep/a.txt")
        try bench.local.write([], to: "missing")
        expect(73, try bench.run("get", "-o", destination, bench.target("a.txt")))
    }

    @Test func aTemporaryRefusalIs75() throws {
        let bench = try Bench(faults: [.busyOnce(Array("a.txt".utf8))])
        expect(75, try bench.run("cat", "--retries", "0", bench.target("a.txt")))
    }

    @Test(arguments: [["ls", "--no-such-option"], ["ls"], ["ls", "--timeout", "0", "ftp://h/"]])
    func aWrongCommandLineIs64(arguments: [String]) throws {
        expect(64, try Bench().start(arguments).finish())
    }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func anInterruptedDownloadKeepsItsPartAndGoesOn(signal: Int32, status: Int32) throws {
        let bench = try Bench(faults: [.slow(Array("big.bin".utf8), bytesPerSecond: 150_000)])
        let destination = bench.local.path(of: "big.bin")
        let run = try bench.start(["get", "-o", destination, bench.target("big.bin")])
        try eventually("bytes in the part", within: .seconds(30)) {
            try bench.local.contents(of: "big.bin.part")?.isEmpty == false
        }
        run.signal(signal)
        #expect(try run.finish().status == status)
        #expect(try bench.local.contents(of: "big.bin") == nil)
        #expect(try bench.local.contents(of: "big.bin.part")?.isEmpty == false)
        #expect(try bench.run("get", "-c", "-o", destination, bench.target("big.bin")).status == 0)
        #expect(try bench.local.contents(of: "big.bin") == Bench.big)
        #expect(try bench.local.contents(of: "big.bin.part") == nil)
    }
}
