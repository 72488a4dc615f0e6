internal import FTPProtocol
internal import Transfers

/// What the engine reports, taken as it is.
extension Model {
    mutating func engineReported(_ event: EngineEvent) -> [Effect] {
        switch event {
        case .dialogue(let line): log.append(line)
        case .connection(let state): return connectionChanged(state)
        case .dataModeChanged(let mode):
            dataMode = mode
            if mode != .auto, dataMethod?.mode != mode { dataMethod = nil }
        case .dataMethodUsed(let method): dataMethod = method
        case .entries(let side, let ticket, let entries): entriesCame(side, ticket, entries)
        case .listed(let side, let ticket, let facts): listed(side, ticket, facts)
        case .listingFailed(let side, let ticket, let reason): listingFailed(side, ticket, reason)
        case .operationEnded(let side, let ticket, let error): return operationEnded(side, ticket, error)
        case .fetched(let ticket, let copy, let source): return fetched(ticket, copy, source)
        case .found(let ticket, let entry): return found(ticket, entry)
        case .surveyed(let ticket, let survey): surveyed(ticket, survey)
        case .trashed(let ticket, let files): trashed(ticket, files)
        case .comparing(let ticket, let files): comparing(ticket, files)
        case .compared(let ticket, let comparison): compared(ticket, comparison)
        case .planned(let ticket, let plans): return planned(ticket, plans)
        case .queue(let snapshot):
            let effects = allDone(after: queue.snapshot, now: snapshot)
            queue.take(snapshot, now: now)
            markForRefresh(whileRunning: snapshot.rows)
            return effects
        case .transferEnded(let transfer): return transferEnded(transfer)
        case .certificateDoubted(let site, let doubt): certificateDoubted(site, doubt)
        case .passwordNeeded(let site, let reason): passwordNeeded(site, reason)
        case .queueNeedsPassword(let site): queueNeedsPassword(site)
        case .verified: return []
        case .startingOver(_, let why): say(visible(why))
        case .queueNotKept(let reason):
            queue.notKept = visible(reason)
            say("The queue is not kept when you quit: \(visible(reason))", isError: true)
        case .queueElsewhere(let holder): queueMoved(to: holder)
        case .diskHeld(let reason):
            say("Downloads are held: \(visible(reason)). Space on one lets it go on.", isError: true)
        case .notice(let text): say(visible(text))
        }
        return []
    }

    private mutating func queueMoved(to holder: QueueHolder?) {
        let before = queue.holder
        queue.holder = holder
        guard let holder else {
            if let before, before.kind != nil { say("The queue is this screen's own again.") }
            return
        }
        let who = holder.process.map { "process \($0)" } ?? "another process"
        switch holder.kind {
        case .background: say("The transfers go on in the background (\(who)): this is how they are.")
        case .command: say("portside queue run (\(who)) has the queue: this is how it is.")
        case .screen: say("Another portside (\(who)) has the queue: this is how it is.")
        case nil:
            say(
                "\(who.prefix(1).uppercased() + who.dropFirst()) has the queue and does not answer; what you add is kept for it.",
                isError: true)
        }
    }

    private mutating func operationEnded(_ side: EngineEvent.Side, _ ticket: Ticket, _ error: String?)
        -> [Effect]
    {
        guard let operation = operations.removeValue(forKey: ticket) else { return [] }
        if case .compare = operation.kind {
            compareFailed(ticket, error ?? "the server says nothing")
            return []
        }
        switch operation.kind {
        case .planFile(let paths, let isIncomplete) where error == nil:
            return planWritten(operation, paths, isIncomplete: isIncomplete)
        case .plan, .planFile:
            planFailed(error ?? "the server says nothing")
            return []
        default: break
        }
        if case .check(let file) = operation.kind {
            return cannotCheck(file, visible(error ?? "the server says nothing about it"))
        }
        if let error { say("\(operation.what): \(visible(error))", isError: true) }
        guard case .change = operation.kind else { return [] }
        if error == nil, let step = operation.undo { remember(step, operation.location, operation.what) }
        // Whatever became of it, what is there now is the truth; and nothing is listed for a pane that has gone on.
        guard self[side].location == operation.location, self[side].pending == nil else { return [] }
        return list(
            side, operation.location, cursorName: error == nil ? operation.cursorName : nil, isRefresh: true)
    }

    private mutating func transferEnded(_ transfer: Transfer) -> [Effect] {
        switch transfer.state {
        case .done:
            markForRefresh(after: transfer)
            return sentBack(transfer)
        case .failed(let reason):
            say(
                "\(sourceName(of: transfer)): \(briefReason(reason, transfer, charset(of: transfer)))",
                isError: true)
        default: break
        }
        return []
    }

    /// Whoever has just connected is asked at once; who does something else meanwhile is told, and comes with `A`.
    private mutating func passwordNeeded(_ site: Site, _ reason: String?) {
        let isOpen = dialogs.contains {
            if case .password(let form) = $0 { form.site.id == site.id && !form.isForQueue } else { false }
        }
        if isOpen { return }
        let form = PasswordForm(site: site, reason: reason.map { visible($0) })
        if dialogs.isEmpty, focus == .remote {
            dialogs.append(.password(form))
        } else {
            passwordWanted = form
            say("\(site.shortName) wants a password for \(visible(site.user)): A")
        }
    }

    /// Like a conflict: its rows say so, and nobody who types something else is interrupted.
    private mutating func queueNeedsPassword(_ site: Site) {
        guard queue.passwordsWanted.updateValue(site, forKey: site.id) == nil else { return }
        say("Transfers wait for the password of \(visible(site.user)) on \(site.shortName): A")
    }
}
