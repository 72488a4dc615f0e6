import EmbeddedServer
import Foundation
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

    /// Latin-1, Shift JIS, a 0xFF that Telnet doubles, half a UTF-8 character; commands and replies.
    @Test func whatIsNotUTF8IsRecordedAndSaidAgainToTheByte() throws {
        let names: [[UInt8]] = [
            Array("caf".utf8) + [0xE9], [0x83, 0x65, 0x83, 0x58], [0x78, 0xFF, 0x79], [0x61, 0xE2, 0x82],
            Array("plain \u{e9}".utf8),
        ]
        let bench = try Bench()
        for name in names { mkdir(Array(bench.served.path.utf8) + [0x2F] + name) }
        let record = bench.home.path(of: "record")
        func replies(of url: String, _ more: [String] = []) throws -> Command.Outcome {
            let paths = names.map { name in
                url + name.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            }
            return try bench.start(["stat", "--json", "--tls", "off"] + paths + more).finish()
        }
        let first = try replies(of: bench.target(), ["--record", record])
        #expect(first.status == 0, "\(first.complaint)")
        let text = String(decoding: try #require(try bench.home.contents(of: "record")), as: UTF8.self)
        let lines = try objects(text.split(separator: "\n").map(String.init))
        for name in names {
            let wanted = Array("MLST /".utf8) + name
            #expect(
                lines.contains { line in
                    let encoded = (line["line_base64"] as? String).flatMap { Data(base64Encoded: $0) }
                    return (encoded.map { Array($0) } ?? Array((line["line"] as? String ?? "").utf8))
                        == wanted
                }, "\(name): \(text)")
        }
        #expect(lines.contains { $0["line_base64"] == nil })
        let replay = try bench.start(["replay", record, "--port", "0"])
        let second = bench.home.path(of: "second")
        let again = try replies(of: "ftp://127.0.0.1:\(try port(of: replay))/", ["--record", second])
        #expect(again.status == 0, "\(again.complaint)")
        #expect(again.output == first.output)
        /// What the server said, as it is in the file.
        func said(_ file: String) throws -> [String] {
            let text = String(decoding: try #require(try bench.home.contents(of: file)), as: UTF8.self)
            return try objects(text.split(separator: "\n").map(String.init)).filter {
                $0["direction"] as? String == "received"
            }.map { "\($0["line"] ?? "") \($0["line_base64"] ?? "")" }
        }
        #expect(try said("second") == said("record"))
        replay.signal(SIGINT)
        _ = try replay.finish()
    }

    @Test func aRecordOfBeforeIsReadAsItWas() throws {
        let bench = try Bench()
        let lines = [
            ("received", "220 old"), ("sent", "USER anonymous"), ("received", "230 in"), ("sent", "NOOP"),
            ("received", "200 caf\u{FFFD}\\r\\n"),
        ].map { "{\"t\":0.0,\"connection\":\"a1\",\"direction\":\"\($0.0)\",\"line\":\"\($0.1)\"}" }
        try bench.home.write(Array(lines.joined(separator: "\n").utf8), to: "old")
        let replay = try bench.start(["replay", bench.home.path(of: "old"), "--port", "0"])
        let said = try bench.run("quote", "ftp://127.0.0.1:\(try port(of: replay))/", "NOOP")
        #expect(said.text.contains("200 caf\u{FFFD}"), "\(said.text) \(said.complaint)")
        replay.signal(SIGINT)
        _ = try replay.finish()
        for wrong in ["Q", "Q===", "!!!!", "Cg=A", "YQpi"] {
            try bench.home.write(
                Array(
                    "{\"connection\":\"a1\",\"direction\":\"sent\",\"line\":\"x\",\"line_base64\":\"\(wrong)\"}"
                        .utf8),
                to: "wrong")
            let refused = try bench.run("replay", bench.home.path(of: "wrong"), "--port", "0")
            #expect(
                refused.status == 64 && refused.complaint.contains("line 1"), "\(wrong): \(refused.complaint)"
            )
        }
    }

    private func mkdir(_ path: [UInt8]) {
        #expect(
            (path + [0]).withUnsafeBufferPointer { bytes in
                bytes.baseAddress.map {
                    $0.withMemoryRebound(to: CChar.self, capacity: bytes.count) { Glibc.mkdir($0, 0o755) }
                }
            } == 0)
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
