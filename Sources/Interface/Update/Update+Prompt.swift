internal import FTPProtocol
internal import Transfers

/// Keys while something lies over the screen. Esc closes what is on top; Enter does what is chosen.
extension Model {
    mutating func dialogTakes(_ key: Key) -> [Effect] {
        guard let dialog = dialogs.last else { return [] }
        switch key {
        case .control("l"): return [.redraw]
        case .control("z"): return [.suspend]
        case .escape, .control("g"):
            if case .help(var page) = dialog, !page.filter.isEmpty {
                // The search first, the page with the next one.
                (page.filter, page.top) = (TextField(), 0)
                return replace(.help(page))
            }
            if case .compare(let form) = dialog, compareStepsBack(form) { return [] }
            dialogs.removeLast()
            return cancelled(dialog)
        default: break
        }
        switch dialog {
        case .help(let page): return helpTakes(key, page)
        case .connect(let form): return connectTakes(key, form)
        case .password(let form): return passwordTakes(key, form)
        case .input(let form): return inputTakes(key, form)
        case .delete(let form): return deleteTakes(key, form)
        case .sort(let cursor): return sortTakes(key, cursor)
        case .conflict(let form): return conflictTakes(key, form)
        case .quit(let choice): return quitTakes(key, choice)
        case .messages(let top): return scrollTakes(key, top) { .messages(top: $0) }
        case .details(let details): return detailsTake(key, details)
        case .explanation(let title, let lines, let top):
            return scrollTakes(key, top) { .explanation(title: title, lines: lines, top: $0) }
        case .commands(let form): return commandsTake(key, form)
        case .facts(let page):
            var page = page
            return scrollTakes(key, page.top) {
                page.top = $0
                return .facts(page)
            }
        case .sendBack(let form): return sendBackTakes(key, form)
        case .certificate(let form): return certificateTakes(key, form)
        case .diagnosis(let diagnosis, let choice): return diagnosisTakes(key, diagnosis, choice)
        case .compare(let form): return compareTakes(key, form)
        case .menu(let form): return menuTakes(key, form)
        }
    }

    mutating func replace(_ dialog: Dialog) -> [Effect] {
        dialogs[dialogs.count - 1] = dialog
        return []
    }

    /// What was changed while typing goes back to what it was.
    private mutating func cancelled(_ dialog: Dialog) -> [Effect] {
        if case .compare(let form) = dialog, case .running(let ticket, _) = form.phase {
            operations[ticket] = nil
            return [.request(.remote(.stop))]
        }
        if case .sendBack(let form) = dialog { keepCopy(form.file) }
        // `A` asks for it again.
        if case .password(let form) = dialog, !form.isForQueue { passwordWanted = form }
        guard case .input(let form) = dialog else { return [] }
        switch form.purpose {
        case .filter(let side): setFilter(side, "")
        case .logFilter: log.setFilter("")
        case .logSearch(let row):
            log.search = ""
            log.moveCursor(to: row)
        case .jump(let side, let row): self[side].moveCursor(to: row)
        default: break
        }
        return []
    }

    // MARK: Pages to read

    private mutating func helpTakes(_ key: Key, _ page: HelpPage) -> [Effect] {
        var page = page
        switch key {
        case .down: page.top += 1
        case .up: page.top -= 1
        case .pageDown: page.top += 10
        case .pageUp: page.top -= 10
        case .tab, .backTab:
            let pages: [Keymap.Context] = [.panes, .queue, .log]
            let at = pages.firstIndex(of: page.context) ?? 0
            page.context = pages[(at + (key == .tab ? 1 : 2)) % 3]
            page.top = 0
        case .enter, .function(1):
            dialogs.removeLast()
            return []
        default:
            if key == .character("/"), page.filter.isEmpty { break }
            if page.filter.handle(key) { page.top = 0 }
        }
        page.top = max(0, page.top)
        return replace(.help(page))
    }

    mutating func scrollTakes(_ key: Key, _ top: Int, _ make: (Int) -> Dialog) -> [Effect] {
        switch key {
        case .down, "j": return replace(make(top + 1))
        case .up, "k": return replace(make(max(0, top - 1)))
        case .pageDown, " ": return replace(make(top + 10))
        case .pageUp: return replace(make(max(0, top - 10)))
        case .enter, "q", "N":
            dialogs.removeLast()
            return []
        default: return []
        }
    }

    // MARK: Forms

    private mutating func connectTakes(_ key: Key, _ form: ConnectForm) -> [Effect] {
        var form = form
        let count = ConnectForm.Field.allCases.count
        func field(_ step: Int) -> ConnectForm.Field {
            ConnectForm.Field(rawValue: (form.field.rawValue + step + count) % count) ?? .address
        }
        let fitting = sites(fitting: form.isUntouched ? "" : form.address.text).count
        switch key {
        case .down where form.field == .address && fitting > 0:
            form.chosenSite = min(fitting - 1, (form.chosenSite ?? -1) + 1)
        case .up where form.field == .address && form.chosenSite != nil:
            form.chosenSite = form.chosenSite.flatMap { $0 > 0 ? $0 - 1 : nil }
        case .left where form.field == .encryption, .right where form.field == .encryption,
            " " where form.field == .encryption:
            form.encryption = form.encryption.next(key == .left ? -1 : 1)
        case .tab, .down: form.field = field(1)
        case .backTab, .up: form.field = field(-1)
        case .left where form.field == .cancel, .right where form.field == .connect:
            form.field = form.field == .cancel ? .connect : .cancel
        case .enter:
            if form.field == .cancel {
                dialogs.removeLast()
                return []
            }
            return submit(form)
        default:
            form.error = nil
            switch form.field {
            case .address:
                _ = form.address.handle(key)
                form.chosenSite = nil
                if let filled = form.filledFrom { form.fitUser(to: filled) }
            case .user: _ = form.user.handle(key)
            case .password: _ = form.password.handle(key)
            case .charset: _ = form.charset.handle(key)
            case .encryption, .connect, .cancel: break
            }
        }
        return replace(.connect(form))
    }

    private mutating func submit(_ form: ConnectForm) -> [Effect] {
        var form = form
        let fitting = sites(fitting: form.isUntouched ? "" : form.address.text)
        if let chosen = form.chosenSite, fitting.indices.contains(chosen) { return open(fitting[chosen]) }
        if let named = sites.first(where: { $0.name == form.address.text.trimmingBlanks() }) {
            return open(named)
        }
        var target: TargetURL
        let wanted = form.charset.text.trimmingBlanks()
        guard let charset = charsets(wanted.isEmpty ? nil : wanted) else {
            form.error = Self.noSuchCharset(wanted)
            form.field = .charset
            return replace(.connect(form))
        }
        do throws(TargetURL.Problem) {
            target = try TargetURL(form.address.text.trimmingBlanks(), charset: charset)
        } catch {
            form.error = "\(error)"
            form.field = .address
            return replace(.connect(form))
        }
        if !form.user.isEmpty { target.site.user = form.user.text }
        let password = form.password.isEmpty ? target.password : Secret(form.password.text)
        target.site.dataMode = dataMode
        target.site.charset = charset.isUTF8 ? nil : charset.name
        if let encryption = form.encryption {
            // The port of implicit TLS is another one, unless one was typed.
            if encryption == .implicit, target.site.port == 21 { target.site.port = 990 }
            target.site.encryption = encryption
        }
        dialogs.removeLast()
        // What is connected to is where the keys go next.
        setFocus(.remote)
        home.selection = 0
        return connect(target.site, password, target.directory)
    }

    private mutating func passwordTakes(_ key: Key, _ form: PasswordForm) -> [Effect] {
        var form = form
        guard key == .enter else {
            _ = form.password.handle(key)
            return replace(.password(form))
        }
        dialogs.removeLast()
        passwordWanted = nil
        queue.passwordsWanted[form.site.id] = nil
        let secret = Secret(form.password.text)
        var effects: [Effect] = []
        if !form.isForQueue, connectedSite?.id != form.site.id, connection.site?.id == form.site.id {
            effects += connect(form.site, secret, directoryAfterLogin)
        }
        let isAskedByQueue = queue.snapshot.rows.contains {
            $0.transfer.site == form.site.id && $0.transfer.state == .asking(.password)
        }
        if effects.isEmpty || isAskedByQueue {
            effects.append(.request(.queue(.password(form.site.id, secret))))
        }
        return effects
    }

    private mutating func inputTakes(_ key: Key, _ form: InputForm) -> [Effect] {
        var form = form
        if key == .enter { return submit(form) }
        if case .jump(let side, _) = form.purpose, key == .control("s") || key == .down {
            var form = form
            form.error = jump(side, to: form.field.text, after: self[side].cursor) ? nil : Self.noName
            return replace(.input(form))
        }
        if case .logSearch = form.purpose, key == .down || key == .up || key == .control("s") {
            let step = key == .up ? -1 : 1
            let isFound = searchLog(form.field.text, from: log.cursor + step, step: step)
            form.error = isFound ? nil : "no such line"
            return replace(.input(form))
        }
        if case .rateLimit(let site) = form.purpose, key == .tab || key == .backTab {
            return replace(.input(rateLimitForm(other: site, form.field)))
        }
        guard form.field.handle(key) else { return [] }
        form.error = nil
        switch form.purpose {
        case .logFilter:
            log.setFilter(form.field.text)
            if log.count == 0, log.lineCount > 0 { form.error = "no such line" }
        case .logSearch(let row):
            // Backwards: what one looks for was said before.
            if !searchLog(form.field.text, from: row, step: -1) { form.error = "no such line" }
        case .filter(let side): setFilter(side, form.field.text)
        case .jump(let side, let row):
            if !jump(side, to: form.field.text, after: row - 1) { form.error = Self.noName }
        default: break
        }
        return replace(.input(form))
    }

    private mutating func submit(_ form: InputForm) -> [Effect] {
        let text = form.field.text
        let result: Submission
        switch form.purpose {
        case .makeDirectory(let location): result = makeDirectory(location, text)
        case .rename(let location, let name): result = rename(location, name, to: text)
        case .filter, .jump, .logFilter, .logSearch: result = .done([])
        case .mark(let side, let marks):
            if !text.isEmpty { mark(side, pattern: text, marks) }
            result = .done([])
        case .permissions(let location, let paths): result = changeMode(location, paths, text)
        case .rateLimit(let site): result = setRateLimit(text, site)
        case .planName(let location): result = planNamed(location, text)
        case .rawCommand:
            result = raw(text, isConfirmed: form.error == Self.cannotBeUndone || form.error == Self.isOfHTTP)
        }
        switch result {
        case .done(let effects):
            dialogs.removeLast()
            return effects
        case .refused(let reason):
            var form = form
            form.error = reason
            return replace(.input(form))
        }
    }

    /// Pure-FTPd hangs up at these, so that no browser can be made to speak to it.
    static let isOfHTTP =
        "No FTP command, and some servers hang up at it: F5 copies files. Enter again sends it."
    private static let cannotBeUndone = "This cannot be undone. Enter again sends it."

    mutating func raw(_ text: String, isConfirmed: Bool) -> Submission {
        let bytes: [UInt8]
        do throws(FTPError) { bytes = try remote.charset.bytes(of: Array(text.utf8)) } catch {
            return .refused("\(error)")
        }
        let verb = String(text.prefix { $0 != " " }).uppercased()
        if verb.isEmpty { return .done([]) }
        // A connection that was lost is made again, as for a listing.
        switch connection {
        case .connected, .lost, .endedIdle: break
        case .connecting: return .refused("Not connected yet: a moment.")
        case .notConnected, .failed: return .refused("Not connected: Esc, then F2 connects.")
        }
        guard verb.utf8.allSatisfy({ (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) }) else {
            return .refused("A command is letters, then one space and what it is about: SITE CHMOD 644 a")
        }
        if ["DELE", "RMD", "XRMD"].contains(verb), !isConfirmed { return .refused(Self.cannotBeUndone) }
        if ["GET", "PUT", "POST", "HEAD", "CONNECT"].contains(verb), !isConfirmed {
            return .refused(Self.isOfHTTP)
        }
        return .done([.request(.remote(.raw(bytes)))])
    }

    /// To the next name that contains the text, from the top again after the last one.
    ///
    /// - Returns: whether there is one; the cursor stays where there is none.
    private mutating func jump(_ side: EngineEvent.Side, to text: String, after row: Int) -> Bool {
        guard !text.isEmpty else { return true }
        let count = self[side].rowCount
        let pattern = NamePattern(text)
        for step in 1...max(1, count) {
            let candidate = (max(-1, row) + step) % max(1, count)
            if let index = self[side].entryIndex(row: candidate),
                pattern.fits(self[side].entries.text(index))
            {
                self[side].moveCursor(to: candidate)
                return true
            }
        }
        return false
    }

    private static let noName = "no such name"
}

extension Model {
    /// The saved sites whose name or host holds what is typed, in the order they are kept in.
    func sites(fitting text: String) -> [KnownSite] {
        let wanted = text.trimmingBlanks().lowercased()
        guard !wanted.isEmpty else { return sites }
        return sites.filter {
            $0.name.lowercased().contains(wanted) || $0.site.host.lowercased().contains(wanted)
        }
    }

    /// As it was saved, its own data mode and local directory too.
    private mutating func open(_ known: KnownSite) -> [Effect] {
        dialogs.removeLast()
        setFocus(.remote)
        home.selection = 0
        var effects = [Effect.request(.remote(.setDataMode(known.site.dataMode)))]
        effects += connect(known.site, nil, known.directory)
        if let directory = known.localDirectory {
            effects += visit(.local, Location(.local, RemotePath(bytes: directory.bytes)))
        }
        return effects
    }
}

extension Site.Encryption? {
    /// As the address says, when offered, must, implicit, none.
    fileprivate func next(_ step: Int) -> Site.Encryption? {
        let all: [Site.Encryption?] = [nil, .whenOffered, .explicit, .implicit, Site.Encryption.none]
        let at = all.firstIndex(of: self) ?? 0
        return all[(at + step + all.count) % all.count]
    }
}

extension ConnectForm {
    /// What stands in the address line was put there, and nobody has typed.
    var isUntouched: Bool { address.isSelected }

    /// The user of one site is not sent to another, unless somebody typed it; nor is its charset that of another.
    fileprivate mutating func fitUser(to filled: Filled) {
        let isSame = address.text == filled.address || address.text.hasPrefix(filled.address + "/")
        if !isSame, user.text == filled.user { user = TextField() }
        if !isSame, charset.text == filled.charset { charset = TextField() }
        if isSame, charset.isEmpty { charset = TextField(filled.charset, isSelected: true) }
        if isSame, user.isEmpty { user = TextField(filled.user, isSelected: true) }
    }
}
