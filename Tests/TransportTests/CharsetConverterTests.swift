import Testing
import Transport

@Suite struct CharsetConverterTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var charset: String
        var text: String
        var bytes: [UInt8]

        init(_ charset: String, _ text: String, _ bytes: [UInt8]) {
            (self.charset, self.text, self.bytes) = (charset, text, bytes)
        }

        var testDescription: String { "\(charset) \(text)" }
    }

    @Test(arguments: [
        Sample("ISO-8859-1", "Grüße", [0x47, 0x72, 0xFC, 0xDF, 0x65]),
        Sample("ISO-8859-15", "5 €", [0x35, 0x20, 0xA4]),
        Sample("cp1252", "5 €…", [0x35, 0x20, 0x80, 0x85]),
        Sample("KOI8-R", "Привет.txt", [0xF0, 0xD2, 0xC9, 0xD7, 0xC5, 0xD4, 0x2E, 0x74, 0x78, 0x74]),
        Sample("CP437", "Ü▓", [0x9A, 0xB2]),
        Sample("WINDOWS-1251", "Я", [0xDF]),
        // The second byte of each is 0x5C, the backslash.
        Sample("CP932", "表ソ", [0x95, 0x5C, 0x83, 0x5C]),
        Sample("SHIFT_JIS", "表ソ", [0x95, 0x5C, 0x83, 0x5C]),
        Sample("BIG5", "功", [0xA5, 0x5C]),
        Sample("EUC-KR", "한글", [0xC7, 0xD1, 0xB1, 0xDB]),
        Sample("EUC-JP", "日本", [0xC6, 0xFC, 0xCB, 0xDC]),
        // Two bytes, and four, of which some are digits.
        Sample("GB18030", "中ö", [0xD6, 0xD0, 0x81, 0x30, 0x8B, 0x32]),
        Sample("GBK", "乗", [0x81, 0x5C]),
        // A letter and its accent, held back until it is known what follows.
        Sample("BIG5-HKSCS", "Ê", [0x88, 0x66]),
    ])
    func convertsBothWays(_ sample: Sample) throws {
        let converter = try CharsetConverter(sample.charset)
        #expect(converter.text(of: sample.bytes) == Array(sample.text.utf8))
        #expect(converter.name(of: Array(sample.text.utf8)) == sample.bytes)
    }

    @Test func everyByteOfASingleByteCharsetComesBack() throws {
        for charset in ["ISO-8859-1", "ISO-8859-15", "KOI8-R", "CP437", "CP866", "MACINTOSH"] {
            let converter = try CharsetConverter(charset)
            for byte in UInt8(1)...255 {
                let text = try #require(converter.text(of: [byte]), "\(charset) \(byte)")
                #expect(converter.name(of: text) == [byte], "\(charset) \(byte)")
            }
        }
    }

    @Test func whatIsNotOfTheCharsetIsNil() throws {
        let japanese = try CharsetConverter("CP932")
        #expect(japanese.text(of: [0x95]) == nil, "half a character")
        #expect(japanese.text(of: [0x61, 0xFF, 0x62]) == nil)
        #expect(japanese.name(of: Array("Grüße".utf8)) == nil)
        #expect(japanese.name(of: [0xFF]) == nil, "no UTF-8")
        // What went wrong before leaves nothing behind.
        #expect(japanese.text(of: [0x95, 0x5C]) == Array("表".utf8))
        #expect(try CharsetConverter("ISO-8859-1").name(of: Array("5 €".utf8)) == nil)
        #expect(try CharsetConverter("CP1252").text(of: [0x81]) == nil, "a byte that means nothing")
    }

    @Test func theEmptyNameAndALongOneAreConvertedToo() throws {
        let converter = try CharsetConverter("GB18030")
        #expect(converter.text(of: []) == [])
        let long = String(repeating: "ö", count: 5_000)
        let bytes = try #require(converter.name(of: Array(long.utf8)))
        #expect(bytes.count == 20_000)
        #expect(converter.text(of: bytes) == Array(long.utf8))
    }

    @Test(arguments: [
        "", "KLINGON", "ISO-8859-1//TRANSLIT", "ISO-8859-1//IGNORE", "a b", "../x", "UTF-8\u{0}X",
        String(repeating: "A", count: 41),
    ])
    func whatIconvDoesNotKnowIsUnknown(_ name: String) {
        #expect(throws: CharsetConverter.Refusal.unknown) { _ = try CharsetConverter(name) }
    }

    /// NULs in every name, other letters for ASCII, or ASCII characters that mean others.
    @Test(arguments: [
        "UTF-16", "UTF-16LE", "UCS-2", "UTF-32", "WCHAR_T", "UTF-7", "ISO-2022-JP", "ISO-2022-KR", "CP037",
        "EBCDIC-US",
    ])
    func whatNamesCannotBeWrittenInIsUnusable(_ name: String) {
        #expect(throws: CharsetConverter.Refusal.unusable) { _ = try CharsetConverter(name) }
    }
}
