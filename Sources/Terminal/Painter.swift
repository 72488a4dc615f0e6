import CLinux
import CNcurses
import Interface

/// Copies frames into ncurses' picture of the screen, rows that changed only.
struct Painter: ~Copyable {
    var palette: Palette
    private let characterSet: CharacterSet
    private var painted: Frame?
    private var run: [wchar_t] = []

    init(palette: Palette, characterSet: CharacterSet) {
        self.palette = palette
        self.characterSet = characterSet
    }

    /// The next frame is painted whole: the screen, or how roles look, has changed.
    mutating func forget() {
        painted = nil
    }

    /// - Returns: whether anything differs from what stands on the screen.
    mutating func paint(_ frame: Frame) -> Bool {
        if let painted, painted == frame { return false }
        let window = cn_screen()
        let size = frame.size
        let previous = painted?.size == size ? painted : nil
        if previous == nil { werase(window) }
        let rows = min(size.rows, Int(cn_lines()))
        for row in 0..<max(0, rows) {
            let range = row * size.columns..<(row + 1) * size.columns
            if let previous, previous.cells[range] == frame.cells[range] { continue }
            paint(frame.cells[range], row: row)
        }
        painted = frame
        placeCursor(frame)
        wnoutrefresh(window)
        return true
    }

    private mutating func paint(_ cells: ArraySlice<Frame.Cell>, row: Int) {
        let window = cn_screen()
        let end = min(cells.endIndex, cells.startIndex + Int(cn_columns()))
        var index = cells.startIndex
        while index < end {
            let role = cells[index].role
            let start = index
            run.removeAll(keepingCapacity: true)
            while index < end, cells[index].role == role {
                // A wide character whose second half is cut off at the screen's edge is not drawn.
                let isWide = index + 1 < cells.endIndex && cells[index + 1].isContinuation
                if isWide, index + 1 >= end {
                    run.append(wchar_t(UInt8(ascii: " ")))
                } else if !cells[index].isContinuation {
                    append(cells[index].text, columns: isWide ? 2 : 1)
                }
                index += 1
                if isWide, index < end { index += 1 }
            }
            let entry = palette[role]
            var pair = entry.pair
            // With the last argument given, ncurses reads the whole int there: pairs above 255 work.
            wattr_set(window, entry.attributes, 0, &pair)
            mvwaddnwstr(window, Int32(row), Int32(start - cells.startIndex), run, Int32(run.count))
        }
    }

    /// Adds a cell's text if ncurses will count it as wide as the frame did; else something that is.
    private mutating func append(_ text: String, columns: Int) {
        let start = run.count
        var width = 0
        for scalar in text.unicodeScalars where !joins(scalar) {
            let columns = self.columns(scalar)
            guard columns >= 0 else {
                width = -1
                break
            }
            width += columns
            run.append(wchar_t(scalar.value))
        }
        if width != columns {
            run.removeLast(run.count - start)
            let substitute = UInt8(ascii: text.isEmpty ? " " : "?")
            for _ in 0..<columns { run.append(wchar_t(substitute)) }
        }
    }

    /// Joiners and selectors: some terminals draw what they join in fewer cells than ncurses counts, and
    /// everything to the right of it would shift.
    private func joins(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x200B...0x200F, 0x2060, 0xFE00...0xFE0F, 0xE0100...0xE01EF: true
        default: false
        }
    }

    /// As ncurses counts; -1 for what it cannot show here.
    private func columns(_ scalar: Unicode.Scalar) -> Int {
        if scalar.isASCII { return scalar.value >= 0x20 && scalar.value != 0x7F ? 1 : -1 }
        // A skin tone would melt into the emoji before it; see `joins`.
        if (0x1F3FB...0x1F3FF).contains(scalar.value) { return -1 }
        return characterSet == .ascii ? -1 : Int(wcwidth(wchar_t(scalar.value)))
    }

    private func placeCursor(_ frame: Frame) {
        if let cursor = frame.cursor {
            let row = min(max(0, cursor.row), max(0, Int(cn_lines()) - 1))
            let column = min(max(0, cursor.column), max(0, Int(cn_columns()) - 1))
            wmove(cn_screen(), Int32(row), Int32(column))
        }
        curs_set(frame.showsCursor ? 1 : 0)
    }
}
