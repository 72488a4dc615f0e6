/// What workers report.
extension Scheduler {
    /// - Returns: whether the site was being left alone.
    mutating func began(_ id: Transfer.ID, _ latency: Int64?) -> Bool {
        guard let number = atWork[id]?.site else { return false }
        if let latency { sites[number].tuner.answered(within: latency) }
        atWork[id]?.hasBegun = true
        let wasHeld = sites[number].notBefore > 0
        sites[number].failures = 0
        sites[number].notBefore = 0
        return wasHeld
    }

    /// Done or skipped, which holds even if the user has paused it meanwhile.
    mutating func ended(_ id: Transfer.ID, _ state: TransferState, bytes: Int64?) {
        if case .done = state, let origin = atWork[id]?.origin {
            sites[origin].failures = 0
            sites[origin].notBefore = 0
        }
        takeWorker(id) { queue, slot in
            if let bytes {
                queue.table[slot].bytes = max(0, bytes)
                queue.table[slot].size = queue.table[slot].size ?? max(0, bytes)
            }
            queue.table.setPart(nil, of: slot)
            queue.table.setState(state, of: slot)
            queue.remember(slot)
        }
    }

    /// A worker ended without success and without failure: the transfer asks, or waits again, unless the user
    /// has decided otherwise meanwhile.
    mutating func stopped(
        _ id: Transfer.ID, bytes: Int64?, asking question: TransferState.Question? = nil
    ) {
        takeWorker(id) { queue, slot in
            if let bytes { queue.table[slot].bytes = max(0, bytes) }
            if queue.table.state(of: slot) == .running {
                queue.table.setState(question.map { .asking($0) } ?? .waiting, of: slot)
            }
            queue.remember(slot)
        }
    }

    mutating func held(_ id: Transfer.ID, _ reason: String, bytes: Int64) {
        takeWorker(id) { queue, slot in
            queue.table[slot].bytes = max(0, bytes)
            if queue.table.state(of: slot) == .running { queue.table.setState(.held(reason), of: slot) }
            queue.remember(slot)
        }
    }

    mutating func failed(_ id: Transfer.ID, _ failure: Failure, now: Int64) {
        guard let worker = takeWorker(id) else { return }
        let site = failure.concernsOrigin ? worker.origin ?? worker.site : worker.site
        if let limit = connectionLimit(shownBy: failure, at: site) {
            // Not this transfer's fault: it waits until one of the others has ended.
            sites[site].learn(limit: limit, now: now)
            orders.settings = true
            return putBack(id)
        }
        if failure.concernsSite || failure.connectionLimit != nil {
            siteFailed(site, failure, of: table.slot(of: id), now: now)
        }
        guard let slot = table.slot(of: id) else { return }
        tryAgain(
            slot, failure, startedAt: worker.bytesAtStart,
            notBefore: failure.concernsSite ? sites[site].notBefore : 0, now: now)
    }

    private mutating func tryAgain(
        _ slot: Slot, _ failure: Failure, startedAt: Int64, notBefore: Int64, now: Int64
    ) {
        let isWanted = table.state(of: slot) == .running
        // Who got further than ever begins to count anew: a line that drops again and again still ends whole.
        let reached = max(0, failure.bytes)
        let furthest = table.furthest(slot) ?? max(0, startedAt)
        let hasProgressed = reached - furthest >= RetryPolicy.progress(ofSize: table[slot].size)
        let attempts = (hasProgressed ? 0 : table[slot].attempts) + 1
        let retries = table[common: slot].options.retries
        let state: TransferState
        if failure.isTemporary && attempts <= retries {
            let pause = retryPolicy.pause(afterAttempt: attempts, random: nextRandom())
            state = .retrying(at: max(now + pause, notBefore), reason: failure.message)
        } else {
            state = .failed(failure.message)
        }
        change(slot) { table, slot in
            table[slot].bytes = max(0, failure.bytes)
            guard isWanted else { return }
            table.setFurthest(hasProgressed ? reached : furthest, of: slot)
            table[slot].attempts = attempts
            table.setState(state, of: slot)
        }
        remember(slot)
    }

    private mutating func putBack(_ id: Transfer.ID) {
        guard let slot = table.slot(of: id), table.state(of: slot) == .running else { return }
        change(slot) { table, slot in table.setState(.waiting, of: slot) }
    }

    /// The number of connections the server takes, if that is what this failure shows; nil if not.
    private func connectionLimit(shownBy failure: Failure, at site: Int) -> Int? {
        let others = sites[site].connections
        guard others > 0 else { return nil }
        if let limit = failure.connectionLimit { return min(max(limit, 1), others) }
        // Servers say “530 Login incorrect” for one too many as well: while others are logged in
        // with the same password, it is that.
        let isRefused = failure.concernsSite && !failure.isTemporary
        let isIn = { (worker: Worker) in worker.site == site || worker.origin == site }
        return isRefused && atWork.values.contains { isIn($0) && $0.hasBegun } ? others : nil
    }

    /// Holds the site for a growing pause, or gives up on all that waits for it, instead of trying it with
    /// each file in turn.
    private mutating func siteFailed(_ number: Int, _ failure: Failure, of slot: Slot?, now: Int64) {
        sites[number].failures += 1
        let retries = slot.map { table[common: $0].options.retries } ?? 0
        if !failure.isTemporary || (givesUpOnSites && sites[number].failures > retries) {
            failAll(of: number, failure.message)
        } else {
            let pause = retryPolicy.pause(afterAttempt: sites[number].failures, random: nextRandom())
            sites[number].notBefore = max(sites[number].notBefore, now + pause)
        }
    }

    private mutating func failAll(of number: Int, _ message: String) {
        let retrying = due.entries(in: 0..<due.count).filter {
            site(of: $0.slot) == number || origin(of: $0.slot) == number
        }
        let copies = sites.flatMap { $0.startableCopies[number]?.all ?? [] }
        for entry in Set(sites[number].allStartable + copies + retrying).sorted() {
            setState(.failed(message), of: entry.slot)
        }
    }

    mutating func passwordNeeded(_ id: Transfer.ID) {
        // Only while a row asks for it, so that the site is never held without anybody being asked.
        if let worker = atWork[id], let slot = table.slot(of: id), table.state(of: slot) == .running {
            sites[worker.site].needsPassword = true
        }
        stopped(id, bytes: nil, asking: .password)
    }

    /// The row that asked for the password does not any more: the site's next transfer asks again.
    mutating func withdrawQuestion(of slot: Slot) {
        guard table.state(of: slot) == .asking(.password) else { return }
        sites[site(of: slot)].needsPassword = false
    }

    mutating func passwordGiven(_ site: Site.ID) {
        guard let number = siteIndex[site] else { return }
        sites[number].needsPassword = false
        sites[number].failures = 0
        sites[number].notBefore = 0
        let asking = groups[Group.asking.rawValue]
        for entry in asking.entries(in: 0..<asking.count)
        where table.state(of: entry.slot) == .asking(.password) && self.site(of: entry.slot) == number {
            setState(.waiting, of: entry.slot)
        }
    }

    /// It goes on with fewer connections: the server takes no more than it has of ours now.
    mutating func narrowed(_ id: Transfer.ID, to connections: Int, now: Int64) {
        guard let worker = atWork[id], (1..<worker.connections).contains(connections) else { return }
        let fewer = worker.connections - connections
        atWork[id]?.connections = connections
        sites[worker.site].connections -= fewer
        connectionsInUse -= fewer
        sites[worker.site].learn(limit: sites[worker.site].connections, now: now)
        orders.settings = true
    }

    mutating func measuredClock(of site: Site.ID, ahead: Int64) {
        let number = siteNumber(site)
        guard sites[number].memory.clockSkew != ahead else { return }
        sites[number].setClockSkew(ahead)
        orders.settings = true
    }

    mutating func measured(_ site: Site.ID, rate: Double, isBusy: Bool, now: Int64) {
        guard let number = siteIndex[site] else { return }
        let connections = sites[number].connections
        let width = sites[number].tuner.width
        // Those given up end what they are at, and those just made log in: neither tells what this width brings.
        guard connections <= width, atWork.values.allSatisfy({ $0.site != number || $0.hasBegun }) else {
            return
        }
        let isFull = connections == width
        sites[number].tuner.measured(
            rate: rate, isFull: isFull && sites[number].hasStartable, isBusy: isBusy, now: now)
    }

    mutating func learn(size: Int64?, modified: Int64?, of id: Transfer.ID) {
        guard let slot = table.slot(of: id) else { return }
        if let modified { table[slot].modified = modified }
        guard let size, size >= 0, size != table[slot].size else { return }
        change(slot) { table, slot in table[slot].size = size }
    }

    mutating func progressed(_ id: Transfer.ID, bytes: Int64) {
        guard atWork[id] != nil, let slot = table.slot(of: id) else { return }
        change(slot) { table, slot in table[slot].bytes = max(0, bytes) }
        remember(slot)
    }

    mutating func partKept(_ id: Transfer.ID, _ part: Part?) {
        guard atWork[id] != nil, let slot = table.slot(of: id) else { return }
        table.setPart(part, of: slot)
        remember(slot)
    }

    mutating func treeEnded(_ id: Transfer.ID) {
        guard takeWorker(id) != nil, let slot = table.slot(of: id) else { return }
        remove(slot)
    }
}
