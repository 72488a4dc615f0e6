import TestSupport
import Testing

/// F5 from the local pane, and what is asked when the name is taken.
@Suite(.serialized) struct CopyOnScreenTests {
    @Test func anUploadArrivesAndASecondOneOverwritesOnlyWhenAllowed() throws {
        let server = try ServedDirectory()
        let home = try TemporaryDirectory()
        try home.makeDirectory(Play.localName)
        let file = "\(Play.localName)/up.txt"
        try home.write(Array("first\n".utf8), to: file)
        let play = try Play(["ftp://127.0.0.1:\(server.port)/"], home: home)
        let terminal = play.terminal
        try play.waitForListing(of: "a.txt")
        try terminal.waitUntil("the file here") { Play.pane($0, .local, "up.txt") }

        try terminal.press("1", "End")
        try terminal.waitUntil("the cursor on it") { Play.cursorLine($0, .local).contains("up.txt") }
        try terminal.press("F5")
        try terminal.waitUntil("the file there") { Play.pane($0, .remote, "up.txt") }
        try terminal.expect("1 done")
        #expect(try server.served.contents(of: "up.txt") == Array("first\n".utf8))

        try home.write(Array("the second one\n".utf8), to: file)
        try terminal.press("End", "F5")
        try terminal.expect("needs an answer")
        try terminal.press("A")
        try terminal.expect("This file is already there")
        // Esc decides nothing.
        try terminal.press("Esc")
        try terminal.waitUntil("the panes") { !$0.picture.contains("This file is already there") }
        #expect(play.screen.picture.contains("needs an answer"))
        #expect(try server.served.contents(of: "up.txt") == Array("first\n".utf8))
        try terminal.press("A")
        try terminal.expect("This file is already there")
        try terminal.press("o")
        try terminal.expect("2 done")
        #expect(try server.served.contents(of: "up.txt") == Array("the second one\n".utf8))
        try play.quit()
    }
}
