internal import FTPProtocol
internal import Transfers

func draw(_ dialog: Dialog, _ model: Model, _ layout: Layout, _ canvas: inout Canvas) {
    if case .menu(let form) = dialog { return drawMenu(form, model.keymap.menus, layout.size, &canvas) }
    if case .input(let form) = dialog, drawInPane(form, model, layout, &canvas) { return }
    dialogBox(dialog, model, layout.size).draw(&canvas, layout.size)
}

/// Filter and jump are typed into the lower border of their pane, so that the rows stay in sight.
private func drawInPane(
    _ form: InputForm, _ model: Model, _ layout: Layout, _ canvas: inout Canvas
) -> Bool {
    guard let (part, label) = form.border, let rect = layout[part] else { return false }
    let row = layout.hasBox(part) ? rect.endRow - 1 : rect.row
    let end = canvas.put(" \(label) ", rect.column + 2, row, .titleFocus)
    let error = form.error.map { " \($0) " } ?? ""
    let room = max(4, rect.endColumn - 2 - end - cellWidth(error))
    drawField(form.field, Rect(column: end, row: row, columns: room, rows: 1), isFocused: true, &canvas)
    canvas.put(error, end + room, row, .fieldError)
    return true
}

extension InputForm {
    /// In whose lower border it is typed, and what stands before it; nil for those with a box.
    fileprivate var border: (part: Focus, label: String)? {
        switch purpose {
        case .filter(let side): (side == .local ? .local : .remote, "Filter")
        case .jump(let side, _): (side == .local ? .local : .remote, "Jump to")
        case .logFilter: (.log, "Filter")
        case .logSearch: (.log, "Search")
        default: nil
        }
    }

    var isInPane: Bool { border != nil }
}

func dialogBox(_ dialog: Dialog, _ model: Model, _ size: Size) -> DialogBox {
    let width = min(68, max(20, size.columns - 8))
    return switch dialog {
    case .help(let page): helpBox(page, model, size)
    case .connect(let form): connectBox(form, model, width, size)
    case .password(let form): passwordBox(form, width)
    case .input(let form): inputBox(form, model, width)
    case .delete(let form): deleteBox(form, model, width)
    case .sort(let cursor): sortBox(cursor, model)
    case .conflict(let form): conflictBox(form, model, width)
    case .quit(let choice): quitBox(choice, model, width)
    case .messages(let top): messagesBox(top, model, width, size)
    case .details(let details): detailsBox(details, model, width, size)
    case .explanation(let title, let lines, let top): explanationBox(title, lines, top, width, size)
    case .commands(let form): commandsBox(form, model, size)
    case .facts(let page): factsBox(page, model, width, size)
    case .sendBack(let form): sendBackBox(form, model, width)
    case .certificate(let form): certificateBox(form, model, width)
    case .diagnosis(let diagnosis, let choice): diagnosisBox(diagnosis, choice, model, size)
    case .compare(let form): compareBox(form, model, size)
    // Drawn where it belongs: see `drawMenu`.
    case .menu: DialogBox(title: "")
    }
}

private let blank = DialogBox.Line.text([])

private func connectBox(_ form: ConnectForm, _ model: Model, _ width: Int, _ size: Size) -> DialogBox {
    var box = DialogBox(title: "Connect")
    box.lines = [
        blank, .field(label: "Address", form.address, isFocused: form.field == .address),
        .text([Piece("          a host or a URL", .dialogFaint)]),
        .field(label: "User", form.user, isFocused: form.field == .user),
        .text([Piece("          empty: the one in the URL, or anonymous", .dialogFaint)]),
        .field(label: "Password", form.password, isFocused: form.field == .password),
        .text([Piece("          empty: asked for when the server wants one", .dialogFaint)]),
    ]
    box.lines.append(encryptionLine(form))
    box.lines += [
        .field(label: "Charset", form.charset, isFocused: form.field == .charset),
        .text([Piece("          of file names; empty: UTF-8", .dialogFaint)]),
    ]
    if let error = form.error { box.lines += DialogBox.lines(error, .fieldError, width: width) }
    box.lines += siteLines(form, model, width, room: size.rows - box.lines.count - 8)
    box.buttons = ["Connect", "Cancel"]
    box.chosen = form.field == .connect ? 0 : form.field == .cancel ? 1 : nil
    box.footer = "Tab next field   Enter connect   Esc close"
    return box
}

private func encryptionLine(_ form: ConnectForm) -> DialogBox.Line {
    let words: String =
        switch form.encryption {
        case nil: "as the address says; TLS when offered"
        case .whenOffered?: "TLS when offered"
        case .explicit?: "must be TLS (explicit)"
        case .implicit?: "TLS from the first byte (implicit, port 990)"
        case Site.Encryption.none?: "none: password and files in clear"
        }
    return .text([
        Piece(" Security ", .dialogFaint),
        Piece(" < \(words) > ", form.field == .encryption ? .fieldFocus : .dialog),
    ])
}

/// Saved sites that fit; ↓ from the address goes to them.
private func siteLines(_ form: ConnectForm, _ model: Model, _ width: Int, room: Int) -> [DialogBox.Line] {
    let fitting = model.sites(fitting: form.isUntouched ? "" : form.address.text)
    guard !fitting.isEmpty, room >= 3 else { return [] }
    var lines: [DialogBox.Line] = [.text([]), .text([Piece("Saved sites  ↓", .dialogTitle)])]
    let top = scrolled(top: 0, cursor: form.chosenSite ?? 0, count: fitting.count, height: min(8, room - 2))
    for (index, known) in fitting.enumerated().dropFirst(top).prefix(min(8, room - 2)) {
        let name = padded(clipped("  \(visible(known.name))", to: 22), to: 24)
        let text = padded(clipped(name + model.address(of: known.site), to: width), to: width)
        lines.append(.text([Piece(text, index == form.chosenSite ? .cursor : .dialog)]))
    }
    return lines
}

private func passwordBox(_ form: PasswordForm, _ width: Int) -> DialogBox {
    var box = DialogBox(title: "Password")
    box.lines = [blank]
    if let reason = form.reason { box.lines += DialogBox.lines(reason, .fieldError, width: width) + [blank] }
    let waiting = form.isForQueue ? "; transfers of the queue wait for it" : ""
    let whose = "\(visible(form.site.user)) on \(form.site.shortName)\(waiting)"
    box.lines += DialogBox.lines(whose, width: width)
    box.lines += [.field(label: "Password", form.password, isFocused: true), blank]
    box.footer = "Enter log in   Esc not now"
    return box
}

private func deleteBox(_ form: DeleteForm, _ model: Model, _ width: Int) -> DialogBox {
    let files = form.items.count - form.folders
    var what: [String] = []
    if files > 0 { what.append(plural(files, "file", "files")) }
    if form.folders > 0 { what.append(plural(form.folders, "folder", "folders")) }
    let subject = what.joined(separator: " and ")
    let isLocal = form.location.endpoint == .local
    let place = isLocal ? "on this machine" : "on the server"
    // Nobody has counted what is in a folder on a server.
    let bytes = form.folders > 0 ? "" : ", \(longSize(form.bytes))"
    var box = DialogBox(title: "Delete?")
    box.lines = [blank] + DialogBox.lines("\(subject) \(place)\(bytes):", width: width)
    box.lines += form.names.map { .text([Piece("  \(shortened($0, to: width - 2))", .dialog)]) }
    if form.items.count > form.names.count {
        box.lines.append(.text([Piece("  and \(form.items.count - form.names.count) more", .dialogFaint)]))
    }
    box.lines.append(blank)
    if form.folders > 0 {
        box.lines += DialogBox.lines(
            "Folders go with everything in them\(contents(form))", width: width)
    }
    box.lines += DialogBox.lines(fate(form, model), width: width)
    box.lines.append(blank)
    let isKnown = !isLocal || form.survey != nil
    box.buttons = [
        "Cancel", !isKnown ? "Delete" : form.isForGood ? "Delete \(subject)" : "Move to the trash",
    ]
    box.chosen = form.choice
    box.isDangerous = form.isForGood
    return box
}

/// `: 132 files, 12.4 MB.`, as far as somebody has counted.
private func contents(_ form: DeleteForm) -> String {
    guard form.location.endpoint == .local else { return "." }
    guard let survey = form.survey else { return ": counting …" }
    let count = plural(survey.files, "file", "files")
    return ": \(survey.isComplete ? "" : "more than ")\(count), \(longSize(survey.bytes))."
}

/// Where they go.
private func fate(_ form: DeleteForm, _ model: Model) -> String {
    guard form.location.endpoint == .local else { return "This cannot be undone." }
    guard let survey = form.survey else { return "Looking for the trash …" }
    guard let trash = survey.trash else {
        return "There is no trash for them: they are deleted for good. This cannot be undone."
    }
    let path = shownPath(Location(.local, RemotePath(bytes: trash.bytes)), home: model.local.home)
    return "To the trash: \(path)"
}

private func sortBox(_ cursor: Int, _ model: Model) -> DialogBox {
    var box = DialogBox(title: "Sort by")
    box.columns = 34
    box.lines = SortKey.allCases.enumerated().map { index, key in
        let isNow = key == model.pane.sort
        let arrow = isNow ? (model.pane.isDescending ? "  ↓ again: ↑" : "  ↑ again: ↓") : ""
        return .text([
            Piece(padded(" \(key.rawValue)\(arrow)", to: 30), index == cursor ? .cursor : .dialog)
        ])
    }
    box.footer = "Enter or first letter"
    return box
}

private func conflictBox(_ form: ConflictForm, _ model: Model, _ width: Int) -> DialogBox {
    let transfer = form.transfer
    let (source, target) = transfer.direction == .download ? ("server", "here") : ("here", "server")
    func describe(_ size: Int64?, _ modified: Int64?) -> String {
        let bytes = size.map { "\(grouped($0)) bytes" } ?? "size not known"
        return bytes + (modified.map { " · \(model.fullTime($0))" } ?? "")
    }
    if form.isPrecaution { return precautionBox(form, width) }
    var box = DialogBox(title: "This file is already there")
    box.columns = 92
    if form.asking > 1 { box.hint = "1 of \(grouped(Int64(form.asking))) that ask in this batch" }
    box.lines = [
        blank, .text([Piece(shortened(model.sourceName(of: transfer), to: width), .dialogTitle)]), blank,
        .text([
            Piece(rightAligned("source", to: 12), .dialogFaint),
            Piece("  \(describe(transfer.size, transfer.modified))  (\(source))", .dialog),
        ]),
        .text([
            Piece(rightAligned("destination", to: 12), .dialogFaint),
            Piece("  \(describe(form.destinationSize, form.destinationModified))  (\(target))", .dialog),
        ]), blank,
    ]
    let relation = form.relation
    if !relation.isEmpty { box.lines += DialogBox.lines(relation, width: width) }
    // What is told below it is the first to go where there is little room.
    box.lines += scopeLines(form, width)
    if form.canResume, let there = form.destinationSize {
        box.lines += DialogBox.lines(
            "Resuming saves \(longSize(there)) if what is there is the beginning of the source, which is proven first; "
                + "if it is not, it is replaced.", width: width)
    }
    if let ahead = form.clockAhead, ahead != 0 {
        let by = timeLeft(abs(ahead))
        box.lines += DialogBox.lines(
            "The server's clock is \(by) \(ahead > 0 ? "ahead" : "behind"); “If newer” reckons it in.",
            .dialogFaint, width: width)
    }
    box.lines.append(blank)
    addChoices(form, to: &box)
    box.footer = "Tab for more than this file   Esc leaves it waiting"
    return box
}

/// What is to become of conflicts that are still to come.
private func precautionBox(_ form: ConflictForm, _ width: Int) -> DialogBox {
    let way = form.transfer.direction == .download ? "downloads" : "uploads"
    var box = DialogBox(title: "Where a destination exists already")
    box.columns = 92
    box.lines =
        [blank]
        + DialogBox.lines(
            "For \(way) that were not given an answer of their own.", .dialogFaint, width: width)
        + [blank] + scopeLines(form, width) + [blank]
    addChoices(form, to: &box)
    box.footer = "Tab: for what   Esc changes nothing"
    return box
}

private func scopeLines(_ form: ConflictForm, _ width: Int) -> [DialogBox.Line] {
    let names = ["this file", "this batch", "this session", "this site"]
    let scopes = ConflictForm.Scope.allCases.map { scope in
        [
            Piece(form.scope == scope ? "(•) " : "( ) ", .dialogKey),
            Piece("\(names[scope.rawValue])  ", .dialog),
        ]
    }
    var lines: [[Piece]] = [[]]
    for piece in [[Piece(form.isPrecaution ? "For  " : "Do the same for  ", .dialog)]] + scopes {
        let used = ((lines.last ?? []) + piece).reduce(0) { $0 + cellWidth($1.text) }
        // The blanks behind the last one need no room.
        if used > width + 2 { lines.append([]) }
        lines[lines.count - 1] += piece
    }
    return lines.map { .text($0) }
}

private func addChoices(_ form: ConflictForm, to box: inout DialogBox) {
    box.buttons = form.choices.map(\.label)
    box.chosen = form.choices.firstIndex(of: form.choice)
    box.buttonKeys = form.choices.map { String($0.key) }
}

private func quitBox(_ choice: Int, _ model: Model, _ width: Int) -> DialogBox {
    let snapshot = model.queue.snapshot
    let waiting = snapshot.counts.waiting + snapshot.counts.paused + snapshot.counts.asking
    let running = snapshot.counts.running
    var text =
        running > 0
        ? "\(plural(running, "transfer is", "transfers are")) running"
            + (waiting > 0 ? " and \(waiting) \(waiting == 1 ? "waits" : "wait")" : "")
        : waiting > 0 ? "\(plural(waiting, "transfer waits", "transfers wait"))" : "All is done"
    var details = snapshot.bytesLeft > 0 ? [longSize(snapshot.bytesLeft)] : []
    if let left = snapshot.secondsLeft { details.append("about \(timeLeft(left))") }
    text += details.isEmpty ? "." : " (\(details.joined(separator: ", ")))."
    let choices = model.quitChoices
    var box = DialogBox(title: "Quit?")
    box.columns = 84
    box.lines = [blank] + DialogBox.lines(text, width: width)
    if let reason = model.queue.notKept {
        let fate = "This queue is lost when you quit: \(reason). What has arrived stays."
        box.lines += DialogBox.lines(fate, .fieldError, width: width)
    }
    if choices.contains(.goOn) {
        let fate =
            "In the background they run as `portside queue run`; portside shows them again when you come back, "
            + "and `portside queue list` in the shell. What is stopped goes on where it was."
        box.lines.append(blank)
        box.lines += DialogBox.lines(fate, .dialogFaint, width: width)
    } else if choices.contains(.stop) {
        let fate = "Stopped transfers go on where they were, when you come back or with `portside queue run`."
        box.lines += DialogBox.lines(fate, .dialogFaint, width: width)
    }
    box.lines.append(blank)
    box.buttons = choices.isEmpty ? ["Quit"] : choices.map(\.label)
    box.buttonKeys = choices.isEmpty ? ["Enter"] : choices.map(\.key)
    box.chosen = min(choice, max(0, choices.count - 1))
    return box
}

private func messagesBox(_ top: Int, _ model: Model, _ width: Int, _ size: Size) -> DialogBox {
    var box = DialogBox(title: "Messages")
    let lines = model.messages.reversed().flatMap { message -> [DialogBox.Line] in
        let time = model.timeOfDay(message.time, milliseconds: false)
        return wrapped(message.text, to: max(10, width - 9)).enumerated().map { index, text in
            .text([
                Piece(index == 0 ? "\(time) " : "         ", .dialogFaint),
                Piece(text, message.isError ? .fieldError : .dialog),
            ])
        }
    }
    box.lines =
        lines.isEmpty
        ? DialogBox.lines("Nothing yet.", .dialogFaint, width: width) : dialogPage(lines, top, size)
    box.footer = "↑↓ scroll   Esc close"
    return box
}

private func explanationBox(
    _ title: String, _ lines: [String], _ top: Int, _ width: Int, _ size: Size
) -> DialogBox {
    var box = DialogBox(title: title)
    box.lines = [blank] + dialogPage(lines.flatMap { DialogBox.lines($0, width: width) + [blank] }, top, size)
    box.footer = "Esc close"
    return box
}

/// The lines from `top` on, and never past the last page.
func dialogPage(_ lines: [DialogBox.Line], _ top: Int, _ size: Size) -> [DialogBox.Line] {
    let height = max(1, size.rows - 6)
    return Array(lines.dropFirst(min(top, max(0, lines.count - height))).prefix(height))
}

extension ConflictForm {
    /// `The same size and the same time.`, `The same size; the source is newer.`; empty where too little is known.
    var relation: String {
        var parts: [String] = []
        if let source = transfer.size, let there = destinationSize {
            parts.append(
                source == there
                    ? "the same size" : "the source is \(source > there ? "larger" : "smaller")")
        }
        if let source = transfer.modified, let there = destinationModified {
            // Some file systems keep every second second only.
            let apart = source.subtractingReportingOverflow(there).partialValue
            parts.append(
                (-2...2).contains(apart)
                    ? "the same time" : "the source is \(source > there ? "newer" : "older")")
        }
        guard !parts.isEmpty else { return "" }
        let isSame = parts.allSatisfy { $0.hasPrefix("the same") }
        let text = parts.joined(separator: isSame ? " and " : "; ")
        return text.prefix(1).uppercased() + text.dropFirst() + "."
    }
}
