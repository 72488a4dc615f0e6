internal import FTPProtocol
internal import Transfers

/// Moving about in the two panes, and what the engine says about their directories.
extension Model {
    subscript(side: EngineEvent.Side) -> Pane {
        get { side == .local ? local : remote }
        // In place: a setter would copy a hundred thousand entries for each chunk that comes.
        _modify { if side == .local { yield &local } else { yield &remote } }
    }

    /// The pane the keys are about: the focused one, or the one that was.
    var pane: Pane {
        get { self[lastPane] }
        _modify { yield &self[lastPane] }
    }

    mutating func nextTicket() -> Ticket {
        lastTicket += 1
        return lastTicket
    }

    mutating func moveCursor(by rows: Int) {
        switch focus {
        case .local: local.moveCursor(to: local.cursor + rows)
        case .remote:
            if remote.location == nil {
                home.selection = min(max(0, home.selection + rows), homeOffers.count)
            } else {
                remote.moveCursor(to: remote.cursor + rows)
            }
        case .queue: queue.moveCursor(to: queue.cursor + rows)
        case .log: log.moveCursor(to: log.cursor + rows)
        }
    }

    mutating func setFocus(_ new: Focus) {
        focus = new
        if new == .local { lastPane = .local }
        if new == .remote { lastPane = .remote }
    }

    /// Tab goes between the panes, and from queue and log back to the pane that was left.
    mutating func moveFocus(by step: Int) {
        guard focus.isPane else { return setFocus(lastPane == .local ? .local : .remote) }
        setFocus(focus == .local ? .remote : .local)
    }

    // MARK: Asking for a directory

    /// Asks for a directory; the rows on the screen stay until the first new ones come.
    mutating func list(
        _ side: EngineEvent.Side, _ target: Location?, cursorName: [UInt8]? = nil, isRefresh: Bool = false
    ) -> [Effect] {
        guard let target else { return [] }
        rememberCursor(side)
        let ticket = nextTicket()
        self[side].listing = .running(
            Pane.Pending(
                ticket: ticket, target: target, since: now,
                cursorName: cursorName ?? self[side].cursorHistory[target],
                isRefresh: isRefresh && self[side].location == target && self[side].listedAt != nil))
        self[side].incoming = EntryTable(charset: self[side].charset)
        self[side].refreshAt = nil
        if side == .remote { wasStopped = false }
        return side == .local
            ? [.request(.local(.list(target.localPath, ticket)))]
            : [.request(.remote(.list(target.path, ticket)))]
    }

    private mutating func rememberCursor(_ side: EngineEvent.Side) {
        guard let location = self[side].location, let index = self[side].cursorEntry else { return }
        self[side].cursorHistory[location] = self[side].entries.name(index)
    }

    /// Goes there and remembers where it came from.
    mutating func visit(_ side: EngineEvent.Side, _ target: Location, cursorName: [UInt8]? = nil) -> [Effect]
    {
        if let here = self[side].location, here != target {
            self[side].back.append(here)
            if self[side].back.count > 100 { self[side].back.removeFirst() }
            self[side].forward = []
        }
        return list(side, target, cursorName: cursorName)
    }

    mutating func open() -> [Effect] {
        guard focus.isPane else { return [] }
        if focus == .remote, remote.location == nil { return takeOffer() }
        guard let location = pane.location else { return [] }
        if pane.isOnParentRow { return openParent() }
        guard let index = pane.cursorEntry else { return [] }
        switch pane.entries.kind(index) {
        case .directory, .link:
            return visit(lastPane, location.with(location.path.appending(pane.entries.name(index))))
        case .file, .other: return openInProgram(.view)
        }
    }

    mutating func openParent() -> [Effect] {
        guard let location = pane.location, !location.isRoot else { return [] }
        let parent = location.path.parent
        return visit(
            lastPane, location.with(parent.bytes.isEmpty ? .root : parent),
            cursorName: location.path.lastComponent)
    }

    mutating func openHome() -> [Effect] {
        guard let location = pane.location else { return [] }
        return visit(lastPane, location.with(pane.home))
    }

    mutating func goBack() -> [Effect] {
        guard let here = pane.location, let target = pane.back.popLast() else { return [] }
        pane.forward.append(here)
        return list(lastPane, target)
    }

    mutating func goForward() -> [Effect] {
        guard let here = pane.location, let target = pane.forward.popLast() else { return [] }
        pane.back.append(here)
        return list(lastPane, target)
    }

    mutating func listAgain() -> [Effect] {
        if lastPane == .remote, remote.location == nil { return connectAgain() }
        if case .failed(_, let target) = pane.listing { return list(lastPane, target) }
        return list(lastPane, pane.location, isRefresh: true)
    }

    // MARK: What the engine says

    mutating func entriesCame(_ side: EngineEvent.Side, _ ticket: Ticket, _ chunk: [ListingEntry]) {
        guard let pending = self[side].pending, pending.ticket == ticket else { return }
        if pending.isRefresh {
            self[side].incoming.append(contentsOf: chunk)
        } else {
            enter(side, pending)
            self[side].append(chunk)
        }
    }

    /// The rows on the screen are those of the new directory from here on.
    private mutating func enter(_ side: EngineEvent.Side, _ pending: Pane.Pending) {
        guard self[side].arriving != pending.ticket else { return }
        self[side].arriving = pending.ticket
        self[side].location = pending.target
        self[side].entries = EntryTable(charset: self[side].charset)
        self[side].order = []
        self[side].clearMarks()
        self[side].filter = ""
        self[side].cursor = 0
        self[side].top = 0
        self[side].listedAt = nil
        self[side].isIncomplete = false
    }

    mutating func listed(_ side: EngineEvent.Side, _ ticket: Ticket, _ listed: EngineEvent.Listed) {
        guard let pending = self[side].pending, pending.ticket == ticket else { return }
        if pending.isRefresh { takeRefreshed(side) } else { enter(side, pending) }
        let canonical = pending.target.with(listed.directory.withoutTrailingSlash)
        self[side].location = listed.directory.isAbsolute ? canonical : pending.target
        self[side].listing = .none
        self[side].listedAt = now
        self[side].listedIn = now - pending.since
        self[side].listCommand = listed.command
        self[side].free = listed.free
        self[side].isIncomplete = listed.isIncomplete
        let wasMoved = self[side].cursor != 0
        self[side].reorder()
        if let name = pending.cursorName, pending.isRefresh || !wasMoved {
            self[side].moveCursor(toName: name)
        }
    }

    /// Marks, cursor and filter stay with their names.
    private mutating func takeRefreshed(_ side: EngineEvent.Side) {
        let old = self[side]
        let marked = Set(old.marks.map { old.entries.name(Int($0)) })
        let under = old.cursorEntry.map { old.entries.name($0) }
        let row = old.cursor
        self[side].entries = old.incoming
        self[side].incoming = EntryTable(charset: self[side].charset)
        self[side].clearMarks()
        if !marked.isEmpty {
            for index in 0..<self[side].entries.count where marked.contains(self[side].entries.name(index)) {
                self[side].setMark(index, true)
            }
        }
        self[side].order = []
        self[side].reorder()
        self[side].cursor = row
        if let under { self[side].moveCursor(toName: under) }
    }

    mutating func listingFailed(_ side: EngineEvent.Side, _ ticket: Ticket, _ reason: String) {
        guard let pending = self[side].pending, pending.ticket == ticket else { return }
        self[side].listing = .failed(Advice.withKeys(reason), pending.target)
        cutShort(side, ticket)
    }

    /// A listing that ended before its end: what has come of it is shown, and said to be a part.
    mutating func cutShort(_ side: EngineEvent.Side, _ ticket: Ticket) {
        guard self[side].arriving == ticket else { return }
        self[side].isIncomplete = true
        self[side].reorder()
    }

    // MARK: Lists that transfers have changed

    /// At most once a second, and not more often than a quarter of the time that listing takes.
    mutating func markForRefresh(after transfer: Transfer) {
        let changed = destination(of: transfer)
        for side in [EngineEvent.Side.local, .remote] {
            guard let here = self[side].location, self[side].refreshAt == nil,
                here == changed || isNewBelow(side, here, changed)
            else { continue }
            self[side].refreshAt = now + max(1_000_000_000, 4 * self[side].listedIn)
        }
    }

    /// A download that has begun grows in a file the local list does not have yet.
    mutating func markForRefresh(whileRunning rows: [QueueSnapshot.Row]) {
        guard local.refreshAt == nil, local.pending == nil, let here = local.location else { return }
        let isNew = rows.contains { row in
            let transfer = row.transfer
            guard transfer.state == .running, transfer.kind == .file, transfer.direction == .download,
                row.bytes > 0, destination(of: transfer) == here
            else { return false }
            return local.entries.index(ofName: transfer.localName) == nil
                && local.entries.index(ofName: transfer.localName + Array(".part".utf8)) == nil
        }
        if isNew { local.refreshAt = now + max(1_000_000_000, 4 * local.listedIn) }
    }

    /// The transfer went into a directory under this one, which the list does not have yet.
    private func isNewBelow(_ side: EngineEvent.Side, _ here: Location, _ changed: Location) -> Bool {
        guard here.endpoint == changed.endpoint else { return false }
        let prefix = here.isRoot ? [UInt8(ascii: "/")] : here.path.bytes + [UInt8(ascii: "/")]
        guard changed.path.bytes.count > prefix.count, changed.path.bytes.starts(with: prefix) else {
            return false
        }
        let name = Array(changed.path.bytes[prefix.count...].prefix { $0 != UInt8(ascii: "/") })
        return self[side].entries.index(ofName: name) == nil
    }

    mutating func refreshWhatIsDue() -> [Effect] {
        var effects: [Effect] = []
        for side in [EngineEvent.Side.local, .remote] {
            guard let at = self[side].refreshAt, at <= now else { continue }
            if self[side].pending != nil {
                self[side].refreshAt = now + 1_000_000_000
                continue
            }
            self[side].refreshAt = nil
            if side == .remote {
                guard case .connected = connection else { continue }
            }
            effects += list(side, self[side].location, isRefresh: true)
        }
        return effects
    }
}
