import EmbeddedServer
import Glibc
import TestSupport
import Testing

/// The demo from the first frame to the last, as somebody walks through it who has just installed the program.
@Suite(.serialized) struct DemoWalkTests {
    @Test func browseMarkCopyWatchToggleResizeQuit() throws {
        let play = try Play.demo()
        let terminal = play.terminal

        try play.moveCursor(to: "notes")
        try terminal.press("Enter")
        try play.waitForDirectory("/notes", with: "today.txt")
        try terminal.press("Backspace")
        try play.waitForDirectory("/", with: "README.txt")
        try play.expectCursor(on: "notes")

        try play.moveCursor(to: "many")
        try terminal.press("Enter")
        try play.waitForDirectory("/many", with: "entry-001.txt")
        try play.moveCursor(to: "entry-001.txt")
        try terminal.press("Insert", "Insert")
        try terminal.expect("2 of 300 selected")
        try terminal.press("F5")
        try terminal.waitUntil("both done") { $0.picture.contains(/3 Queue .*2 done/) }
        try terminal.waitUntil("both in the local pane") {
            Play.pane($0, .local, "entry-001.txt") && Play.pane($0, .local, "entry-002.txt")
        }
        let served = try DemoTree()
        for name in ["entry-001.txt", "entry-002.txt"] {
            let original = try bytes(of: "many/\(name)", in: served)
            #expect(!original.isEmpty)
            #expect(try play.localFile(name) == original)
            #expect(try play.localFile("\(name).part") == nil)
        }
        let before = try play.log()
        let transfers = before.filter { $0.contains(" t1 ") || $0.contains(" t2 ") }
        #expect(transfers.contains { $0.contains("> RETR") && $0.contains("entry-00") }, "\(transfers)")
        #expect(transfers.contains { $0.contains("< 226") }, "\(transfers)")
        let passive = before.filter { $0.contains("a1 > ") && Self.makesDataConnection($0) }
        #expect(!passive.isEmpty && passive.allSatisfy { $0.contains("> EPSV") }, "\(before)")

        try terminal.press("P")
        try terminal.waitUntil("active in the status line", afterRaces: true) {
            $0.text[$0.rows - 2].contains("active")
        }
        try terminal.press("C-r")
        try terminal.waitUntil("the other data command", afterRaces: true) { screen in
            let said = screen.text
            let made = said.lastIndex { $0.contains("a1 > PORT") || $0.contains("a1 > EPRT") }
            return made.map { said[$0...].contains { $0.contains("a1 < 226") } } ?? false
        }
        let own = try play.log().filter { $0.contains(" a1 ") }
        let toggled = try #require(own.lastIndex { $0.contains("> PORT") || $0.contains("> EPRT") })
        #expect(own[toggled...].contains { $0.contains("< 226") }, "\(own)")
        // Where EPSV stood before, on the connection that logged in once.
        let commands = own.filter { $0.contains("> ") && Self.makesDataConnection($0) }
        #expect(commands.count == passive.count + 1 && commands.dropLast().elementsEqual(passive))
        #expect(own.count { $0.contains("> USER") } == 1, "\(own)")

        terminal.resize(columns: 80, rows: 24)
        try terminal.waitUntil("80×24", afterRaces: true) {
            $0.text[23].contains("10Quit") && !$0.picture.contains("Modified")
        }
        try terminal.press("C-l")
        try terminal.waitUntil("the picture after the walk", afterRaces: true) {
            matches($0, afterTheWalk, rows: 14)
        }
        try play.quit()
    }

    @Test func quittingWhileSomethingRunsAsksFirst() throws {
        let play = try Play.demo()
        let terminal = play.terminal
        try play.moveCursor(to: "slow.bin")
        try terminal.press("F5")
        try terminal.expect("1 active")
        try terminal.press("q")
        try terminal.expect("Quit?")
        // Staying is what Enter does.
        try terminal.press("Enter")
        try terminal.waitUntil("the screen without the question") { !$0.picture.contains("Quit?") }
        #expect(play.screen.picture.contains("1 active"))
        try terminal.press("q")
        try terminal.expect("Quit?")
        try terminal.press("s")
        #expect(try terminal.waitForExit() == 0)
        #expect(!play.screen.isAlternate)
    }

    private static func makesDataConnection(_ line: String) -> Bool {
        ["> EPSV", "> PASV", "> PORT", "> EPRT"].contains { line.contains($0) }
    }

    /// The first kilobyte of a file in a demo tree: the demo's are the same in every tree.
    private func bytes(of name: String, in tree: DemoTree) throws -> [UInt8] {
        let file = try #require(fopen(String(decoding: tree.path, as: UTF8.self) + "/" + name, "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1_024)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes.prefix(count))
    }
}
