import EmbeddedServer
import Foundation
import TestSupport
import Testing

/// What a refusal is called, and what to do next: the status for scripts, the sentence for people.
struct RefusalTests {
    private func expect(
        _ status: Int32, _ words: String, _ outcome: Command.Outcome,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(outcome.status == status, "\(outcome.complaint)", sourceLocation: sourceLocation)
        #expect(outcome.complainsInOneLine, "\(outcome.complaint)", sourceLocation: sourceLocation)
        #expect(
            outcome.complaint.contains(words), "\(outcome.complaint)", sourceLocation: sourceLocation)
    }

    @Test func aFullDirectoryIsNotRemoved() throws {
        let bench = try Bench()
        expect(77, "/sub: not empty: use rm -r", try bench.run("rmdir", bench.target("sub")))
        expect(66, "no such file", try bench.run("rmdir", bench.target("nowhere")))
        expect(77, "is not a directory: use rm", try bench.run("rmdir", bench.target("a.txt")))
    }

    @Test func aDirectoryIsNoFileToDelete() throws {
        let bench = try Bench()
        expect(77, "/sub: is a directory: use rm -r or rmdir", try bench.run("rm", bench.target("sub")))
        expect(66, "no such file", try bench.run("rm", bench.target("nowhere")))
    }

    @Test func aDirectoryIsMadeOnce() throws {
        let bench = try Bench()
        expect(73, "/sub exists already", try bench.run("mkdir", bench.target("sub")))
    }

    @Test func aRawCommandThatIsRefusedIsNamed() throws {
        let bench = try Bench()
        expect(64, "FOO bar: ", try bench.run("quote", bench.target(), "FOO bar"))
        expect(64, "does not know FOO", try bench.run("quote", bench.target(), "FOO"))
        let refused = try bench.run("quote", bench.target(), "CWD nowhere")
        expect(77, "CWD nowhere: the server answered", refused)
        #expect(!refused.complaint.contains("does not know"))
        // Of two one is done.
        expect(1, "does not know FOO", try bench.run("quote", bench.target(), "PWD", "FOO"))
        expect(1, "does not know FOO", try bench.run("quote", bench.target(), "FOO", "PWD"))
    }

    @Test func whatTheServerRefusesInEveryWayIsSaidToBeItsOwn() throws {
        let bench = try Bench(faults: [try #require(Fault("reply:MLSD=425 Cannot open"))])
        expect(75, "or tell who runs the server", try bench.run("ls", bench.target()))
    }

    @Test func theLoginDirectoryHasAName() throws {
        let bench = try Bench()
        let line = try bench.run("stat", bench.target())
        #expect(line.status == 0 && line.text.hasSuffix(" /\n"), "\(line.text)")
        let object = try objects(bench.run("stat", "--json", bench.target()).lines)
        #expect(object.first?["name"] as? String == "/" && object.first?["type"] as? String == "dir")
        let sub = try bench.run("stat", bench.target("sub/"))
        #expect(sub.text.hasSuffix(" sub\n"), "\(sub.text)")
    }

    @Test func theOtherDataModeIsRecommended() throws {
        let bench = try Bench(faults: [.activeRefused])
        expect(77, "use --mode passive", try bench.run("ls", "--mode", "active", bench.target()))
        let passive = try Bench(faults: [.passiveRefused, .extendedPassiveRefused])
        expect(77, "use --mode active", try passive.run("ls", "--mode", "passive", passive.target()))
    }

    @Test func serveNamesWhatIsWrong() throws {
        let bench = try Bench()
        expect(66, "no such directory", try bench.run("serve", bench.local.path(of: "nope")))
        expect(
            69, "choose another --port", try bench.run("serve", bench.local.path, "--port", "\(bench.port)"))
    }

    @Test func anAddressOfTheOtherFamilyIsAMistake() throws {
        let bench = try Bench()
        expect(64, "127.0.0.1 is an IPv4 address: leave out -6", try bench.run("ls", "-6", bench.target()))
    }

    @Test func everythingIsSaidOnce() throws {
        let bench = try Bench(.only(["alice": "right"]))
        func count(_ words: String, _ outcome: Command.Outcome) -> Int {
            outcome.complaint.components(separatedBy: words).count - 1
        }
        for command in ["ls", "cat", "get"] {
            let unknown = try bench.run(command, "ftp://no-such-host.invalid/a.txt")
            #expect(unknown.status == 68)
            #expect(count("no-such-host.invalid", unknown) == 1, "\(unknown.complaint)")
            let refused = try bench.run(command, "--retries", "0", "ftp://127.0.0.1:1/a.txt")
            #expect(refused.status == 69)
            #expect(count("127.0.0.1", refused) == 1, "\(refused.complaint)")
            let locked = try bench.run(command, bench.target("a.txt", user: "alice@"))
            #expect(locked.status == 77)
            #expect(count("a.txt", locked) <= 1, "\(locked.complaint)")
            let silent = try Bench(faults: [.noGreeting])
            let mute = try silent.run(command, "--timeout", "1", "--retries", "0", silent.target("a.txt"))
            #expect(mute.status == 75)
            #expect(count("127.0.0.1", mute) == 1, "\(mute.complaint)")
        }
    }

    /// Once the server has begun to take the new file, what it says is about that one: the old one stays.
    @Test func anUploadThatIsRefusedAfterItBeganDoesNotTouchTheFileOfThatName() throws {
        let bench = try Bench(faults: [.refusedAfterPreliminary])
        try bench.served.write(Array("old".utf8), to: "file")
        try bench.local.write(Bench.big, to: "file")
        let outcome = try bench.run(
            "put", "--retries", "0", "--on-conflict", "overwrite", bench.local.path(of: "file"),
            bench.target("file"))
        expect(73, "the server answered “550", outcome)
        #expect(try bench.served.contents(of: "file") == Array("old".utf8))
    }

    @Test func anUploadThatLosesItsServerTellsUnderWhichNameItsBytesAre() throws {
        let bench = try Bench(faults: [.cut(.unavailable, after: 100_000)])
        try bench.local.write(Bench.big, to: "big")
        let outcome = try bench.run("put", "--retries", "0", bench.local.path(of: "big"), bench.target("new"))
        let temporary = try #require(
            try bench.served.names().first { $0.suffix(5) == Array(".part".utf8)[...] })
        expect(
            75, "bytes of it were sent, as “\(String(decoding: temporary, as: UTF8.self))”, put -c", outcome)
    }

    @Test func aLinkIsMadeWhereTheServerCanAndSaidToBeImpossibleElsewhere() throws {
        let bench = try Bench()
        expect(
            77, "SITE SYMLINK /a.txt /l: the server answered “5",
            try bench.run("ln", "a.txt", bench.target("l")))
        expect(64, "name the path alone", try bench.run("ln", bench.target("a.txt"), bench.target("l")))
        let server = try RealServer.start(.proftpd)
        try bench.home.write(Array(server.password.utf8), to: "password")
        #expect(chmod(bench.home.path(of: "password"), 0o600) == 0)
        let url = "ftp://\(server.user)@\(server.host):\(server.port)"
        func run(_ words: String...) throws -> Command.Outcome {
            try bench.start(words + ["--password-file", bench.home.path(of: "password")]).finish()
        }
        #expect(try run("mkdir", "\(url)/in").status == 0)
        #expect(try run("put", bench.served.path(of: "a.txt"), "\(url)/in/file").status == 0)
        for (target, link) in [("file", "in/beside"), ("in/file", "above"), ("/in/file", "in/whole")] {
            let made = try run("ln", target, "\(url)/\(link)")
            #expect(made.status == 0 && made.complaint.isEmpty, "\(made.complaint)")
            #expect(
                try FileManager.default.destinationOfSymbolicLink(atPath: "\(server.root)/\(link)")
                    == "/in/file")
        }
        expect(66, "SITE SYMLINK /nothing /l: the server answered “550", try run("ln", "nothing", "\(url)/l"))
    }

    @Test func aFailedUploadTellsWhatItLeft() throws {
        let bench = try Bench(faults: [.diskFull(after: 1_000)])
        try bench.local.write(Bench.big, to: "big")
        let outcome = try bench.run("put", "--retries", "0", bench.local.path(of: "big"), bench.target("new"))
        let temporary = try #require(
            try bench.served.names().first {
                $0.starts(with: Array("new.".utf8)) && $0.suffix(5) == Array(".part".utf8)[...]
            })
        let left = try #require(try bench.served.contents(ofBytes: temporary))
        expect(
            73, "\(left.count) bytes of it are there as /\(String(decoding: temporary, as: UTF8.self))",
            outcome)
        #expect(try bench.served.contents(of: "new") == nil)
        let piped = try bench.run("put", "-", bench.target("newer"), input: Bench.big)
        let leftOfPipe = try #require(try bench.served.contents(of: "newer"))
        expect(73, "\(leftOfPipe.count) bytes of it are there", piped)
    }
}
