internal import FTPProtocol
internal import Transfers

/// What the remote pane shows while there is no server: an address line, and what else can be done.
func drawHome(_ model: Model, _ rect: Rect, isFocused: Bool, _ canvas: inout Canvas) {
    if case .connecting(let site) = model.connection {
        let seconds = max(0, model.now - model.connectionSince) / 1_000_000_000
        canvas.put(
            "Connecting to \(site.shortName) … \(seconds) s", rect.column + 3, rect.row + 1, .textStrong)
        canvas.put("Esc stops", rect.column + 3, rect.row + 3, .textFaint)
        return
    }
    let left = rect.column + 3
    let width = rect.columns - 5
    var row = rect.row + (rect.rows > 12 ? 1 : 0)
    canvas.put("Not connected", left, row, .textStrong, width: width)
    row += 1
    if let reason = model.home.error ?? model.connectionFailure {
        for line in wrapped(visible(reason), to: width).prefix(max(1, min(4, rect.rows - 8))) {
            canvas.put(line, left, row, .fieldError, width: width)
            row += 1
        }
    }
    row += rect.rows > 12 ? 1 : 0
    drawAddress(model, left, row, width, isFocused: isFocused, &canvas)
    canvas.put("a host or a URL; Enter connects", left + 8, row + 1, .textFaint, width: width - 8)
    row += 2
    if rect.rows > 12 {
        canvas.put("or go down and press Enter", left, row + 1, .textFaint, width: width)
        row += 3
    }
    for (index, offer) in model.homeOffers.enumerated() {
        let isChosen = isFocused && model.home.selection == index + 1
        guard row < rect.endRow else { return }
        canvas.put("> ", left, row, .key)
        let end = canvas.put(offer.title, left + 2, row, isChosen ? .cursor : .text, width: width - 2)
        if let key = offer.key { canvas.put("  \(key)", end, row, .textFaint) }
        if isChosen { canvas.setCursor(left, row, shown: false) }
        row += 1
        if let detail = offer.detail, rect.rows > 12, row < rect.endRow {
            canvas.put(detail, left + 2, row, .textFaint, width: width - 2)
            row += 1
        }
    }
}

private func drawAddress(
    _ model: Model, _ left: Int, _ row: Int, _ width: Int, isFocused: Bool, _ canvas: inout Canvas
) {
    canvas.put("Address", left, row, .textFaint)
    let isEdited = isFocused && model.home.selection == 0
    drawField(
        model.home.address, Rect(column: left + 8, row: row, columns: max(4, width - 8), rows: 1),
        isFocused: isEdited, &canvas)
}

/// A field with its text; the end stays in sight while it is longer than the field.
func drawField(_ field: TextField, _ rect: Rect, isFocused: Bool, _ canvas: inout Canvas) {
    let role: Role = isFocused ? .fieldFocus : .field
    canvas.clear(rect, role)
    let scalars = Array(field.shown.unicodeScalars)
    let room = max(1, rect.columns - 2)
    var start = 0
    var before = scalars[..<min(field.cursor, scalars.count)].reduce(0) { $0 + cellWidth($1) }
    while before >= room, start < field.cursor {
        before -= cellWidth(scalars[start])
        start += 1
    }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars[start...])
    canvas.put(visible(String(text)), rect.column + 1, rect.row, role, width: room)
    if isFocused { canvas.setCursor(rect.column + 1 + before, rect.row, shown: true) }
}
