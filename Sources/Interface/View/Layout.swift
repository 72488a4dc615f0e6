internal import Transfers

/// A part of the screen, in cells.
struct Rect: Hashable, Sendable {
    var column: Int
    var row: Int
    var columns: Int
    var rows: Int

    var endColumn: Int { column + columns }
    var endRow: Int { row + rows }

    func contains(column x: Int, row y: Int) -> Bool {
        (column..<max(column, endColumn)).contains(x) && (row..<max(row, endRow)).contains(y)
    }
}

/// Where everything stands at this size. Drawing, scrolling and the mouse all ask here.
///
/// What goes when there is little room:
/// below 110 columns the long words, below 80 one of the two panes, below 30 rows most of queue and log,
/// below 20 rows both of them, below 12 the bar of function keys, below 40×8 everything.
struct Layout: Sendable {
    static let smallest = Size(columns: 40, rows: 8)

    let size: Size
    let isTooSmall: Bool
    /// Long words, milliseconds, boxes around queue and log.
    let isWide: Bool
    /// Queue and log have a box; else a line above.
    let isBoxed: Bool
    let statusRow: Int
    let functionBarRow: Int?
    private(set) var parts: [Focus: Rect] = [:]

    init(_ model: Model, size: Size) {
        self.size = size
        isTooSmall = size.columns < Self.smallest.columns || size.rows < Self.smallest.rows
        isWide = size.columns >= 110
        isBoxed = isWide && size.rows >= 30
        functionBarRow = size.rows >= 12 ? size.rows - 1 : nil
        statusRow = size.rows - (functionBarRow == nil ? 1 : 2)
        let body = Rect(column: 0, row: 1, columns: size.columns, rows: max(0, statusRow - 1))
        let hidesLower = size.rows < 20 || model.layout == .panes || model.layout == .single
        if model.isZoomed || (hidesLower && !model.focus.isPane) {
            parts[model.focus] = body
            return
        }
        if hidesLower {
            placePanes(body, model)
        } else if model.layout == .wide || (model.layout == .classic && size.columns >= 160) {
            placeBeside(body, model)
        } else {
            placeBelow(body, model)
        }
    }

    private mutating func placePanes(_ rect: Rect, _ model: Model) {
        if size.columns < 80 || model.layout == .single {
            parts[model.lastPane == .local ? .local : .remote] = rect
            return
        }
        // Less than this shows no name.
        let least = min(24, rect.columns / 2)
        let left = min(max(least, rect.columns / 2 + model.splitColumns), rect.columns - least)
        let (first, second): (Focus, Focus) = model.isSwapped ? (.remote, .local) : (.local, .remote)
        parts[first] = Rect(column: rect.column, row: rect.row, columns: left, rows: rect.rows)
        parts[second] = Rect(
            column: rect.column + left, row: rect.row, columns: rect.columns - left, rows: rect.rows)
    }

    private mutating func placeBelow(_ body: Rect, _ model: Model) {
        let chrome = isBoxed ? 2 : 1
        var (queue, log) =
            switch size.rows {
            case ..<30: (2, 4)
            case ..<36: (5 - (36 - size.rows) / 3, 6 - (37 - size.rows) / 3)
            default: (5 + (size.rows - 36) / 5, 6 + (size.rows - 36) * 3 / 10)
            }
        if model.layout == .log { (queue, log) = (2, max(log, body.rows / 2 - 2)) }
        // Down takes from the log first, then from the queue; up gives to the log.
        let room = body.rows - queue - log - 2 * chrome - 6
        let change = min(max(-room, model.splitRows), queue + log - 3)
        let logChange = min(change, log - 2)
        log -= logChange
        queue -= change - logChange
        let upper = body.rows - queue - log - 2 * chrome
        placePanes(Rect(column: 0, row: body.row, columns: body.columns, rows: upper), model)
        parts[.queue] = Rect(
            column: 0, row: body.row + upper, columns: body.columns, rows: queue + chrome)
        parts[.log] = Rect(
            column: 0, row: body.row + upper + queue + chrome, columns: body.columns, rows: log + chrome)
    }

    private mutating func placeBeside(_ body: Rect, _ model: Model) {
        let right = size.columns >= 160 ? size.columns / 3 : size.columns * 2 / 5
        let left = body.columns - right
        let queue = max(2, body.rows / 5) + (isBoxed ? 2 : 1)
        placePanes(Rect(column: 0, row: body.row, columns: left, rows: body.rows - queue), model)
        parts[.queue] = Rect(column: 0, row: body.endRow - queue, columns: left, rows: queue)
        parts[.log] = Rect(column: left, row: body.row, columns: right, rows: body.rows)
    }

    subscript(focus: Focus) -> Rect? { isTooSmall ? nil : parts[focus] }

    /// Of the box below the rows of a zoomed queue.
    private static let detailRows = 9

    /// The queue has the screen to itself, and it is high enough for more than rows.
    var showsQueueDetails: Bool { parts.count == 1 && (parts[.queue]?.rows ?? 0) >= 22 }

    /// A zoomed part has a box at any size.
    func hasBox(_ focus: Focus) -> Bool {
        focus.isPane || isBoxed || parts.count == 1
    }

    /// Where the rows of a part are, without border, title and column heads.
    func rows(of focus: Focus) -> Rect? {
        guard let rect = self[focus] else { return nil }
        if focus.isPane {
            return Rect(
                column: rect.column + 1, row: rect.row + 2, columns: rect.columns - 2,
                rows: max(0, rect.rows - 3)
            )
        }
        if focus == .queue, showsQueueDetails {
            return Rect(
                column: rect.column + 1, row: rect.row + 4, columns: rect.columns - 2,
                rows: rect.rows - 5 - Self.detailRows)
        }
        if hasBox(focus) {
            return Rect(
                column: rect.column + 1, row: rect.row + 1, columns: rect.columns - 2,
                rows: max(0, rect.rows - 2)
            )
        }
        return Rect(
            column: rect.column, row: rect.row + 1, columns: rect.columns, rows: max(0, rect.rows - 1))
    }

    func focus(column: Int, row: Int) -> Focus? {
        isTooSmall ? nil : Focus.allCases.first { parts[$0]?.contains(column: column, row: row) == true }
    }
}
