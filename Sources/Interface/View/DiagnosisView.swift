internal import FTPProtocol

/// Always the same four parts: what was tried, what came back, why, what you can do.
func diagnosisBox(_ diagnosis: Diagnosis, _ choice: Int, _ model: Model, _ size: Size) -> DialogBox {
    let width = min(100, max(20, size.columns - 8))
    var box = DialogBox(title: diagnosis.title)
    box.columns = width + 4
    var lines: [DialogBox.Line] = []
    func head(_ text: String) { lines += [.text([]), .text([Piece(text, .dialogTitle)])] }
    let remedies = diagnosis.remedies.enumerated().map { index, remedy -> DialogBox.Line in
        let text = padded(clipped("  \(index + 1)  \(remedy.text)", to: width), to: width)
        return .text([Piece(text, index == choice ? .cursor : .dialog)])
    }
    lines += [.text([Piece("What came back", .dialogTitle)])]
    lines += DialogBox.lines(diagnosis.outcome, .fieldError, width: width)
    head("Why")
    lines += DialogBox.lines(diagnosis.why, width: width)
    head("What you can do")
    lines += remedies
    // What there is no room for goes first; what can be done always stays.
    let room = size.rows - 4 - lines.count - 2
    if !diagnosis.tried.isEmpty, room > 0 {
        lines += [.text([]), .text([Piece("What was tried", .dialogTitle)])]
        lines += diagnosis.tried.suffix(room).map { line in
            let took = line.duration.map { duration(nanoseconds: $0) } ?? ""
            let text = clipped(
                "  \(line.sign) \(line.charset.shown(line.bytes.prefix(500)))",
                to: width - cellWidth(took) - 2)
            let padding = String(repeating: " ", count: max(0, width - cellWidth(text) - cellWidth(took)))
            return .text([Piece(text, .dialog), Piece(padding + took, .dialogFaint)])
        }
    }
    box.lines = lines
    box.footer = "Enter or a number does it   Esc close"
    return box
}
