import Glibc
import TestSupport
import Testing

/// F3 and F4 with a program that writes down how it was called.
@Suite(.serialized) struct OpenOnScreenTests {
    /// A home whose viewer and editor note their arguments, one to a line, and whose editor then changes the file.
    private func home() throws -> TemporaryDirectory {
        let home = try TemporaryDirectory()
        try home.makeDirectory(Play.localName)
        try home.makeDirectory("run")
        try home.makeDirectory("config")
        try home.makeDirectory("config/portside")
        let program = home.path(of: "program")
        try home.write(
            Array(
                """
                #!/bin/sh
                for each in "$@"; do printf '%s\\n' "$each"; done >> "$HOME/arguments"
                for last in "$@"; do :; done
                ls -ld "${last%/*}" "$last" | cut -c1-10 >> "$HOME/modes"
                printf 'in the program '
                read answer < /dev/tty
                if [ "$1" = edit ]; then printf 'changed\\n' >> "$last"; fi
                """.utf8), to: "program")
        chmod(program, 0o700)
        try home.write(
            Array("[interface]\nviewer = \"\(program) view\"\neditor = \"\(program) edit\"\n".utf8),
            to: "config/portside/config.toml")
        return home
    }

    private func lines(_ home: TemporaryDirectory, _ name: String) throws -> [String] {
        String(decoding: try home.contents(of: name) ?? [], as: UTF8.self).split(separator: "\n").map(
            String.init)
    }

    @Test func anEditedFileGoesBackToTheServerWhenTheUserSaysSo() throws {
        let server = try ServedDirectory()
        let home = try home()
        let play = try Play(["ftp://127.0.0.1:\(server.port)/"], home: home)
        let terminal = play.terminal
        try play.waitForListing(of: "a.txt")
        try terminal.press("2")
        try play.moveCursor(to: "a.txt")
        try terminal.press("F4")
        try terminal.waitUntil("the program has the terminal") {
            !$0.isAlternate && $0.picture.contains("in the program") && !$0.modes.contains(1000)
        }
        try terminal.type("\r")
        try terminal.expect("Send it back?")
        #expect(play.screen.isAlternate && play.screen.modes.contains(1002))
        try terminal.press("Enter")
        try terminal.expect("1 done")
        #expect(try server.served.contents(of: "a.txt") == Array("one\ntwo\nchanged\n".utf8))
        // A private copy, and nothing left of it.
        #expect(try lines(home, "modes") == ["drwx------", "-rw-r--r--"])
        try eventually("the copy is gone") { try home.names(in: "run").isEmpty }
        #expect(try lines(home, "arguments").first == "edit")
        try play.quit()
    }

    @Test func aFileThatChangedOnTheServerMeanwhileIsNotOverwrittenUnasked() throws {
        let server = try ServedDirectory()
        let play = try Play(["ftp://127.0.0.1:\(server.port)/"], home: try home())
        let terminal = play.terminal
        try play.waitForListing(of: "a.txt")
        try terminal.press("2")
        try play.moveCursor(to: "a.txt")
        try terminal.press("F4")
        try terminal.expect("in the program")
        try server.served.write(Array("somebody else was here\n".utf8), to: "a.txt")
        try terminal.type("\r")
        try terminal.expect("Send it back?")
        try terminal.press("Enter")
        try terminal.expect("it had 8 bytes and has 23 now")
        try terminal.press("Enter")
        try terminal.expect("Not sent back")
        #expect(try server.served.contents(of: "a.txt") == Array("somebody else was here\n".utf8))
        try play.quit()
    }

    /// Promise N2: no name is an option or a command.
    @Test func namesThatLookLikeOptionsOrCommandsAreOnlyNames() throws {
        let server = try ServedDirectory()
        let home = try home()
        let names = ["$(touch x)", "+x|touch y", "-rf", "`touch z`", "a;touch w"]
        for name in names { try server.served.write(Array(name.utf8), to: name) }
        let play = try Play(["ftp://127.0.0.1:\(server.port)/"], home: home)
        let terminal = play.terminal
        try play.waitForListing(of: "a.txt")
        try terminal.press("2")
        for (index, name) in names.enumerated() {
            try play.moveCursor(to: name)
            try terminal.press("F3")
            try terminal.waitUntil("the program") { !$0.isAlternate }
            try eventually("it was called") { try lines(home, "arguments").count == 2 * index + 2 }
            try terminal.type("\r")
            try terminal.waitUntil("the panes") { $0.isAlternate && $0.picture.contains("2 Remote /") }
        }
        let arguments = try lines(home, "arguments")
        for (index, name) in names.enumerated() {
            #expect(arguments[2 * index] == "view")
            let path = arguments[2 * index + 1]
            #expect(path.hasPrefix("/") && path.hasSuffix(name), "\(path)")
        }
        for name in ["w", "x", "y", "z"] { #expect(try play.localFile(name) == nil) }
        try play.quit()
    }
}
