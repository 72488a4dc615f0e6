import Interface
import Testing

@testable import Terminal

/// Bytes and codes in, keys out. A pause follows, as at the end of every reading.
private func keys(_ inputs: [KeyDecoder.Input]) -> [Key] {
    var decoder = KeyDecoder()
    var keys: [Key] = []
    for input in inputs { decoder.receive(input, at: start, into: &keys) }
    decoder.inputPaused(into: &keys)
    return keys
}

private func keys(_ text: String) -> [Key] { keys(bytes(text)) }

private func bytes(_ text: String) -> [KeyDecoder.Input] { text.utf8.map { .byte($0) } }

private func code(of sequence: String) -> KeyDecoder.Input {
    let index = KeyCodes.sequences.firstIndex { $0.sequence == sequence }
    return .code(KeyCodes.first + Int32(index ?? -1))
}

private let start = ContinuousClock.now

@Suite struct KeyDecoderTests {
    @Test(arguments: [
        ("a", Key.character("a")), ("Z", .character("Z")), (" ", .character(" ")), ("é", .character("é")),
        ("日", .character("日")), ("🚀", .character("🚀")), ("\r", .enter), ("\n", .enter), ("\t", .tab),
        ("\u{7F}", .backspace), ("\u{8}", .backspace), ("\u{1}", .control("a")), ("\u{1A}", .control("z")),
        ("\u{1C}", .control("\\")), ("\u{1D}", .control("]")), ("\u{1F}", .control("_")),
        ("\0", .control("@")),
        ("\u{1B}", .escape), ("\u{1B}x", .alt("x")), ("\u{1B}é", .alt("é")), ("\u{1B}1", .function(1)),
        ("\u{1B}9", .function(9)), ("\u{1B}0", .function(10)),
    ])
    func oneKeyIsOneValue(typed: String, key: Key) {
        #expect(keys(typed) == [key])
    }

    @Test(arguments: [
        ("\u{1B}[A", Key.up), ("\u{1B}OB", .down), ("\u{1B}[1;2A", .shiftUp), ("\u{1B}[1;2B", .shiftDown),
        ("\u{1B}[1;3D", .altLeft), ("\u{1B}[1;3C", .altRight), ("\u{1B}[1;5D", .controlLeft),
        ("\u{1B}[1;5C", .controlRight), ("\u{1B}[1;8C", .right), ("\u{1B}[15;2~", .shiftFunction(5)),
        ("\u{1B}[1;2P", .shiftFunction(1)), ("\u{1B}[24~", .function(12)), ("\u{1B}[3;5~", .delete),
        ("\u{1B}[Z", .backTab), ("\u{1B}[I", .focusGained), ("\u{1B}[O", .focusLost),
    ])
    func sequencesTheDatabaseLeavesOutAreKeys(sequence: String, key: Key) {
        #expect(keys([code(of: sequence)]) == [key])
    }

    @Test func theOldFunctionKeysAboveTwelveAreShifted() {
        #expect(KeyCodes.meaning(of: 0o410 + 13) == .key(.shiftFunction(1)))  // KEY_F(13)
        #expect(KeyCodes.meaning(of: 0o410 + 5) == .key(.function(5)))
        #expect(KeyCodes.meaning(of: 0o777) == nil)
    }

    @Test func escapeBeforeAnArrowIsAlt() {
        #expect(keys([.byte(27), code(of: "\u{1B}[D")]) == [.altLeft])
    }

    @Test func twoEscapesAreTwoKeys() {
        #expect(keys("\u{1B}\u{1B}") == [.escape, .escape])
    }

    @Test func aCharacterInTwoPiecesIsOneKey() {
        var decoder = KeyDecoder()
        var keys: [Key] = []
        decoder.receive(.byte(0xC3), at: start, into: &keys)
        decoder.inputPaused(into: &keys)
        #expect(keys.isEmpty)
        decoder.receive(.byte(0xA9), at: start, into: &keys)
        #expect(keys == [.character("é")])
    }

    @Test(
        arguments: [
            [0xFF], [0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC2, 0x9B],
            [0xE2, 0x82],
        ] as [[UInt8]])
    func bytesThatAreNoCharacterAreNoKeyAndSpoilNothing(bad: [UInt8]) {
        #expect(keys((bad + Array("q".utf8)).map { .byte($0) }) == [.character("q")])
    }

    @Test(arguments: [
        "\u{1B}[99;99;99X", "\u{1B}[?1;2c", "\u{1B}[>0;276;0c", "\u{1B}[1;9C", "\u{1B}[27;5;9~", "\u{1B}Oz",
    ])
    func aSequenceNobodyKnowsIsNotTypedAsCommands(sequence: String) {
        #expect(keys(sequence + "q") == [.character("q")])
    }

    @Test func anUnfinishedSequenceIsForgottenAfterAWhile() {
        var decoder = KeyDecoder()
        var keys: [Key] = []
        for input in bytes("\u{1B}[1;") { decoder.receive(input, at: start, into: &keys) }
        decoder.inputPaused(into: &keys)
        decoder.receive(.byte(UInt8(ascii: "q")), at: start + .seconds(1), into: &keys)
        #expect(keys == [.character("q")])
    }

    @Test func anEndlessSequenceEnds() {
        #expect(keys("\u{1B}[" + String(repeating: "1;", count: 500) + "A").count < 1000)
        #expect(keys([code(of: "\u{1B}[<")] + bytes(String(repeating: "1", count: 500))).count < 500)
    }

    // MARK: answers

    @Test(arguments: [
        ("\u{1B}]11;rgb:ffff/8080/0000\u{1B}\\", UInt32(0xFF8000)), ("\u{1B}]11;rgb:f/8/0\u{7}", 0xFF8800),
        ("\u{1B}]11;rgba:1a1a/1b1b/2626/ffff\u{7}", 0x1A1B26),
    ])
    func theBackgroundIsNoKey(answer: String, value: UInt32) {
        var decoder = KeyDecoder()
        var keys: [Key] = []
        for input in bytes(answer + "q") { decoder.receive(input, at: start, into: &keys) }
        #expect(keys == [.character("q")])
        #expect(decoder.background == RGB(value))
    }

    @Test(arguments: [
        "\u{1B}]11;\u{7}", "\u{1B}]11;rgb:fffff/0/0\u{7}", "\u{1B}]11;rgb:-1/0/0\u{7}",
        "\u{1B}]11;rgb:/\u{7}",
    ])
    func aMalformedAnswerIsNoBackground(answer: String) {
        var decoder = KeyDecoder()
        var keys: [Key] = []
        for input in bytes(answer) { decoder.receive(input, at: start, into: &keys) }
        #expect(keys == [] && decoder.background == nil)
    }

    @Test func altWithABracketIsStillAKey() {
        #expect(keys("\u{1B}]") == [.alt("]")])
    }

    // MARK: mouse

    @Test func aMouseReportIsOneKey() {
        #expect(
            keys([code(of: "\u{1B}[<")] + bytes("0;300;7M"))
                == [.mouse(MouseEvent(kind: .press, button: .left, column: 299, row: 6))])
    }

    @Test(arguments: [
        "0;1M", "0;0;1M", "a", "0;1;99999999999999999999M", ";;M", "0;-1;1M", "200;1;1M", "66;1;1M",
    ])
    func aMalformedMouseReportIsNoMouse(report: String) {
        let found = keys([code(of: "\u{1B}[<")] + bytes(report))
        #expect(!found.contains { if case .mouse = $0 { true } else { false } })
    }

    @Test func anX10ReportIsReadAsWell() {
        #expect(
            keys([code(of: "\u{1B}[M"), .byte(32), .byte(33), .byte(34), .byte(UInt8(ascii: "q"))])
                == [.mouse(MouseEvent(kind: .press, button: .left, column: 0, row: 1)), .character("q")])
    }

    // MARK: paste

    @Test func aPasteIsOneKeyWhateverItHolds() {
        let text = "q\rrm -rf /\t日本\u{1B}[A"
        #expect(
            keys([code(of: "\u{1B}[200~")] + bytes(text) + [code(of: "\u{1B}[201~")])
                == [.paste(Array(text.utf8))])
    }

    @Test func aPasteWhoseEndCameInPiecesEnds() {
        #expect(
            keys([code(of: "\u{1B}[200~")] + bytes("abc\u{1B}[201~q")) == [
                .paste(Array("abc".utf8)), .character("q"),
            ])
    }

    @Test func aPasteIsCutAtItsLimit() {
        let much = [KeyDecoder.Input](repeating: .byte(65), count: KeyDecoder.pasteLimit + 100)
        let found = keys([code(of: "\u{1B}[200~")] + much + bytes("\u{1B}[201~q"))
        #expect(found == [.paste([UInt8](repeating: 65, count: KeyDecoder.pasteLimit)), .character("q")])
    }

    @Test func aPasteWithoutEndDoesNotSwallowTheKeyboard() {
        var decoder = KeyDecoder()
        var keys: [Key] = []
        for input in [code(of: "\u{1B}[200~")] + bytes("abc") {
            decoder.receive(input, at: start, into: &keys)
        }
        decoder.receive(.byte(UInt8(ascii: "q")), at: start + .seconds(10), into: &keys)
        #expect(keys == [.paste(Array("abc".utf8)), .character("q")])
    }

    @Test func backspaceInsideAPasteStaysAByte() {
        let backspace = KeyDecoder.Input.code(0o407)  // KEY_BACKSPACE
        #expect(
            keys([code(of: "\u{1B}[200~"), .byte(65), backspace, code(of: "\u{1B}[201~")])
                == [.paste([65, 0x7F])])
    }

    // MARK: nothing a terminal sends is fatal

    /// Whatever two bytes came after an Escape, a letter typed a while later is that letter and nothing else.
    @Test func afterEveryPairOfBytesBehindAnEscapeTheKeyboardWorks() {
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                var decoder = KeyDecoder()
                var noise: [Key] = []
                for byte in [27, first, second] { decoder.receive(.byte(byte), at: start, into: &noise) }
                decoder.inputPaused(into: &noise)
                // A key for each byte at the most, and no text that nobody typed.
                #expect(noise.count <= 3 && noise.allSatisfy(isPlain), "27 \(first) \(second)")
                // An answer of the terminal has no length: it ends with its end, or with time.
                var keys: [Key] = []
                decoder.receive(.byte(UInt8(ascii: "q")), at: start + .seconds(10), into: &keys)
                decoder.inputPaused(into: &keys)
                #expect(keys.last == .character("q"), "27 \(first) \(second)")
                #expect(keys.count == 1, "27 \(first) \(second): \(keys)")
            }
        }
    }

    @Test func noiseGivesNoMoreKeysThanItHasBytesAndTheKeyboardWorksAfterIt() {
        var random = Noise(state: 1)
        for round in 0..<2000 {
            let noise = (0..<40).map { _ -> KeyDecoder.Input in
                random.next() % 4 == 0
                    ? .code(KeyCodes.first + Int32(random.next() % 220)) : .byte(UInt8(random.next() % 256))
            }
            var decoder = KeyDecoder()
            var found: [Key] = []
            for input in noise { decoder.receive(input, at: start, into: &found) }
            decoder.inputPaused(into: &found)
            #expect(found.count <= noise.count && found.allSatisfy(isPlain), "round \(round)")
            var after: [Key] = []
            decoder.receive(.byte(UInt8(ascii: "q")), at: start + .seconds(10), into: &after)
            decoder.inputPaused(into: &after)
            // What the noise left unfinished may be given over first; then the letter.
            #expect(after.last == .character("q"), "round \(round): \(after)")
        }
    }

    /// No key is a control character, and what is pasted is within its limit.
    private func isPlain(_ key: Key) -> Bool {
        switch key {
        case .character(let scalar): scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value)
        case .paste(let bytes): bytes.count <= KeyDecoder.pasteLimit
        default: true
        }
    }
}

/// The same noise on every machine (Marsaglia's xorshift).
private struct Noise {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
