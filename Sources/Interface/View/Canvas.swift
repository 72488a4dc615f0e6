/// A frame being drawn. In ASCII it puts `+ - |` where lines are, and the like: one place for all of it.
struct Canvas {
    private(set) var frame: Frame
    private let isASCII: Bool

    init(size: Size, glyphs: GlyphSet) {
        frame = Frame(size: size)
        isASCII = glyphs == .ascii
    }

    /// - Returns: the column after what was written.
    @discardableResult
    mutating func put(_ text: String, _ column: Int, _ row: Int, _ role: Role, width: Int = .max) -> Int {
        guard width > 0 else { return column }
        return column
            + frame.put(
                isASCII ? asciiGlyphs(text) : text, column: column, row: row, role: role, width: width)
    }

    /// Several pieces one after the other, within `width` columns.
    @discardableResult
    mutating func put(_ pieces: [Piece], _ column: Int, _ row: Int, width: Int = .max) -> Int {
        var at = column
        for piece in pieces {
            let room = width == .max ? .max : column + width - at
            guard room > 0 else { break }
            at = put(piece.text, at, row, piece.role, width: room)
        }
        return at
    }

    mutating func fill(_ rect: Rect, _ role: Role) {
        frame.fill(column: rect.column, row: rect.row, columns: rect.columns, rows: rect.rows, role: role)
    }

    mutating func clear(_ rect: Rect, _ role: Role) {
        frame.clear(column: rect.column, row: rect.row, columns: rect.columns, rows: rect.rows, role: role)
    }

    mutating func box(_ rect: Rect, _ role: Role) {
        guard rect.columns >= 2, rect.rows >= 2 else { return }
        let line = String(repeating: "─", count: rect.columns - 2)
        put("┌\(line)┐", rect.column, rect.row, role)
        put("└\(line)┘", rect.column, rect.endRow - 1, role)
        for row in rect.row + 1..<rect.endRow - 1 {
            put("│", rect.column, row, role)
            put("│", rect.endColumn - 1, row, role)
        }
    }

    mutating func rule(_ column: Int, _ row: Int, _ columns: Int, _ role: Role) {
        put(String(repeating: "─", count: max(0, columns)), column, row, role)
    }

    mutating func setCursor(_ column: Int, _ row: Int, shown: Bool) {
        guard (0..<frame.size.columns).contains(column), (0..<frame.size.rows).contains(row) else { return }
        frame.cursor = (column, row)
        frame.showsCursor = shown
    }
}

/// Text with one look.
struct Piece: Hashable, Sendable {
    let text: String
    let role: Role

    init(_ text: String, _ role: Role) {
        self.text = text
        self.role = role
    }
}

/// The pieces that fit, the last of them cut with an ellipsis.
func clipped(_ pieces: [Piece], to width: Int) -> [Piece] {
    var room = width
    var kept: [Piece] = []
    for piece in pieces {
        guard cellWidth(piece.text) > room else {
            kept.append(piece)
            room -= cellWidth(piece.text)
            continue
        }
        if room > 0 {
            kept.append(Piece(clipped(piece.text, to: room), piece.role))
        } else if let last = kept.popLast() {
            kept.append(Piece(clipped(last.text + "…", to: cellWidth(last.text)), last.role))
        }
        break
    }
    return kept
}

func width(_ pieces: [Piece]) -> Int { pieces.reduce(0) { $0 + cellWidth($1.text) } }

private func asciiGlyphs(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { result.append(asciiGlyph[scalar] ?? scalar) }
    return String(result)
}

private let asciiGlyph: [Unicode.Scalar: Unicode.Scalar] = [
    "─": "-", "│": "|", "┌": "+", "┐": "+", "└": "+", "┘": "+", "├": "+", "┤": "+", "┬": "+", "┴": "+",
    "…": "~", "↓": "v", "↑": "^", "→": ">", "←": "<", "·": ".", "▶": ">", "●": "*", "○": "o", "◌": "o",
    "—": "-", "–": "-", "‖": "=", "•": "*", "“": "\"", "”": "\"", "’": "'", "×": "x", "≥": ">",
    "█": "#", "▉": "#", "▊": "-", "▋": "-", "▌": "-", "▍": "-", "▎": "-", "▏": "-",
    "▁": "_", "▂": "_", "▃": "-", "▄": "-", "▅": "=", "▆": "=", "▇": "#",
]
