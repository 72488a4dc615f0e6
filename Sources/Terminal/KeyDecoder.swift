import Interface

/// Turns what ncurses reads, bytes and codes, into keys.
///
/// Nothing a terminal sends can stop it or be taken for a command that was not typed: sequences it does not know
/// are dropped whole, unfinished ones are forgotten after a while, and a paste is one key with a limit.
struct KeyDecoder {
    enum Input: Equatable {
        case byte(UInt8)
        /// A code of ncurses (KEY_…) or one of `KeyCodes`.
        case code(Int32)
    }

    typealias Instant = ContinuousClock.Instant

    /// More of a paste than this is not kept: a list of files to fetch is far shorter.
    static let pasteLimit = 1 << 20
    /// No sequence a keyboard or a mouse sends is longer.
    static let sequenceLimit = 32
    /// The pieces of one sequence come closer together than this, also over slow links.
    static let sequencePatience = Duration.milliseconds(200)
    /// A paste whose end never comes is given over when nothing arrived for so long.
    static let pastePatience = Duration.seconds(2)

    private enum State {
        case ground
        /// 27 was read: Escape itself if nothing follows, Alt with what follows.
        case escape
        /// `ESC [` with parameters so far; ends with 0x40…0x7E (ECMA-48 §5.4).
        case control
        /// `ESC O`; one letter ends it.
        case singleShift
        case character(Utf8)
        case mouse, oldMouse
        case paste
        /// `ESC ]`, an answer of the terminal to a question of ours; ends with BEL or `ESC \`.
        case answer, answerEnding
    }

    private struct Utf8 {
        var bytes: [UInt8]
        var length: Int
    }

    private var state = State.ground
    private var isAlt = false
    private var collected: [UInt8] = []
    private var lastInput: Instant?
    private var clicks = Clicks()
    /// The terminal's background, once it has answered `Modes.askBackground`.
    private(set) var background: RGB?

    mutating func receive(_ input: Input, at now: Instant, into keys: inout [Key]) {
        forgetStale(at: now, into: &keys)
        lastInput = now
        switch input {
        case .byte(let byte): receive(byte, at: now, into: &keys)
        case .code(let code): receive(code: code, into: &keys)
        }
    }

    /// Nothing more is waiting: an Escape so far alone was the key.
    mutating func inputPaused(into keys: inout [Key]) {
        switch state {
        case .escape: keys.append(.escape)
        case .answer where collected.isEmpty: keys.append(.alt("]"))
        default: return
        }
        state = .ground
    }

    private mutating func receive(_ byte: UInt8, at now: Instant, into keys: inout [Key]) {
        switch state {
        case .ground: begin(byte, into: &keys)
        case .escape: afterEscape(byte, into: &keys)
        case .control: control(byte)
        case .singleShift: state = .ground
        case .character(let utf8): continueCharacter(utf8, byte, into: &keys)
        case .mouse: mouse(byte, at: now, into: &keys)
        case .oldMouse: oldMouse(byte, at: now, into: &keys)
        case .paste: paste(byte, into: &keys)
        case .answer: answer(byte, into: &keys)
        case .answerEnding:
            state = .ground
            takeAnswer()
            if byte != UInt8(ascii: "\\") { afterEscape(byte, into: &keys) }
        }
    }

    private mutating func receive(code: Int32, into keys: inout [Key]) {
        let meaning = KeyCodes.meaning(of: code)
        if case .paste = state {
            switch meaning {
            case .pasteEnds: endPaste(into: &keys)
            case .key(.backspace): paste(0x7F, into: &keys)
            case .key(.enter): paste(0x0D, into: &keys)
            case .key(let key) where key == .focusGained || key == .focusLost: keys.append(key)
            default: break  // a key sequence inside the pasted text is not text
            }
            return
        }
        var wasAlt = false
        if case .escape = state { wasAlt = true }
        state = .ground
        switch meaning {
        case .mouse: expect(.mouse)
        case .oldMouse: expect(.oldMouse)
        case .pasteBegins: expect(.paste)
        case .pasteEnds, nil: break
        case .key(let key):
            switch key {
            case .left where wasAlt: keys.append(.altLeft)
            case .right where wasAlt: keys.append(.altRight)
            case .backspace where wasAlt: keys.append(.alt("\u{7F}"))
            default: keys.append(key)
            }
        }
    }

    private mutating func expect(_ next: State) {
        collected.removeAll(keepingCapacity: true)
        state = next
    }

    private mutating func forgetStale(at now: Instant, into keys: inout [Key]) {
        guard let lastInput else { return }
        let silence = lastInput.duration(to: now)
        switch state {
        case .ground, .escape: break
        case .paste: if silence > Self.pastePatience { endPaste(into: &keys) }
        default: if silence > Self.sequencePatience { state = .ground }
        }
    }

    // MARK: characters

    private mutating func begin(_ byte: UInt8, into keys: inout [Key]) {
        isAlt = false
        if byte == 0x1B {
            state = .escape
        } else {
            character(byte, into: &keys)
        }
    }

    private mutating func afterEscape(_ byte: UInt8, into keys: inout [Key]) {
        switch byte {
        case 0x1B: keys.append(.escape)  // and the second one waits in its place
        case UInt8(ascii: "["): expect(.control)
        case UInt8(ascii: "O"): expect(.singleShift)
        case UInt8(ascii: "]"): expect(.answer)
        default:
            isAlt = true
            state = .ground
            character(byte, into: &keys)
        }
    }

    private mutating func character(_ byte: UInt8, into keys: inout [Key]) {
        switch byte {
        case 0x00..<0x80: give(Unicode.Scalar(byte), into: &keys)
        case 0xC2..<0xE0: state = .character(Utf8(bytes: [byte], length: 2))
        case 0xE0..<0xF0: state = .character(Utf8(bytes: [byte], length: 3))
        case 0xF0..<0xF5: state = .character(Utf8(bytes: [byte], length: 4))
        default: break  // not UTF-8
        }
    }

    private mutating func continueCharacter(_ utf8: Utf8, _ byte: UInt8, into keys: inout [Key]) {
        state = .ground
        guard byte & 0xC0 == 0x80 else { return begin(byte, into: &keys) }
        var utf8 = utf8
        utf8.bytes.append(byte)
        guard utf8.bytes.count == utf8.length else {
            state = .character(utf8)
            return
        }
        // Refuses overlong forms and surrogates.
        guard let text = String(validating: utf8.bytes, as: UTF8.self), let scalar = text.unicodeScalars.first
        else { return }
        give(scalar, into: &keys)
    }

    private func give(_ scalar: Unicode.Scalar, into keys: inout [Key]) {
        if isAlt {
            let number = scalar.value &- 0x30
            // Function keys where tmux, a laptop or a web console takes them: Alt-1 … Alt-9, Alt-0 (mc's rule).
            keys.append(number < 10 ? .function(number == 0 ? 10 : Int(number)) : .alt(Character(scalar)))
            return
        }
        switch scalar.value {
        case 0x00: keys.append(.control("@"))
        case 0x08, 0x7F: keys.append(.backspace)
        case 0x09: keys.append(.tab)
        case 0x0A, 0x0D: keys.append(.enter)
        case 0x01...0x1A: keys.append(.control(Character(Unicode.Scalar(UInt8(scalar.value) + 0x60))))
        case 0x1B: keys.append(.escape)
        case 0x1C...0x1F: keys.append(.control(Character(Unicode.Scalar(UInt8(scalar.value) + 0x40))))
        case 0x80...0x9F: break  // C1 controls: no key sends them
        default: keys.append(.character(scalar))
        }
    }

    // MARK: sequences

    private mutating func control(_ byte: UInt8) {
        switch byte {
        case 0x20...0x3F where collected.count < Self.sequenceLimit: collected.append(byte)
        case 0x1B: state = .escape  // a new sequence begins: the old one was cut off
        default: state = .ground
        }
    }

    private mutating func mouse(_ byte: UInt8, at now: Instant, into keys: inout [Key]) {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ";"):
            if collected.count < Self.sequenceLimit { collected.append(byte) } else { state = .ground }
        case UInt8(ascii: "M"), UInt8(ascii: "m"):
            state = .ground
            if let event = MouseReport.sgr(collected, isRelease: byte == UInt8(ascii: "m")) {
                keys.append(.mouse(clicks.marking(event, at: now)))
            }
        default:
            state = .ground
            begin(byte, into: &keys)
        }
    }

    private mutating func oldMouse(_ byte: UInt8, at now: Instant, into keys: inout [Key]) {
        collected.append(byte)
        guard collected.count == 3 else { return }
        state = .ground
        if let event = MouseReport.x10(collected) { keys.append(.mouse(clicks.marking(event, at: now))) }
    }

    private mutating func answer(_ byte: UInt8, into keys: inout [Key]) {
        switch byte {
        case 0x07:
            state = .ground
            takeAnswer()
        case 0x1B: state = .answerEnding
        case 0x20..<0x7F where collected.count < Self.sequenceLimit: collected.append(byte)
        default: state = .ground
        }
    }

    private mutating func takeAnswer() {
        let text = String(decoding: collected, as: UTF8.self)
        if text.hasPrefix("11;") { background = RGB(answer: text.dropFirst(3)) ?? background }
    }

    // MARK: paste

    private static let pasteEnd = Array("\u{1B}[201~".utf8)

    private mutating func paste(_ byte: UInt8, into keys: inout [Key]) {
        collected.append(byte)
        // ncurses knows the end as a code, unless it came in pieces.
        if byte == UInt8(ascii: "~"), collected.suffix(Self.pasteEnd.count).elementsEqual(Self.pasteEnd) {
            collected.removeLast(Self.pasteEnd.count)
            endPaste(into: &keys)
        } else if collected.count > Self.pasteLimit + Self.pasteEnd.count {
            // Room is kept for the end, so that it is found behind whatever is too much.
            collected.remove(at: Self.pasteLimit)
        }
    }

    private mutating func endPaste(into keys: inout [Key]) {
        keys.append(.paste(Array(collected.prefix(Self.pasteLimit))))
        collected = []
        state = .ground
    }
}
