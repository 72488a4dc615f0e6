import FTPProtocol
import Testing

@testable import Interface

@Test(arguments: [
    (Int64(0), "0"), (612, "612"), (999, "999"), (1_000, "1.0 K"), (2_150, "2.1 K"), (88_269, "86.2 K"),
    (102_400, "100 K"), (659_554_304, "629 M"), (4_617_089_843, "4.3 G"), (.max, "8.0 E"), (-1, "0"),
    (1_048_064, "1.0 M"),
])
func writesASize(_ bytes: Int64, _ text: String) {
    #expect(shortSize(bytes) == text)
    #expect(text.count <= 6)
}

@Test(arguments: [
    (Int64(0), "00:00"), (84, "01:24"), (3_599, "59:59"), (3_600, "1h00"), (7_500, "2h05"), (400_000, "4d"),
    (-5, "00:00"),
])
func writesATime(_ seconds: Int64, _ text: String) {
    #expect(clock(seconds: seconds) == text)
}

@Test func aNameLosesWhatItSharesWithItsNeighbours() {
    let name = "debian-12.5.0-amd64-netinst.iso"
    #expect(shortened(name, to: 26, shared: 15) == "debi…5.0-amd64-netinst.iso")
    #expect(shortened(name, to: 31) == name)
    // Nothing shared: both ends count the same.
    #expect(shortened("abcdefghij", to: 7) == "abc…hij")
    #expect(shortened("日本語日本語", to: 8) == "日…本語")
    for width in 0...40 { #expect(cellWidth(shortened(name, to: width, shared: 20)) <= width) }
}

@Test func noCutGoesThroughAnEscape() {
    for text in [#"ab\u{200B}\u{200B}\x1Bcd"#, #"\xFF\xFE\u{E000}é"#] {
        for width in 2...cellWidth(text) {
            for cut in [shortened(text, to: width), shortenedPath(text, to: width), clipped(text, to: width)]
            {
                #expect(cellWidth(cut) <= width)
                for part in cut.split(separator: "…") {
                    let rest = String(part).replacing(#/\\x[0-9A-F]{2}|\\u\{[0-9A-F]+\}/#, with: "")
                    #expect(!rest.contains("\\") && !rest.contains("{") && !rest.contains("}"), "\(cut)")
                }
            }
        }
    }
}

@Test func joinedEmojiAreShownOneByOneAndOtherJoinersStayEscapes() {
    #expect(shortened(visible("👩\u{200D}👦 ❤\u{FE0F}\u{200D}🔥.txt"), to: 40) == "👩👦 ❤🔥.txt")
    #expect(shortened(visible("a\u{200D}b"), to: 40) == #"a\u{200D}b"#)
    #expect(shortened(visible("1\u{FE0F}"), to: 40) == #"1\u{FE0F}"#)
}

@Test func breaksLinesAtBlanks() {
    #expect(wrapped("one two three", to: 7) == ["one two", "three"])
    #expect(wrapped("abcdefghij", to: 4) == ["abcd", "efgh", "ij"])
    #expect(wrapped("", to: 4).isEmpty)
}

@Test func drawsProgressInEighthsOfACell() {
    #expect(bar(0.62, width: 20).full == "████████████▍")
    #expect(bar(0, width: 3).rest == "···")
    #expect(bar(2, width: 3).full == "███")
    #expect(bar(-1, width: 3).full == "")
}

@Test(arguments: [
    ("*.iso", "a.iso", true), ("*.iso", "a.iso.part", false), ("ISO", "a.iso", true), ("?", "a", true),
    ("?", "ab", false), ("a*b*c", "aXXbYYc", true), ("", "x", true),
    ("*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaa", false),
])
func namesFitPatterns(_ pattern: String, _ name: String, _ fits: Bool) {
    #expect(NamePattern(pattern).fits(Array(name.utf8)[...]) == fits)
}

@Test func bytesThatAreNoTextCanBeTyped() throws {
    #expect(try typedBytes("f\\xFCr") == [0x66, 0xFC, 0x72])
    #expect(try typedBytes("a\\b") == Array("a\\b".utf8))
    #expect(try typedBytes(visible("👩\u{200D}👦")) == Array("👩\u{200D}👦".utf8))
    #expect(try typedBytes(#"\u{41}"#) == Array(#"\u{41}"#.utf8))
    #expect(try typedBytes("\\x") == Array("\\x".utf8))
}

@Test func editsALine() {
    var field = TextField("one two")
    for key: Key in [.control("w"), "x", .home, "y", .delete, .end, .backspace] { _ = field.handle(key) }
    #expect(field.text == "yne ")
    _ = field.handle(.control("u"))
    #expect(field.isEmpty)
}

/// Harbour is drawn on its own dark grey, or on what a role names.
@Test func textCanBeReadInHarbour() {
    let decoration: Set<Role> = [
        .border, .borderFocus, .bar, .barFill, .barRest, .barStalled, .dialogBorder, .spark,
    ]
    for role in Role.allCases where !decoration.contains(role) {
        let style = Theme.harbour[role]
        guard case .rgb(let foreground) = style.foreground else { continue }
        let background: UInt32 = if case .rgb(let value) = style.background { value } else { 0x0F1117 }
        #expect(contrast(foreground, background) >= 4.5, "\(role.name)")
    }
}

private func contrast(_ a: UInt32, _ b: UInt32) -> Double {
    let (x, y) = (luminance(a), luminance(b))
    return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

/// WCAG 2.1 relative luminance; the curve's exponent 2.4 as 12/5 by Newton's fifth root.
private func luminance(_ color: UInt32) -> Double {
    func channel(_ shift: UInt32) -> Double {
        let value = Double(color >> shift & 0xFF) / 255
        if value <= 0.03928 { return value / 12.92 }
        let base = (value + 0.055) / 1.055
        let power = (0..<12).reduce(1.0) { product, _ in product * base }
        var root = 0.5
        for _ in 0..<60 {
            root -= (root * root * root * root * root - power) / (5 * root * root * root * root)
        }
        return root
    }
    return 0.2126 * channel(16) + 0.7152 * channel(8) + 0.0722 * channel(0)
}
