import TestSupport
import Testing

/// What the command line takes, and what it says of what it does not take.
struct ArgumentTests {
    @Test(arguments: [
        ("-3", "wo\n"), ("-100", "one\ntwo\n"), ("4-", "two\n"), ("0-2", "one"), ("8-", ""), ("-0", ""),
    ])
    func aRangeMayBeginWithADash(range: String, expected: String) throws {
        let bench = try Bench()
        let outcome = try bench.run("cat", "--range", range, bench.target("a.txt"))
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(outcome.text == expected)
        #expect(try bench.run("get", "-o", "-", "--range", range, bench.target("a.txt")).text == expected)
    }

    @Test(arguments: [
        ("--on-conflict", "ask, skip, overwrite, newer, size, newer-or-size, resume, rename"),
        ("--mode", "'active'"),
        ("--tls", "'require'"), ("--progress", "'json'"), ("--verify", "'hash'"), ("--type", "'ascii'"),
    ])
    func aWrongWordIsAnsweredWithTheRightOnesOnTheSameLine(option: String, words: String) throws {
        let bench = try Bench()
        let outcome = try bench.run("get", option, "bogus", bench.target("a.txt"))
        #expect(outcome.status == 64)
        #expect(outcome.complainsInOneLine, "\(outcome.complaint)")
        #expect(
            outcome.complaint.contains("bogus") && outcome.complaint.contains(words), "\(outcome.complaint)")
    }

    /// What a shell makes of `\351` is no text, and the program's own arguments come behind `script`.
    private func run(_ bench: Bench, shell script: String, _ arguments: String...) throws -> Command.Outcome {
        try Command(arguments, home: bench.home.path, through: ["/bin/sh", "-c", script]).finish()
    }

    @Test func aPathIsTheBytesThatWereGivenWhateverTheyAre() throws {
        let bench = try Bench()
        try bench.local.write([1, 2, 3], to: "x")
        let rename = "cd '\(bench.local.path)' && mv x \"$(printf 'caf\\351')\" && "
        let name = "\"$(printf 'caf\\351')\""
        let up = try run(bench, shell: rename + "exec \"$0\" put \(name) \"$1\"", bench.target("sub/"))
        #expect(up.status == 0, "\(up.complaint)")
        #expect(try bench.served.names(in: "sub").contains(Array("caf".utf8) + [0xE9]))
        // In a URL the same byte is itself, and so is `%E9`.
        let same = try run(
            bench, shell: "exec \"$0\" cat \"$(printf '%scaf\\351' \"$1\")\"", bench.target("sub/"))
        #expect(same.output == [1, 2, 3], "\(same.complaint)")
        #expect(try bench.run("cat", bench.target("sub/caf%E9")).output == [1, 2, 3])
        let down = try run(
            bench, shell: "cd '\(bench.local.path)' && exec \"$0\" get \"$1\" -o \"$(printf 'n\\377')\"",
            bench.target("a.txt"))
        #expect(down.status == 0, "\(down.complaint)")
        #expect(try bench.local.names(in: ".").contains([0x6E, 0xFF]))
    }

    @Test func anOptionBeforeItsSubcommandIsAnsweredWithTheRightOrder() throws {
        let bench = try Bench()
        let outcome = try bench.run("-v", "ls", bench.target())
        #expect(outcome.status == 64)
        #expect(
            outcome.complaint.contains("options follow the subcommand: portside ls"), "\(outcome.complaint)")
    }

    @Test(arguments: [["ls"], ["ls", "--json"], ["cat"]])
    func aFullDiskBehindStandardOutputIsSaid(_ words: [String]) throws {
        let bench = try Bench()
        let outcome = try Command(
            words + [bench.target(words == ["cat"] ? "a.txt" : "")], home: bench.home.path,
            through: ["/bin/sh", "-c", "exec \"$0\" \"$@\" >/dev/full"]
        ).finish()
        #expect(outcome.status == 74)
        #expect(
            outcome.complainsInOneLine && outcome.complaint.contains("No space left"), "\(outcome.complaint)")
    }
}
