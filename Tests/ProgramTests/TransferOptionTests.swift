import EmbeddedServer
import TestSupport
import Testing

/// What the options of `get` and `put` do, seen from outside.
struct TransferOptionTests {
    @Test func aTypeIsChosenByOptionAndByURL() throws {
        let bench = try Bench()
        let crossed = Array("one\r\ntwo\r\n".utf8)
        try bench.served.write(crossed, to: "dos.txt")
        for arguments in [
            ["get", "-o", "-", "--type", "ascii", bench.target("dos.txt")],
            ["get", "-o", "-", "--type", "auto", bench.target("dos.txt")],
            ["cat", bench.target("dos.txt;type=a")],
        ] {
            let outcome = try bench.start(arguments).finish()
            #expect(outcome.status == 0, "\(outcome.complaint)")
            #expect(outcome.output == Array("one\ntwo\n".utf8), "\(arguments)")
        }
        #expect(try bench.run("cat", bench.target("dos.txt")).output == crossed)
        let image = try bench.run("get", "-o", "-", "--type", "ascii", bench.target("dos.txt;type=i"))
        #expect(image.output == crossed)
    }

    @Test func aTextFromStandardInputGetsBothOnTheWire() throws {
        let bench = try Bench()
        let outcome = try bench.run(
            "put", "--type", "ascii", "-", bench.target("new"), input: Array("a\nb\n".utf8))
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(try bench.served.contents(of: "new") == Array("a\nb\n".utf8))
    }

    @Test func whatIsTextMayBeConfigured() throws {
        let bench = try Bench()
        try bench.served.write(Array("a\r\n".utf8), to: "x.foo")
        try bench.home.makeDirectory("config")
        try bench.home.makeDirectory("config/portside")
        try bench.home.write(
            Array("[transfers]\ntext_extensions = [\".foo\"]\n".utf8), to: "config/portside/config.toml")
        let file = bench.local.path(of: "x")
        #expect(try bench.run("get", "--type", "auto", "-o", file, bench.target("x.foo")).status == 0)
        #expect(try bench.local.contents(of: "x") == Array("a\n".utf8))
    }

    @Test func aRangeIsOfBytesNotOfText() throws {
        let bench = try Bench()
        let outcome = try bench.run("cat", "--range", "0-3", bench.target("a.txt;type=a"))
        #expect(outcome.status == 64 && outcome.complainsInOneLine, "\(outcome.complaint)")
    }

    @Test func aRangeThatComesShortIsNoSuccess() throws {
        let whole = try Bench()
        #expect(try whole.run("cat", "--range", "2-5", whole.target("a.txt")).output == Array("e\ntw".utf8))
        #expect(try whole.run("cat", "--range", "6-100", whole.target("a.txt")).output == Array("o\n".utf8))
        let bench = try Bench(faults: [.truncatedData])
        let outcome = try bench.run("cat", "--range", "0-399999", bench.target("big.bin"))
        #expect(outcome.status == 65, "\(outcome.complaint)")
        #expect(outcome.complaint.contains("200000 of 400000 bytes"), "\(outcome.complaint)")
        let open = try bench.run("cat", "--range", "10-", bench.target("big.bin"))
        #expect(open.status == 65, "\(open.complaint)")
    }

    @Test func commandsAroundATransferAreSentAndARefusalIsTheEnd() throws {
        let bench = try Bench()
        let fine = try bench.run(
            "get", "-v", "--before", "NOOP", "--after", "SITE CHMOD 600 a.txt", "-o",
            bench.local.path(of: "a"),
            bench.target("a.txt"))
        #expect(fine.status == 0, "\(fine.complaint)")
        #expect(fine.complaint.contains("SITE CHMOD 600 a.txt"))
        let refused = try bench.run(
            "get", "--before", "SITE NONSENSE", "-o", bench.local.path(of: "b"), bench.target("a.txt"))
        #expect(refused.status == 77 && refused.complainsInOneLine, "\(refused.complaint)")
        #expect(try bench.local.contents(of: "b") == nil)
        let piped = try bench.run(
            "put", "--before", "SITE NONSENSE", "-", bench.target("new"), input: [1])
        #expect(piped.status == 77, "\(piped.complaint)")
        #expect(try bench.served.contents(of: "new") == nil)
        for line in ["RETR x", "NOOP\nNOOP", "no-verb"] {
            let wrong = try bench.run("get", "--before", line, bench.target("a.txt"))
            #expect(wrong.status == 64 && wrong.complainsInOneLine, "\(wrong.complaint)")
        }
    }

    @Test func queuedTransfersKeepTheirOptionsButNoSecret() throws {
        let bench = try Bench()
        try bench.served.write(Array("a\r\n".utf8), to: "x.txt")
        let file = bench.local.path(of: "x")
        let added = try bench.run(
            "queue", "add", "get", "--type", "ascii", "--before", "SITE CHMOD 600 x.txt", "-o", file,
            bench.target("x.txt"))
        #expect(added.status == 0, "\(added.complaint)")
        let run = try bench.run("queue", "run", "-v")
        #expect(run.status == 0, "\(run.complaint)")
        #expect(run.complaint.contains("SITE CHMOD 600 x.txt"))
        #expect(try bench.local.contents(of: "x") == Array("a\n".utf8))
        let secret = try bench.run(
            "queue", "add", "get", "--before", "SITE PSWD old new", bench.target("x.txt"))
        #expect(secret.status == 64, "\(secret.complaint)")
        #expect(!secret.complaint.contains("old new"))
    }
}
