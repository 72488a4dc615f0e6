internal import Transfers

/// The first line: which server, how fast, how much is left.
func drawTopLine(_ model: Model, _ layout: Layout, _ canvas: inout Canvas) {
    let columns = layout.size.columns
    canvas.clear(Rect(column: 0, row: 0, columns: columns, rows: 1), .tab)
    let right = queueFigures(model, isWide: layout.isWide, columns: columns)
    let rightWidth = width(right)
    let name = clipped(sessionName(model), to: max(8, columns - rightWidth - 5))
    canvas.put(" \(name) ", 0, 0, .tabActive)
    canvas.put(right, max(cellWidth(name) + 3, columns - rightWidth - 1), 0)
}

private func sessionName(_ model: Model) -> String {
    switch model.connection {
    case .notConnected: "no connection"
    case .connecting(let site), .connected(let site, _), .lost(let site, _), .endedIdle(let site),
        .failed(let site, _):
        "1 \(model.name(of: site))"
    }
}

extension Model {
    /// For the title of the terminal's window: `62% archive.example.org — portside`. Harmless.
    public var windowTitle: String {
        let name = connection.site.map { self.name(of: $0) }
        let running = queue.snapshot.rows.filter { $0.transfer.state == .running }
        let size = running.reduce(0.0) { $0 + Double(max(0, $1.transfer.size ?? 0)) }
        let done = running.reduce(0.0) { $0 + ($1.transfer.size == nil ? 0 : Double(max(0, $1.bytes))) }
        let progress = size > 0 ? "\(Int(min(100, done / size * 100)))% " : ""
        return [progress + (name ?? ""), "portside"].filter { !$0.isEmpty }.joined(separator: " — ")
    }
}

private func queueFigures(_ model: Model, isWide: Bool, columns: Int) -> [Piece] {
    let snapshot = model.queue.snapshot
    let counts = snapshot.counts
    let open = counts.running + counts.waiting + counts.paused + counts.asking
    guard open + counts.failed > 0 else {
        return model.version.isEmpty ? [] : [Piece("portside \(model.version)", .tab)]
    }
    var pieces: [Piece] = []
    if counts.running > 0 {
        let spark = model.glyphs == .ascii ? "" : sparkline(model.queue.samples.suffix(isWide ? 10 : 6))
        let isUp = onlyOrMostlyUp(snapshot)
        if isWide || !isUp {
            pieces.append(Piece("↓ \(rate(snapshot.downloadRate)) ", .status))
        }
        if columns >= 60, !spark.isEmpty { pieces.append(Piece("\(spark) ", .spark)) }
        if isWide || isUp {
            pieces.append(Piece("↑ \(rate(snapshot.uploadRate)) ", .status))
        }
        pieces.append(Piece(isWide ? " " : "", .tab))
    }
    pieces += isWide ? wideCounts(snapshot) : shortCounts(snapshot)
    return pieces
}

/// Where there is room for one direction: the faster one, and while nothing moves that of what is at work.
private func onlyOrMostlyUp(_ snapshot: QueueSnapshot) -> Bool {
    if max(snapshot.uploadRate, snapshot.downloadRate) >= 1 {
        return snapshot.uploadRate > snapshot.downloadRate
    }
    let running = snapshot.rows.filter { $0.transfer.state == .running }
    return !running.isEmpty && running.allSatisfy { $0.transfer.direction == .upload }
}

private func wideCounts(_ snapshot: QueueSnapshot) -> [Piece] {
    let counts = snapshot.counts
    var pieces = joined(queueCounts(counts, withDone: false).map(onTopLine), with: .tab)
    if snapshot.isPaused {
        pieces.append(Piece(" · paused", .statusWarn))
    } else if let left = snapshot.secondsLeft, counts.running + counts.waiting > 0 {
        pieces.append(Piece(" · \(snapshot.isScanning ? "≥ " : "")\(timeLeft(left)) left", .tab))
    }
    return pieces
}

/// The same in the roles of this line, which has a background of its own.
private func onTopLine(_ piece: Piece) -> Piece {
    switch piece.role {
    case .queueAsk: Piece(piece.text, .statusWarn)
    case .queueFailed: Piece(piece.text, .statusBad)
    default: Piece(piece.text, .status)
    }
}

private func shortCounts(_ snapshot: QueueSnapshot) -> [Piece] {
    let counts = snapshot.counts
    var pieces: [Piece] = []
    func add(_ text: String, _ role: Role) { pieces.append(Piece(pieces.isEmpty ? text : " \(text)", role)) }
    if counts.running + counts.waiting > 0 { add("\(counts.running)+\(counts.waiting)", .tab) }
    if counts.paused > 0 { add("‖\(counts.paused)", .tab) }
    if counts.asking > 0 { add("?\(counts.asking)", .statusWarn) }
    if counts.failed > 0 { add("!\(counts.failed)", .statusBad) }
    if snapshot.isPaused {
        pieces.append(Piece(" paused", .statusWarn))
    } else if let left = snapshot.secondsLeft, counts.running + counts.waiting > 0 {
        pieces.append(Piece(" \(shortTimeLeft(left))", .tab))
    }
    return pieces
}

/// `3 active`, `41 waiting`, `1 failed`, … those that are not zero.
func queueCounts(_ counts: QueueSnapshot.Counts, withDone: Bool) -> [Piece] {
    var pieces: [Piece] = []
    func add(_ count: Int, _ word: String, _ role: Role) {
        if count > 0 { pieces.append(Piece("\(grouped(Int64(count))) \(word)", role)) }
    }
    add(counts.running, "active", .title)
    add(counts.waiting, "waiting", .title)
    add(counts.paused, "paused", .title)
    add(counts.asking, counts.asking == 1 ? "needs an answer" : "need an answer", .queueAsk)
    if withDone {
        add(counts.done - counts.skipped, "done", .title)
        add(counts.skipped, "skipped", .title)
    }
    add(counts.failed, "failed", .queueFailed)
    return pieces
}

/// Pieces with ` · ` between them.
func joined(_ pieces: [Piece], with role: Role) -> [Piece] {
    Array(pieces.map { [$0] }.joined(separator: [Piece(" · ", role)]))
}

private func sparkline(_ samples: some Collection<Double>) -> String {
    guard let most = samples.max(), most >= 1, samples.count > 1 else { return "" }
    let steps = Array("▁▂▃▄▅▆▇█")
    return String(samples.map { steps[min(7, max(0, Int($0 / most * 7.5)))] })
}
