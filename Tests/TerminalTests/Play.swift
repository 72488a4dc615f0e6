import EmbeddedServer
import Glibc
import TestSupport
import Testing

/// The built program on a terminal, in a home of its own whose directory `files` is the local pane.
final class Play {
    /// What the demo serves, or a tree of the test's own, is in the remote pane; this is the other side.
    static let localName = "files"

    let home: TemporaryDirectory
    let terminal: PseudoTerminal

    /// - Parameters:
    ///   - arguments: of `portside`: `demo`, or an address.
    ///   - home: one that was used before, for what must survive a restart.
    init(
        _ arguments: [String], columns: Int = 120, rows: Int = 36, home: TemporaryDirectory? = nil
    ) throws {
        self.home = try home ?? TemporaryDirectory()
        if home == nil { try self.home.makeDirectory(Self.localName) }
        // The local pane begins where the program is started, and exec keeps the process.
        let start = #"cd "$0" && exec "$@""#
        terminal = try PseudoTerminal(
            "/bin/sh",
            ["-c", start, self.home.path(of: Self.localName), PseudoTerminal.builtProgram("portside")]
                + arguments,
            columns: columns, rows: rows, home: self.home.path)
    }

    /// The demo, once its root has been listed; the keys go to the remote pane.
    static func demo(columns: Int = 120, rows: Int = 36) throws -> Play {
        let play = try Play(["demo"], columns: columns, rows: rows)
        try play.waitForListing(of: "README.txt")
        try play.terminal.press("2")
        return play
    }

    /// Connected to a server that the test runs, once this name is listed; the keys go to the remote pane.
    static func visit(
        _ port: UInt16, path: String = "", listing name: String
    ) throws -> Play {
        let play = try Play(["ftp://127.0.0.1:\(port)/\(path)"])
        try play.waitForListing(of: name)
        try play.terminal.press("2")
        return play
    }

    // MARK: looking

    var screen: ScreenEmulator { terminal.screen }

    /// Whether a row of a pane, local or remote, holds the text.
    static func pane(_ screen: ScreenEmulator, _ side: Side, _ text: String) -> Bool {
        lines(screen, side).contains { $0.contains(text) }
    }

    enum Side { case local, remote }

    /// The rows of a pane between its title and its footer, without the border.
    static func lines(_ screen: ScreenEmulator, _ side: Side) -> [String] {
        let half = screen.columns / 2
        let columns = side == .local ? 0..<half : half..<screen.columns
        let rows = (1..<screen.rows).map { row in columns.map { screen[$0, row].text }.joined() }
        return Array(rows.prefix { !$0.hasPrefix("└") })
    }

    /// Waits until the remote pane shows this directory and holds this name.
    func waitForDirectory(_ path: String, with name: String) throws {
        try terminal.waitUntil("\(path) with \(name)") { screen in
            screen.text[1].contains(" \(path) ─") && Self.pane(screen, .remote, name)
        }
    }

    func waitForListing(of name: String) throws {
        try terminal.waitUntil("a listing with \(name)") { screen in
            // The reply is in the log before the pane has taken the end of the listing.
            Self.pane(screen, .remote, name) && screen.text.contains { $0.contains(" < 226") }
                && !screen.picture.contains("listing … ")
        }
    }

    /// Waits until the row under the remote pane's cursor holds this name.
    func expectCursor(on name: String) throws {
        try terminal.waitUntil("the cursor on \(name)") { Self.cursorLine($0, .remote).contains(name) }
    }

    static func cursorLine(_ screen: ScreenEmulator, _ side: Side) -> String {
        cursorRow(screen, side).map { lines(screen, side)[$0 - 1] } ?? ""
    }

    /// The first row of the list that has a background of its own; the list begins in the third row of the screen.
    static func cursorRow(_ screen: ScreenEmulator, _ side: Side) -> Int? {
        let column = side == .local ? 1 : screen.columns / 2 + 1
        let rows = 3..<max(3, lines(screen, side).count + 1)
        return rows.first { screen[column, $0].style.background != nil }
    }

    /// Moves the cursor of the remote pane to a name that is on the screen.
    func moveCursor(to name: String) throws {
        try terminal.press("Home")
        try terminal.waitUntil("the cursor on the first row") { Self.cursorRow($0, .remote) == 3 }
        let wanted = Self.lines(screen, .remote).firstIndex { $0.contains(name) }
        for _ in 0..<max(0, (wanted ?? 0) + 1 - 3) { try terminal.press("Down") }
        try expectCursor(on: name)
    }

    /// What the log says from the beginning: the window is made tall enough for it, and small again.
    func log() throws -> [String] {
        let (columns, rows) = (screen.columns, screen.rows)
        terminal.resize(columns: columns, rows: 250)
        try terminal.press("4", "z", "C-l")
        try terminal.waitUntil("the log alone", afterRaces: true) {
            $0.text[1].contains("4 Log") && $0.text[$0.rows - 1].contains("10Quit")
        }
        let said = Array(screen.text[2..<screen.rows - 3].filter { $0.contains(" a1 ") || $0.contains(" t") })
        terminal.resize(columns: columns, rows: rows)
        try terminal.press("z", "2", "C-l")
        try terminal.waitUntil("the panes again", afterRaces: true) {
            $0.text[1].contains("name ↑") && $0.text[rows - 1].contains("10Quit")
        }
        return said
    }

    /// Ends the program as a person does, and expects a good end.
    func quit(sourceLocation: SourceLocation = #_sourceLocation) throws {
        try terminal.press("q")
        let status = try terminal.waitForExit()
        #expect(status == 0, sourceLocation: sourceLocation)
        #expect(!screen.isAlternate, sourceLocation: sourceLocation)
    }

    /// A file in the local pane's directory; nil when there is none.
    func localFile(_ name: String) throws -> [UInt8]? {
        try home.contents(of: "\(Self.localName)/\(name)")
    }
}
