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
    let places = model.homePlaces(rect)
    canvas.put("Not connected", left, places.title, .textStrong, width: width)
    for (line, text) in model.homeReason(rect).enumerated() {
        canvas.put(text, left, places.title + 1 + line, .logReply5, width: width)
    }
    drawAddress(model, left, places.address, width, isFocused: isFocused, &canvas)
    let hint = width - 8 < 31 ? "a host or a URL" : "a host or a URL; Enter connects"
    canvas.put(hint, left + 8, places.address + 1, .textFaint, width: width - 8)
    if let hint = places.hint {
        canvas.put("or go down and press Enter", left, hint, .textFaint, width: width)
    }
    for (index, offer) in model.homeOffers.enumerated() where places.offers[index] < rect.endRow {
        let isChosen = isFocused && model.home.selection == index + 1
        let row = places.offers[index]
        canvas.put("> ", left, row, .key)
        let end = canvas.put(offer.title, left + 2, row, isChosen ? .cursor : .text, width: width - 2)
        if let key = offer.key, end + 2 + cellWidth(key) <= left + width {
            canvas.put("  \(key)", end, row, .textFaint)
        }
        if isChosen { canvas.setCursor(left, row, shown: false) }
        if let detail = offer.detail, places.hint != nil, row + 1 < rect.endRow {
            canvas.put(detail, left + 2, row + 1, .textFaint, width: width - 2)
        }
    }
}

/// The rows things stand on; the mouse asks too.
struct HomePlaces {
    var title = 0
    var address = 0
    /// Nil where there is little room: then the details of the offers are left out as well.
    var hint: Int?
    var offers: [Int] = []
}

extension Model {
    func homePlaces(_ rect: Rect) -> HomePlaces {
        let isRoomy = rect.rows > 12
        var places = HomePlaces()
        places.title = rect.row + (isRoomy ? 1 : 0)
        places.address = places.title + 1 + homeReason(rect).count + (isRoomy ? 1 : 0)
        var row = places.address + 2
        if isRoomy {
            places.hint = row + 1
            row += 3
        }
        for offer in homeOffers {
            places.offers.append(row)
            row += offer.detail != nil && isRoomy ? 2 : 1
        }
        return places
    }

    /// Why there is no connection, in lines.
    func homeReason(_ rect: Rect) -> [String] {
        // A box that asks about it says it too.
        let isAsked = dialogs.contains {
            switch $0 {
            case .password, .certificate: true
            default: false
            }
        }
        guard let reason = home.error ?? (isAsked ? nil : connectionFailure) else { return [] }
        // The title, the address with its hint and the offers take the rest.
        let room = max(1, min(5, rect.rows - 3 - homeOffers.count))
        var lines = wrapped(visible(reason), to: rect.columns - 5)
        if lines.count > room {
            lines = Array(lines.prefix(room))
            lines[room - 1] = clipped(lines[room - 1] + " …", to: rect.columns - 5)
        }
        return lines
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
    // A stretch of another look, as long as what typing would replace.
    let look: Role = isFocused && field.isSelected ? .cursor : role
    canvas.put(visible(String(text)), rect.column + 1, rect.row, look, width: room)
    if isFocused { canvas.setCursor(rect.column + 1 + before, rect.row, shown: true) }
}
