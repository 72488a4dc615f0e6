import EmbeddedServer
import Glibc
import TestSupport
import Testing

/// Where downloads may go.
struct DestinationTests {
    @Test(arguments: ["x/b", "x/"])
    func aFileMakesNoDirectories(destination: String) throws {
        let bench = try Bench()
        let outcome = try bench.run("get", "-o", bench.local.path(of: destination), bench.target("a.txt"))
        #expect(outcome.status == 73)
        #expect(
            outcome.complainsInOneLine && outcome.complaint.contains("make it first"), "\(outcome.complaint)")
        #expect(try bench.local.names().isEmpty)
    }

    @Test func aTreeMakesTheLastDirectoryOfItsDestination() throws {
        let bench = try Bench()
        #expect(try bench.run("get", "-r", "-o", bench.local.path(of: "x"), bench.target("sub")).status == 0)
        #expect(try bench.local.contents(of: "x/b.bin") == [1, 2, 3])
        #expect(try bench.run("get", "-r", "-o", bench.local.path(of: "y/"), bench.target("sub")).status == 0)
        #expect(try bench.local.contents(of: "y/sub/b.bin") == [1, 2, 3])
        #expect(
            try bench.run("get", "-r", "-o", bench.local.path(of: "z/z"), bench.target("sub")).status == 73)
    }

    @Test func aDeviceIsWrittenToAsItIs() throws {
        let bench = try Bench()
        let outcome = try bench.run("get", "-o", "/dev/null", bench.target("big.bin"))
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(access("/dev/null.part", F_OK) != 0)
        let full = try bench.run("get", "--retries", "0", "-o", "/dev/full", bench.target("big.bin"))
        #expect(full.status == 74)
        #expect(full.complainsInOneLine, "\(full.complaint)")
    }

    @Test func aPipeIsWrittenToAsItIs() throws {
        let bench = try Bench()
        let pipe = bench.local.path(of: "pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        let run = try bench.start(["get", "-o", pipe, bench.target("big.bin")])
        let reader = try #require(fopen(pipe, "r"))
        defer { fclose(reader) }
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&buffer, 1, buffer.count, reader), count > 0 {
            received += buffer.prefix(count)
        }
        let outcome = try run.finish()
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(received == Bench.big)
        #expect(try bench.local.names() == [Array("pipe".utf8)])
    }
}
