internal import FTPProtocol
internal import Transfers

/// `=`: the two panes compared, and what is decided about their differences put into the queue.
extension Model {
    mutating func compareFolders(by criterion: Comparison.Criterion = .sizeAndTime) -> [Effect] {
        guard connectedSite != nil, let here = local.location, let there = remote.location else {
            say("Connect first: F2, or type an address in the remote pane.")
            return []
        }
        let ticket = nextTicket()
        operations[ticket] = Operation(
            what: "Compare", location: there, cursorName: nil, kind: .compare, since: now)
        wasStopped = false
        dialogs.append(
            .compare(CompareForm(local: here, remote: there, ticket: ticket, criterion: criterion)))
        return [.request(.remote(.compare(there.path, here.localPath, by: criterion, ticket)))]
    }

    // MARK: What the engine says

    mutating func comparing(_ ticket: Ticket, _ files: Int) {
        changeComparison(ticket) { $0.phase = .running(ticket, files: files) }
    }

    mutating func compared(_ ticket: Ticket, _ comparison: Comparison) {
        operations[ticket] = nil
        changeComparison(ticket) {
            $0.phase = .there(comparison)
            $0.refresh()
        }
    }

    mutating func compareFailed(_ ticket: Ticket, _ reason: String) {
        changeComparison(ticket) { $0.phase = .failed(reason) }
    }

    /// One that was closed meanwhile wants to know nothing any more.
    private mutating func changeComparison(_ ticket: Ticket, _ body: (inout CompareForm) -> Void) {
        for index in dialogs.indices {
            guard case .compare(var form) = dialogs[index], case .running(ticket, _) = form.phase else {
                continue
            }
            body(&form)
            dialogs[index] = .compare(form)
        }
    }

    // MARK: Keys

    mutating func compareTakes(_ key: Key, _ form: CompareForm) -> [Effect] {
        var form = form
        form.message = nil
        form.notice = nil
        if form.isTypingFilter { return filterTakes(key, &form) }
        guard form.comparison != nil else {
            guard case .failed = form.phase else { return [] }
            if key == .control("r") { return compareAgain(by: form.criterion) }
            if key == "c" { return compareAgain(by: .sizeAndTime) }
            return []
        }
        if keymap.action(for: key, in: .compare) == .planSaved { return askPlanName(form) }
        let page = max(1, compareHeight(size) - 1)
        switch key {
        case .down, "j": form.cursor += 1
        case .up, "k": form.cursor -= 1
        case .pageDown: form.cursor += page
        case .pageUp: form.cursor -= page
        case .home, "g": form.cursor = 0
        case .end, "G": form.cursor = Int(Int32.max)
        case .right, "l": decide(&form, isSwapped ? .toHere : .toServer)
        case .left, "h": decide(&form, isSwapped ? .toServer : .toHere)
        case " ": decide(&form, .nothing)
        case "x", .delete: decideToDelete(&form)
        case "X": decideToDeleteAll(&form)
        case "d": form.change(form.aim.next)
        case "c":
            // Check sums take a comparison of their own.
            let next = form.criterion.next
            guard next != .sum, form.criterion != .sum else { return compareAgain(by: next) }
            form.criterion = next
            form.refresh()
        case "/": form.isTypingFilter = true
        case .control("r"): return compareAgain(by: form.criterion)
        case "q":
            dialogs.removeLast()
            return []
        case .enter, .function(5): return carryOut(form)
        default: return []
        }
        form.cursor = min(max(0, form.cursor), max(0, form.shown.count - 1))
        form.top = scrolled(
            top: form.top, cursor: form.cursor, count: form.shown.count, height: compareHeight(size))
        return replace(.compare(form))
    }

    private mutating func filterTakes(_ key: Key, _ form: inout CompareForm) -> [Effect] {
        if key == .enter {
            form.isTypingFilter = false
        } else if form.filter.handle(key) {
            form.refresh()
        }
        return replace(.compare(form))
    }

    /// Esc, one step back: the filter, then all of it.
    ///
    /// - Returns: whether there was a step that leaves it open.
    mutating func compareStepsBack(_ form: CompareForm) -> Bool {
        guard form.isTypingFilter || !form.filter.isEmpty else { return false }
        var form = form
        form.filter = TextField()
        form.isTypingFilter = false
        form.refresh()
        dialogs[dialogs.count - 1] = .compare(form)
        return true
    }

    private mutating func compareAgain(by criterion: Comparison.Criterion) -> [Effect] {
        dialogs.removeLast()
        return compareFolders(by: criterion)
    }

    /// And on to the next row, as marking does.
    private func decide(_ form: inout CompareForm, _ decision: Comparison.Decision) {
        guard let (index, row) = form.row(form.cursor) else { return }
        guard Comparison.allows(decision, for: row) else {
            form.message =
                decision == .toServer
                ? "It is not here: it can only come from the server, or be deleted there (x)."
                : "It is not on the server: it can only go there, or be deleted here (x)."
            return
        }
        form.decided[index] = decision
        form.count()
        form.cursor += 1
    }

    /// What is on both sides is not deleted from here: F8 in a pane does that.
    private func decideToDelete(_ form: inout CompareForm) {
        guard let (index, row) = form.row(form.cursor) else { return }
        guard row.isOnOneSide else {
            form.message = "It is on both sides: x is for what only one of them has."
            return
        }
        let decision = row.local == nil ? Comparison.Decision.deleteThere : .deleteHere
        if form.decision(index, row) == decision {
            form.decided[index] = .nothing
        } else {
            form.decided[index] = decision
        }
        form.count()
        form.cursor += 1
    }

    /// All that only the side to be changed has.
    private func decideToDeleteAll(_ form: inout CompareForm) {
        guard let comparison = form.comparison else { return }
        let decision: Comparison.Decision
        switch form.aim {
        case .newest:
            form.message = "Which side is to be changed? d chooses, then X."
            return
        case .server: decision = .deleteThere
        case .here: decision = .deleteHere
        }
        if let objection = comparison.objection(to: decision) {
            form.message = "Nothing is marked: \(objection). x marks single ones."
            return
        }
        let all = form.shown.filter {
            comparison.rows[$0].isOnOneSide && Comparison.allows(decision, for: comparison.rows[$0])
        }
        let isMarked = !all.isEmpty && all.allSatisfy { form.decided[$0] == decision }
        for index in all { form.decided[index] = isMarked ? .nothing : decision }
        form.count()
        if all.isEmpty { form.message = "Nothing is there that the other side does not have." }
    }

    // MARK: Doing it

    /// Copies go into the queue; what is to be deleted is asked about once more.
    private mutating func carryOut(_ form: CompareForm) -> [Effect] {
        guard let comparison = form.comparison, isCurrent(form.remote) else {
            var form = form
            form.message = CompareForm.connectionHasChanged
            return replace(.compare(form))
        }
        if let reason = form.whyNothingIsDone {
            var form = form
            form.message = reason
            return replace(.compare(form))
        }
        var transfers: [Transfer] = []
        for (row, decision) in form.decisions {
            let direction: Transfer.Direction = decision == .toServer ? .upload : .download
            var options = TransferOptions(onConflict: onConflict[direction] ?? .ask)
            let filter = form.fileFilter
            if !filter.takesAll { options.filter = filter }
            do throws(FTPError) {
                let transfer = try comparison.transfer(
                    for: row, decision, options: options, charset: remote.charset)
                if let transfer { transfers.append(transfer) }
            } catch { say("Not copied: \(error).", isError: true) }
        }
        dialogs.removeLast()
        var effects: [Effect] = []
        if !transfers.isEmpty {
            say("\(plural(transfers.count, "item is", "items are")) in the queue: 3 shows it.")
            effects.append(.request(.queue(.add(transfers))))
        }
        for decision in [Comparison.Decision.deleteHere, .deleteThere] {
            effects += askToDelete(
                form.decisions.filter { $0.decision == decision }.map(\.row), decision, form)
        }
        return effects
    }

    private mutating func askToDelete(
        _ rows: [Comparison.Row], _ decision: Comparison.Decision, _ form: CompareForm
    ) -> [Effect] {
        guard !rows.isEmpty else { return [] }
        let isHere = decision == .deleteHere
        let location = isHere ? form.local : form.remote
        var items: [RemoteRequest.RemoteItem] = []
        var bytes: Int64 = 0
        for row in rows {
            var path = location.path
            for name in row.path {
                guard let part = isHere ? name : try? remote.charset.bytes(of: name) else { return [] }
                path = path.appending(part)
            }
            items.append(RemoteRequest.RemoteItem(path: path, kind: row.isDirectory ? .directory : .file))
            let size = (row.local ?? row.remote)?.size ?? 0
            bytes = bytes.addingReportingOverflow(row.isDirectory ? 0 : max(0, size)).partialValue
        }
        var question = DeleteForm(
            location: location, items: items, names: rows.prefix(5).map { Self.shownName($0) }, bytes: bytes,
            folders: rows.count(where: \.isDirectory))
        guard isHere else {
            dialogs.append(.delete(question))
            return []
        }
        let ticket = nextTicket()
        question.ticket = ticket
        dialogs.append(.delete(question))
        return [.request(.local(.survey(items.map { LocalPath(bytes: $0.path.bytes) }, ticket)))]
    }

    /// `pool/main/a.deb`.
    static func shownName(_ row: Comparison.Row) -> String {
        row.path.map { visible($0) }.joined(separator: "/") + (row.isDirectory ? "/" : "")
    }
}

extension CompareForm {
    /// What was decided by hand was about the other direction.
    mutating func change(_ aim: Comparison.Aim) {
        self.aim = aim
        decided = [:]
        refresh()
    }
}

extension CaseIterable where Self: Equatable, AllCases.Index == Int {
    fileprivate var next: Self {
        let all = Self.allCases
        let at = all.firstIndex(of: self) ?? 0
        return all[(at + 1) % all.count]
    }
}
