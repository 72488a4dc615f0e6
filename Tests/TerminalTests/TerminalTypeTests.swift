import Testing

@testable import Terminal

@Suite struct TerminalTypeTests {
    @Test(arguments: [
        "xterm-kitty", "foot", "foot-extra", "xterm-ghostty", "wezterm", "alacritty", "contour",
    ])
    func terminalsWhoseEntryIsOftenAbsentFallBackToXterm(type: String) {
        #expect(TerminalType.candidates(for: type, wantsDirect: false) == [type, "xterm-256color"])
    }

    @Test func anUnknownNameHasNoStandIn() {
        #expect(TerminalType.candidates(for: "zx81", wantsDirect: false) == ["zx81"])
    }

    @Test func directColourIsTriedFirstWhereTheTerminalClaimsIt() {
        #expect(
            TerminalType.candidates(for: "tmux-256color", wantsDirect: true) == [
                "tmux-direct", "tmux-256color",
            ])
        #expect(
            TerminalType.candidates(for: "xterm-256color", wantsDirect: true) == [
                "xterm-direct", "xterm-256color",
            ])
        #expect(TerminalType.candidates(for: "xterm-direct", wantsDirect: true) == ["xterm-direct"])
        #expect(TerminalType.candidates(for: "linux", wantsDirect: true) == ["linux"])
    }

    @Test func titlesAreNotSentWhereTheyWouldBeShownAsText() {
        #expect(!TerminalType.hasTitle("linux"))
        #expect(!TerminalType.hasTitle("vt100"))
        #expect(TerminalType.hasTitle("xterm-256color"))
    }

    @Test(arguments: [
        StartError.noTerminal, .typeMissing, .typeUnknown("zx81\u{1B}[31m\nX"), .typeUnusable("dumb"),
    ])
    func everyRefusalIsOneHarmlessLine(error: StartError) {
        #expect(error.description.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
        #expect(error.description.contains("portside"))
    }

    @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")])
    func base64IsAsInTheStandard(text: String, encoded: String) {
        #expect(base64(Array(text.utf8)) == encoded)  // RFC 4648 §10
    }
}
