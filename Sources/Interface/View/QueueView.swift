internal import FTPProtocol
internal import Transfers

/// The rows of the queue: direction, name, size, bar, pace, and where from and to.
func drawQueue(_ model: Model, _ layout: Layout, _ canvas: inout Canvas) {
    guard let rect = layout[.queue], let rows = layout.rows(of: .queue) else { return }
    let snapshot = model.queue.snapshot
    drawPartTitle(
        .queue, queueTitle(model, rect.columns - 14), right: queueTitleRight(snapshot, layout), model, layout,
        rect, &canvas)
    if model.queue.rowCount == 0 {
        let fate =
            model.queue.notKept.map { "they are not kept when you quit: \($0)." }
            ?? "the queue keeps them, also after you quit."
        let text = "Nothing is waiting. Mark files and press F5; \(fate)"
        for (line, words) in wrapped(text, to: rows.columns - 6).prefix(rows.rows).enumerated() {
            canvas.put(words, rows.column + 3, rows.row + line, .textFaint)
        }
        return
    }
    let columns = QueueColumns(width: rows.columns)
    drawQueueAlone(model, layout, rect, rows, columns, &canvas)
    let top = scrolled(
        top: model.queue.top, cursor: model.queue.cursor, count: model.queue.rowCount, height: rows.rows)
    for line in 0..<rows.rows {
        let index = top + line
        guard index < model.queue.rowCount else { break }
        if model.queue.isFold(index) {
            let what = plural(model.queue.folded, "finished before", "finished before")
            let how = model.queue.isUnfolded ? "Enter hides them" : "Enter shows them, f forgets them"
            canvas.put("+", rows.column + 1, rows.row + line, .queueDone)
            canvas.put(
                clipped("\(what) · \(how)", to: rows.columns - 4), rows.column + 3, rows.row + line,
                .queueDone)
        } else if let row = model.queue.row(index) {
            drawQueueRow(model, row, index, columns, rows, rows.row + line, &canvas)
        } else {
            continue
        }
        if index == model.queue.cursor, model.focus == .queue {
            canvas.fill(
                Rect(column: rows.column, row: rows.row + line, columns: rows.columns, rows: 1), .cursor)
            canvas.setCursor(rows.column, rows.row + line, shown: false)
        }
    }
}

/// Title, hints and frame of queue or log: a box, or a line where there is no room for one.
func drawPartTitle(
    _ focus: Focus, _ title: [Piece], right: String, _ model: Model, _ layout: Layout, _ rect: Rect,
    _ canvas: inout Canvas
) {
    let isFocused = model.focus == focus
    let line: Role = isFocused ? .borderFocus : .border
    let number = "\(focus.rawValue) \(focus == .queue ? "Queue" : "Log")"
    var pieces = [Piece(" \(number) ", isFocused ? .titleFocus : .title)] + title
    if !title.isEmpty { pieces.append(Piece(" ", .title)) }
    var at = rect.column + 1
    if layout.hasBox(focus) {
        canvas.box(rect, line)
        at += 1
    } else {
        canvas.rule(rect.column, rect.row, rect.columns, line)
    }
    let end = canvas.put(pieces, at, rect.row, width: max(0, rect.endColumn - 2 - at))
    let start = rect.endColumn - 2 - cellWidth(right)
    if !right.isEmpty, layout.hasBox(focus), start > end + 2 {
        canvas.put(right, start, rect.row, isFocused && focus == .log ? .hint : .title)
    }
}

private func queueTitle(_ model: Model, _ width: Int) -> [Piece] {
    let snapshot = model.queue.snapshot
    // The demo's queue is for looking at: its empty text and its question at the end say so.
    let isMarked = model.queue.notKept != nil && !model.isDemo
    var pieces = isMarked ? [Piece("not kept", .queueAsk)] : []
    if let holder = model.queue.holder { pieces.append(Piece(holder.words, .title)) }
    let all = [true, false].map { withDone in
        let counts = queueCounts(snapshot.counts, withDone: withDone)
        let paused = snapshot.isPaused ? [Piece("paused", .queuePaused)] : []
        return joined(pieces + counts + paused, with: .title)
    }
    // Where there is not room for all, what is done is the first to go.
    return all.first { $0.reduce(0) { $0 + cellWidth($1.text) } <= width } ?? all[1]
}

extension QueueHolder {
    /// Where the queue is, in two or three words.
    fileprivate var words: String {
        let process = process.map { "process \($0)" } ?? "another process"
        return switch kind {
        case .background: "in the background"
        case .command, .screen: "in \(process)"
        case nil: "waiting for \(process)"
        }
    }
}

private func queueTitleRight(_ snapshot: QueueSnapshot, _ layout: Layout) -> String {
    guard layout.isWide else { return "" }
    let reason = snapshot.bottleneck.map { "limited by \($0.rawValue) · " } ?? ""
    let limit = snapshot.rateLimit.map { "limit \(rate(Double($0))) · " } ?? ""
    return " \(reason)\(limit)\(plural(snapshot.connectionLimit, "connection", "connections")) "
}

/// Columns by what there is room for; the name takes what is left.
struct QueueColumns {
    let name: Int
    let size: Int
    let bar: Int
    let rate: Int
    let left: Int
    let route: Int
    /// Blanks before bar and time left.
    let gap: Int

    init(width: Int) {
        if width >= 108 {
            (name, size, bar, rate, left, gap) = (28 + max(0, width - 118) / 3, 9, 20, 11, 6, 1)
            route = width - 3 - name - size - gap - bar - 5 - rate - left - 1
        } else {
            let fixed = 3 + 8 + 5 + 1
            (size, route, gap) = (8, 0, 2)
            if width >= fixed + 18 + 11 + 7 + 20 {
                (bar, rate, left) = (16, 11, 7)
            } else if width >= fixed + 11 + 7 + 16 {
                (bar, rate, left) = (0, 11, 7)
            } else {
                (bar, rate, left) = (0, 0, 0)
            }
            name = max(4, width - fixed - (bar > 0 ? bar + gap : 0) - rate - left)
        }
    }
}

private func drawQueueRow(
    _ model: Model, _ row: QueueSnapshot.Row, _ index: Int, _ columns: QueueColumns, _ rows: Rect,
    _ line: Int,
    _ canvas: inout Canvas
) {
    let transfer = row.transfer
    let (sign, signRole) = queueSign(transfer)
    canvas.put(sign, rows.column + 1, line, signRole)
    let name = queueName(transfer, model)
    let shared =
        [index - 1, index + 1].compactMap { model.queue.row($0) }
        .map { sharedPrefix(name, queueName($0.transfer, model)) }.max() ?? 0
    canvas.put(
        shortened(name, to: columns.name, shared: shared), rows.column + 3, line, .queue, width: columns.name)
    var at = rows.column + 3 + columns.name
    let size = transfer.size.map(longSize) ?? ""
    canvas.put(rightAligned(size, to: columns.size), at, line, .textFaint, width: columns.size)
    at += columns.size

    let isPart = transfer.state == .paused && row.bytes > 0
    if transfer.state == .running && row.activity == nil || isPart {
        drawProgress(row, columns, at, line, &canvas)
    } else {
        let (word, role) = queueState(row, model, isNext: isNext(model, index), isWide: columns.route > 0)
        let begin = at + columns.gap
        // What went wrong says more than where from and to; the details have both.
        let isTrouble = queueError(transfer) != nil
        let end =
            columns.route > 0 && !isTrouble
            ? begin + columns.bar + 5 + columns.rate + columns.left : rows.endColumn - 1
        canvas.put(clipped(word, to: end - begin), begin, line, role)
        if isTrouble { return }
    }
    guard columns.route > 0 else { return }
    let tail = at + columns.gap + columns.bar + 5 + columns.rate + columns.left + 1
    if let connection = row.connection { canvas.put("\(connection)", tail, line, .logConnection, width: 3) }
    let room = rows.endColumn - 1 - tail - 3
    canvas.put(route(of: transfer, model, width: room), tail + 3, line, .textFaint, width: room)
}

private func drawProgress(
    _ row: QueueSnapshot.Row, _ columns: QueueColumns, _ column: Int, _ line: Int, _ canvas: inout Canvas
) {
    var at = column
    let size = row.transfer.size ?? 0
    let done = size > 0 ? min(1, max(0, Double(row.bytes) / Double(size))) : 0
    let isPaused = row.transfer.state == .paused
    let isStalled = isPaused || row.rate.map { $0 < 1 } ?? false
    if columns.bar > 0 {
        at += columns.gap
        let (full, rest) = bar(done, width: columns.bar)
        canvas.put(full, at, line, isStalled ? .barStalled : .barFill)
        canvas.put(rest, at + cellWidth(full), line, .barRest)
        at += columns.bar
    }
    let progress = size > 0 ? "\(percent(row.bytes, of: size))%" : shortSize(row.bytes)
    canvas.put(rightAligned(progress, to: 5), at, line, .text, width: max(5, cellWidth(progress)))
    at += 5
    guard columns.rate > 0 else { return }
    let pace = isPaused ? "paused" : row.rate.map { $0 < 1 ? "stalled" : rate($0) } ?? "–"
    let role: Role =
        isPaused
        ? .queuePaused
        : isStalled ? .barStalled : row.transfer.direction == .download ? .queueDownload : .queueUpload
    canvas.put(rightAligned(pace, to: columns.rate), at, line, role, width: columns.rate)
    at += columns.rate
    if isPaused { return }
    let left = row.secondsLeft.map(clock) ?? "–"
    canvas.put(rightAligned(left, to: columns.left), at, line, .text, width: columns.left)
}

/// `████████████▍` and `·······`: eighths of a cell.
func bar(_ fraction: Double, width: Int) -> (full: String, rest: String) {
    let eighths = Int(min(1, max(0, fraction)) * Double(width) * 8)
    var full = String(repeating: "█", count: eighths / 8)
    if eighths % 8 > 0 { full.append(Array("▏▎▍▌▋▊▉")[eighths % 8 - 1]) }
    return (full, String(repeating: "·", count: max(0, width - full.count)))
}

private func queueSign(_ transfer: Transfer) -> (String, Role) {
    switch transfer.state {
    case .running: transfer.direction == .download ? ("↓", .queueDownload) : ("↑", .queueUpload)
    case .waiting: ("·", .queueWaiting)
    case .paused, .held: ("‖", .queuePaused)
    case .retrying: ("!", .queueRetry)
    case .asking: ("?", .queueAsk)
    case .failed: ("x", .queueFailed)
    case .done: ("+", .queueDone)
    case .skipped: ("-", .queueDone)
    }
}

private func queueState(_ row: QueueSnapshot.Row, _ model: Model, isNext: Bool, isWide: Bool) -> (
    String, Role
) {
    switch row.transfer.state {
    case .running: (row.activity.map { visible($0) } ?? "", .queueUpload)
    case .waiting: (waitingWords(row, model, isNext: isNext), .queueWaiting)
    case .paused: ("paused", .queuePaused)
    case .held(let reason):
        ("held: \(briefReason(reason, row.transfer, model.charset(of: row.transfer)))", .queueFailed)
    case .retrying(_, let reason):
        (
            [
                isWide ? "waiting to retry" : nil, nextTry(row.transfer, model),
                briefReason(reason, row.transfer, model.charset(of: row.transfer)),
            ]
            .compactMap { $0 }.joined(separator: " · "), .queueRetry
        )
    case .asking(.password): ("needs the password: A", .queueAsk)
    case .asking: ("is already there: A answers", .queueAsk)
    case .failed(let reason):
        (briefReason(reason, row.transfer, model.charset(of: row.transfer)), .queueFailed)
    case .done: ("done", .queueDone)
    case .skipped(let reason):
        ("skipped: \(briefReason(reason, row.transfer, model.charset(of: row.transfer)))", .queueDone)
    }
}

/// `next`, or why it is not at work.
func waitingWords(_ row: QueueSnapshot.Row, _ model: Model, isNext: Bool) -> String {
    switch row.waiting {
    case nil, .inLine(others: 0): isNext ? "next" : "waiting"
    // That others go first is what a queue is; the first of them is next.
    case .queueLimit where isNext, .siteLimit where isNext, .inLine where isNext: "next"
    case let reason?: visible(reason.text { model.hourAndMinute($0 &* 1_000_000_000) })
    }
}

/// `try 2 of 5 in 4 s`, of what waits for another try.
func nextTry(_ transfer: Transfer, _ model: Model) -> String? {
    guard case .retrying(let at, _) = transfer.state else { return nil }
    let seconds = max(0, max(0, at) - model.now / 1_000_000_000)
    return "try \(max(1, transfer.attempts)) of \(transfer.options.retries) in \(timeLeft(seconds))"
}

/// The first one that waits is the next to run.
private func isNext(_ model: Model, _ index: Int) -> Bool {
    guard model.queue.row(index)?.transfer.state == .waiting else { return false }
    guard index > 0, let before = model.queue.row(index - 1) else { return index == 0 }
    return before.transfer.state != .waiting
}

private func queueName(_ transfer: Transfer, _ model: Model) -> String {
    model.sourceName(of: transfer) + (transfer.kind == .tree ? "/" : "")
}

/// `pool/ → ~/mirror/debian-cd`: the server's side in short, as its directory's last name.
private func route(of transfer: Transfer, _ model: Model, width: Int) -> String {
    let local =
        transfer.origin.map { "\($0)/\(visible(transfer.localDirectory.bytes))" }
        ?? shownPath(
            Location(.local, RemotePath(bytes: transfer.localDirectory.bytes)), home: model.local.home)
    let isElsewhere = model.connectedSite?.id != transfer.site
    let server =
        isElsewhere
        ? (try? TargetURL(transfer.site)).map { "\(clipped($0.site.shortName, to: 12)):" } ?? "" : ""
    let charset = model.charset(of: transfer)
    let remote = server + charset.shown(transfer.remoteDirectory)
    let isDownload = transfer.direction == .download
    var (from, to) = isDownload ? (remote, local) : (local, remote)
    if cellWidth(from) + cellWidth(to) + 3 > width {
        let directory = charset.shown(transfer.remoteDirectory.lastComponent) + "/"
        let short = server + shortened(directory, to: max(4, width - 7 - cellWidth(server)))
        if isDownload { from = short } else if isElsewhere { to = short }
    }
    // Which server it is stays, whatever else goes.
    if isElsewhere {
        return isDownload
            ? "\(from) → \(shortenedPath(to, to: max(4, width - 3 - cellWidth(from))))"
            : "\(shortenedPath(from, to: max(4, width - 3 - cellWidth(to)))) → \(to)"
    }
    let room = max(4, (width - 3) / 2)
    to = shortenedPath(to, to: max(room, width - 3 - cellWidth(from)))
    return "\(shortenedPath(from, to: max(4, width - 3 - cellWidth(to)))) → \(to)"
}
