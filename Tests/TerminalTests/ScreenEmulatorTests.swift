import Glibc
import Testing

@testable import TestSupport

private func screen(_ output: String, columns: Int = 10, rows: Int = 3) -> ScreenEmulator {
    setlocale(LC_CTYPE, "C.UTF-8")
    var screen = ScreenEmulator(columns: columns, rows: rows)
    screen.feed(output.utf8)
    return screen
}

@Suite struct ScreenEmulatorTests {
    @Test func textStandsWhereTheCursorWasPut() {
        let screen = screen("\u{1B}[2;3Hab\u{1B}[Hc")
        #expect(screen.text == ["c", "  ab", ""])
        #expect(screen.cursor == (1, 0))
        #expect(screen.unexpected == [])
    }

    @Test func aLineThatIsFullWrapsOnlyWhenMoreComes() {
        #expect(screen("0123456789").cursor == (9, 0))
        #expect(screen("0123456789x").text == ["0123456789", "x", ""])
    }

    @Test func wideAndCombiningCharactersTakeTheirColumns() {
        let screen = screen("日e\u{301}x")
        #expect(screen[0, 0].text == "日" && screen[1, 0].text == "" && screen[2, 0].text == "e\u{301}")
        #expect(screen.text[0] == "日e\u{301}x")
    }

    @Test func halfOfAWideCharacterNeverStays() {
        #expect(screen("日本\u{1B}[1;2Hx").text[0] == " x本")
        #expect(screen("日本\u{1B}[1;3Hx").text[0] == "日x")
    }

    @Test func stylesFollowTheText() {
        let screen = screen("\u{1B}[1;38;5;75ma\u{1B}[48;5;16;7mb\u{1B}[39;49mc\u{1B}[md")
        #expect(screen[0, 0].style == .init(foreground: 75, background: nil, isBold: true))
        #expect(
            screen[1, 0].style == .init(foreground: 75, background: 16, isBold: true, isReversed: true))
        #expect(screen[2, 0].style == .init(isBold: true, isReversed: true))
        #expect(screen[3, 0].style == .init())
        #expect(screen.unexpected == [])
    }

    @Test func theNormalScreenComesBackAsItWas() {
        #expect(screen("$ run\u{1B}[?1049hxyz\u{1B}[?1049l").text == ["$ run", "", ""])
        #expect(screen("$ run\u{1B}[?1049h\u{1B}[Hxyz").text == ["xyz", "", ""])
    }

    @Test func linesScroll() {
        #expect(screen("a\r\nb\r\nc\r\nd").text == ["b", "c", "d"])
    }

    @Test func titlesAndTheClipboardAreKept() {
        let screen = screen("\u{1B}[22;2t\u{1B}]2;new\u{1B}\\\u{1B}]52;c;Zm8=\u{7}")
        #expect(screen.title == "new")
        #expect(screen.clipboard == "Zm8=")
        #expect(screen.unexpected == [])
    }

    @Test(arguments: [
        "\u{1B}[5X", "\u{1B}[?47h", "\u{1B}c", "\u{1B}]0;x\u{7}", "\u{1}", "\u{1B}[38:2::1:2:3m", "\u{9B}",
    ])
    func whatItDoesNotKnowIsReported(output: String) {
        #expect(screen(output).unexpected.count >= 1)
    }

    @Test func bytesOneByOneGiveTheSamePicture() {
        let output = "\u{1B}[2;3H日本\u{1B}[1;31m".replacing("1;31", with: "1") + "語"
        var single = ScreenEmulator(columns: 20, rows: 3)
        for byte in output.utf8 { single.feed([byte]) }
        var whole = ScreenEmulator(columns: 20, rows: 3)
        whole.feed(output.utf8)
        #expect(single.text == whole.text)
        #expect(single.text[1] == "  日本語")
    }
}
