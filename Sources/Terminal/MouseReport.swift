import Interface

/// The mouse as terminals report it (xterm's ctlseqs, "Mouse Tracking").
enum MouseReport {
    /// What stands between `ESC [ <` and `M` or `m`: button; column; row, the last two from 1.
    /// - Returns: nil for what is malformed or has no meaning here (other buttons, wheels to the side).
    static func sgr(_ bytes: [UInt8], isRelease: Bool) -> MouseEvent? {
        let fields = bytes.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        guard fields.count == 3, let button = number(fields[0]), let column = number(fields[1]),
            let row = number(fields[2])
        else { return nil }
        return event(button: button, column: column, row: row, isRelease: isRelease)
    }

    /// The three bytes behind `ESC [ M`, each with 32 added.
    static func x10(_ bytes: [UInt8]) -> MouseEvent? {
        guard bytes.count == 3, bytes.allSatisfy({ $0 >= 32 }) else { return nil }
        let button = Int(bytes[0]) - 32
        // This form cannot say which button was let go: 3 stands for all of them.
        let isRelease = button & 0x63 == 3
        return event(
            button: button, column: Int(bytes[1]) - 32, row: Int(bytes[2]) - 32, isRelease: isRelease)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard !digits.isEmpty, digits.count <= 5 else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1) - 48 }
    }

    /// Bits: 0–1 button, 2–4 Shift, Alt and Control, 5 motion, 6 wheel, 7 further buttons.
    private static func event(button: Int, column: Int, row: Int, isRelease: Bool) -> MouseEvent? {
        guard column >= 1, row >= 1, button < 128 else { return nil }
        let names: [MouseEvent.Button] = [.left, .middle, .right, .none]
        let name = names[button & 3]
        let kind: MouseEvent.Kind
        if button & 64 != 0 {
            switch button & 3 {
            case 0: kind = .wheelUp
            case 1: kind = .wheelDown
            default: return nil
            }
            return MouseEvent(kind: kind, button: .none, column: column - 1, row: row - 1)
        }
        if isRelease {
            kind = .release
        } else if button & 32 != 0 {
            kind = .drag
        } else {
            kind = .press
        }
        if kind != .release, name == .none { return nil }
        return MouseEvent(kind: kind, button: name, column: column - 1, row: row - 1)
    }
}

/// Finds the second press of a double click.
struct Clicks {
    static let interval = Duration.milliseconds(400)

    private var last: (event: MouseEvent, time: ContinuousClock.Instant)?

    mutating func marking(_ event: MouseEvent, at now: ContinuousClock.Instant) -> MouseEvent {
        guard event.kind == .press else { return event }
        if let last, last.event == event, last.time.duration(to: now) <= Self.interval {
            self.last = nil  // the third press is a first one again
            var event = event
            event.isDouble = true
            return event
        }
        last = (event, now)
        return event
    }
}
