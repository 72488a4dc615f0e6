import CNcurses
import Interface

/// Reads keys from ncurses.
///
/// Bytes are taken one by one (`wgetch`) and decoded here, not by `wget_wch`: that one loses a character whose
/// bytes come in two pieces, and swallows up to 15 good bytes after a bad one.
struct Keyboard: ~Copyable {
    private var decoder = KeyDecoder()
    private let now: () -> ContinuousClock.Instant

    /// Call once ncurses has started.
    /// - Parameter escapeDelay: milliseconds to wait after an Escape for the rest of a sequence.
    init(escapeDelay: Int, now: @escaping () -> ContinuousClock.Instant) {
        self.now = now
        set_escdelay(Int32(clamping: escapeDelay))
        keypad(cn_screen(), true)
        nodelay(cn_screen(), true)
        for (index, definition) in KeyCodes.sequences.enumerated() {
            define_key(definition.sequence, KeyCodes.first + Int32(index))
        }
    }

    var background: RGB? { decoder.background }

    /// All keys that wait, without waiting for one more than `escapeDelay`. Many resizes are one, at the end.
    mutating func read() -> [Key] {
        var keys: [Key] = []
        var isResized = false
        while true {
            let value = wgetch(cn_screen())
            if value == ERR { break }
            if value == KEY_RESIZE {
                isResized = true
            } else if value < 256 {
                decoder.receive(.byte(UInt8(truncatingIfNeeded: value)), at: now(), into: &keys)
            } else {
                decoder.receive(.code(value), at: now(), into: &keys)
            }
        }
        decoder.inputPaused(into: &keys)
        if isResized {
            keys.append(.resized(Size(columns: Int(cn_columns()), rows: Int(cn_lines()))))
        }
        return keys
    }
}
