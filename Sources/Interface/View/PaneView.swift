internal import FTPProtocol
internal import Transfers

/// One pane: title, column heads, the visible rows, and what is chosen or going on below.
func drawPane(_ model: Model, _ pane: Pane, _ focus: Focus, _ layout: Layout, _ canvas: inout Canvas) {
    guard let rect = layout[focus], let rows = layout.rows(of: focus) else { return }
    let isFocused = model.focus == focus
    canvas.box(rect, isFocused ? .borderFocus : .border)
    drawTitle(model, pane, rect, layout, isFocused: isFocused, &canvas)
    if focus == .remote, pane.location == nil {
        let inner = Rect(column: rows.column, row: rows.row - 1, columns: rows.columns, rows: rows.rows + 1)
        drawHome(model, inner, isFocused: isFocused, &canvas)
        // What is typed goes to the address, figures too.
        if isFocused, model.isTypingAddress {
            let whole = " Tab leaves the address; then 3 queue, 4 log "
            let hint = cellWidth(whole) <= rect.columns - 4 ? whole : " Tab, then 3 queue, 4 log "
            canvas.put(clipped(hint, to: rect.columns - 4), rect.column + 2, rect.endRow - 1, .hint)
        }
        return
    }
    let columns = PaneColumns(width: rows.columns)
    drawHeads(columns, rows, &canvas)
    drawRows(model, pane, columns, rows, isFocused: isFocused, &canvas)
    drawFailure(pane, rows, &canvas)
    drawFooter(model, pane, rect, layout, &canvas)
}

/// Which columns a pane of this width has, counted from inside its border.
struct PaneColumns {
    let name: Int  // width
    let size: Int  // column it ends before
    let time: Int?  // column it begins at
    let width: Int

    init(width: Int) {
        self.width = width
        if width >= 48 {
            time = width - 13
            size = width - 14
        } else {
            time = nil
            size = width - 1
        }
        name = max(0, size - 7 - 2)
    }
}

private func drawTitle(
    _ model: Model, _ pane: Pane, _ rect: Rect, _ layout: Layout, isFocused: Bool, _ canvas: inout Canvas
) {
    let number = pane.side == .local ? 1 : 2
    let side = pane.side == .local ? "Local" : "Remote"
    let titleRole: Role = isFocused ? .titleFocus : .title
    let sort = pane.location == nil ? "" : " \(pane.sort.rawValue) \(pane.isDescending ? "↓" : "↑") "
    let room = rect.columns - 6 - cellWidth(sort)
    let lead = rect.columns >= 50 || pane.location == nil ? "\(number) \(side)" : "\(number) "
    var title = " \(lead) "
    if let location = pane.location {
        title +=
            shortenedPath(
                shownPath(location, home: pane.home, pane.charset), to: max(4, room - cellWidth(title) - 1))
            + " "
    }
    canvas.put(title, rect.column + 2, rect.row, titleRole, width: max(0, rect.columns - 4))
    if !sort.isEmpty {
        canvas.put(sort, rect.endColumn - 2 - cellWidth(sort), rect.row, isFocused ? .title : .title)
    }
}

/// The path as people write it: `~` for home on this machine.
func shownPath(_ location: Location, home: RemotePath, _ charset: NameCharset = .utf8) -> String {
    guard location.endpoint == .local, home.bytes.count > 1 else { return charset.shown(location.path) }
    let (path, home) = (location.path.bytes, home.withoutTrailingSlash.bytes)
    guard path.starts(with: home), path.count == home.count || path[home.count] == UInt8(ascii: "/") else {
        return location.path.description
    }
    return "~" + visible(path[home.count...])
}

private func drawHeads(_ columns: PaneColumns, _ rows: Rect, _ canvas: inout Canvas) {
    canvas.put("Name", rows.column + 2, rows.row - 1, .column)
    canvas.put("Size", rows.column + columns.size - 4, rows.row - 1, .column)
    if let time = columns.time { canvas.put("    Modified", rows.column + time, rows.row - 1, .column) }
}

private func drawRows(
    _ model: Model, _ pane: Pane, _ columns: PaneColumns, _ rows: Rect, isFocused: Bool,
    _ canvas: inout Canvas
) {
    let top = scrolled(top: pane.top, cursor: pane.cursor, count: pane.rowCount, height: rows.rows)
    let moving = transfersInto(pane, model.queue.snapshot)
    let isOld = isDimmed(model, pane)
    for line in 0..<max(0, min(rows.rows, pane.rowCount - top)) {
        let row = top + line
        drawRow(model, pane, row, columns, rows.column, rows.row + line, moving, isOld: isOld, &canvas)
        if row == pane.cursor {
            let strip = Rect(column: rows.column, row: rows.row + line, columns: rows.columns, rows: 1)
            canvas.fill(strip, isFocused ? .cursor : .cursorElsewhere)
            if isFocused { canvas.setCursor(rows.column, rows.row + line, shown: false) }
        }
    }
    if pane.order.isEmpty { drawEmpty(pane, rows, &canvas) }
}

/// The list on the screen is not what was asked for, or cannot be asked for again.
private func isDimmed(_ model: Model, _ pane: Pane) -> Bool {
    if let pending = pane.pending, !pending.isRefresh, pending.target != pane.location { return true }
    guard pane.side == .remote else { return false }
    switch model.connection {
    case .connected, .endedIdle: return false
    default: return true
    }
}

private func drawRow(
    _ model: Model, _ pane: Pane, _ row: Int, _ columns: PaneColumns, _ column: Int, _ line: Int,
    _ moving: [[UInt8]: String], isOld: Bool, _ canvas: inout Canvas
) {
    guard let index = pane.entryIndex(row: row) else {
        canvas.put("^", column + 1, line, .textFaint)
        canvas.put("..", column + 2, line, isOld ? .textFaint : .text)
        return
    }
    let entries = pane.entries
    let isMarked = pane.marks.contains(Int32(index))
    let nameRole = isOld ? .textFaint : isMarked ? .mark : role(of: index, in: entries)
    if isMarked { canvas.put("*", column, line, .mark) }
    canvas.put(typeSign(of: index, in: entries), column + 1, line, .textFaint)

    let name = entries.name(index)
    var shown = visible(entries.text(index))
    if let target = entries.targetText(index) { shown += " -> \(visible(target))" }
    canvas.put(
        shortened(shown, to: columns.name, shared: sharedWithNeighbours(pane, row, shown)), column + 2, line,
        nameRole, width: columns.name)

    if let percent = moving[name] {
        canvas.put(rightAligned(percent, to: 6), column + columns.size - 6, line, .fileTransferring)
    } else if entries.kind(index) != .directory, let size = entries.size(index) {
        let text = rightAligned(shortSize(size), to: 7)
        canvas.put(text, column + columns.size - 7, line, isMarked && !isOld ? .mark : .textFaint)
    }
    if let time = columns.time, let seconds = entries.seconds(index) {
        let text = model.modified(seconds, isUTC: entries.isUTC(index), hasTime: entries.hasTimeOfDay(index))
        canvas.put(rightAligned(text, to: 12), column + time, line, .textFaint, width: 12)
    }
}

private func sharedWithNeighbours(_ pane: Pane, _ row: Int, _ shown: String) -> Int {
    [row - 1, row + 1].compactMap { pane.entryIndex(row: $0) }
        .map { sharedPrefix(shown, visible(pane.entries.text($0))) }.max() ?? 0
}

private func typeSign(of index: Int, in entries: EntryTable) -> String {
    switch entries.kind(index) {
    case .directory: "/"
    case .link: "@"
    case .other: "="
    case .file: isExecutable(index, entries) ? "*" : " "
    }
}

private func isExecutable(_ index: Int, _ entries: EntryTable) -> Bool {
    entries.kind(index) == .file && (entries.mode(index).map { $0 & 0o111 != 0 } ?? false)
}

private func role(of index: Int, in entries: EntryTable) -> Role {
    switch entries.kind(index) {
    case .directory: return .fileFolder
    case .link: return .fileLink
    case .other: return .fileDevice
    case .file: break
    }
    let name = entries.nameBytes(index)
    if name.first == UInt8(ascii: ".") { return .fileHidden }
    if isExecutable(index, entries) { return .fileExecutable }
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")) else { return .file }
    let ending = String(decoding: name[(dot + 1)...].map(lowercased), as: UTF8.self)
    if archiveEndings.contains(ending) { return .fileArchive }
    return imageEndings.contains(ending) ? .fileImage : .file
}

private let archiveEndings: Set<String> = [
    "gz", "tgz", "bz2", "xz", "zst", "zip", "7z", "rar", "tar", "deb", "rpm", "jar", "lz", "z",
]
private let imageEndings: Set<String> = [
    "png", "jpg", "jpeg", "gif", "svg", "webp", "tif", "tiff", "bmp", "heic",
]

/// Names of the files that grow in this directory now, and how far they are.
private func transfersInto(_ pane: Pane, _ snapshot: QueueSnapshot) -> [[UInt8]: String] {
    guard let location = pane.location else { return [:] }
    var result: [[UInt8]: String] = [:]
    for row in snapshot.rows where row.transfer.state == .running && row.transfer.kind == .file {
        let transfer = row.transfer
        guard destination(of: transfer) == location, let size = transfer.size, size > 0 else { continue }
        let text = "▶ \(percent(row.bytes, of: size))%"
        let name = transfer.direction == .download ? transfer.localName : transfer.remoteName
        result[name] = text
        result[name + Array(".part".utf8)] = text
    }
    return result
}

/// The directory a transfer writes into.
func destination(of transfer: Transfer) -> Location {
    transfer.direction == .download
        ? Location(.local, RemotePath(bytes: transfer.localDirectory.bytes).withoutTrailingSlash)
        : Location(.server(transfer.site), transfer.remoteDirectory.withoutTrailingSlash)
}

func percent(_ bytes: Int64, of size: Int64) -> Int {
    guard size > 0 else { return 0 }
    return Int(min(100, max(0, Double(bytes) / Double(size) * 100)))
}

private func drawEmpty(_ pane: Pane, _ rows: Rect, _ canvas: inout Canvas) {
    guard pane.listedAt != nil, pane.pending == nil else { return }
    let text: String =
        if !pane.filter.isEmpty {
            "No name matches “\(visible(pane.filter))”. Esc shows all \(grouped(Int64(pane.entries.count)))."
        } else if pane.entries.count > 0 {
            "Only hidden files here. . shows them."
        } else {
            "Nothing here. F7 makes a folder."
        }
    for (line, words) in wrapped(text, to: rows.columns - 4).prefix(max(0, rows.rows - 1)).enumerated() {
        canvas.put(words, rows.column + 2, rows.row + 1 + line, .textFaint)
    }
}

/// Why the last listing failed, over the last rows of the list, until something else is asked for.
private func drawFailure(_ pane: Pane, _ rows: Rect, _ canvas: inout Canvas) {
    guard case .failed(let reason, let target) = pane.listing else { return }
    var lines = wrapped("\(pane.charset.shown(target.path)): \(visible(reason))", to: rows.columns - 2)
    lines = Array(lines.prefix(max(1, min(5, rows.rows / 2 - 1))))
    lines.append("Ctrl-R tries again, D says why.")
    let first = rows.endRow - lines.count
    canvas.clear(Rect(column: rows.column, row: first, columns: rows.columns, rows: lines.count), .toastError)
    for (line, text) in lines.enumerated() where first + line >= rows.row {
        canvas.put(text, rows.column + 1, first + line, .toastError, width: rows.columns - 2)
    }
}

private func drawFooter(
    _ model: Model, _ pane: Pane, _ rect: Rect, _ layout: Layout, _ canvas: inout Canvas
) {
    var pieces: [Piece] = []
    if let pending = pane.pending, !pending.isRefresh || model.now - pending.since > 1_000_000_000 {
        let seconds = decimal(Double(max(0, model.now - pending.since)) / 1e9)
        pieces.append(Piece("listing … \(seconds) s, Esc stops", .hint))
    } else if let fetch = model.fetchUnderWay, pane.side == .remote {
        let seconds = decimal(Double(max(0, model.now - fetch.since)) / 1e9)
        pieces.append(Piece("\(fetch.what) … \(seconds) s, Esc stops", .hint))
    } else {
        pieces = footerFacts(model, pane, isWide: layout.isWide)
    }
    let facts = clipped(joined(pieces, with: .title), to: max(0, rect.columns - 6))
    let all = [Piece(" ", .title)] + facts + [Piece(" ", .title)]
    canvas.put(all, rect.column + 2, rect.endRow - 1, width: max(0, rect.columns - 4))
}

private func footerFacts(_ model: Model, _ pane: Pane, isWide: Bool) -> [Piece] {
    var pieces: [Piece] = []
    let count = pane.order.count
    if !pane.marks.isEmpty {
        let of =
            isWide
            ? "\(grouped(Int64(pane.marks.count))) of \(grouped(Int64(count))) selected"
            : "\(grouped(Int64(pane.marks.count))) sel"
        pieces.append(Piece("\(of) · \(longSize(pane.markedBytes))", .mark))
    }
    let items =
        pane.filter.isEmpty
        ? plural(count, "item", "items")
        : "\(grouped(Int64(count))) of \(grouped(Int64(pane.entries.count))) match “\(visible(pane.filter))”"
    if pane.marks.isEmpty || !pane.filter.isEmpty || (!isWide && pane.side == .remote) {
        pieces.append(Piece(items, .title))
    }
    if pane.isIncomplete { pieces.append(Piece("list incomplete", .statusWarn)) }
    if pane.side == .local {
        if let free = pane.free { pieces.append(Piece("free \(longSize(free))", .title)) }
    } else if isWide, let at = pane.listedAt {
        let by = pane.listCommand.isEmpty ? "" : " by \(visible(pane.listCommand))"
        pieces.append(Piece("listed \(model.hourAndMinute(at))\(by)", .title))
    }
    return pieces
}
