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

    /// Here `mine.txt`, `a.txt` with this text and `extra/deep/old.txt`; everything else is on the server.
    private func comparing(_ server: ServedDirectory, text: String = "one\ntwo\n") throws -> Play {
        let home = try TemporaryDirectory()
        try home.makeDirectory(Play.localName)
        try home.write(Array("mine\n".utf8), to: Play.localName + "/mine.txt")
        try home.write(Array(text.utf8), to: Play.localName + "/a.txt")
        try home.makeDirectory(Play.localName + "/extra")
        try home.makeDirectory(Play.localName + "/extra/deep")
        try home.write(Array("old\n".utf8), to: Play.localName + "/extra/deep/old.txt")
        let play = try Play(["ftp://127.0.0.1:\(server.port)/"], home: home)
        try play.waitForListing(of: "big.bin")
        try play.terminal.press("2", "=")
        try play.terminal.expect("only there")
        return play
    }

    private func mirror(_ server: ServedDirectory, _ play: Play, _ arguments: [String]) throws -> Program {
        let (there, here) = ("ftp://127.0.0.1:\(server.port)/", play.home.path(of: Play.localName))
        let sides = arguments.contains("up") ? [here, there] : [there, here]
        return try Program.run(
            "/usr/bin/env",
            ["HOME=\(play.home.path)", PseudoTerminal.builtProgram("portside"), "mirror"]
                + arguments.filter { $0 != "up" } + sides)
    }

    @Test func aPlanWrittenOnTheScreenMakesTheTreesEqualThroughMirror() throws {
        let server = try ServedDirectory()
        let play = try comparing(server, text: "one\n")
        let terminal = play.terminal
        try terminal.press("d", "d")
        try terminal.expect("here becomes like the server")
        try terminal.press("X")
        try terminal.expect("2 to delete")
        try terminal.press("w")
        try terminal.expect("Write the plan")
        try terminal.type("../plan.json")
        try terminal.press("Enter")
        try terminal.expect("plan.json: written")
        // Nothing is done yet; and a file that is there is left as it is.
        #expect(try play.localFile("mine.txt") != nil && play.localFile("big.bin") == nil)
        let before = try play.home.contents(of: "plan.json")
        try terminal.press("w")
        try terminal.type("../plan.json")
        try terminal.press("Enter")
        try terminal.expect("is there already; w takes another name")
        #expect(try play.home.contents(of: "plan.json") == before)
        try terminal.press("w")
        try terminal.type("../nowhere/plan.json")
        try terminal.press("Enter")
        try terminal.expect("plan.json: cannot create: No such file or directory")
        let run = try mirror(server, play, ["--delete", "--plan", play.home.path(of: "plan.json")])
        #expect(run.status == 0, "\(run.output)")
        #expect(run.output.contains("extra/deep/old.txt"), "\(run.output)")
        let look = try mirror(server, play, ["--delete", "--dry-run"])
        #expect(look.status == 0 && look.output.contains("0 to copy"), "\(look.output)")
        #expect(look.output.contains("0 to delete, 3 equal"), "\(look.output)")
        try terminal.press("q")
        try play.quit()
    }

    @Test func aPlanOfBothDirectionsIsTwoFilesAndMirrorRunsEach() throws {
        let server = try ServedDirectory()
        let play = try comparing(server)
        let terminal = play.terminal
        try terminal.press("w")
        try terminal.expect("A plan goes one way")
        // Both or none: the second one's name is taken.
        try play.home.write([1], to: "half-to-here.json")
        try terminal.type("../half.json")
        try terminal.press("Enter")
        try terminal.expect("half-to-here.json is there already; w takes another name")
        #expect(try play.home.contents(of: "half-to-server.json") == nil)
        #expect(try play.home.contents(of: "half-to-here.json") == [1])
        try terminal.press("w")
        try terminal.type("../both.json")
        try terminal.press("Enter")
        try terminal.expect("both-to-server.json and both-to-here.json: written")
        let up = try mirror(server, play, ["up", "--plan", play.home.path(of: "both-to-server.json")])
        #expect(up.status == 0, "\(up.output)")
        let down = try mirror(server, play, ["--plan", play.home.path(of: "both-to-here.json")])
        #expect(down.status == 0, "\(down.output)")
        #expect(try server.served.contents(of: "mine.txt") == Array("mine\n".utf8))
        #expect(try server.served.contents(of: "extra/deep/old.txt") == Array("old\n".utf8))
        #expect(try play.localFile("big.bin") == ServedDirectory.big)
        let look = try mirror(server, play, ["--delete", "--dry-run"])
        #expect(look.output.contains("0 to copy") && look.output.contains("0 to delete"), "\(look.output)")
        try terminal.press("q")
        try play.quit()
    }
}
