import CNcurses
import Interface

/// What a sequence of the keyboard means, and the code under which ncurses hands it over.
///
/// The terminal's own entry stays in force for what is not here; these are the sequences it leaves out (Ctrl,
/// Shift and Alt with arrows, mouse, paste, focus) and the common ones every terminal of today sends, so that a
/// wrong TERM costs nothing.
enum KeyCodes {
    enum Meaning: Hashable {
        case key(Key)
        /// The start of an SGR mouse report: digits and semicolons up to `M` or `m` follow.
        case mouse
        /// The start of an X10 mouse report, from terminals that do not know SGR: three bytes follow.
        case oldMouse
        case pasteBegins, pasteEnds
    }

    /// Above all codes of ncurses, which end before 0x300, and within the 16 bits it keeps.
    static let first: Int32 = 0x1000

    static let sequences: [(sequence: String, meaning: Meaning)] = makeSequences()

    static func meaning(of code: Int32) -> Meaning? {
        let index = Int(code) - Int(first)
        if sequences.indices.contains(index) { return sequences[index].meaning }
        return ncurses[code].map(Meaning.key)
    }

    private static let ncurses: [Int32: Key] = {
        var keys: [Int32: Key] = [
            KEY_UP: .up, KEY_DOWN: .down, KEY_LEFT: .left, KEY_RIGHT: .right, KEY_HOME: .home, KEY_END: .end,
            KEY_FIND: .home, KEY_SELECT: .end, KEY_A1: .home, KEY_C1: .end, KEY_A3: .pageUp,
            KEY_C3: .pageDown,
            KEY_PPAGE: .pageUp, KEY_NPAGE: .pageDown, KEY_IC: .insert, KEY_DC: .delete, KEY_ENTER: .enter,
            KEY_BTAB: .backTab, KEY_BACKSPACE: .backspace, KEY_SR: .shiftUp, KEY_SF: .shiftDown,
            KEY_SLEFT: .left, KEY_SRIGHT: .right, KEY_SHOME: .home, KEY_SEND: .end, KEY_SDC: .delete,
            KEY_SPREVIOUS: .pageUp, KEY_SNEXT: .pageDown, KEY_SIC: .insert,
        ]
        for number in 1...12 {
            keys[KEY_F0 + Int32(number)] = .function(number)
            keys[KEY_F0 + Int32(number) + 12] = .shiftFunction(number)  // terminfo counts Shift-F1 as F13
        }
        return keys
    }()

    private static func makeSequences() -> [(sequence: String, meaning: Meaning)] {
        var list: [(sequence: String, meaning: Meaning)] = [
            ("\u{1B}[<", .mouse), ("\u{1B}[M", .oldMouse),
            ("\u{1B}[200~", .pasteBegins), ("\u{1B}[201~", .pasteEnds),
            ("\u{1B}[I", .key(.focusGained)), ("\u{1B}[O", .key(.focusLost)), ("\u{1B}[Z", .key(.backTab)),
        ]
        let cursorKeys: [(Character, Key)] = [
            ("A", .up), ("B", .down), ("C", .right), ("D", .left), ("H", .home), ("F", .end),
        ]
        for (letter, key) in cursorKeys {
            list.append(("\u{1B}[\(letter)", .key(key)))
            list.append(("\u{1B}O\(letter)", .key(key)))
            for modifier in 2...8 {
                list.append(("\u{1B}[1;\(modifier)\(letter)", .key(modified(key, modifier))))
            }
        }
        for (number, letter) in ["P", "Q", "R", "S"].enumerated() {
            list.append(("\u{1B}O\(letter)", .key(.function(number + 1))))
            for modifier in 2...8 {
                list.append(
                    ("\u{1B}[1;\(modifier)\(letter)", .key(modified(.function(number + 1), modifier))))
            }
        }
        let numbered: [(Int, Key)] = [
            (1, .home), (2, .insert), (3, .delete), (4, .end), (5, .pageUp), (6, .pageDown), (7, .home),
            (8, .end),
            (11, .function(1)), (12, .function(2)), (13, .function(3)), (14, .function(4)),
            (15, .function(5)),
            (17, .function(6)), (18, .function(7)), (19, .function(8)), (20, .function(9)),
            (21, .function(10)),
            (23, .function(11)), (24, .function(12)),
        ]
        for (number, key) in numbered {
            list.append(("\u{1B}[\(number)~", .key(key)))
            for modifier in 2...8 {
                list.append(("\u{1B}[\(number);\(modifier)~", .key(modified(key, modifier))))
            }
        }
        return list
    }

    /// xterm's modifier is 1 plus Shift 1, Alt 2, Control 4. A combination without a meaning of its own is the
    /// plain key.
    private static func modified(_ key: Key, _ modifier: Int) -> Key {
        switch (key, modifier) {
        case (.up, 2): .shiftUp
        case (.down, 2): .shiftDown
        case (.left, 3): .altLeft
        case (.right, 3): .altRight
        case (.left, 5): .controlLeft
        case (.right, 5): .controlRight
        case (.function(let number), 2): .shiftFunction(number)
        default: key
        }
    }
}
