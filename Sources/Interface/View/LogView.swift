internal import FTPProtocol

/// What is said on every control connection, as it is said: nothing is rewritten, only made harmless.
func drawLog(_ model: Model, _ layout: Layout, _ canvas: inout Canvas) {
    guard let rect = layout[.log], let rows = layout.rows(of: .log) else { return }
    let log = model.log
    var title: [Piece] = []
    if log.lineCount > 0 {
        if log.filter.isEmpty {
            title.append(Piece("all connections", .title))
        } else {
            title.append(Piece("filter: \(visible(log.filter.text))", .hint))
            title.append(
                Piece("\(grouped(Int64(log.count))) of \(plural(log.lineCount, "line", "lines"))", .title))
        }
        if log.follows {
            if layout.isWide { title.append(Piece("follow", .title)) }
        } else if log.unseen > 0 {
            title.append(Piece("\(plural(log.unseen, "new line", "new lines")) ↓ F", .hint))
        }
    }
    drawPartTitle(
        .log, joined(title, with: .title), right: " f filter  / search  e explain ", model, layout, rect,
        &canvas)
    if log.count == 0, log.lineCount > 0 {
        canvas.put(
            clipped("No line fits. Esc shows all \(grouped(Int64(log.lineCount))).", to: rows.columns - 4),
            rows.column + 3, rows.row, .textFaint)
        return
    }
    guard log.count > 0 else {
        let text = [
            "Every line you and the server say to each other appears here, as it is said.",
            "Passwords are masked. e on a line explains it.",
        ]
        for (line, words) in text.flatMap({ wrapped($0, to: rows.columns - 6) }).prefix(rows.rows)
            .enumerated()
        {
            canvas.put(words, rows.column + 3, rows.row + line, .textFaint)
        }
        return
    }
    let top =
        log.follows
        ? max(0, log.count - rows.rows)
        : scrolled(top: log.top, cursor: log.cursor, count: log.count, height: rows.rows)
    for line in 0..<min(rows.rows, log.count - top) {
        let isCursor = model.focus == .log && top + line == log.cursor
        guard let said = log[top + line] else { continue }
        drawLogLine(
            model, said, fold: log.fold(top + line), isWide: layout.isWide, rows, rows.row + line, &canvas)
        if isCursor {
            canvas.fill(
                Rect(column: rows.column, row: rows.row + line, columns: rows.columns, rows: 1), .cursor)
            canvas.setCursor(rows.column, rows.row + line, shown: false)
        }
    }
}

private func drawLogLine(
    _ model: Model, _ line: DialogueLine, fold: (lines: Int, times: Int), isWide: Bool, _ rows: Rect,
    _ row: Int, _ canvas: inout Canvas
) {
    let isNarrow = rows.columns < 60
    var at = rows.column + 1
    if !isNarrow, model.log.showsTimes {
        at = canvas.put(model.timeOfDay(line.time, milliseconds: isWide), at, row, .logTime) + 1
    }
    at = canvas.put(line.connection.description, at, row, .logConnection) + 1
    let role = model.log.holds(line, model.log.search) ? .logMatch : logRole(line)
    at = canvas.put(String(line.sign), at, row, role) + 1

    var right = line.remark.map { visible($0) } ?? ""
    if fold.lines > 0 { right = "+ \(plural(fold.lines, "line", "lines")): Enter" }
    if fold.times > 1 { right = "× \(grouped(Int64(fold.times)))" }
    if let took = line.duration, !isNarrow {
        right += (right.isEmpty ? "" : " · ") + duration(nanoseconds: took)
    }
    let end = rows.endColumn - 1
    right = clipped(right, to: max(0, (end - at) / 2))
    let room = end - at - (right.isEmpty ? 0 : cellWidth(right) + 1)
    canvas.put(clipped(line.charset.shown(line.bytes.prefix(1_024)), to: room), at, row, role)
    if !right.isEmpty { canvas.put(right, end - cellWidth(right), row, .textFaint) }
}

private func logRole(_ line: DialogueLine) -> Role {
    switch line.direction {
    case .sent: .logSent
    case .connection: .logData
    case .note: .logNote
    case .warning: .logWarning
    case .received(let code):
        switch code?.kind {
        case .preliminary: .logReply1
        case .completion: .logReply2
        case .intermediate: .logReply3
        case .transientNegative: .logReply4
        case .permanentNegative: .logReply5
        case .unknown, nil: .logReply
        }
    }
}
