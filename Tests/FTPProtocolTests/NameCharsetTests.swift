import FTPProtocol
import Testing

/// ISO 8859-1 but for 0xFF, which it lacks, and 0xFE, which it reads as `A`, too: so that all can go wrong that can.
private final class Latin: NameConverter {
    func text(of name: [UInt8]) -> [UInt8]? {
        guard !name.contains(0xFF) else { return nil }
        return name.flatMap { Array(String(Unicode.Scalar($0 == 0xFE ? 0x41 : $0)).utf8) }
    }

    func name(of text: [UInt8]) -> [UInt8]? {
        guard let text = String(validating: text, as: UTF8.self) else { return nil }
        let name = text.unicodeScalars.map { UInt8(exactly: $0.value) }
        return name.contains(nil) ? nil : name.compactMap(\.self)
    }
}

private let latin = NameCharset(name: "LATIN", converter: Latin())

@Suite struct NameCharsetTests {
    @Test func aNameIsShownAsTextAndGoesBackAsTheSameBytes() throws {
        let name: [UInt8] = [0x47, 0x72, 0xFC, 0xDF, 0x65]
        #expect(latin.text(of: name) == Array("Grüße".utf8))
        #expect(latin.shown(name) == "Grüße")
        #expect(try latin.bytes(of: Array("Grüße".utf8)) == name)
    }

    @Test func inUTF8NamesAreWhatTheyAre() throws {
        for name: [UInt8] in [Array("Grüße".utf8), [0xFC], [0x61, 0x5C, 0x0A]] {
            #expect(NameCharset.utf8.text(of: name) == name)
            #expect(try NameCharset.utf8.bytes(of: name) == name)
        }
        #expect(NameCharset.utf8.shown([0xFC]) == "\\xFC")
    }

    @Test(arguments: [[0x61, 0xFF], [0x61, 0xFE], [0xFF, 0xFC]] as [[UInt8]])
    func aNameThatWouldNotComeBackKeepsItsBytes(_ name: [UInt8]) throws {
        #expect(latin.text(of: name) == name)
        // It is no UTF-8, so it is sent as it came.
        #expect(try latin.bytes(of: latin.text(of: name)) == name)
    }

    @Test func ofAPathOnlyTheComponentThatCannotBeReadKeepsItsBytes() {
        let path: [UInt8] = [0x2F, 0xFC, 0x2F, 0xFF, 0xFC, 0x2F, 0xE9]
        #expect(latin.text(of: path) == Array("/ü/".utf8) + [0xFF, 0xFC] + Array("/é".utf8))
        #expect(latin.shown(RemotePath(bytes: path)) == "/ü/\\xFF\\xFC/é")
    }

    @Test func whatCannotBeWrittenIsRefusedWithTheCharacterAndWhatToDo() {
        let error = #expect(throws: FTPError.self) { try latin.bytes(of: Array("5 €.txt".utf8)) }
        #expect(error == .unwritable(Array("5 €.txt".utf8), missing: "€", charset: "LATIN"))
        #expect(
            error?.description
                == "“5 €.txt” cannot be written in LATIN, which has no “€”; rename it, or use another charset"
        )
    }

    /// A converter with a hole for a slash: what it says is not believed.
    private final class Slashing: NameConverter {
        func text(of name: [UInt8]) -> [UInt8]? { name.map { $0 == 0x80 ? 0x2F : $0 } }
        func name(of text: [UInt8]) -> [UInt8]? { text.map { $0 == 0x2F ? 0x80 : $0 } }
    }

    @Test func noCharacterBecomesASlashOrLosesOne() {
        let bad = NameCharset(name: "BAD", converter: Slashing())
        #expect(bad.text(of: [0x61, 0x80, 0x62]) == [0x61, 0x80, 0x62])
        #expect(throws: FTPError.self) { try bad.bytes(of: Array("ü/a".utf8)) }
    }

    @Test func escapedBytesAmongTypedLettersStayAsTheyAre() throws {
        let bytes = try latin.bytes(ofTyped: "ü%FFé%") { rest in
            rest.first == UInt8(ascii: "%") && rest.count > 2 ? (0xFF, 3) : nil
        }
        #expect(bytes == [0xFC, 0xFF, 0xE9, 0x25])
    }

    @Test func whatIsLongerThanAnyCommandIsLeftAlone() {
        let long = [UInt8](repeating: 0xFC, count: NameCharset.longest + 1)
        #expect(latin.text(of: long) == long)
        #expect(throws: FTPError.self) {
            try latin.bytes(of: Array(String(repeating: "ü", count: NameCharset.longest).utf8))
        }
    }

    @Test func repliesAndLinesOfDialogueAreShownInTheCharsetOfTheirServer() {
        var reply = Reply(code: .fileUnavailable, lines: [[0x47, 0x72, 0xFC, 0x6E, 0x3A, 0x20, 0x6E, 0x6F]])
        #expect(reply.summary == "550 Gr\\xFCn: no")
        reply.charset = latin
        #expect(reply.summary == "550 Grün: no")
        let line = DialogueLine(
            connection: ConnectionName(.browsing, 1), direction: .sent,
            bytes: [0x43, 0x57, 0x44, 0x20, 0xFC],
            time: 0, charset: latin)
        #expect(line.text == "CWD ü")
    }
}
