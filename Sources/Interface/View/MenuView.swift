/// Where the parts of an open menu stand: the titles in the first line, the items in a box below theirs.
struct MenuPlaces {
    /// Of those that fit: on narrow screens the first ones go when a later one is open.
    let titles: [Rect?]
    let box: Rect
    /// The first item that is shown.
    let top: Int

    init(_ form: MenuForm, _ menus: [Menu], _ size: Size) {
        let widths = menus.map { cellWidth($0.group.rawValue) + 2 }
        var first = 0
        func end(from first: Int) -> Int { 1 + widths[first...form.menu].reduce(0, +) }
        while first < form.menu, end(from: first) > size.columns { first += 1 }
        var column = 1
        titles = widths.enumerated().map { index, width in
            guard index >= first, column + width <= size.columns else { return nil }
            defer { column += width }
            return Rect(column: column, row: 0, columns: width, rows: 1)
        }
        let items = menus[form.menu].items
        let text = items.map { cellWidth($0.help) + cellWidth($0.keys) + 4 }.max() ?? 0
        let columns = min(size.columns, text + 4)
        let rows = min(items.count + 2, max(3, size.rows - 2))
        let left = titles[form.menu]?.column ?? 0
        box = Rect(column: max(0, min(left, size.columns - columns)), row: 1, columns: columns, rows: rows)
        top = scrolled(top: 0, cursor: form.item, count: items.count, height: rows - 2)
    }
}

func drawMenu(_ form: MenuForm, _ menus: [Menu], _ size: Size, _ canvas: inout Canvas) {
    let places = MenuPlaces(form, menus, size)
    canvas.clear(Rect(column: 0, row: 0, columns: size.columns, rows: 1), .tab)
    for (index, place) in places.titles.enumerated() {
        guard let place else { continue }
        canvas.put(
            " \(menus[index].group.rawValue) ", place.column, 0, index == form.menu ? .tabActive : .tab)
    }
    let box = places.box
    canvas.clear(box, .dialog)
    canvas.box(box, .dialogBorder)
    let items = menus[form.menu].items
    for line in 0..<max(0, box.rows - 2) {
        let index = places.top + line
        guard items.indices.contains(index) else { break }
        let isChosen = index == form.item
        let room = box.columns - 5 - cellWidth(items[index].keys)
        let row = box.row + 1 + line
        canvas.put(
            " \(padded(clipped(items[index].help, to: room), to: room)) ", box.column + 1, row,
            isChosen ? .cursor : .dialog)
        canvas.put(
            "\(items[index].keys) ", box.endColumn - 2 - cellWidth(items[index].keys), row,
            isChosen ? .cursor : .dialogKey)
        if isChosen { canvas.setCursor(box.column + 1, row, shown: false) }
    }
}
