/// What the user asks of the queue.
extension Scheduler {
    mutating func perform(_ request: QueueRequest, now: Int64) {
        switch request {
        case .add(let transfers): add(transfers)
        case .pause(let ids): forEach(ids) { $0.pause($1) }
        case .resume(let ids): forEach(ids) { $0.resume($1) }
        case .cancel(let ids): forEach(ids) { $0.cancel($1) }
        case .retry(let ids): forEach(ids) { $0.retry($1) }
        case .move(let id, let places): move(id, by: places)
        case .place(let ids, let place): move(ids, place)
        case .setPriority(let ids, let priority): forEach(ids) { $0.setPriority(priority, of: $1) }
        case .answer(let ids, let policy): forEach(ids) { $0.answer($1, policy) }
        case .decide(let policy, let scope, let direction): decide(policy, for: scope, direction)
        case .pauseAll: pauseAll()
        case .resumeAll: resumeAll()
        case .retryFailed:
            forAll(in: .failed) { $0.retry($1) }
            forAll(in: .retrying) { $0.retry($1) }
        case .forgetDone: forAll(in: .done) { $0.remove($1) }
        case .forgetFailed: forAll(in: .failed) { $0.remove($1) }
        case .pauseSite(let site): pause(site)
        case .resumeSite(let site):
            sites[siteNumber(site)].pause(false)
            orders.settings = true
        case .setSiteRate(let site, let rate):
            sites[siteNumber(site)].setRate(rate)
            orders.settings = true
        case .setRate(let rate): changeRates { $0.bytesPerSecond = rate.map { max(1, $0) } }
        case .addRateWindow(let window): changeRates { $0.add(window) }
        case .clearRateWindows: changeRates { $0.removeWindows() }
        case .setConnections(let limit): setConnections(limit)
        case .show: break
        case .password(let site, _): passwordGiven(site)
        }
    }

    private mutating func changeRates(_ body: (inout RatePlan) -> Void) {
        var plan = rates ?? RatePlan()
        body(&plan)
        rates = plan.isEmpty ? nil : plan
        orders.settings = true
    }

    private mutating func forEach(_ ids: [Transfer.ID], _ body: (inout Scheduler, Slot) -> Void) {
        for id in ids {
            if let slot = table.slot(of: id) { body(&self, slot) }
        }
    }

    private mutating func forAll(in group: Group, _ body: (inout Scheduler, Slot) -> Void) {
        let list = groups[group.rawValue]
        for entry in list.entries(in: 0..<list.count) { body(&self, entry.slot) }
    }

    private mutating func pause(_ slot: Slot) {
        let state = table.state(of: slot)
        guard !state.isEnded, state != .paused else { return }
        stopWorker(of: slot)
        withdrawQuestion(of: slot)
        setState(.paused, of: slot)
    }

    private mutating func resume(_ slot: Slot) {
        switch table.state(of: slot) {
        case .paused, .held: setState(.waiting, of: slot)
        default: return
        }
    }

    /// Removes it; a worker at it is stopped, and counts until it says that it has.
    private mutating func cancel(_ slot: Slot) {
        withdrawQuestion(of: slot)
        let id = table[slot].id
        if atWork[id] != nil {
            stopWorker(of: slot)
            atWork[id]?.orphanedTarget = table.transfer(slot).target
            orphans += 1
        }
        remove(slot)
    }

    /// Also of what waits for its next try: at once, and counting anew.
    private mutating func retry(_ slot: Slot) {
        switch table.state(of: slot) {
        case .failed, .skipped:
            // Another one may have been added for the same destination since.
            let target = table.transfer(slot).target
            if let other = rival(for: target), other != slot, !table.state(of: other).isEnded { return }
            targets.enter(target, slot)
        case .retrying, .held: break
        default: return
        }
        sites[site(of: slot)].notBefore = 0
        if let origin = origin(of: slot) { sites[origin].notBefore = 0 }
        table[slot].attempts = 0
        table.setProof(nil, of: slot)
        setState(.waiting, of: slot)
    }

    private mutating func answer(_ slot: Slot, _ policy: ConflictPolicy) {
        let state = table.state(of: slot)
        switch state {
        case .asking(.destinationExists) where policy != .ask: break
        case .waiting, .paused, .retrying, .held: break
        default: return
        }
        var options = table[common: slot].options
        options.onConflict = policy
        change(slot) { table, slot in
            table.setOptions(options, of: slot)
            if case .asking = state { table.setState(.waiting, of: slot) }
        }
        remember(slot)
    }

    private mutating func pauseAll() {
        isPaused = true
        orders.settings = true
        stopAll { _, _ in true }
    }

    /// What is at work there is stopped, and nothing is started until the site is resumed.
    private mutating func pause(_ site: Site.ID) {
        let number = siteNumber(site)
        sites[number].pause(true)
        orders.settings = true
        stopAll { $0.site(of: $1) == number || $0.origin(of: $1) == number }
    }

    mutating func programEnds() {
        isHeld = true
        stopAll { _, _ in true }
    }

    private mutating func stopAll(where condition: (Scheduler, Slot) -> Bool) {
        let running = groups[Group.running.rawValue]
        for entry in running.entries(in: 0..<running.count) where condition(self, entry.slot) {
            stopWorker(of: entry.slot)
            setState(.waiting, of: entry.slot)
        }
    }

    private mutating func setPriority(_ priority: Priority, of slot: Slot) {
        var options = table[common: slot].options
        guard options.priority != priority else { return }
        options.priority = priority
        change(slot) { table, slot in table.setOptions(options, of: slot) }
        remember(slot)
    }

    /// Lets the queue go on, what was paused one by one too.
    private mutating func resumeAll() {
        isPaused = false
        orders.settings = true
        for number in sites.indices { sites[number].pause(false) }
        forAll(in: .paused) { $0.resume($1) }
    }

    /// Holds for every site, whatever its own number says; what runs already is not interrupted.
    private mutating func setConnections(_ limit: Int) {
        connectionLimit = max(1, limit)
        for number in sites.indices { sites[number].setAllowed(connectionLimit) }
    }

    private mutating func stopWorker(of slot: Slot) {
        guard table.state(of: slot) == .running else { return }
        orders.stops.append(table[slot].id)
    }

    mutating func remove(_ slot: Slot) {
        let transfer = table.transfer(slot)
        unlist(slot)
        targets.remove(transfer.target, slot)
        table.remove(slot)
        restoring?.removed.insert(transfer.id)
        orders.forgotten.append(transfer.id)
    }
}
