/// One picture of the screen: a grid of cells that knows nothing of ncurses.
public struct Frame: Equatable, Sendable {
    /// One column of one row. A wide character fills a cell and leaves the next one as `isContinuation`.
    public struct Cell: Hashable, Sendable {
        /// A base character and at most four combining marks; empty in a continuation.
        public var text: String
        public var role: Role
        public var isContinuation: Bool

        public init(text: String = " ", role: Role = .text, isContinuation: Bool = false) {
            self.text = text
            self.role = role
            self.isContinuation = isContinuation
        }
    }

    public let size: Size
    /// Row after row, `size.columns` each.
    public private(set) var cells: [Cell]
    /// Where the hardware cursor stands (column, row): on the focused row or field. It is shown only in fields.
    public var cursor: (column: Int, row: Int)?
    public var showsCursor = false

    public init(size: Size) {
        self.size = size
        cells = Array(repeating: Cell(), count: max(0, size.columns * size.rows))
    }

    public subscript(column: Int, row: Int) -> Cell { cells[row * size.columns + column] }

    /// Writes text from (column, row) to the right, at most `width` columns and never past the edge.
    ///
    /// What is given is measured with `cellWidth`; a wide character that would be cut in half becomes a blank.
    /// - Returns: the columns written.
    @discardableResult
    public mutating func put(
        _ text: String, column: Int, row: Int, role: Role, width limit: Int = .max
    ) -> Int {
        guard row >= 0, row < size.rows, column < size.columns else { return 0 }
        let end = min(size.columns, limit == .max ? .max : column + limit)
        var position = column
        var lastBase = -1
        for scalar in text.unicodeScalars {
            let width = cellWidth(scalar)
            if width == 0 {
                if lastBase >= 0, self[lastBase, row].text.unicodeScalars.count < 5 {
                    cells[row * size.columns + lastBase].text.unicodeScalars.append(scalar)
                }
                continue
            }
            guard position + width <= end else {
                if position < end, position >= 0 { set(Cell(role: role), position, row) }
                position = min(end, position + 1)
                break
            }
            if position >= 0 {
                set(Cell(text: String(scalar), role: role), position, row)
                if width == 2 { set(Cell(text: "", role: role, isContinuation: true), position + 1, row) }
                lastBase = position
            }
            position += width
        }
        return position - column
    }

    /// Gives the cells of a rectangle another role, keeping their text.
    public mutating func fill(column: Int, row: Int, columns: Int, rows: Int = 1, role: Role) {
        for y in max(0, row)..<max(0, row, min(size.rows, row + rows)) {
            for x in max(0, column)..<max(0, column, min(size.columns, column + columns)) {
                cells[y * size.columns + x].role = role
            }
        }
    }

    /// Blanks a rectangle.
    public mutating func clear(column: Int, row: Int, columns: Int, rows: Int = 1, role: Role) {
        for y in max(0, row)..<max(0, row, min(size.rows, row + rows)) {
            for x in max(0, column)..<max(0, column, min(size.columns, column + columns)) {
                set(Cell(role: role), x, y)
            }
        }
    }

    private mutating func set(_ cell: Cell, _ column: Int, _ row: Int) {
        let index = row * size.columns + column
        // Half of a wide character never stays behind.
        if cells[index].isContinuation, !cell.isContinuation, column > 0 { cells[index - 1].text = " " }
        if !cell.isContinuation, column + 1 < size.columns, cells[index + 1].isContinuation {
            cells[index + 1] = Cell(role: cells[index + 1].role)
        }
        cells[index] = cell
    }

    /// The rows as text, trailing blanks kept: what tests compare with a picture.
    public var text: [String] {
        (0..<size.rows).map { row in (0..<size.columns).map { self[$0, row].text }.joined() }
    }

    public static func == (left: Frame, right: Frame) -> Bool {
        left.size == right.size && left.cells == right.cells && left.showsCursor == right.showsCursor
            && left.cursor?.column == right.cursor?.column && left.cursor?.row == right.cursor?.row
    }
}
