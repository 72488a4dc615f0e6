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
}
