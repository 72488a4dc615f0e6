internal import FTPProtocol
internal import Transfers

/// The queue pane: what is asked of the queue, and which rows of it.
extension Model {
    /// The row under the cursor; says so where there is none.
    private mutating func queueRow() -> QueueSnapshot.Row? {
        if let row = queue.cursorRow { return row }
        say(queue.isFold(queue.cursor) ? "Enter shows what is folded here." : "There is no row here.")
        return nil
    }

    mutating func pauseOrResume() -> [Effect] {
        guard let row = queueRow() else { return [] }
        switch row.transfer.state {
        case .paused, .held: return [.request(.queue(.resume([row.id])))]
        case .failed: return retryQueueRow()
        case .done, .skipped:
            say("It has ended: there is nothing to pause.")
            return []
        default: return [.request(.queue(.pause([row.id])))]
        }
    }

    /// The cursor goes on to the next one that failed, as after `x`: three presses are about three rows.
    mutating func retryQueueRow() -> [Effect] {
        guard let row = queueRow() else { return [] }
        switch row.transfer.state {
        case .failed:
            if case .failed? = queue.row(queue.cursor + 1)?.transfer.state {
                queue.moveCursor(to: queue.cursor + 1)
            }
        case .retrying, .held, .skipped: break
        default:
            say("It has not failed: r is for what failed, was skipped or waits for its next try.")
            return []
        }
        return [.request(.queue(.retry([row.id])))]
    }

    mutating func removeQueueRow() -> [Effect] {
        queueRow().map { remove($0.id) } ?? []
    }

    /// Gone from the screen at once; the engine follows.
    private mutating func remove(_ id: Transfer.ID) -> [Effect] {
        queue.drop(id, now: now)
        return [.request(.queue(.cancel([id])))]
    }

    /// The cursor goes with the row.
    mutating func moveQueueRow(by places: Int) -> [Effect] {
        guard let row = movableRow() else { return [] }
        queue.moveCursorWithRow(by: places)
        return [.request(.queue(.move(row.id, by: places)))]
    }

    mutating func placeQueueRow(_ place: LeftRequest.Move) -> [Effect] {
        guard let row = movableRow() else { return [] }
        return [.request(.queue(.place([row.id], place)))]
    }

    /// Only what waits has a place among others; says why of all else.
    private mutating func movableRow() -> QueueSnapshot.Row? {
        guard let row = queueRow() else { return nil }
        let why: String
        switch row.transfer.state {
        case .waiting: return row
        case .running: why = "It is at work"
        case .paused, .held: why = "It is paused"
        case .retrying: why = "It waits for its next try"
        case .asking: why = "It waits for an answer"
        case .failed: why = "It has failed"
        case .done, .skipped: why = "It has ended"
        }
        say("\(why): only what waits can be moved.")
        return nil
    }

    mutating func changeConnections(by step: Int) -> [Effect] {
        let now = queue.connectionsAsked ?? queue.snapshot.connectionLimit
        let count = min(max(1, now + step), 32)
        guard count != now else { return [] }
        queue.connectionsAsked = count
        return [.request(.queue(.setConnections(count)))]
    }

    mutating func askRateLimit() {
        let now = queue.snapshot.rateLimit.map { shortRate($0) } ?? ""
        dialogs.append(
            .input(InputForm(purpose: .rateLimit(nil), field: TextField(now, isSelected: !now.isEmpty))))
    }

    /// The same question about the server of the row under the cursor, or about everything again.
    func rateLimitForm(other site: Site.ID?, _ field: TextField) -> InputForm {
        let server = site == nil ? queue.cursorRow?.transfer.site ?? connectedSite?.id : nil
        return InputForm(purpose: .rateLimit(server), field: field)
    }

    mutating func setRateLimit(_ text: String, _ site: Site.ID?) -> Submission {
        let wanted = text.trimmingBlanks()
        let bytes = parseByteCount(wanted)
        guard wanted.isEmpty || wanted == "0" || bytes.map({ $0 > 0 }) == true else {
            return .refused("Bytes a second, as 500K or 2M; nothing for as fast as it goes.")
        }
        let limit = wanted.isEmpty || wanted == "0" ? nil : bytes
        let what = site.map { serverName($0) } ?? "All transfers together"
        say(limit.map { "\(what): at most \(rate(Double($0)))." } ?? "\(what): as fast as it goes.")
        let request: QueueRequest =
            site.map { .setSiteRate($0, bytesPerSecond: limit) } ?? .setRate(bytesPerSecond: limit)
        return .done([.request(.queue(request))])
    }

    func serverName(_ id: Site.ID) -> String { sitePlaceholder(id)?.shortName ?? visible(id) }

    /// `500K`, as it is typed.
    private func shortRate(_ bytes: Int64) -> String {
        for (power, unit) in [(Int64(1) << 30, "G"), (1 << 20, "M"), (1 << 10, "K")] where bytes % power == 0
        {
            return "\(bytes / power)\(unit)"
        }
        return "\(bytes)"
    }

    /// Asks for the rows that can be seen, and a few more to scroll into.
    mutating func showQueueWindow(height: Int) -> [Effect] {
        let count = max(height, 1) * 3
        let first = max(0, queue.top - max(height, 1))
        if let window = queue.window, window.lowerBound <= queue.top, queue.top + height <= window.upperBound,
            window.count >= height
        {
            return []
        }
        queue.window = first..<first + count
        return [.request(.queue(.show(firstRow: first, count: count)))]
    }

    /// A row that asks is answered, any other is shown whole.
    mutating func openQueueRow() {
        if queue.isFold(queue.cursor) {
            queue.isUnfolded.toggle()
            return
        }
        guard let row = queue.cursorRow else { return }
        if case .asking = row.transfer.state { return answerWhatWaits() }
        dialogs.append(.details(QueueDetails(row: row)))
    }

    mutating func detailsTake(_ key: Key, _ details: QueueDetails) -> [Effect] {
        let id = details.row.id
        switch key {
        case "r", "x":
            dialogs.removeLast()
            return key == "r" ? [.request(.queue(.retry([id])))] : remove(id)
        case "y":
            guard let error = queueError(details.row.transfer) else { return [] }
            say("Copied the error.")
            return [.copyToClipboard(error)]
        case .function(3), "v":
            dialogs.removeLast()
            return []
        case "l":
            showLog(of: details.row.id, details.row)
            return []
        default:
            return scrollTakes(key, details.top) { .details(QueueDetails(row: details.row, top: $0)) }
        }
    }

    /// The log with the lines of a transfer's connection, or, where it has none now, those that name its file.
    private mutating func showLog(of id: Transfer.ID, _ known: QueueSnapshot.Row) {
        let row = queue.snapshot.rows.first { $0.id == id } ?? known
        dialogs.removeLast()
        log.setFilter(row.connection.map { "\($0)" } ?? sourceName(of: row.transfer))
        setFocus(.log)
    }

    /// Opens the question of the first transfer that has one.
    mutating func answerWhatWaits() {
        if let form = passwordWanted {
            passwordWanted = nil
            return dialogs.append(.password(form))
        }
        let rows = [queue.cursorRow].compactMap { $0 } + queue.snapshot.rows
        for row in rows {
            guard case .asking(let question) = row.transfer.state else { continue }
            switch question {
            case .destinationExists(let size, let modified):
                var form = ConflictForm(row.transfer, size: size, modified: modified)
                form.asking = max(1, row.asking)
                form.clockAhead = row.clockAhead
                dialogs.append(.conflict(form))
            case .password:
                guard let site = sitePlaceholder(row.transfer.site) else { continue }
                dialogs.append(.password(PasswordForm(site: site, reason: nil, isForQueue: true)))
            }
            return
        }
        guard queue.snapshot.counts.asking > 0 else { return say("Nothing needs an answer.") }
        // Its row is far from what the screen shows of the queue.
        guard let site = queue.passwordsWanted.values.first else {
            return say("What needs an answer stands at the top of the queue: 3, then Home.")
        }
        dialogs.append(.password(PasswordForm(site: site, reason: nil, isForQueue: true)))
    }

    /// What is to become of the files of the row under the cursor that turn out to exist.
    mutating func askAboutConflicts() {
        guard let row = queue.cursorRow else { return say("There is no row to say it for.") }
        if case .asking(.destinationExists) = row.transfer.state { return answerWhatWaits() }
        var form = ConflictForm(row.transfer, size: nil, modified: nil)
        form.isPrecaution = true
        form.scope = .batch
        form.choice =
            ConflictForm.Choice.allCases.first { $0.policy == row.transfer.options.onConflict } ?? .ask
        dialogs.append(.conflict(form))
    }

    mutating func changeWhenDone() {
        let all = WhenDone.allCases.filter { $0 != .command || hasDoneCommand }
        let at = all.firstIndex(of: whenDone) ?? 0
        whenDone = all[(at + 1) % all.count]
        say("When all is done: \(whenDone.words).")
    }

    /// Nothing is at work any more or will be by itself, and something was done.
    func allDone(after before: QueueSnapshot, now: QueueSnapshot) -> [Effect] {
        let wasBusy = before.counts.running + before.counts.waiting > 0
        guard wasBusy, now.counts.running + now.counts.waiting == 0, now.counts.done > 0, !now.isScanning
        else {
            return []
        }
        switch whenDone {
        case .nothing: return []
        case .notify: return [.ring]
        case .command: return [.runWhenDone]
        // What failed or asks is for somebody to look at.
        case .quit: return now.counts.failed + now.counts.asking == 0 ? [.quit] : [.ring]
        }
    }

    /// A site as far as its identifier tells: enough to ask for its password.
    private func sitePlaceholder(_ id: Site.ID) -> Site? {
        if let site = connection.site, site.id == id { return site }
        return try? TargetURL(id).site
    }
}

extension WhenDone {
    var words: String {
        switch self {
        case .nothing: "nothing"
        case .notify: "the bell rings"
        case .quit: "portside quits, unless something failed or asks"
        case .command: "your program is started"
        }
    }
}

extension ConflictForm {
    /// Nothing is touched by default: that a file is shorter does not prove it to be the beginning of the other.
    init(_ transfer: Transfer, size: Int64?, modified: Int64?) {
        let canResume = if let source = transfer.size, let size { size > 0 && size < source } else { false }
        self.init(
            transfer: transfer, destinationSize: size, destinationModified: modified, canResume: canResume,
            choice: .skip)
    }
}

extension ConflictForm.Choice {
    var policy: ConflictPolicy {
        switch self {
        case .resume: .resume
        case .overwrite: .overwrite
        case .newer: .newer
        case .size: .size
        case .newerOrSize: .newerOrSize
        case .ask: .ask
        case .rename: .rename
        case .skip: .skip
        }
    }

    var label: String {
        switch self {
        case .resume: "Resume"
        case .overwrite: "Overwrite"
        case .newer: "If newer"
        case .size: "If size differs"
        case .newerOrSize: "If either"
        case .ask: "Ask"
        case .rename: "Rename"
        case .skip: "Skip"
        }
    }

    var key: Unicode.Scalar {
        switch self {
        case .resume: "r"
        case .overwrite: "o"
        case .newer: "n"
        case .size: "s"
        case .newerOrSize: "e"
        case .ask: "?"
        case .rename: "a"
        case .skip: "k"
        }
    }
}
