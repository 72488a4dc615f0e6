/// A box over the screen: a title, lines, a row of buttons. Drawing and the mouse both ask where things are.
struct DialogBox {
    enum Line {
        case text([Piece])
        case field(label: String, TextField, isFocused: Bool)
        case rule

        var isBlank: Bool { if case .text(let pieces) = self { pieces.isEmpty } else { false } }
    }

    var title: String
    var hint = ""
    var lines: [Line] = []
    /// Label and role of each, and which is chosen.
    var buttons: [String] = []
    /// The keys that press them, shown below; empty where there are none.
    var buttonKeys: [String] = []
    var chosen: Int?
    var isDangerous = false
    var footer = ""
    /// Most columns wanted, border included.
    var columns = 72
    /// Takes all of the screen: what is below would only stick out at its sides.
    var isFull = false

    static func lines(_ text: String, _ role: Role = .dialog, width: Int) -> [Line] {
        wrapped(text, to: width).map { .text([Piece($0, role)]) }
    }

    /// The buttons by the rows that they need, and a blank one.
    private func buttonRows(_ columns: Int) -> Int {
        buttons.isEmpty ? 0 : 1 + buttonLines(columns).count * rowsOfButtons
    }

    private var rowsOfButtons: Int { buttonKeys.isEmpty ? 1 : 2 }

    /// Which buttons stand side by side.
    private func buttonLines(_ columns: Int) -> [Range<Int>] {
        var lines: [Range<Int>] = []
        var (start, width) = (0, 0)
        for index in buttons.indices {
            let more = cellWidth(buttons[index]) + 2
            if index > start, width + 2 + more > columns - 2 {
                lines.append(start..<index)
                (start, width) = (index, more)
            } else {
                width += index == start ? more : 2 + more
            }
        }
        return lines + [start..<buttons.count]
    }

    func rect(in size: Size) -> Rect {
        if isFull { return Rect(column: 0, row: 0, columns: size.columns, rows: size.rows) }
        let columns = min(self.columns, size.columns - (size.columns > 60 ? 4 : 0))
        let wanted = lines.count + 2 + buttonRows(columns) + (footer.isEmpty ? 0 : 1)
        let rows = min(wanted, size.rows - 1)
        return Rect(
            column: (size.columns - columns) / 2, row: max(0, (size.rows - rows) / 2), columns: columns,
            rows: max(3, rows))
    }

    /// Where each button stands in the box: columns on the button row.
    func buttonRects(in rect: Rect) -> [Rect] {
        let lines = buttonLines(rect.columns)
        var row = rect.endRow - 1 - lines.count * rowsOfButtons - (footer.isEmpty ? 0 : 1)
        return lines.flatMap { line in
            defer { row += rowsOfButtons }
            let total = buttons[line].reduce(0) { $0 + cellWidth($1) + 2 } + 2 * max(0, line.count - 1)
            var column = rect.column + max(1, (rect.columns - total) / 2)
            return buttons[line].map { label in
                defer { column += cellWidth(label) + 4 }
                return Rect(column: column, row: row, columns: cellWidth(label) + 2, rows: 1)
            }
        }
    }

    /// The lines that there is room for: blank ones are the first to go.
    private func lines(fitting rows: Int) -> ArraySlice<Line> {
        var shown = lines
        while shown.count > rows, let index = shown.lastIndex(where: \.isBlank) { shown.remove(at: index) }
        return shown.prefix(max(0, rows))
    }

    func draw(_ canvas: inout Canvas, _ size: Size) {
        let rect = rect(in: size)
        canvas.clear(rect, .dialog)
        canvas.box(rect, .dialogBorder)
        // The cursor of what the box covers takes no keys now.
        canvas.setCursor(rect.column + 2, rect.row + 1, shown: false)
        canvas.put(" \(clipped(title, to: rect.columns - 6)) ", rect.column + 2, rect.row, .dialogTitle)
        let hintColumn = rect.endColumn - 4 - cellWidth(hint)
        if !hint.isEmpty, hintColumn > rect.column + cellWidth(title) + 6 {
            canvas.put(" \(hint) ", hintColumn, rect.row, .dialogFaint)
        }
        let below = buttonRows(rect.columns) + (footer.isEmpty ? 0 : 1)
        for (index, line) in lines(fitting: rect.rows - 2 - below).enumerated() {
            draw(line, rect, rect.row + 1 + index, &canvas)
        }
        for (index, place) in buttonRects(in: rect).enumerated() {
            let isChosen = chosen == index
            let role: Role =
                !isChosen ? .button : isDangerous && index > 0 ? .buttonDanger : .buttonDefault
            canvas.put(
                " \(buttons[index]) ", place.column, place.row, role, width: rect.endColumn - 1 - place.column
            )
            if isChosen { canvas.setCursor(place.column, place.row, shown: false) }
            if buttonKeys.indices.contains(index) {
                canvas.put(
                    buttonKeys[index], place.column + 1, place.row + 1, .dialogKey,
                    width: rect.endColumn - 2 - place.column)
            }
        }
        if !footer.isEmpty {
            canvas.put(clipped(footer, to: rect.columns - 4), rect.column + 2, rect.endRow - 2, .dialogFaint)
        }
    }

    private func draw(_ line: Line, _ rect: Rect, _ row: Int, _ canvas: inout Canvas) {
        switch line {
        case .text(let pieces): canvas.put(pieces, rect.column + 2, row, width: rect.columns - 4)
        case .rule: canvas.rule(rect.column + 1, row, rect.columns - 2, .dialogBorder)
        case .field(let label, let field, let isFocused):
            var left = rect.column + 2
            if !label.isEmpty {
                canvas.put(rightAligned(label, to: 9), left, row, .dialogFaint)
                left += 10
            }
            drawField(
                field, Rect(column: left, row: row, columns: max(3, rect.endColumn - 2 - left), rows: 1),
                isFocused: isFocused, &canvas)
        }
    }
}
