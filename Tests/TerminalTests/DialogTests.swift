import TestSupport
import Testing

/// Prompts and questions on the real screen, with what they do on the server.
@Suite(.serialized) struct DialogTests {
    @Test func aFolderIsMadeRenamedAndDeletedOnlyWhenConfirmed() throws {
        let server = try ServedDirectory()
        let play = try Play.visit(server.port, listing: "a.txt")
        let terminal = play.terminal

        try terminal.press("F7")
        try terminal.waitUntil("the prompt") { $0.showsCursor }
        try terminal.type("fresh\r")
        try terminal.waitUntil("the new folder") { Play.pane($0, .remote, "/fresh") }
        try play.expectCursor(on: "fresh")
        #expect(try server.served.names(in: "fresh") == [])

        try terminal.press("F6")
        try terminal.waitUntil("the prompt with the name") { $0.showsCursor }
        try terminal.press("C-u")
        try terminal.type("renamed\r")
        try terminal.waitUntil("the new name") {
            Play.pane($0, .remote, "/renamed") && !Play.pane($0, .remote, "/fresh")
        }
        try play.expectCursor(on: "renamed")
        #expect(try server.served.names(in: "renamed") == [])

        try terminal.press("F8")
        try terminal.expect("Delete?")
        // Cancel is what Enter does.
        try terminal.press("Enter")
        try terminal.waitUntil("the panes") { !$0.picture.contains("Delete?") }
        #expect(try server.served.names(in: "renamed") == [])

        try terminal.press("F8")
        try terminal.expect("Delete?")
        try terminal.press("Tab", "Enter")
        try terminal.waitUntil("it is gone") { !Play.pane($0, .remote, "/renamed") }
        #expect(try server.served.names() == ["a.txt", "big.bin", "sub"].map { Array($0.utf8) })
        try play.quit()
    }

    @Test func aLocalFileThatIsDeletedLiesInTheTrash() throws {
        let server = try ServedDirectory()
        let play = try Play.visit(server.port, listing: "a.txt")
        let terminal = play.terminal
        try play.home.makeDirectory("files/tree")
        try play.home.write([1, 2, 3], to: "files/tree/inside.txt")
        try terminal.press("1", "C-r")
        try terminal.waitUntil("the folder") { Play.pane($0, .local, "/tree") }
        try terminal.press("Home", "Down", "F8")
        try terminal.expect("Folders go with everything in them: 1 file, 3 B.")
        try terminal.expect("To the trash: ~/.local/share/Trash")
        try terminal.press("Tab", "Enter")
        try terminal.waitUntil("it is gone") { !Play.pane($0, .local, "/tree") }
        #expect(try play.home.contents(of: ".local/share/Trash/files/tree/inside.txt") == [1, 2, 3])
        let note = try play.home.contents(of: ".local/share/Trash/info/tree.trashinfo") ?? []
        #expect(String(decoding: note, as: UTF8.self).contains("/files/tree\n"))
        try terminal.expect("In the trash: ")
        try play.quit()
    }

    @Test func aFilterNarrowsThePaneAndEscapeWidensItAgain() throws {
        let play = try Play.demo()
        let terminal = play.terminal
        try terminal.press("/")
        try terminal.type("readme")
        try terminal.waitUntil("README.txt alone") {
            Play.pane($0, .remote, "README.txt") && !Play.pane($0, .remote, "slow.bin")
        }
        try terminal.press("Enter")
        try terminal.expect("1 of 10 match")
        try play.expectCursor(on: "README.txt")
        try terminal.press("Esc")
        try terminal.waitUntil("everything") { Play.pane($0, .remote, "slow.bin") }
    }

    @Test func theHelpOverlayListsTheKeysAndGoes() throws {
        let play = try Play.demo()
        let terminal = play.terminal
        try terminal.press("F1")
        try terminal.waitUntil("the help") {
            $0.picture.contains("Keys — the panes") && $0.picture.contains("copy into the queue")
        }
        try terminal.type("passive")
        try terminal.waitUntil("what fits alone") {
            $0.picture.contains("active, passive, auto") && !$0.picture.contains("copy into the queue")
        }
        // The first Esc clears what was typed.
        try terminal.press("Esc")
        try terminal.expect("copy into the queue")
        try terminal.press("Esc")
        try terminal.waitUntil("the panes") { !$0.picture.contains("Keys —") }
        try play.quit()
    }

    @Test func aClickMovesTheCursorAndTheWheelTheListUnderIt() throws {
        let play = try Play.demo()
        let terminal = play.terminal
        let row = try #require(play.screen.text.firstIndex { $0.contains("README.txt") })
        try terminal.click(65, row)
        try play.expectCursor(on: "README.txt")
        let below = try #require(play.screen.text.firstIndex { $0.contains("/many") })
        try terminal.click(65, below)
        try terminal.click(65, below)
        try play.waitForDirectory("/many", with: "entry-001.txt")
        for _ in 0..<10 { try terminal.wheel(down: true, 65, 8) }
        try terminal.waitUntil("entries further down") {
            Play.pane($0, .remote, "entry-030.txt") && !Play.pane($0, .remote, "entry-001.txt")
        }
        try terminal.click(5, 6)
        try terminal.waitUntil("the local pane in focus") { $0.text[1].contains("1 Local") }
        // The bar of function keys takes clicks as well: 10Quit.
        let bar = Array(try #require(play.screen.text.last))
        let column = try #require(bar.indices.last { String(bar[$0...]).hasPrefix("10Quit") })
        try terminal.click(column + 3, play.screen.rows - 1)
        #expect(try terminal.waitForExit() == 0)
    }
}
