/// What was in the queue when the program last stopped, all at once or piece by piece.
///
/// A long queue is not read before the first transfer begins: first come, of each site, the files that go first, and the
/// rest while these are at work. Until the last piece is there, whatever needs to know all of the queue waits:
/// trees (what is found in them may be in the queue already), and most of what the user asks.
extension Scheduler {
    mutating func restore(_ contents: JournalContents) {
        for site in contents.sites { learn(site) }
        isPaused = contents.settings.isPaused
        rates = contents.settings.rates
        answers = RememberedAnswers(batches: contents.settings.answers ?? [:])
        for (id, memory) in contents.settings.sites { sites[siteNumber(id)].recall(memory) }
        nextID = max(nextID, contents.nextID)
        restoring = Restoring()
        reenter(contents.transfers, leases: contents.leases)
        if contents.isWhole { endRestoring(now: clock) }
    }

    mutating func restoreFurther(_ transfers: [Transfer], isLast: Bool) {
        guard restoring != nil else { return }
        reenter(transfers, leases: [:])
        if isLast { endRestoring(now: clock) }
    }

    private mutating func reenter(_ transfers: [Transfer], leases: [Transfer.ID: Lease]) {
        for var transfer in transfers where restoring?.removed.contains(transfer.id) != true {
            switch transfer.state {
            case .running, .held, .retrying, .asking(.password): transfer.state = .waiting
            case .waiting, .paused, .asking, .failed, .done, .skipped: break
            }
            nextID = max(nextID, transfer.id == .max ? .max : transfer.id + 1)
            let lease = transfer.state == .waiting ? leases[transfer.id] : nil
            if lease != nil { transfer.state = .running }
            let sane = transfer.sanitized
            guard enter(sane, sane.target) else { continue }
            if let lease { keepLeased(transfer, lease.connections) }
            if transfer.kind == .tree { restoring?.trees.append(transfer.id) }
            if !Self.possiblePositions.contains(transfer.position) { restoring?.hasOddPositions = true }
        }
    }

    /// No version gives others, and sums of them would overflow.
    private static let possiblePositions = -(Int64.max / 4)...(Int64.max / 4)

    private mutating func endRestoring(now: Int64) {
        guard let restored = restoring else { return }
        restoring = nil
        if restored.hasOddPositions { renumber() }
        // They may be started now.
        for id in restored.trees {
            if let slot = table.slot(of: id) { change(slot) { _, _ in } }
        }
        for request in restored.requests { perform(request, now: now) }
    }

    /// Another process was given it, and may be at it.
    private mutating func keepLeased(_ transfer: Transfer, _ connections: Int) {
        let number = siteNumber(transfer.site)
        atWork[transfer.id] = Worker(
            site: number, connections: connections, isTree: false, bytesAtStart: transfer.bytes,
            cursor: transfer.position)
        sites[number].connections += connections
        connectionsInUse += connections
    }

    /// Whether it can be done now, or waits until all of the queue was read.
    func isPossible(_ request: QueueRequest) -> Bool {
        guard restoring != nil else { return true }
        switch request {
        case .show, .pauseAll, .pauseSite, .resumeSite, .setSiteRate, .setRate, .addRateWindow,
            .clearRateWindows,
            .setConnections, .password:
            return true
        case .pause(let ids), .resume(let ids), .cancel(let ids), .setPriority(let ids, _),
            .answer(let ids, _):
            return ids.allSatisfy { table.slot(of: $0) != nil }
        case .add, .retry, .move, .place, .decide, .resumeAll, .retryFailed, .forgetDone, .forgetFailed:
            return false
        }
    }
}

/// What there is to remember until all of the queue was read.
struct Restoring: Sendable {
    /// What was asked and needs all of it, in this order.
    var requests: [QueueRequest] = []
    var trees: [Transfer.ID] = []
    /// Removed since: the journal may not know it yet when it is read further.
    var removed: Set<Transfer.ID> = []
    var hasOddPositions = false
}
