import TestSupport
import Testing

/// Two directories compared on the real screen, and made equal through the queue.
@Suite(.serialized) struct CompareOnScreenTests {
    @Test func theTwoPanesBecomeEqualInBothDirections() throws {
        let server = try ServedDirectory()
        let home = try TemporaryDirectory()
        try home.makeDirectory(Play.localName)
        try home.write(Array("mine\n".utf8), to: Play.localName + "/mine.txt")
        try home.makeDirectory(Play.localName + "/sub")
        try home.write(Array("below\n".utf8), to: Play.localName + "/sub/below.txt")
        let play = try Play(["ftp://127.0.0.1:\(server.port)/"], home: home)
        try play.waitForListing(of: "big.bin")
        let terminal = play.terminal
        try terminal.press("2", "=")
        try terminal.waitUntil("the differences") {
            $0.picture.contains("→ mine.txt") && $0.picture.contains("← big.bin")
                && $0.picture.contains("→ sub/below.txt") && $0.picture.contains("← sub/b.txt")
        }
        try terminal.expect("2 to the server · 3 to here")
        try terminal.press("Enter")
        try terminal.expect("5 done")
        #expect(try server.served.contents(of: "mine.txt") == Array("mine\n".utf8))
        #expect(try server.served.contents(of: "sub/below.txt") == Array("below\n".utf8))
        #expect(try play.localFile("big.bin") == ServedDirectory.big)
        #expect(try play.localFile("sub/b.txt") == Array("inner\n".utf8))
        // A second time there is nothing to do.
        try terminal.press("=")
        try terminal.expect("Nothing differs.")
        try terminal.press("q")
        try terminal.waitUntil("the panes again") { !$0.picture.contains("Nothing differs") }
        try play.quit()
    }

    @Test func whatOnlyTheServerHasIsDeletedAfterAQuestion() throws {
        let server = try ServedDirectory()
        let home = try TemporaryDirectory()
        try home.makeDirectory(Play.localName)
        try home.write(Array("one\ntwo\n".utf8), to: Play.localName + "/a.txt")
        let play = try Play(["ftp://127.0.0.1:\(server.port)/"], home: home)
        try play.waitForListing(of: "big.bin")
        let terminal = play.terminal
        try terminal.press("2", "=")
        try terminal.expect("only there")
        try terminal.press("d")
        try terminal.expect("the server becomes like here")
        try terminal.press("X")
        try terminal.expect("2 to delete")
        try terminal.press("Enter")
        try terminal.expect("1 file and 1 folder on the server")
        try terminal.press("Right", "Enter")
        try eventually("both are gone") {
            try server.served.contents(of: "big.bin") == nil && server.served.contents(of: "sub/b.txt") == nil
        }
        #expect(try server.served.contents(of: "a.txt") == Array("one\ntwo\n".utf8))
        try play.quit()
    }
}
