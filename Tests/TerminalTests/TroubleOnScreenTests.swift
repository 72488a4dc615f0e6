import EmbeddedServer
import TestSupport
import Testing

/// What goes wrong on the way to a server, as the screen shows it.
@Suite(.serialized) struct TroubleOnScreenTests {
    /// The promise that keys are answered whatever the network does, as an order of events: each frame is here
    /// while the server's reply is still held back, so no frame can have waited for it.
    @Test func everyKeyChangesTheScreenBeforeTheServersReplyIsReleased() throws {
        let server = try ServedDirectory()
        let play = try Play.visit(server.port, listing: "a.txt")
        let terminal = play.terminal
        server.fallSilent()
        try play.moveCursor(to: "/sub")
        try terminal.press("Enter")
        try terminal.expect("Esc stops")
        // Bytes move nowhere now: one transfer and one listing wait for the same silent server.
        try terminal.press("1")
        try terminal.waitUntil("the local pane in focus") { Self.isFocused($0, "1 Local") }
        try terminal.press("F1")
        try terminal.expect("Keys — the panes")
        try terminal.press("Esc")
        try terminal.waitUntil("the panes") { !$0.picture.contains("Keys —") }
        try terminal.press("3")
        try terminal.waitUntil("the queue in focus") { Self.isFocused($0, "3 Queue") }
        try terminal.press("4", "z")
        try terminal.waitUntil("the log alone") { $0.text[1].contains("4 Log") }
        try terminal.press("z", "2", "Down")
        try play.expectCursor(on: "a.txt")
        try terminal.press("/")
        try terminal.type("big")
        try terminal.waitUntil("the filter") { !Play.pane($0, .remote, "a.txt") }
        try terminal.press("Esc")
        try terminal.waitUntil("everything") { Play.pane($0, .remote, "a.txt") }
        try terminal.press("F7")
        try terminal.expect("New folder")
        try terminal.press("Esc")
        try terminal.waitUntil("the panes") { !$0.picture.contains("New folder") }
        // The reply has not come: the log ends with the command, and the listing still runs.
        #expect(play.screen.picture.contains("Esc stops"))
        #expect(server.isSilent)
        server.speak()
        try play.waitForDirectory("/sub", with: "b.txt")
        try play.quit()
    }

    /// The title of the part that has the focus is bold.
    private static func isFocused(_ screen: ScreenEmulator, _ title: String) -> Bool {
        for row in 0..<screen.rows {
            let cells = (0..<screen.columns).map { screen[$0, row].text }
            let wanted = title.map(String.init)
            if let at = cells.indices.first(where: { cells[$0...].starts(with: wanted) }) {
                return screen[at, row].style.isBold
            }
        }
        return false
    }

    @Test func whileTheServerIsSilentTheKeysAnswerAndEscapeStopsTheListing() throws {
        let server = try ServedDirectory()
        for number in 1...3 { try server.served.makeDirectory("dir\(number)") }
        let play = try Play.visit(server.port, listing: "a.txt")
        let terminal = play.terminal
        try play.moveCursor(to: "/dir2")
        server.fallSilent()
        try terminal.press("Enter")
        try terminal.expect("Esc stops")
        for name in ["/dir3", "/sub", "a.txt"] {
            try terminal.press("Down")
            try play.expectCursor(on: name)
        }
        terminal.resize(columns: 100, rows: 30)
        try terminal.waitUntil("100×30", afterRaces: true) { $0.text[29].contains("10Quit") }
        #expect(play.screen.picture.contains("Esc stops"))
        try terminal.press("Esc")
        try terminal.waitUntil("the listing stopped", afterRaces: true) {
            !$0.picture.contains("Esc stops") && $0.picture.contains("Stopped by you")
        }
        server.speak()
    }

    @Test func aLostConnectionIsMadeAgainInTheSameDirectory() throws {
        let server = try ServedDirectory()
        let play = try Play.visit(server.port, path: "sub", listing: "b.txt")
        let terminal = play.terminal
        try play.waitForDirectory("/sub", with: "b.txt")
        server.stop()
        try terminal.waitUntil("lost in the status line") { $0.text[34].contains("lost") }
        try server.served.write([0x78], to: "sub/new.txt")
        try server.start()
        try terminal.press("C-r")
        try play.waitForDirectory("/sub", with: "new.txt")
        #expect(!play.screen.text[34].contains("lost"))
        try play.quit()
    }

    @Test func aWrongPasswordIsSaidAndTheRightOneAskedFor() throws {
        let server = try ServedDirectory(.only(["alice": "right"]))
        let play = try Play(["ftp://alice:wrong@127.0.0.1:\(server.port)/"])
        let terminal = play.terminal
        try terminal.expect("530")
        try terminal.waitUntil("a field for the password") { $0.showsCursor }
        try terminal.type("right\r")
        try play.waitForListing(of: "a.txt")
        let written = String(decoding: terminal.output, as: UTF8.self)
        #expect(!written.contains("wrong") && !written.contains("right\r"))
        #expect(try play.log().contains { $0.contains("> PASS ••••") })
    }

    @Test func nothingInHostileNamesReachesTheTerminal() throws {
        let server = try ServedDirectory(faults: [.escapeNames])
        let play = try Play.visit(server.port, listing: "a.txt")
        let terminal = play.terminal
        try terminal.waitUntil("the names, made harmless") {
            Play.pane($0, .remote, "31mred") && Play.pane($0, .remote, "bell")
        }
        let written = String(decoding: terminal.output, as: UTF8.self).unicodeScalars
        #expect(!written.contains("\u{7}") && !written.contains("\u{202E}") && !written.contains("\u{9B}"))
        let text = String(decoding: terminal.output, as: UTF8.self)
        #expect(!text.contains("\u{1B}[31m") && !text.contains("\u{1B}]0;"))
        #expect(play.screen.unexpected.isEmpty && !play.screen.title.contains("owned"))
        try play.quit()
    }
}
