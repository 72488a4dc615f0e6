import Glibc
import Interface
import TestSupport
import Testing

@testable import portside

private func theme(_ text: String) throws -> [Role: Style] {
    try ThemeFile(text, file: "t.toml").styles(over: [:])
}

@Suite struct ThemeFileTests {
    @Test func everyFormOfAColourIsRead() throws {
        let styles = try theme(
            """
            [palette]
            blue = "#7aa2f7"
            [roles]
            "text"       = { fg = "ansi:7", bg = "default" }
            "mark"       = { fg = "blue", bg = "256:200", bold = true, italic = false }
            "log.reply.4" = { fg = "#FF9E64", ansi = 3, mono = "reverse bold" }
            """)
        #expect(styles[.text] == Style(foreground: .ansi(7)))
        #expect(
            styles[.mark] == Style(foreground: .rgb(0x7AA2F7), background: .indexed(200), attributes: .bold))
        #expect(
            styles[.logReply4]
                == Style(
                    foreground: .rgb(0xFF9E64), background: .standard, ansiForeground: 3,
                    mono: [.reverse, .bold]))
    }

    @Test func whatARoleLeavesOutIsThatOfText() throws {
        let styles = try theme(
            """
            [roles]
            text = { fg = "ansi:0", bg = "ansi:15" }
            mark = { fg = "ansi:1" }
            """)
        #expect(styles[.mark]?.background == .ansi(15))
    }

    @Test(arguments: [
        ("[roles\n", "t.toml:1: "),
        ("\n[palette]\nblue = 7\n", "t.toml:3: colour 'blue' is not a text"),
        ("[roles]\n\n\"mark\" = { fg = \"blu\" }", "t.toml:3: 'blu' is not"),
        ("[palette]\na = \"#12345\"\n[roles]\nmark = { fg = \"a\" }", "t.toml:4: palette colour 'a'"),
        ("[roles]\nmark = \"red\"", "t.toml:2: role 'mark' is not"),
        ("[roles]\nmark = { bold = 1 }", "t.toml:2: bold is true or false"),
        ("[roles]\nmark = { ansi = 16 }", "t.toml:2: ansi is a number"),
        ("[roles]\nmark = { ansi = -1 }", "t.toml:2: ansi is a number"),
        ("[roles]\nmark = { mono = \"blink\" }", "t.toml:2: 'blink' is none"),
        ("[roles]\nmark = { foreground = \"red\" }", "t.toml:2: 'foreground' is none"),
    ])
    func aMistakeIsNamedWithItsLine(text: String, message: String) {
        #expect {
            _ = try theme(text)
        } throws: { error in
            "\(error)".hasPrefix(message) && !"\(error)".contains("\n")
        }
    }

    @Test func anUnknownRoleIsPassedOverWithAWarning() throws {
        let file = try ThemeFile("[roles]\nmark = { bold = true }\nsparkle = { bold = true }", file: "t.toml")
        #expect(file.warnings.map(\.description) == ["t.toml:3: there is no role 'sparkle'"])
        #expect(try file.styles(over: [:])[.mark]?.attributes == .bold)
    }
}

@Suite struct ThemeLoaderTests {
    private func directory(_ files: [String: String]) throws -> String {
        var template = Array("/tmp/portside-themes-XXXXXX".utf8CString)
        let made = try #require(mkdtemp(&template))
        let directory = String(cString: made)
        for (name, text) in files {
            let file = try #require(fopen("\(directory)/\(name).toml", "w"))
            fputs(text, file)
            fclose(file)
        }
        return directory
    }

    @Test func aThemeBuildsOnAnotherAndRecoloursIt() throws {
        let loader = ThemeLoader(directories: [
            try directory([
                "base": "[palette]\nx = \"#111111\"\n[roles]\nmark = { fg = \"x\" }\nhint = { bold = true }",
                "mine": "extends = \"base\"\n[palette]\nx = \"#222222\"\n[roles]\nhint = { dim = true }",
            ])
        ])
        let loaded = loader.load("mine")
        #expect(loaded.problems == [])
        #expect(loaded.theme[.mark].foreground == .rgb(0x222222))
        #expect(loaded.theme[.hint].attributes == .dim)
    }

    @Test func theFirstDirectoryWins() throws {
        let loader = ThemeLoader(directories: [
            "/nonexistent", try directory(["t": "name = \"mine\""]),
            try directory(["t": "name = \"theirs\""]),
        ])
        #expect(loader.load("t").theme.name == "mine")
    }

    @Test func themesThatExtendEachOtherInACircleAreRefused() throws {
        let loader = ThemeLoader(directories: [
            try directory(["a": "extends = \"b\"", "b": "extends = \"a\""])
        ])
        #expect(loader.load("a").theme == .harbour)
        #expect(loader.load("a").problems.count == 1)
    }

    @Test(arguments: ["nosuch", "../../etc/passwd", "", "a/b"])
    func whatIsNotThereIsReplacedAndSaid(name: String) {
        let loaded = ThemeLoader(directories: ["/nonexistent"]).load(name)
        #expect(loaded.theme == .harbour)
        #expect(loaded.problems.count == 1 && loaded.problems[0].contains("built-in"))
    }

    @Test func aBrokenThemeIsReplacedAndSaid() throws {
        let directory = try directory(["broken": "[roles]\nmark = { fg = \"nocolour\" }"])
        let loaded = ThemeLoader(directories: [directory]).load("broken")
        #expect(loaded.theme == .harbour)
        #expect(loaded.problems.first?.hasPrefix("\(directory)/broken.toml:2: ") == true)
    }

    @Test(
        arguments: [
            ("0;15", "paper"), ("0;default;15", "paper"), ("15;0", "harbour"), (nil, "harbour"),
            ("junk", "harbour"),
        ] as [(String?, String)])
    func automaticFollowsTheBackground(value: String?, name: String) {
        #expect(ThemeLoader.automatic(colorFGBG: value) == name)
    }
}
