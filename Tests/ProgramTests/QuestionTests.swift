import EmbeddedServer
import Foundation
import Glibc
import TestSupport
import Testing

/// What a person at a terminal is asked.
struct QuestionTests {
    private func get(_ bench: Bench, _ arguments: [String] = []) throws -> PseudoTerminal {
        try PseudoTerminal(
            PseudoTerminal.builtProgram("portside"),
            ["get", "-o", bench.local.path(of: "a.txt"), bench.target("a.txt")] + arguments)
    }

    @Test func theQuestionAboutAConflictFitsIntoEightyColumns() throws {
        let bench = try Bench()
        try bench.local.write([7, 7, 7], to: "a.txt")
        let terminal = try get(bench)
        try terminal.expectOutput(
            "a.txt exists: 3 B here, 8 B on the server\r\n[o]verwrite, [r]esume, if [n]ewer, [k]eep both, [s]kip? "
        )
        try terminal.type("o\n")
        #expect(try terminal.waitForExit() == 0)
        #expect(try bench.local.contents(of: "a.txt") == Array("one\ntwo\n".utf8))
    }

    @Test func anUnknownAnswerIsAskedAgain() throws {
        let bench = try Bench()
        try bench.local.write([7], to: "a.txt")
        let terminal = try get(bench)
        try terminal.expectOutput("[s]kip? ")
        try terminal.type("x\n")
        try terminal.expectOutput("one of the letters in brackets.\r\n[o]verwrite")
        let asked = String(decoding: terminal.output, as: UTF8.self)
        // Nothing was painted under the question.
        let question = try #require(asked.range(of: "a.txt exists"))
        #expect(!asked[question.lowerBound...].contains("\u{1B}"), "\(asked)")
        try terminal.type("k\n")
        #expect(try terminal.waitForExit() == 0)
        #expect(try bench.local.contents(of: "a.txt") == [7])
        #expect(try bench.local.contents(of: "a (1).txt") == Array("one\ntwo\n".utf8))
    }

    /// A longer one would wrap, and could not be written over.
    @Test func theProgressLineIsNoWiderThanTheTerminal() throws {
        let bench = try Bench(faults: [.slow(Array("big.bin".utf8), bytesPerSecond: 400_000)])
        let terminal = try PseudoTerminal(
            PseudoTerminal.builtProgram("portside"),
            ["get", "-o", bench.local.path(of: "big.bin"), bench.target("big.bin")], columns: 20)
        #expect(try terminal.waitForExit() == 0)
        let painted = String(decoding: terminal.output, as: UTF8.self).components(separatedBy: "\r\u{1B}[K")
        #expect(painted.contains { $0.hasPrefix("0 of 1 done · ") }, "\(painted)")
        #expect(painted.allSatisfy { $0.count < 20 }, "\(painted)")
    }

    @Test func aQuestionCanBeInterrupted() throws {
        let bench = try Bench(.only(["alice": "right"]))
        let terminal = try PseudoTerminal(
            PseudoTerminal.builtProgram("portside"), ["ls", bench.target(user: "alice@")])
        try terminal.expect("Password for alice at 127.0.0.1")
        #expect(terminal.settings.c_lflag & tcflag_t(ECHO) == 0)
        try terminal.press("C-c")
        #expect(try terminal.waitForExit() == 130)
        #expect(terminal.settings.c_lflag & tcflag_t(ECHO) != 0)
    }

    @Test func aPasswordIsTypedWithoutBeingSeen() throws {
        let bench = try Bench(.only(["alice": "right"]))
        let terminal = try PseudoTerminal(
            PseudoTerminal.builtProgram("portside"), ["ls", bench.target(user: "alice@")])
        try terminal.expect("Password for alice at 127.0.0.1")
        try terminal.type("right\n")
        #expect(try terminal.waitForExit() == 0)
        #expect(terminal.screen.picture.contains("big.bin"))
        #expect(!terminal.screen.picture.contains("right"))
    }
}
