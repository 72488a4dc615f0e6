internal import FTPProtocol
internal import Transfers

/// The two panes compared: a row for each difference, with where it is to go, and what is known of either side.
///
/// ```
/// ┌─ Compare ──────────────────────────────────────────── by size and time · the newer one goes ─┐
/// │ ~/mirror with ftp.example.org:/pub                                                          │
/// │   Name                              Here               On the server                        │
/// │ → index.html                      18.2 K Nov 20 17:31    17.9 K Nov 11 09:00  newer here    │
/// │ ← pool/                                             –    folder               only there    │
/// ```
func compareBox(_ form: CompareForm, _ model: Model, _ size: Size) -> DialogBox {
    let here = shownPath(form.local, home: model.local.home)
    let there = model.remote.charset.shown(form.remote.path)
    let server = model.connectedSite.map { model.name(of: $0) } ?? "the server"
    var box = DialogBox(title: "Compare")
    box.isFull = true
    let width = max(20, size.columns - 4)
    let half = (width - 6) / 2
    let places = "\(shortenedPath(here, to: half)) with \(shortenedPath("\(server):\(there)", to: half))"
    switch form.phase {
    case .running(_, let files):
        let count = files > 0 ? ": \(plural(files, "file", "files"))" : " …"
        box.lines = [.text([Piece(places, .dialogTitle)]), .text([Piece("comparing\(count)", .dialog)])]
        box.footer = "Esc stops"
        return box
    case .failed(let reason):
        box.lines =
            [.text([Piece(places, .dialogTitle)])]
            + DialogBox.lines(visible(reason), .fieldError, width: width)
        box.footer = "Ctrl-R again   Esc close"
        return box
    case .there(let comparison):
        box.lines = [.text([Piece(places, .dialogTitle)])]
        fill(&box, form, comparison, model, size)
    }
    return box
}

/// Rows between the heads and what is counted below them.
func compareHeight(_ size: Size) -> Int { max(1, size.rows - 7) }

private func fill(
    _ box: inout DialogBox, _ form: CompareForm, _ comparison: Comparison, _ model: Model, _ size: Size
) {
    let columns = CompareColumns(width: max(20, size.columns - 4), isSwapped: model.isSwapped)
    box.hint = "\(form.criterion.words) · \(form.aim.words)"
    box.lines.append(.text([Piece(columns.heads, .dialogFaint)]))
    let height = compareHeight(size)
    let top = scrolled(top: form.top, cursor: form.cursor, count: form.shown.count, height: height)
    for line in top..<top + height {
        guard let (index, row) = form.row(line) else {
            let isFirst = line == top && form.shown.isEmpty
            box.lines.append(
                isFirst ? .text([Piece(emptyText(form, comparison), .dialogFaint)]) : .text([]))
            continue
        }
        box.lines.append(
            .text(
                columns.pieces(
                    row, form.decision(index, row), form.criterion, model, isCursor: line == form.cursor)))
    }
    box.lines.append(.text(summary(form, comparison, model.isSwapped)))
    if let message = form.message {
        box.lines.append(.text([Piece(clipped(message, to: size.columns - 4), .fieldError)]))
    } else if let notice = form.notice {
        box.lines.append(.text([Piece(clipped(notice, to: size.columns - 4), .dialogTitle)]))
    } else if form.isTypingFilter || !form.filter.isEmpty {
        box.lines.append(.field(label: "Names", form.filter, isFocused: form.isTypingFilter))
    } else if let note = comparison.notes.first {
        let more = comparison.notes.count > 1 ? " (and \(comparison.notes.count - 1) more)" : ""
        box.lines.append(.text([Piece("left out: \(note)\(more)", .dialogFaint)]))
    }
    box.footer =
        form.isTypingFilter
        ? "*.jpg takes part, -tmp does not   Enter done   Esc all"
        : size.columns >= 120
            ? "← → where to  Space leave  d direction  c compare by  x delete  X all extra  / names  w plan  "
                + "Enter do it  Esc close"
            : "←→ to  Spc leave  d way  c by  x delete  / names  w plan  Enter do  Esc"
}

private func emptyText(_ form: CompareForm, _ comparison: Comparison) -> String {
    if !comparison.rows.isEmpty, !form.filter.isEmpty { return "No name fits. Esc shows all." }
    return "Nothing differs\(form.criterion == .size ? " in size" : "")."
}

/// `41 → · 12 ← · 1.2 GB · 3 to delete · 2 undecided · 1 204 equal`.
private func summary(_ form: CompareForm, _ comparison: Comparison, _ isSwapped: Bool) -> [Piece] {
    let tally = form.tally
    var pieces: [Piece] = []
    func add(_ count: Int, _ text: String, _ role: Role) {
        guard count > 0 else { return }
        if !pieces.isEmpty { pieces.append(Piece(" · ", .dialogFaint)) }
        pieces.append(Piece("\(grouped(Int64(count))) \(text)", role))
    }
    add(tally.toServer, "to the server", .dialogTitle)
    add(tally.toHere, "to here", .dialogTitle)
    if tally.bytes > 0 { pieces.append(Piece(" · \(longSize(tally.bytes))", .dialog)) }
    add(tally.deletions, "to delete", .fieldError)
    add(tally.undecided, "left as they are", .dialogFaint)
    add(comparison.equal, "equal", .dialogFaint)
    return pieces
}

/// Columns by what there is room for; the name takes what is left.
private struct CompareColumns {
    let name: Int
    /// Of one side: its size, and where there is room its time.
    let side: Int
    let relation: Int
    let isSwapped: Bool

    init(width: Int, isSwapped: Bool) {
        self.isSwapped = isSwapped
        side = width >= 96 ? 20 : 8
        relation = width >= 60 ? 15 : 0
        name = max(6, width - 3 - 2 * (side + 1) - (relation > 0 ? relation + 1 : 0))
    }

    var heads: String {
        let sides = side > 8 ? ["Here", "On the server"] : ["Here", "Server"]
        let ordered = isSwapped ? sides.reversed() : sides
        return "   " + padded("Name", to: name) + ordered.map { " " + rightAligned($0, to: side) }.joined()
    }

    func pieces(
        _ row: Comparison.Row, _ decision: Comparison.Decision, _ criterion: Comparison.Criterion,
        _ model: Model, isCursor: Bool
    ) -> [Piece] {
        func role(_ usual: Role) -> Role { isCursor ? .cursor : usual }
        let relation = Comparison.relation(of: row, criterion)
        let name = shortened(Model.shownName(row), to: self.name)
        let sides = [
            (row.local, relation == .newerHere), (row.remote, relation == .newerThere),
        ].map { entry, isNewer in
            Piece(
                " " + rightAligned(facts(entry, row, model), to: side),
                role(isNewer ? .dialogTitle : .dialogFaint))
        }
        let (sign, signRole) = mark(decision)
        var pieces = [
            Piece(" \(sign) ", role(signRole)),
            Piece(padded(name, to: self.name), role(row.isDirectory ? .dialogTitle : .dialog)),
        ]
        pieces += isSwapped ? sides.reversed() : sides
        if self.relation > 0 {
            pieces.append(Piece(" " + padded(words(relation), to: self.relation), role(.dialogFaint)))
        }
        return pieces
    }

    private func mark(_ decision: Comparison.Decision) -> (String, Role) {
        switch decision {
        case .toServer: (isSwapped ? "←" : "→", .dialogKey)
        case .toHere: (isSwapped ? "→" : "←", .dialogKey)
        case .deleteHere, .deleteThere: ("x", .fieldError)
        case .nothing: (" ", .dialogFaint)
        }
    }

    private func facts(_ entry: MirrorSide.Entry?, _ row: Comparison.Row, _ model: Model) -> String {
        guard let entry else { return "–" }
        if row.isDirectory { return "folder" }
        let size = entry.size.map(shortSize) ?? "?"
        guard side > 8 else { return size }
        let time = entry.modified.map { model.modified($0, isUTC: true, hasTime: true) } ?? ""
        return "\(size) \(rightAligned(time, to: 12))"
    }

    private func words(_ relation: Comparison.Relation) -> String {
        switch relation {
        case .onlyHere: "only here"
        case .onlyThere: "only there"
        case .newerHere: "newer here"
        case .newerThere: "newer there"
        case .otherSize: "sizes differ"
        case .otherSum: "bytes differ"
        case .unknownTimes: "time not known"
        case .equal: "equal"
        }
    }
}

extension Comparison.Aim {
    var words: String {
        switch self {
        case .newest: "the newer one goes"
        case .server: "the server becomes like here"
        case .here: "here becomes like the server"
        }
    }
}

extension Comparison.Criterion {
    var words: String {
        switch self {
        case .sizeAndTime: "by size and time"
        case .size: "by size"
        case .sum: "by check sum"
        }
    }
}
