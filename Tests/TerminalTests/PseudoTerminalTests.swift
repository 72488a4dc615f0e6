import Glibc
import TestSupport
import Testing

@Suite(.serialized) struct PseudoTerminalTests {
    @Test func aProgramSeesATerminalOfThatSize() throws {
        let terminal = try PseudoTerminal(
            "/bin/sh", ["-c", "tty && stty size && cat"], columns: 50, rows: 10)
        try terminal.expect("10 50")
        try terminal.expect("/dev/pts/")
        try terminal.type("hello")
        try terminal.press("Enter")
        try terminal.waitUntil("the line twice") { $0.text.filter { $0 == "hello" }.count == 2 }
    }

    @Test func aProgramHearsOfAResize() throws {
        let script = "trap 'stty size' WINCH; sleep 60 & echo ready; while :; do wait; done"
        let terminal = try PseudoTerminal("/bin/bash", ["-c", script])
        try terminal.expect("ready")
        terminal.resize(columns: 100, rows: 30)
        try terminal.expect("30 100")
    }

    @Test func theEndOfAProgramIsItsStatus() throws {
        #expect(try PseudoTerminal("/bin/sh", ["-c", "exit 7"]).waitForExit() == 7)
        let killed = try PseudoTerminal("/bin/sh", ["-c", "kill -TERM $$"])
        #expect(try killed.waitForExit() == 128 + SIGTERM)
    }

    @Test func aProgramThatCannotStartIsAnError() {
        #expect(throws: PseudoTerminalError.self) { try PseudoTerminal("/nonexistent/program") }
    }
}
