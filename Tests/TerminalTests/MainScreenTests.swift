import Glibc
import TestSupport
import Testing

/// The built program on a terminal of its own, as a person meets it.
///
/// What each key does is proved in InterfaceTests; here it is whether the terminal, the signals and the loop
/// hold together.
@Suite(.serialized) struct MainScreenTests {
    private func demo(
        _ environment: [String: String?] = [:], columns: Int = 120, rows: Int = 36
    ) throws -> PseudoTerminal {
        try PseudoTerminal(
            PseudoTerminal.builtProgram("portside"), ["demo"], environment: environment, columns: columns,
            rows: rows)
    }

    /// The program as a job of an interactive shell, the prompt of which is `$`.
    private func shell(_ command: String, _ environment: [String: String?] = [:]) throws -> PseudoTerminal {
        let changes = environment.merging(["PS1": "$ ", "ENV": nil]) { $1 }
        let terminal = try PseudoTerminal("/bin/sh", ["-i"], environment: changes)
        try terminal.expect("$")
        let program = try PseudoTerminal.builtProgram("portside")
        try terminal.type(command.replacing("portside", with: program) + "\r")
        return terminal
    }

    private func isStarted(_ screen: ScreenEmulator) -> Bool {
        screen.isAlternate && screen.text.last?.contains("1Help") == true && screen.frames > 0
    }

    /// Whatever the program had switched on is off, and its picture is gone.
    private func expectSane(_ terminal: PseudoTerminal, sourceLocation: SourceLocation = #_sourceLocation) {
        let screen = terminal.screen
        #expect(!screen.isAlternate, sourceLocation: sourceLocation)
        #expect(screen.showsCursor, sourceLocation: sourceLocation)
        #expect(
            screen.modes.isDisjoint(with: [1, 1000, 1002, 1004, 1006, 2004, 2026]),
            sourceLocation: sourceLocation)
        let settings = terminal.settings
        #expect(settings.c_lflag & tcflag_t(ECHO | ICANON | ISIG) != 0, sourceLocation: sourceLocation)
        #expect(settings.c_lflag & tcflag_t(ECHO) != 0, sourceLocation: sourceLocation)
        #expect(settings.c_oflag & tcflag_t(OPOST) != 0, sourceLocation: sourceLocation)
    }

    // MARK: starting, leaving

    @Test(arguments: [(120, 36), (80, 24)])
    func theMainScreenFillsTheTerminal(columns: Int, rows: Int) throws {
        let terminal = try demo(columns: columns, rows: rows)
        try terminal.waitUntil("the main screen", isStarted)
        let text = terminal.screen.text
        #expect(text.count == rows)
        #expect(terminal.screen.picture.contains("Name"))
        #expect(terminal.screen.picture.contains("Queue"))
        #expect(terminal.screen.picture.contains("Log"))
    }

    @Test func quittingGivesTheTerminalBack() throws {
        let terminal = try demo()
        try terminal.waitUntil("the main screen", isStarted)
        try terminal.press("F10")
        #expect(try terminal.waitForExit() == 0)
        expectSane(terminal)
    }

    @Test func mouseReportsPasteAndFocusAreAskedForWhileItRuns() throws {
        let terminal = try demo()
        try terminal.waitUntil("the main screen", isStarted)
        #expect(terminal.screen.modes.isSuperset(of: [1000, 1002, 1006, 2004, 1004]))
    }

    @Test func theMouseCanBeLeftToTheTerminal() throws {
        let terminal = try PseudoTerminal(
            PseudoTerminal.builtProgram("portside"), ["demo"], columns: 120, rows: 36,
            files: ["config/portside/config.toml": "[interface]\nmouse = false\n"])
        try terminal.waitUntil("the main screen", isStarted)
        #expect(terminal.screen.modes.isDisjoint(with: [1000, 1002, 1006]))
    }

    @Test func aLightTerminalGetsTheLightTheme() throws {
        let terminal = try demo()
        try terminal.waitUntil("the main screen") { isStarted($0) && $0.asksBackground }
        #expect(terminal.screen[3, 1].style.background == nil)
        try terminal.type("\u{1B}]11;rgb:ffff/ffff/ffff\u{1B}\\")
        try terminal.waitUntil("a background of its own") { $0[3, 1].style.background != nil }
    }

    @Test func aDarkTerminalKeepsTheDarkTheme() throws {
        let terminal = try demo()
        try terminal.waitUntil("the main screen") { isStarted($0) && $0.asksBackground }
        try terminal.type("\u{1B}]11;rgb:0000/0000/0000\u{1B}\\")
        try terminal.press("C-l")
        let frames = terminal.screen.frames
        try terminal.waitUntil("the redraw") { $0.frames > frames }
        #expect(terminal.screen[3, 1].style.background == nil)
    }

    // MARK: resizing

    @Test func theScreenFollowsTheWindow() throws {
        let terminal = try demo()
        try terminal.waitUntil("the main screen", isStarted)
        // Its listing may arrive, and be drawn for the old size, while the window changes.
        terminal.resize(columns: 80, rows: 24)
        try terminal.waitUntil("the main screen at 80×24", afterRaces: true, isStarted)
        terminal.resize(columns: 24, rows: 6)
        try terminal.waitUntil("too small", afterRaces: true) { $0.picture.contains("24×6") }
        terminal.resize(columns: 120, rows: 36)
        try terminal.waitUntil("the main screen at 120×36", afterRaces: true, isStarted)
    }

    @Test func aStormOfResizesEndsInARightScreen() throws {
        let terminal = try demo()
        try terminal.waitUntil("the main screen", isStarted)
        for step in 0..<1000 { terminal.resize(columns: 40 + step % 100, rows: 10 + step % 40) }
        terminal.resize(columns: 1, rows: 1)
        terminal.resize(columns: 100, rows: 30)
        // What was written for the sizes in between may have landed anywhere; ^L draws everything.
        try terminal.press("C-l")
        try terminal.waitUntil("the main screen at 100×30", afterRaces: true, isStarted)
    }

    // MARK: terminals that cannot do it

    @Test func anUnknownTerminalIsOneLineAndStatus64() throws {
        let terminal = try demo(["TERM": "no-such-terminal"])
        #expect(try terminal.waitForExit() == 64)
        #expect(terminal.screen.picture.contains("'no-such-terminal' is not known"))
        #expect(!String(decoding: terminal.output, as: UTF8.self).contains("\u{1B}"))
    }

    @Test(arguments: ["dumb", nil] as [String?])
    func aTerminalThatCannotDrawIsOneLineAndStatus64(type: String?) throws {
        let terminal = try demo(["TERM": type])
        #expect(try terminal.waitForExit() == 64)
        #expect(terminal.screen.picture.contains("TERM"))
        expectSane(terminal)
    }

    @Test func withoutATerminalItSaysSo() throws {
        let terminal = try shell("portside demo </dev/null; echo status $?")
        try terminal.expect("status 64")
        #expect(terminal.screen.picture.contains("needs a terminal"))
    }

    @Test(arguments: ["xterm-kitty", "foot", "xterm-ghostty"])
    func aTerminalWithoutEntryIsTakenForXterm(type: String) throws {
        // The test's own database has no such entry; the system's has xterm's.
        let terminal = try demo(["TERM": type])
        try terminal.expectOutput("Help")
    }

    @Test func aLocaleWithoutUnicodeGetsAscii() throws {
        let terminal = try demo(["LANG": "C"])
        try terminal.waitUntil("the main screen", isStarted)
        #expect(terminal.output.allSatisfy { $0 < 0x80 })
    }

    @Test func noLocaleAtAllIsTakenForUnicode() throws {
        let terminal = try demo(["LANG": nil])
        try terminal.waitUntil("the main screen", isStarted)
        #expect(terminal.screen.picture.contains("┌"))
    }

    @Test func noColourMeansNone() throws {
        let terminal = try demo(["NO_COLOR": "1"])
        try terminal.waitUntil("the main screen", isStarted)
        for row in 0..<terminal.screen.rows {
            for column in 0..<terminal.screen.columns {
                let style = terminal.screen[column, row].style
                #expect(style.foreground == nil && style.background == nil)
            }
        }
    }

    // MARK: signals and crashes

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
    func aSignalEndsItWithTheTerminalRestored(signal: Int32) throws {
        let terminal = try demo()
        try terminal.waitUntil("the main screen", isStarted)
        terminal.signal(signal)
        #expect(try terminal.waitForExit() == 128 + signal)
        expectSane(terminal)
    }

    @Test(arguments: [SIGSEGV, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE])
    func aCrashLeavesTheTerminalSane(signal: Int32) throws {
        let terminal = try demo()
        try terminal.waitUntil("the main screen", isStarted)
        terminal.signal(signal)
        #expect(try terminal.waitForExit() == 128 + signal)
        expectSane(terminal)
    }

    @Test func stoppingAndComingBack() throws {
        let terminal = try shell("portside demo")
        try terminal.waitUntil("the main screen", isStarted)
        try terminal.press("C-z")
        try terminal.waitUntil("the shell") { !$0.isAlternate && $0.picture.contains("Stopped") }
        expectSane(terminal)
        terminal.resize(columns: 100, rows: 30)
        try terminal.type("fg\r")
        try terminal.waitUntil("the main screen again", isStarted)
        #expect(terminal.screen.modes.isSuperset(of: [1000, 1006, 2004]))
        try terminal.press("F10")
        try terminal.waitUntil("the shell") { !$0.isAlternate }
    }

    @Test func aStopFromOutsideIsTheSame() throws {
        let terminal = try shell("portside demo")
        try terminal.waitUntil("the main screen", isStarted)
        try terminal.press("C-z")
        try terminal.waitUntil("the shell") { !$0.isAlternate && $0.picture.contains("Stopped") }
        try terminal.type("stty sane; kill -STOP %1; fg\r")
        try terminal.waitUntil("the main screen again", isStarted)
        #expect(terminal.settings.c_lflag & tcflag_t(ECHO | ICANON | ISIG) == 0)
    }

    // MARK: input nobody means

    @Test func noiseFromTheTerminalNeitherEndsNorBreaksIt() throws {
        let terminal = try demo()
        try terminal.waitUntil("the main screen", isStarted)
        for noise in [
            "\u{1B}[<0;1M", "\u{1B}[<99;99999;99999M", "\u{1B}[?62;1;6c", "\u{1B}[99;99R", "\u{1B}[<",
            "\u{1B}[M\u{1}\u{1}\u{1}",
        ] {
            try terminal.type(noise)
        }
        try terminal.send([0xFF, 0xFE, 0xC3])
        try terminal.press("C-l")
        try terminal.waitUntil("the main screen", isStarted)
    }

    @Test func aPasteRunsNoCommands() throws {
        let terminal = try demo()
        try terminal.waitUntil("the main screen", isStarted)
        try terminal.paste("q\rq\rq\r")
        try terminal.press("C-l")
        try terminal.waitUntil("the main screen", isStarted)
    }

    @Test func anIdleProgramDrawsNothing() throws {
        let terminal = try demo()
        // The last thing that happens by itself is the listing, and its line in the log.
        try terminal.waitUntil("the listing") { screen in
            screen.text.contains { $0.contains("10 items") }
                && screen.text.contains { $0.contains("10 entries") }
        }
        var frames = terminal.screen.frames
        try terminal.press("C-l")
        try terminal.waitUntil("the redraw") { $0.frames > frames }
        frames = terminal.screen.frames
        // An answer of the terminal that nobody asked for: read, and of no consequence.
        try terminal.send(Array("\u{1B}[99;99R".utf8))
        terminal.signal(SIGTERM)
        _ = try terminal.waitForExit()
        #expect(terminal.screen.frames == frames)
    }
}
