/// The keys, printed from the one table: three columns of groups where there is room, one below the other else.
func helpBox(_ page: HelpPage, _ model: Model, _ size: Size) -> DialogBox {
    let names: [Keymap.Context: String] = [.panes: "the panes", .queue: "the queue", .log: "the log"]
    var box = DialogBox(title: "Keys — \(names[page.context] ?? "")")
    box.hint = page.filter.isEmpty ? "type to find a key or a word" : "/\(page.filter.text)"
    box.isFull = true
    let wanted = page.filter.text.lowercased()
    let lines = model.keymap.lines(for: page.context).filter {
        wanted.isEmpty || $0.help.lowercased().contains(wanted) || $0.keys.lowercased().contains(wanted)
    }
    let width = box.rect(in: size).columns - 4
    let columns = max(1, min(3, width / 34))
    let text =
        lines.isEmpty
        ? [DialogBox.Line.text([Piece("Nothing like that.", .dialogFaint)])]
        : tables(lines, columns: columns, width: width)
    let height = max(1, size.rows - 3)
    box.lines = Array(text.dropFirst(min(page.top, max(0, text.count - height))).prefix(height))
    box.footer = "Tab next: panes · queue · log   ↑↓ scroll   Esc close"
    if model.keymap.bindings.contains(where: \.isOwn) { box.footer += "   * from keys.toml" }
    return box
}

/// Groups side by side, as many as there are columns.
private func tables(_ lines: [Keymap.Line], columns: Int, width: Int) -> [DialogBox.Line] {
    var groups: [[Keymap.Line]] = []
    for line in lines {
        if groups.last?.first?.group == line.group {
            groups[groups.count - 1].append(line)
        } else {
            groups.append([line])
        }
    }
    let columnWidth = width / columns
    var result: [DialogBox.Line] = []
    for start in stride(from: 0, to: groups.count, by: columns) {
        let band = groups[start..<min(groups.count, start + columns)]
        result.append(.text([]))
        result.append(
            .text(band.map { Piece(padded($0[0].group.rawValue, to: columnWidth), .dialogTitle) }))
        // The keys get the room they need, what they do gets the rest.
        let keys = band.map { min(columnWidth * 3 / 5, ($0.map { cellWidth($0.keys) }.max() ?? 0) + 2) }
        for row in 0..<(band.map(\.count).max() ?? 0) {
            result.append(
                .text(
                    zip(band, keys).flatMap { group, keys in
                        cell(group.indices.contains(row) ? group[row] : nil, keys, width: columnWidth)
                    }))
        }
    }
    return result
}

private func cell(_ line: Keymap.Line?, _ keys: Int, width: Int) -> [Piece] {
    guard let line else { return [Piece(String(repeating: " ", count: width), .dialog)] }
    return [
        Piece(padded(clipped(line.keys, to: keys - 1), to: keys), .dialogKey),
        Piece(padded(clipped(line.help, to: width - keys - 1), to: width - keys), .dialog),
    ]
}
