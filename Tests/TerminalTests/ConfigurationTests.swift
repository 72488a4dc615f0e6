import Glibc
import TestSupport
import Testing

@testable import portside

@Suite struct ConfigurationTests {
    @Test func everyKeyIsRead() throws {
        var problems: [FileProblem] = []
        let configuration = try Configuration(
            """
            [interface]
            theme = "paper"
            glyphs = "ascii"
            mouse = false
            escape_delay_ms = 100
            [transfers]
            connections = 6
            on_hangup = "background"
            """, file: "c.toml", problems: &problems)
        var expected = Configuration()
        expected.theme = "paper"
        expected.glyphs = .ascii
        expected.mouse = false
        expected.escapeDelay = 100
        expected.connections = 6
        expected.onHangup = .background
        #expect(configuration == expected)
        #expect(problems == [])
    }

    @Test(arguments: [
        ("[interface]\nmouse = \"no\"", "c.toml:2: mouse is true or false"),
        ("[interface]\n\nglyphs = \"nerdy\"", "c.toml:3: glyphs is auto, unicode or ascii"),
        ("[interface]\nescape_delay_ms = 5000", "c.toml:2: escape_delay_ms is a number from 0 to 1000"),
        ("[transfers]\non_hangup = \"go\"", "c.toml:2: on_hangup is stop or background"),
        ("[transfers]\nconnections = 0", "c.toml:2: connections is a number from 1 to 32"),
        ("[interface]\ntheme = 3", "c.toml:2: theme is a text in quotes"),
    ])
    func aMistakeIsNamedWithItsLine(text: String, message: String) {
        #expect {
            var problems: [FileProblem] = []
            _ = try Configuration(text, file: "c.toml", problems: &problems)
        } throws: { error in
            "\(error)" == message
        }
    }

    @Test func anUnknownKeyIsPassedOverAndNamed() throws {
        var problems: [FileProblem] = []
        let configuration = try Configuration(
            "surprise = 1\n[interface]\nmuose = true\n[nosuch]\nx = 1", file: "c.toml", problems: &problems)
        #expect(configuration == Configuration())
        #expect(
            problems.map(\.description).sorted() == [
                "c.toml:1: there is no setting 'surprise'", "c.toml:3: there is no setting 'interface.muose'",
                "c.toml:5: there is no setting 'nosuch.x'",
            ])
    }

    @Test func noFileIsNoProblem() {
        let loaded = Configuration.load("/nonexistent/config.toml")
        #expect(loaded.configuration == Configuration())
        #expect(loaded.problems == [])
    }

    @Test func aDirectoryInItsPlaceIsOneLine() {
        let loaded = Configuration.load("/tmp")
        #expect(loaded.configuration == Configuration())
        #expect(loaded.problems.count == 1)
    }
}

@Suite struct UserFilesTests {
    @Test func theUsersThemesComeFirstThenTheInstalledThenTheSources() {
        let files = UserFiles(
            environment: { ["HOME": "/home/a"][$0] },
            executable: "/src/portside/.build/x86_64-unknown-linux-gnu/release/portside")
        #expect(files.configuration == "/home/a/.config/portside")
        #expect(files.themes.first == "/home/a/.config/portside/themes")
        #expect(files.themes.contains("/src/portside/themes"))
    }

    @Test func installedThemesAreRelativeToTheProgram() {
        let files = UserFiles(
            environment: { ["XDG_CONFIG_HOME": "/xdg"][$0] }, executable: "/opt/p/bin/portside")
        #expect(files.themes[0] == "/xdg/portside/themes")
        #expect(files.themes[1] == "/opt/p/share/portside/themes")
    }

    @Test func aRelativeXDGDirectoryIsIgnored() {
        let environment = ["XDG_CONFIG_HOME": "relative", "HOME": "/home/a"]
        #expect(
            UserFiles(environment: { environment[$0] }, executable: nil).configuration
                == "/home/a/.config/portside")
    }
}
