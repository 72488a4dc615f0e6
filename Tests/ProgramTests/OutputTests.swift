import EmbeddedServer
import TestSupport
import Testing

/// Standard output carries only what was asked for.
struct OutputTests {
    @Test func lsPrintsNamesOnly() throws {
        let bench = try Bench()
        let outcome = try bench.run("ls", bench.target())
        #expect(outcome.status == 0)
        #expect(outcome.lines.sorted() == ["a.txt", "big.bin", "sub"])
        #expect(outcome.errors.isEmpty)
    }

    @Test func hiddenFilesAreListedWhenAskedFor() throws {
        let bench = try Bench()
        #expect(try bench.run("ls", "-a", bench.target()).lines.contains(".hidden"))
    }

    @Test func longLinesCarryTheSize() throws {
        let bench = try Bench()
        let outcome = try bench.run("ls", "-l", bench.target())
        #expect(outcome.lines.contains { $0.hasSuffix(" big.bin") && $0.contains(" 400000 ") })
    }

    @Test func aRecursiveListingHasPaths() throws {
        let bench = try Bench()
        #expect(try bench.run("ls", "-R", bench.target()).text.contains("sub/b.bin"))
    }

    @Test func jsonIsOneObjectALine() throws {
        let bench = try Bench()
        let found = try objects(bench.run("ls", "--json", bench.target()).lines)
        let file = try #require(found.first { $0["name"] as? String == "a.txt" })
        #expect(file["type"] as? String == "file")
        #expect(file["size"] as? Int == 8)
        #expect((file["mtime"] as? String)?.hasSuffix("Z") == true)
        #expect(found.contains { $0["name"] as? String == "sub" && $0["type"] as? String == "dir" })
    }

    @Test func statSaysWhatIsKnownOfAName() throws {
        let bench = try Bench()
        let found = try objects(bench.run("stat", "--json", bench.target("big.bin")).lines)
        #expect(found.count == 1)
        #expect(found.first?["size"] as? Int == Bench.big.count)
    }

    @Test func catWritesTheBytesAndNothingElse() throws {
        let bench = try Bench()
        let outcome = try bench.run("cat", bench.target("big.bin"))
        #expect(outcome.status == 0)
        #expect(outcome.output == Bench.big)
        #expect(outcome.errors.isEmpty)
    }

    @Test func aRangeIsCutOutOfTheFile() throws {
        let bench = try Bench()
        #expect(try bench.run("cat", "--range", "4-6", bench.target("a.txt")).text == "two")
    }

    @Test func quotePrintsTheRawReply() throws {
        let bench = try Bench()
        let outcome = try bench.run("quote", bench.target(), "PWD")
        #expect(outcome.status == 0)
        #expect(outcome.text.hasPrefix("257 \"/\""))
    }

    @Test func theDialogueHidesThePassword() throws {
        let bench = try Bench()
        let record = bench.home.path(of: "dialogue")
        let target = bench.target(user: "alice:s3cret@")
        let outcome = try bench.run("ls", "-v", "--record", record, target)
        #expect(outcome.status == 0)
        #expect(outcome.complaint.contains("> PASS "))
        #expect(!outcome.complaint.contains("s3cret"))
        let text = String(decoding: try #require(try bench.home.contents(of: "dialogue")), as: UTF8.self)
        #expect(!text.contains("s3cret"))
        let lines = try objects(text.split(separator: "\n").map(String.init))
        #expect(lines.contains { ($0["line"] as? String)?.hasPrefix("PASS") == true })
        #expect(lines.allSatisfy { ["sent", "received", "note"].contains($0["direction"] as? String ?? "") })
        #expect(lines.allSatisfy { $0["t"] is Double && $0["connection"] is String })
    }
}
