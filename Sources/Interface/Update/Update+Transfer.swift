internal import FTPProtocol
internal import Transfers

/// What is done with the chosen files.
extension Model {
    /// F5: the chosen entries become jobs of the queue, into the directory of the other pane.
    mutating func copy() -> [Effect] {
        guard let site = connectedSite, let remoteDirectory = remote.location?.path,
            let localDirectory = local.location?.localPath
        else {
            say("Connect first: F2, or type an address in the remote pane.")
            return []
        }
        let direction: Transfer.Direction = lastPane == .local ? .upload : .download
        var transfers: [Transfer] = []
        var refused: [[UInt8]] = []
        var special = 0
        for index in pane.chosen {
            let name = pane.entries.name(index)
            let kind = pane.entries.kind(index)
            if kind == .other {
                special += 1
            } else if !canCarry(direction == .download ? remote.charset.text(of: name) : name, direction) {
                refused.append(name)
            } else {
                let (remoteName, localName): ([UInt8], [UInt8])
                do throws(FTPError) {
                    remoteName = direction == .download ? name : try remote.charset.bytes(of: name)
                    localName = direction == .download ? remote.charset.text(of: name) : name
                } catch {
                    say("Not copied: \(error).", isError: true)
                    continue
                }
                transfers.append(
                    Transfer(
                        id: 0, direction: direction, kind: kind == .directory ? .tree : .file, site: site.id,
                        remoteDirectory: remoteDirectory, remoteName: remoteName,
                        localDirectory: localDirectory, localName: localName,
                        size: kind == .file ? pane.entries.size(index) : nil,
                        modified: pane.entries.exactModified(index),
                        options: TransferOptions(onConflict: onConflict[direction] ?? .ask),
                        depth: direction == .download ? 1 : 0))
            }
        }
        if pane.chosen.isEmpty { sayNothingIsChosen("copied") }
        tell(refused: refused, special: special, direction)
        guard !transfers.isEmpty else { return [] }
        sayWhatItIs(transfers)
        pane.clearMarks()
        if Layout(self, size: size)[.queue] == nil {
            say("\(plural(transfers.count, "item is", "items are")) in the queue: 3 shows it.")
        }
        return [.request(.queue(.add(transfers)))]
    }

    /// How much was chosen, and what is in its way, as far as the two panes tell; trees are counted when they are read.
    private mutating func sayWhatItIs(_ transfers: [Transfer]) {
        let target = lastPane == .local ? remote : local
        var preflight = Preflight()
        preflight.free = target.free
        preflight.isIncomplete = transfers.contains { $0.kind == .tree }
        preflight.take(
            "",
            source: transfers.map {
                MirrorSide.Entry(
                    name: $0.direction == .download ? $0.localName : $0.remoteName,
                    kind: $0.kind == .tree ? .directory : .file, size: $0.size)
            },
            destination: (0..<target.entries.count).map {
                MirrorSide.Entry(name: target.entries.name($0), kind: .file)
            })
        let findings = preflight.findings(size: longSize)
        guard !findings.isEmpty || preflight.files > 1 else { return }
        say(
            ([preflight.summary(size: longSize)] + findings).joined(separator: ". ") + ".",
            isError: preflight.isTooLarge)
    }

    /// A name from a server becomes a local name only if it stays in its directory; a name
    /// with a line break cannot be said in FTP (RFC 959 §5.3.2).
    private func canCarry(_ name: [UInt8], _ direction: Transfer.Direction) -> Bool {
        let isSayable = !name.contains { $0 == 0x0D || $0 == 0x0A || $0 == 0 }
        return isSayable && (direction == .upload || isSafeLocalName(name))
    }

    private mutating func tell(refused: [[UInt8]], special: Int, _ direction: Transfer.Direction) {
        if let first = refused.first {
            let more = refused.count > 1 ? " and \(refused.count - 1) more" : ""
            let why =
                direction == .upload
                ? "contains a line break, which FTP cannot carry" : "is no safe name for a file here"
            say("Not copied: “\(pane.charset.shown(first))”\(more) \(why).", isError: true)
        }
        if special > 0 {
            say("Not copied: \(plural(special, "device or pipe", "devices or pipes")).", isError: true)
        }
    }

    /// Where a key needs files and the cursor is on none.
    mutating func sayNothingIsChosen(_ participle: String) {
        guard pane.marks.isEmpty else {
            return say(
                "What is marked is hidden by the filter, and not \(participle): take the filter or the marks off."
            )
        }
        say(
            pane.isOnParentRow
                ? "“..” is the folder above: it is not \(participle) from here."
                : "There is nothing here to be \(participle).")
    }

    // MARK: Folders and names

    mutating func askDirectoryName() {
        guard let location = pane.location else { return say("Connect first: F2.") }
        ask(.makeDirectory(location))
    }

    mutating func askNewName() {
        guard let location = pane.location else { return say("Connect first: F2.") }
        guard let index = pane.cursorEntry else { return sayNothingIsChosen("renamed") }
        let name = pane.entries.name(index)
        ask(.rename(location, name: name), pane.charset.shown(name))
    }

    /// Nil for what cannot be a name here; then the sentence that says so.
    func checkedName(_ text: String, _ location: Location) -> (name: [UInt8], problem: String?) {
        let name: [UInt8]
        do throws(FTPError) {
            name = try typedBytes(text, charset(of: location))
        } catch {
            return ([], "\(error)")
        }
        if name.isEmpty { return (name, "Type a name.") }
        if name.contains(where: { $0 == 0 || $0 == 0x0A || $0 == 0x0D }) {
            return (name, "A name cannot contain a line break or NUL.")
        }
        if name == Array(".".utf8) || name == Array("..".utf8) { return (name, "That is not a new name.") }
        return (name, nil)
    }

    mutating func makeDirectory(_ location: Location, _ text: String) -> Submission {
        let (name, problem) = checkedName(text, location)
        if let problem { return .refused(problem) }
        guard isCurrent(location) else { return .refused("The connection has changed; nothing was done.") }
        let ticket = begin("New folder \(charset(of: location).shown(name))", location, cursorName: name)
        return .done(
            location.endpoint == .local
                ? [.request(.local(.makeDirectory(location.localPath.appending(name), ticket)))]
                : [.request(.remote(.makeDirectory(location.path.appending(name), ticket)))])
    }

    /// A name with a slash moves to another directory.
    mutating func rename(_ location: Location, _ old: [UInt8], to text: String) -> Submission {
        let shownOld = charset(of: location).shown(old)
        if text == shownOld { return .done([]) }
        let (name, problem) = checkedName(text, location)
        if let problem { return .refused(problem) }
        guard isCurrent(location) else { return .refused("The connection has changed; nothing was done.") }
        let stays = !name.contains(UInt8(ascii: "/"))
        let ticket = begin("Rename \(shownOld)", location, cursorName: stays ? name : nil)
        let (from, to) = (location.path.appending(old), location.path.resolving(RemotePath(bytes: name)))
        operations[ticket]?.undo = .rename(from: to, to: from)
        return .done(
            location.endpoint == .local
                ? [
                    .request(
                        .local(.rename(LocalPath(bytes: from.bytes), to: LocalPath(bytes: to.bytes), ticket)))
                ]
                : [.request(.remote(.rename(from, to: to, ticket)))])
    }

    // MARK: Deleting

    /// Of local files it is also looked up where they would go and what is in the folders, while the question stands.
    mutating func askToDelete() -> [Effect] {
        guard let location = pane.location else {
            say("Connect first: F2.")
            return []
        }
        let chosen = pane.chosen
        guard !chosen.isEmpty else {
            sayNothingIsChosen("deleted")
            return []
        }
        var bytes: Int64 = 0
        for index in chosen where pane.entries.kind(index) == .file {
            bytes = bytes.addingReportingOverflow(pane.entries.size(index) ?? 0).partialValue
        }
        var form = DeleteForm(
            location: location,
            items: chosen.map {
                RemoteRequest.RemoteItem(
                    path: location.path.appending(pane.entries.name($0)), kind: pane.entries.kind($0))
            },
            names: chosen.prefix(5).map { visible(pane.entries.text($0)) }, bytes: bytes,
            folders: chosen.count { pane.entries.kind($0) == .directory })
        guard location.endpoint == .local else {
            dialogs.append(.delete(form))
            return []
        }
        let ticket = nextTicket()
        form.ticket = ticket
        dialogs.append(.delete(form))
        return [.request(.local(.survey(form.localPaths, ticket)))]
    }

    mutating func surveyed(_ ticket: Ticket, _ survey: DeletionSurvey) {
        for index in dialogs.indices {
            guard case .delete(var form) = dialogs[index], form.ticket == ticket else { continue }
            form.survey = survey
            dialogs[index] = .delete(form)
        }
    }

    mutating func delete(_ form: DeleteForm) -> [Effect] {
        guard isCurrent(form.location) else {
            say("The connection has changed; nothing was deleted.", isError: true)
            return []
        }
        let ticket = begin("Delete", form.location, cursorName: nil)
        guard form.location.endpoint == .local else {
            return [.request(.remote(.delete(form.items, ticket)))]
        }
        // For good only where that was said; who was faster than the answer has not read it.
        return form.isForGood
            ? [.request(.local(.delete(form.localPaths, ticket)))]
            : [.request(.local(.moveToTrash(form.localPaths, ticket)))]
    }

    /// Whether what was asked about is still the machine that would be told.
    func isCurrent(_ location: Location) -> Bool {
        switch location.endpoint {
        case .local: true
        case .server(let id): connectedSite?.id == id
        }
    }

    mutating func begin(_ what: String, _ location: Location, cursorName: [UInt8]?) -> Ticket {
        let ticket = nextTicket()
        operations[ticket] = Operation(what: what, location: location, cursorName: cursorName)
        return ticket
    }

    // MARK: The clipboard

    mutating func copyPath(asURL: Bool) -> [Effect] {
        guard let location = pane.location else { return [] }
        let path = pane.cursorEntry.map { location.path.appending(pane.entries.name($0)) } ?? location.path
        let text: String =
            if asURL, case .server(let site) = location.endpoint {
                "\(site)/\(percentEncoded(path.bytes))"
            } else if asURL {
                "file://\(percentEncoded(path.bytes))"
            } else {
                charset(of: location).shown(path)
            }
        say("Copied: \(text)")
        return [.copyToClipboard(text)]
    }
}

extension DeleteForm {
    fileprivate var localPaths: [LocalPath] { items.map { LocalPath(bytes: $0.path.bytes) } }

    /// No trash takes them.
    var isForGood: Bool {
        if location.endpoint != .local { return true }
        return survey.map { $0.trash == nil } ?? false
    }
}

/// What a prompt led to.
enum Submission {
    case done([Effect])
    case refused(String)
}

extension Model {
    /// Of the names in a place; only the server that is connected to has a place on the screen.
    func charset(of location: Location) -> NameCharset {
        location.endpoint == .local || location.endpoint != remote.location?.endpoint ? .utf8 : remote.charset
    }

    /// Of the names on the server of a transfer, which need not be connected to.
    func charset(of transfer: Transfer) -> NameCharset {
        charsets(transfer.options.connection?.charset) ?? .utf8
    }

    /// What a transfer moves, for people.
    func sourceName(of transfer: Transfer) -> String {
        transfer.direction == .download
            ? charset(of: transfer).shown(transfer.remoteName) : visible(transfer.localName)
    }
}

/// A name as typed: `\u{…}` is a character again, and `\xNN`, which is how bytes that are no text are shown, is that byte again.
///
/// - Parameter charset: of the rest of it.
/// - Throws: `.unwritable`.
func typedBytes(_ text: String, _ charset: NameCharset = .utf8) throws(FTPError) -> [UInt8] {
    try charset.bytes(ofTyped: unescaped(text)) { rest in
        let digits = rest.dropFirst(2).prefix(2)
        guard rest.first == UInt8(ascii: "\\"), rest.dropFirst().first == UInt8(ascii: "x"), digits.count == 2
        else { return nil }
        return UInt8(String(Substring(digits)), radix: 16).map { ($0, 4) }
    }
}

/// `\u{200D}`, which is how `visible` shows a character that must not be drawn, is that character again.
private func unescaped(_ text: String) -> String {
    guard text.contains("\\u{") else { return text }
    var result = ""
    var rest = text[...]
    while let character = rest.first {
        if rest.hasPrefix("\\u{"), let end = rest.prefix(10).firstIndex(of: "}"),
            let scalar = UInt32(rest[..<end].dropFirst(3), radix: 16).flatMap(Unicode.Scalar.init),
            visible(String(scalar)) == rest[...end]
        {
            result.unicodeScalars.append(scalar)
            rest = rest[rest.index(after: end)...]
        } else {
            result.append(character)
            rest = rest.dropFirst()
        }
    }
    return result
}

private func percentEncoded(_ bytes: [UInt8]) -> String {
    var text = ""
    for byte in bytes {
        let scalar = Unicode.Scalar(byte)
        let isPlain = byte < 0x80 && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
        if isPlain || "-._~/".unicodeScalars.contains(scalar) {
            text.unicodeScalars.append(scalar)
        } else {
            let digits = String(byte, radix: 16, uppercase: true)
            text += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
        }
    }
    return text
}
