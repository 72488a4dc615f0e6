/// The palette: every command by name, with its key, so that it teaches.
func commandsBox(_ form: CommandForm, _ model: Model, _ size: Size) -> DialogBox {
    var box = DialogBox(title: "Commands")
    box.columns = 88
    let width = box.rect(in: size).columns - 4
    let height = max(1, min(16, size.rows - 8))
    let found = model.commandsFound(form.field.text)
    box.lines = [.field(label: "", form.field, isFocused: true), .text([])]
    if model.isRawCommand(form.field.text) {
        box.lines.append(.text([Piece("Enter sends this to the server as it is.", .dialog)]))
    } else if found.isEmpty {
        box.lines.append(.text([Piece("No command of that name.", .dialogFaint)]))
    }
    let top = scrolled(top: 0, cursor: form.cursor, count: found.count, height: height)
    let shown = model.isRawCommand(form.field.text) ? [] : found.dropFirst(top).prefix(height)
    for (index, line) in shown.enumerated() {
        let isCursor = top + index == form.cursor
        let name = padded(clipped(" \(line.help)", to: width - 12), to: width - 11)
        box.lines.append(
            .text([
                Piece(name, isCursor ? .cursor : .dialog),
                Piece(rightAligned("\(line.keys) ", to: 11), isCursor ? .cursor : .dialogKey),
            ]))
    }
    while box.lines.count < height + 2 { box.lines.append(.text([])) }
    box.footer = "Enter run   ↑↓ choose   CAPITALS raw FTP   Esc close"
    return box
}
