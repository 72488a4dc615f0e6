import EmbeddedServer
import Glibc
import TestSupport
import Testing

/// `portside replay`: what was recorded once is said again.
@Suite struct ReplayTests {
    /// The port that the program says it listens on.
    private func port(of run: Command) throws -> String {
        var port: String?
        try eventually("it listens", within: .seconds(20)) {
            let text = String(decoding: try run.outputSoFar(), as: UTF8.self)
            port = text.firstRange(of: "127.0.0.1:").map {
                String(text[$0.upperBound...].prefix { $0.isNumber })
            }
            return port?.isEmpty == false && text.contains("^C")
        }
        return port ?? ""
    }

    @Test func aFaultThatWasSeenOnceIsSeenAgain() throws {
        let bench = try Bench(faults: [try #require(Fault("550-after-150"))])
        let record = bench.home.path(of: "record")
        let first = try bench.run(
            "cat", bench.target("a.txt"), "--tls", "off", "--retries", "0", "--record", record)
        #expect(first.status != 0)
        let replay = try bench.start(["replay", record, "--port", "0"])
        let again = try bench.run(
            "cat", "ftp://127.0.0.1:\(try port(of: replay))/a.txt", "--tls", "off", "--retries", "0", "-v")
        #expect(again.status == first.status, "\(again.complaint)")
        #expect(again.complaint.contains("550"), "\(again.complaint)")
        replay.signal(SIGINT)
        #expect(try replay.finish().status == 0)
    }

    @Test func aSessionThatWentWellGoesWellAgain() throws {
        let bench = try Bench()
        let record = bench.home.path(of: "record")
        #expect(try bench.run("stat", bench.target("a.txt"), "--record", record).status == 0)
        #expect(try bench.run("cat", bench.target("big.bin"), "--record", record, "--tls", "off").status == 0)
        let replay = try bench.start(["replay", record, "--port", "0"])
        let url = "ftp://127.0.0.1:\(try port(of: replay))/"
        let again = try bench.run("cat", url + "big.bin")
        #expect(again.status == 0, "\(again.complaint)")
        #expect(again.output.count == Bench.big.count)
        let other = try bench.run("quote", url, "XYZZY")
        #expect(other.text.contains("502"), "\(other.text)")
        replay.signal(SIGTERM)
        #expect(try replay.finish().status == 143)
    }

    @Test func whatIsNoRecordingIsSaidSo() throws {
        let bench = try Bench()
        try bench.home.write(Array("hello\n".utf8), to: "text")
        let text = try bench.run("replay", bench.home.path(of: "text"))
        #expect(text.status == 64 && text.complaint.contains("line 1"), "\(text.complaint)")
        let nothing = try bench.run("replay", bench.home.path(of: "nothing"))
        #expect(nothing.status == 66, "\(nothing.complaint)")
    }
}
