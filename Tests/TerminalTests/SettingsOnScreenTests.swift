import TestSupport
import Testing

/// What the user saves while the screen is up.
@Suite(.serialized) struct SettingsOnScreenTests {
    @Test func keysAndThemeAreReadAgainAndABrokenFileChangesNothing() throws {
        let home = try TemporaryDirectory()
        try home.makeDirectory(Play.localName)
        try home.makeDirectory("config")
        try home.makeDirectory("config/portside")
        let play = try Play(["demo"], home: home)
        try play.waitForListing(of: "README.txt")
        let terminal = play.terminal
        try terminal.press("2")
        let keys = """
            [panes]
            "Z" = "menu"
            "ctrl+y" = "nonsense"
            "hyper+x" = "quit"
            """
        try home.write(Array(keys.utf8), to: "config/portside/keys.toml")
        try terminal.expect("portside/keys.toml:3: there is no command")
        try terminal.press("Z")
        try terminal.expect("Connection")
        try terminal.waitUntil("the menu") { $0.text[0].contains("Act") && $0.text[0].contains("Program") }
        try terminal.press("F9")
        try terminal.waitUntil("the panes") { !$0.text[0].contains("Program") }
        try home.write(Array("[interface]\ntheme = [\n".utf8), to: "config/portside/config.toml")
        try terminal.expect("config.toml:")
        try home.write(
            Array("[interface]\ntheme = \"mono\"\n".utf8), to: "config/portside/config.toml")
        try terminal.expect("The settings were read again.")
        try play.quit()
    }

    @Test func keysAreThereFromTheBeginning() throws {
        let home = try TemporaryDirectory()
        try home.makeDirectory(Play.localName)
        try home.makeDirectory("config")
        try home.makeDirectory("config/portside")
        try home.write(
            Array("[everywhere]\n\"ctrl+t\" = { run = \"help\", help = \"tell me\" }\n".utf8),
            to: "config/portside/keys.toml")
        let play = try Play(["demo"], home: home)
        try play.waitForListing(of: "README.txt")
        try play.terminal.press("2", "C-t")
        try play.terminal.expect("tell me")
        try play.terminal.press("Enter")
        try play.terminal.waitUntil("the panes") { !$0.picture.contains("tell me") }
        try play.quit()
    }
}
