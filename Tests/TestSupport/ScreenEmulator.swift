import CLinux

/// A terminal in memory: what a program wrote on a pseudo-terminal, as a picture.
///
/// It knows the few sequences of the entry `TerminalEntry` describes and the modes Portside switches; anything
/// else is kept in `unexpected`, and a test that compares screens fails with it. Scrolling, a shell and a
/// program before and after the interface work on the normal screen as usual.
public struct ScreenEmulator: Sendable {
    public struct Style: Hashable, Sendable {
        public var foreground: Int?
        public var background: Int?
        public var isBold = false
        public var isDim = false
        public var isUnderlined = false
        public var isReversed = false
    }

    public struct Cell: Hashable, Sendable {
        /// A character with its combining marks; empty behind a wide one.
        public var text = " "
        public var style = Style()
    }

    public private(set) var columns: Int
    public private(set) var rows: Int
    public private(set) var cursor = (column: 0, row: 0)
    /// Private modes that are on: 25 cursor, 1049 alternate screen, 1000, 1002 and 1006 mouse, 2004 paste …
    public private(set) var modes: Set<Int> = [25, 7]
    public private(set) var title = ""
    /// What OSC 52 handed over last, in base64.
    public private(set) var clipboard: String?
    /// The program has asked for the background (OSC 11); the test answers, or does not.
    public private(set) var asksBackground = false
    /// Sequences and control bytes it does not know, as text. Empty in every good run.
    public private(set) var unexpected: [String] = []
    /// How often a frame was completed (mode 2026 switched off).
    public private(set) var frames = 0

    private var cells: [Cell]
    private var normalCells: [Cell] = []
    private var style = Style()
    /// The last column was written: the next character goes to the next row (`xenl`).
    private var wrapPending = false
    private var state = State.ground
    private var sequence: [UInt8] = []
    private var titles: [String] = []

    private enum State { case ground, escape, control, command, character(Int) }

    public init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
        cells = Array(repeating: Cell(), count: columns * rows)
    }

    public var isAlternate: Bool { modes.contains(1049) }
    public var showsCursor: Bool { modes.contains(25) }

    public subscript(column: Int, row: Int) -> Cell { cells[row * columns + column] }

    /// The rows without trailing blanks.
    public var text: [String] {
        (0..<rows).map { row in
            var line = (0..<columns).map { self[$0, row].text }.joined()
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    public var picture: String { text.joined(separator: "\n") }

    public mutating func resize(columns: Int, rows: Int) {
        var fresh = Array(repeating: Cell(), count: columns * rows)
        for row in 0..<min(rows, self.rows) {
            for column in 0..<min(columns, self.columns) {
                fresh[row * columns + column] = self[column, row]
            }
        }
        cells = fresh
        normalCells = []
        self.columns = columns
        self.rows = rows
        cursor = (min(cursor.column, columns - 1), min(cursor.row, rows - 1))
        wrapPending = false
    }

    public mutating func feed(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { feed(byte) }
    }

    private mutating func feed(_ byte: UInt8) {
        switch state {
        case .ground: ground(byte)
        case .escape: escape(byte)
        case .control: control(byte)
        case .command: command(byte)
        case .character(let missing):
            guard byte & 0xC0 == 0x80 else {
                state = .ground
                surprise("invalid UTF-8")
                return ground(byte)
            }
            sequence.append(byte)
            state = missing > 1 ? .character(missing - 1) : .ground
            if missing == 1 { put(String(decoding: sequence, as: UTF8.self)) }
        }
    }

    private mutating func ground(_ byte: UInt8) {
        switch byte {
        case 0x07: break
        case 0x08:
            cursor.column = max(0, cursor.column - 1)
            wrapPending = false
        case 0x0A: lineFeed()
        case 0x0D:
            cursor.column = 0
            wrapPending = false
        case 0x1B: state = .escape
        case 0x20..<0x7F: put(String(Unicode.Scalar(byte)))
        case 0xC2..<0xE0: begin(byte, missing: 1)
        case 0xE0..<0xF0: begin(byte, missing: 2)
        case 0xF0..<0xF5: begin(byte, missing: 3)
        default: surprise("byte \(byte)")
        }
    }

    private mutating func begin(_ byte: UInt8, missing: Int) {
        sequence = [byte]
        state = .character(missing)
    }

    private mutating func put(_ text: String) {
        guard let scalar = text.unicodeScalars.first else { return }
        let width = Int(wcwidth(wchar_t(scalar.value)))
        guard width >= 0 else { return surprise("control character U+\(String(scalar.value, radix: 16))") }
        if width == 0 {
            let base = wrapPending ? cursor.column : max(0, cursor.column - 1)
            let index = cursor.row * columns + base
            let owner = cells[index].text.isEmpty && base > 0 ? index - 1 : index
            cells[owner].text += text
            return
        }
        if wrapPending || cursor.column + width > columns {
            cursor.column = 0
            lineFeed()
            wrapPending = false
        }
        let index = cursor.row * columns + cursor.column
        if cells[index].text.isEmpty, cursor.column > 0 { cells[index - 1].text = " " }
        let next = index + width
        if cursor.column + width < columns, cells[next].text.isEmpty { cells[next].text = " " }
        cells[index] = Cell(text: text, style: style)
        if width == 2 { cells[index + 1] = Cell(text: "", style: style) }
        cursor.column += width
        if cursor.column == columns {
            cursor.column = columns - 1
            wrapPending = modes.contains(7)
        }
    }

    private mutating func lineFeed() {
        wrapPending = false
        guard cursor.row == rows - 1 else {
            cursor.row += 1
            return
        }
        cells.removeFirst(columns)
        cells.append(contentsOf: Array(repeating: Cell(), count: columns))
    }

    // MARK: sequences

    private mutating func escape(_ byte: UInt8) {
        sequence = []
        state = .ground
        switch byte {
        case UInt8(ascii: "["): state = .control
        case UInt8(ascii: "]"): state = .command
        case UInt8(ascii: ">"), UInt8(ascii: "\\"): break  // keypad mode; the end of an OSC
        default: surprise("ESC \(Character(Unicode.Scalar(byte)))")
        }
    }

    private mutating func control(_ byte: UInt8) {
        guard (0x40...0x7E).contains(byte) else {
            sequence.append(byte)
            if sequence.count > 200 {
                state = .ground
                surprise("a sequence without end")
            }
            return
        }
        state = .ground
        let isPrivate = sequence.first == UInt8(ascii: "?")
        let numbers = sequence.dropFirst(isPrivate ? 1 : 0)
            .split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
            .map { Int(String(decoding: $0, as: UTF8.self)) }
        let isPlain = sequence.dropFirst(isPrivate ? 1 : 0).allSatisfy {
            (0x30...0x39).contains($0) || $0 == 0x3B
        }
        switch (byte, isPrivate) {
        case _ where !isPlain: surprise("CSI \(String(decoding: sequence, as: UTF8.self))")
        case (UInt8(ascii: "H"), false): moveCursor(numbers)
        case (UInt8(ascii: "J"), false) where numbers.first == 2:
            cells = Array(repeating: Cell(), count: columns * rows)
        case (UInt8(ascii: "m"), false): setStyle(numbers.map { $0 ?? 0 })
        case (UInt8(ascii: "h"), true): for number in numbers { setMode(number ?? 0, true) }
        case (UInt8(ascii: "l"), true): for number in numbers { setMode(number ?? 0, false) }
        case (UInt8(ascii: "t"), false) where numbers == [22, 2]: titles.append(title)
        case (UInt8(ascii: "t"), false) where numbers == [23, 2]: title = titles.popLast() ?? title
        default:
            surprise("CSI \(String(decoding: sequence, as: UTF8.self))\(Character(Unicode.Scalar(byte)))")
        }
    }

    private mutating func moveCursor(_ numbers: [Int?]) {
        let row = (numbers.first ?? 1) ?? 1
        let column = numbers.count > 1 ? numbers[1] ?? 1 : 1
        if row > rows || column > columns { surprise("cursor to \(column),\(row) of \(columns)×\(rows)") }
        cursor = (min(max(1, column), columns) - 1, min(max(1, row), rows) - 1)
        wrapPending = false
    }

    private static let knownModes: Set<Int> = [1, 7, 25, 1000, 1002, 1004, 1006, 1049, 2004, 2026]

    private mutating func setMode(_ mode: Int, _ isOn: Bool) {
        guard Self.knownModes.contains(mode) else { return surprise("mode \(mode)") }
        if mode == 2026, !isOn { frames += 1 }
        if mode == 1049, isOn != modes.contains(1049) {
            if isOn { normalCells = cells }
            let blank = Array(repeating: Cell(), count: columns * rows)
            cells = isOn || normalCells.count != cells.count ? blank : normalCells
        }
        if isOn { modes.insert(mode) } else { modes.remove(mode) }
    }

    private mutating func setStyle(_ numbers: [Int]) {
        var index = 0
        func color() -> Int? {
            defer { index += 2 }
            guard index + 2 < numbers.count, numbers[index + 1] == 5 else { return nil }
            return numbers[index + 2]
        }
        while index < numbers.count {
            switch numbers[index] {
            case 0: style = Style()
            case 1: style.isBold = true
            case 2: style.isDim = true
            case 4: style.isUnderlined = true
            case 24: style.isUnderlined = false
            case 7: style.isReversed = true
            case 38: style.foreground = color()
            case 48: style.background = color()
            case 39: style.foreground = nil
            case 49: style.background = nil
            default: surprise("SGR \(numbers[index])")
            }
            index += 1
        }
    }

    /// OSC: the title, the clipboard and the question for the background are known.
    private mutating func command(_ byte: UInt8) {
        if byte == 0x07 || byte == 0x1B {
            state = byte == 0x1B ? .escape : .ground
            let text = String(decoding: sequence, as: UTF8.self)
            if text.hasPrefix("2;") {
                title = String(text.dropFirst(2))
            } else if text.hasPrefix("52;c;") {
                clipboard = String(text.dropFirst(5))
            } else if text == "11;?" {
                asksBackground = true
            } else {
                surprise("OSC \(text)")
            }
        } else if byte < 0x20 || sequence.count > 200_000 {
            state = .ground
            surprise("OSC with byte \(byte)")
        } else {
            sequence.append(byte)
        }
    }

    private mutating func surprise(_ what: String) {
        if unexpected.count < 100 { unexpected.append(what) }
    }
}
