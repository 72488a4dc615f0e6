internal import FTPProtocol
internal import Transfers

/// The line above the function keys. The data mode is always on it.
func drawStatusLine(_ model: Model, _ layout: Layout, _ canvas: inout Canvas) {
    canvas.clear(Rect(column: 0, row: layout.statusRow, columns: layout.size.columns, rows: 1), .status)
    for segment in statusSegments(model, layout) {
        canvas.put(
            segment.pieces, segment.column, layout.statusRow, width: layout.size.columns - segment.column)
        if segment.column > 1 { canvas.put("│", segment.column - 2, layout.statusRow, .statusFaint) }
    }
}

/// A part of the status line and what a click on it does.
struct StatusSegment {
    let pieces: [Piece]
    let action: Action?
    var column = 0

    var endColumn: Int { column + width(pieces) }
}

/// The segments that fit, placed. What is least needed goes first; link, encryption and data mode stay.
func statusSegments(_ model: Model, _ layout: Layout) -> [StatusSegment] {
    let columns = layout.size.columns
    var kept = candidates(model, isWide: layout.isWide)
    func total() -> Int { kept.reduce(1) { $0 + width($1.segment.pieces) + 3 } - 3 }
    while total() > columns - 1, let least = kept.map(\.worth).min(), least < 10 {
        kept.removeAll { $0.worth == least }
    }
    if total() > columns - 1, let first = kept.first {
        let room = max(3, width(first.segment.pieces) - (total() - columns + 1))
        let role = first.segment.pieces[0].role
        let text = first.segment.pieces.map(\.text).joined()
        kept[0].segment = StatusSegment(pieces: [Piece(clipped(text, to: room), role)], action: nil)
    }
    var column = 1
    return kept.map { candidate in
        var segment = candidate.segment
        segment.column = column
        column = segment.endColumn + 3
        return segment
    }
}

private typealias Candidate = (segment: StatusSegment, worth: Int)

private func candidates(_ model: Model, isWide: Bool) -> [Candidate] {
    var result: [Candidate] = []
    func add(_ worth: Int, _ pieces: [Piece], _ action: Action? = nil) {
        if !pieces.isEmpty { result.append((StatusSegment(pieces: pieces, action: action), worth)) }
    }
    add(20, linkPieces(model, isWide: isWide), linkAction(model))
    let facts: ConnectionState.ServerFacts? =
        if case .connected(_, let facts) = model.connection { facts } else { nil }
    if isWide, let user = model.connection.site?.user, facts != nil {
        add(3, [Piece(visible(user), .status)])
    }
    add(15, encryptionPieces(model, isWide: isWide))
    add(20, dataModePieces(model, isWide: isWide), .dataModeToggled)
    if let facts {
        add(4, [Piece(clipped(visible(facts.charset), to: 12), .status)])
        add(5, [Piece(clipped(visible(facts.system), to: isWide ? 24 : 14), .status)])
        if let latency = facts.latency {
            add(6, [Piece("\(latency) ms", latency > 300 ? .statusWarn : .status)], .focused(.log))
        }
    }
    return result
}

private func linkPieces(_ model: Model, isWide: Bool) -> [Piece] {
    let asking = model.queue.snapshot.counts.asking
    if asking == 0, model.passwordWanted != nil {
        return [Piece("a password is needed — A", .statusWarn)]
    }
    if asking > 0 {
        let text = "\(plural(asking, "file needs", "files need")) an answer — A"
        return [Piece(text, .statusWarn)]
    }
    switch model.connection {
    case .notConnected: return [Piece("○ ", .statusFaint), Piece("not connected", .status)]
    case .connecting(let site):
        let seconds = max(0, model.now - model.connectionSince) / 1_000_000_000
        return [Piece("◌ connecting to \(site.shortName) \(seconds) s", .statusWarn)]
    case .connected(let site, _):
        let host = isWide ? "\(site.shortName)\(site.port == 21 ? ":21" : "")" : site.shortName
        return [Piece("● ", .statusGood), Piece(host, .status)]
    case .lost(let site, _) where model.wasStopped, .failed(let site, _) where model.wasStopped:
        return [Piece("○ ", .statusFaint), Piece("\(site.shortName) stopped by you", .status)]
    case .endedIdle(let site):
        let how = isWide ? " disconnected while idle; the next action connects again" : " disconnected, idle"
        return [Piece("○ ", .statusFaint), Piece(site.shortName + how, .status)]
    case .lost(let site, let reason):
        // The site is named already.
        let why = visible(reason)
        let name = "\(visible(site.host)): "
        let short = why.hasPrefix(name) ? String(why.dropFirst(name.count)) : why
        return [Piece("! \(site.shortName) lost: \(short)", .statusBad)]
    case .failed(let site, _): return [Piece("! \(site.shortName) failed", .statusBad)]
    }
}

private func linkAction(_ model: Model) -> Action? {
    if model.queue.snapshot.counts.asking > 0 || model.passwordWanted != nil { return .answerAsked }
    switch model.connection {
    case .notConnected, .failed: return .connectAsked
    case .lost, .endedIdle: return .listAgain
    default: return nil
    }
}

private func encryptionPieces(_ model: Model, isWide: Bool) -> [Piece] {
    switch model.connection {
    case .connected(_, let facts):
        guard let security = facts.security else { return [Piece("CLEAR", .statusBad)] }
        let isSure = security.hasSuffix("verified") && !security.hasSuffix("not verified")
        let role: Role = isSure || security.hasSuffix("pinned") ? .statusGood : .statusWarn
        return [Piece(isWide ? security : security.replacing("verified", with: "ok"), role)]
    case .notConnected, .failed, .connecting, .lost, .endedIdle: return []
    }
}

/// `passive (EPSV) auto`, `active (PORT)`; on narrow screens `passive auto`.
func dataModePieces(_ model: Model, isWide: Bool) -> [Piece] {
    let method = model.dataMethod.flatMap { model.dataMode == .auto || $0.mode == model.dataMode ? $0 : nil }
    let isConnected = if case .connected = model.connection { true } else { false }
    switch model.dataMode {
    case .auto:
        guard let method, isConnected else {
            return [Piece("passive or active: ", .statusFaint), Piece("auto", .statusGood)]
        }
        let how = isWide ? " (\(method.rawValue))" : ""
        return [Piece("\(method.mode.rawValue)\(how)", .statusGood), Piece(" auto", .statusFaint)]
    case .passive, .active:
        let how = method.map { " (\($0.rawValue))" } ?? ""
        return [Piece("\(model.dataMode.rawValue)\(how)", .statusGood)]
    }
}

extension ConnectionState {
    var site: Site? {
        switch self {
        case .notConnected: nil
        case .connecting(let site), .connected(let site, _), .lost(let site, _), .endedIdle(let site),
            .failed(let site, _):
            site
        }
    }
}
