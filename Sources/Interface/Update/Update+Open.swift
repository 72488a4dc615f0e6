internal import FTPProtocol
internal import Transfers

/// Viewing and editing in another program. A remote file is fetched first; an edit that changed it is sent back when
/// the user says so, and only onto what it was made from.
extension Model {
    mutating func openInProgram(_ use: FileUse) -> [Effect] {
        guard let location = pane.location else {
            say("Connect first: F2.")
            return []
        }
        guard let index = pane.cursorEntry else {
            sayNothingIsChosen("opened")
            return []
        }
        let name = pane.entries.name(index)
        switch pane.entries.kind(index) {
        case .directory:
            say("A folder is opened with Enter; F3 and F4 are for files.")
            return []
        case .other:
            say("Not opened: \(pane.charset.shown(name)) is a device or a pipe.", isError: true)
            return []
        case .file, .link: break
        }
        guard location.endpoint != .local else {
            let file = EditedFile(
                use: use, location: location, name: name, file: location.localPath.appending(name),
                source: nil)
            return open(file)
        }
        guard connectedSite != nil else {
            say("Not connected: Ctrl-R connects again.", isError: true)
            return []
        }
        let ticket = nextTicket()
        operations[ticket] = Operation(
            what: "Fetch \(pane.charset.shown(name))", location: location, cursorName: nil,
            kind: .fetch(use, name: name), since: now)
        wasStopped = false
        return [.request(.remote(.fetch(location.path.appending(name), ticket)))]
    }

    /// The file that is being fetched.
    var fetchUnderWay: Operation? {
        operations.values.first { if case .fetch = $0.kind { true } else { false } }
    }

    /// What comes of it is not wanted any more.
    mutating func forgetFetches() {
        for (ticket, operation) in operations {
            guard case .fetch = operation.kind else { continue }
            operations[ticket] = nil
            say("\(operation.what): stopped by you.")
        }
    }

    private mutating func open(_ file: EditedFile) -> [Effect] {
        let ticket = nextTicket()
        opened[ticket] = file
        return [.open(file.file, file.use, ticket)]
    }

    /// The copy is there. Whoever pressed Esc meanwhile does not want it any more.
    mutating func fetched(_ ticket: Ticket, _ copy: LocalPath, _ source: ListingEntry) -> [Effect] {
        guard let operation = operations.removeValue(forKey: ticket),
            case .fetch(let use, let name) = operation.kind
        else { return [.request(.local(.discard(copy)))] }
        return open(
            EditedFile(use: use, location: operation.location, name: name, file: copy, source: source))
    }

    mutating func programEnded(_ ticket: Ticket, _ end: ProgramEnd) -> [Effect] {
        guard let file = opened.removeValue(forKey: ticket) else { return [] }
        if let problem = end.problem { say(visible(problem), isError: true) }
        guard file.source != nil else {
            return local.location == file.location && local.pending == nil
                ? list(.local, local.location, isRefresh: true) : []
        }
        guard file.use == .edit, end.isChanged else { return [.request(.local(.discard(file.file)))] }
        dialogs.append(.sendBack(SendBackForm(file: file, choice: .send)))
        return []
    }

    // MARK: Sending back

    mutating func sendBackTakes(_ key: Key, _ form: SendBackForm) -> [Effect] {
        var form = form
        let all = SendBackForm.Choice.allCases
        switch key {
        case .left, .backTab, "h": form.choice = all[max(0, form.choice.rawValue - 1)]
        case .right, .tab, "l": form.choice = all[min(all.count - 1, form.choice.rawValue + 1)]
        case .enter: return decide(form)
        case "s", "o":
            form.choice = .send
            return decide(form)
        case "k":
            form.choice = .keep
            return decide(form)
        default: return []
        }
        return replace(.sendBack(form))
    }

    private mutating func decide(_ form: SendBackForm) -> [Effect] {
        dialogs.removeLast()
        switch form.choice {
        case .keep:
            keepCopy(form.file)
            return []
        case .discard:
            say("\(charset(of: form.file.location).shown(form.file.name)): your changes are thrown away.")
            return [.request(.local(.discard(form.file.file)))]
        case .send: return form.trouble == nil ? check(form.file) : send(form.file)
        }
    }

    mutating func keepCopy(_ file: EditedFile) {
        say("Not sent back. Your changes are in \(file.file)")
    }

    /// Looks whether the file is still what was fetched.
    private mutating func check(_ file: EditedFile) -> [Effect] {
        guard case .server(let id) = file.location.endpoint, connectedSite?.id == id else {
            return cannotCheck(file, "not connected to its server any more")
        }
        let ticket = nextTicket()
        operations[ticket] = Operation(
            what: "Look at \(charset(of: file.location).shown(file.name))", location: file.location,
            cursorName: nil,
            kind: .check(file),
            since: now)
        return [.request(.remote(.lookUp(file.location.path.appending(file.name), ticket)))]
    }

    mutating func cannotCheck(_ file: EditedFile, _ reason: String) -> [Effect] {
        let trouble = "Whether it has changed on the server meanwhile cannot be told: \(reason)."
        dialogs.append(.sendBack(SendBackForm(file: file, trouble: trouble, choice: .keep)))
        return []
    }

    mutating func found(_ ticket: Ticket, _ entry: ListingEntry?) -> [Effect] {
        guard let operation = operations.removeValue(forKey: ticket) else { return [] }
        if case .facts = operation.kind { return factsCame(ticket, entry) }
        guard case .check(let file) = operation.kind, let source = file.source else { return [] }
        guard let trouble = difference(source, entry) else { return send(file) }
        dialogs.append(.sendBack(SendBackForm(file: file, trouble: trouble, choice: .keep)))
        return []
    }

    /// What somebody else did to the file since it was fetched; nil when nothing is known of any.
    private func difference(_ before: ListingEntry, _ now: ListingEntry?) -> String? {
        guard let now else { return "It is gone from the server meanwhile. Sending makes it again." }
        var parts: [String] = []
        if let old = before.size, let new = now.size, old != new, before.kind == now.kind {
            parts.append("it had \(grouped(old)) bytes and has \(grouped(new)) now")
        }
        if let old = before.modified?.secondsSince1970, let new = now.modified?.secondsSince1970, old != new {
            parts.append("it was written at \(fullTime(new))")
        }
        guard !parts.isEmpty else { return nil }
        return "It has changed on the server since you fetched it:\n  \(parts.joined(separator: "\n  "))"
    }

    /// Through the queue: it takes the temporary name, the retries and the place on the screen from there.
    private mutating func send(_ file: EditedFile) -> [Effect] {
        guard case .server(let id) = file.location.endpoint else { return [] }
        returning.insert(file.file)
        let transfer = Transfer(
            id: 0, direction: .upload, site: id, remoteDirectory: file.location.path, remoteName: file.name,
            localDirectory: file.file.directory, localName: file.file.name,
            options: TransferOptions(onConflict: .overwrite))
        say("\(charset(of: file.location).shown(file.name)) goes back to its server.")
        return [.request(.queue(.add([transfer])))]
    }

    /// The copy has served.
    func copyIsReturning(_ transfer: Transfer) -> Bool {
        transfer.direction == .upload && returning.contains(transfer.localPath)
    }

    mutating func sentBack(_ transfer: Transfer) -> [Effect] {
        guard copyIsReturning(transfer) else { return [] }
        returning.remove(transfer.localPath)
        return [.request(.local(.discard(transfer.localPath)))]
    }
}

extension LocalPath {
    fileprivate var name: [UInt8] { Array(bytes.suffix(from: cut)) }
    fileprivate var directory: LocalPath { LocalPath(bytes: Array(bytes.prefix(max(1, cut - 1)))) }
    /// Where the name begins.
    private var cut: Int { (bytes.lastIndex(of: UInt8(ascii: "/")) ?? -1) + 1 }
}
