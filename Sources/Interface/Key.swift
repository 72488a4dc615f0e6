/// What came from the keyboard, the mouse or the terminal itself, as one value.
public enum Key: Hashable, Sendable {
    /// A character typed, without Control or Alt.
    case character(Unicode.Scalar)
    /// Control with a lower-case letter or one of `\ ] ^ _ @`.
    case control(Character)
    /// Alt with what follows; Alt with a digit arrives as the function key already.
    case alt(Character)
    case function(Int)  // 1...12
    case shiftFunction(Int)
    case up, down, left, right, home, end, pageUp, pageDown
    case shiftUp, shiftDown, altLeft, altRight, controlLeft, controlRight
    case enter, tab, backTab, backspace, delete, insert, escape
    /// Bracketed paste: one value whatever its length, never a row of commands.
    case paste([UInt8])
    case mouse(MouseEvent)
    case focusGained, focusLost
    /// The terminal has this size now.
    case resized(Size)
}

public struct MouseEvent: Hashable, Sendable {
    public enum Kind: Hashable, Sendable { case press, release, drag, wheelUp, wheelDown }
    public enum Button: Hashable, Sendable { case left, middle, right, none }

    public var kind: Kind
    public var button: Button
    public var column: Int  // from 0
    public var row: Int  // from 0
    /// The second press at the same place within 400 ms.
    public var isDouble: Bool

    public init(kind: Kind, button: Button, column: Int, row: Int, isDouble: Bool = false) {
        self.kind = kind
        self.button = button
        self.column = column
        self.row = row
        self.isDouble = isDouble
    }
}

/// In cells.
public struct Size: Hashable, Sendable {
    public var columns: Int
    public var rows: Int

    public init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
    }
}
