import FTPProtocol
import Testing

struct VisibleTests {
    @Test(arguments: [
        ("plain name.txt", "plain name.txt"), ("", ""), ("日本語 ä ё 🚢", "日本語 ä ё 🚢"),
        ("\u{1B}[2J\u{1B}]0;title\u{07}", "\\x1B[2J\\x1B]0;title\\x07"),
        ("a\r\nb\tc\0", "a\\x0D\\x0Ab\\x09c\\x00"),
        ("\u{7F}", "\\x7F"), ("\u{9B}31m", "\\x9B31m"), ("\u{85}", "\\x85"),
        ("txt.\u{202E}exe", "txt.\\u{202E}exe"), ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
        ("a\u{200B}b\u{FEFF}", "a\\u{200B}b\\u{FEFF}"), ("\u{2028}", "\\u{2028}"),
        ("\u{E0041}", "\\u{E0041}"),
        ("e\u{301}", "e\u{301}"),
    ])
    func keepsTextAndShowsWhatWouldHarm(_ text: String, _ shown: String) {
        #expect(visible(text) == shown)
    }

    @Test(
        arguments: [
            ([0x61, 0xE4, 0x62], "a\\xE4b"), ([0xFF], "\\xFF"), ([0xC3], "\\xC3"),
            ([0xE2, 0x82, 0x41], "\\xE2\\x82A"),
            ([0xC0, 0xAF], "\\xC0\\xAF"), ([0xED, 0xA0, 0x80], "\\xED\\xA0\\x80"),
            ([0x80, 0xC3, 0xA4], "\\x80ä"),
            ([0xF4, 0x90, 0x80, 0x80], "\\xF4\\x90\\x80\\x80"),
        ] as [([UInt8], String)])
    func showsBytesThatAreNotUTF8AsNumbers(_ bytes: [UInt8], _ shown: String) {
        #expect(visible(bytes) == shown)
    }

    @Test func letsNoControlByteThroughAloneOrInPairs() {
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                let shown = visible([first, second])
                let isHarmless = shown.unicodeScalars.allSatisfy {
                    $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value)
                }
                #expect(isHarmless, "\(first) \(second)")
            }
        }
    }
}

struct ReplyTests {
    @Test(arguments: [
        (Reply(.fileUnavailable, "No such file"), "550 No such file"), (Reply(.fileUnavailable, ""), "550"),
        (Reply(code: .loggedIn, lines: [Array("a ".utf8), [], Array(" b".utf8)]), "230 a b"),
        (Reply(.commandOkay, "\u{1B}[2J"), "200 \\x1B[2J"),
    ])
    func isSummedUpInOneHarmlessLine(_ reply: Reply, _ text: String) {
        #expect(reply.summary == text)
    }

    @Test(
        arguments: [
            (110, ReplyCode.Kind.preliminary), (226, .completion), (350, .intermediate),
            (421, .transientNegative),
            (550, .permanentNegative), (631, .unknown), (0, .unknown), (999, .unknown),
        ] as [(UInt16, ReplyCode.Kind)])
    func isJudgedByItsFirstDigit(_ code: UInt16, _ kind: ReplyCode.Kind) {
        #expect(ReplyCode(rawValue: code).kind == kind)
    }
}
