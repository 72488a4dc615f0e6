/// What enters the queue: asked for by the user, found in a tree; see `restore` for what was in it before.
extension Scheduler {
    mutating func learn(_ site: Site) {
        let settings = ConnectionSettings(of: site)
        settingsOfSites[site.id] = settings == .usual ? nil : settings
        sites[siteNumber(site.id)].setAllowed(max(1, site.connections))
    }

    /// At the queue's end. What is in it already is not added again; what another one is to write is
    /// kept as failed, for the user to decide.
    ///
    /// - Parameter batch: the one they belong to; nil for one of their own.
    mutating func add(_ transfers: [Transfer], to batch: Transfer.ID? = nil) {
        let batch = batch ?? nextID
        for transfer in transfers {
            var newcomer = transfer.asNewcomer
            newcomer.batch = batch
            if newcomer.options.connection == nil {
                newcomer.options.connection = settingsOfSites[newcomer.site]
            }
            let target = newcomer.target
            let rival = rival(for: target).map { table.transfer($0) }
            if let rival, !rival.state.isEnded, !newcomer.state.isEnded {
                if rival.isSameJob(as: newcomer) {
                    orders.merged += 1
                    continue
                }
                newcomer.state = .failed("another transfer of the queue writes to the same destination")
            }
            newcomer.position = endPosition()
            enterNew(newcomer, target)
        }
    }

    /// Behind the tree they were found in, in the order found.
    ///
    /// What the queue has since the tree was added is left out, also when it has ended: a
    /// tree that is scanned again after an interruption adds only what it had not come to.
    mutating func insertFound(_ found: [Transfer], in tree: Transfer.ID) {
        guard let slot = table.slot(of: tree), table.state(of: slot) == .running else { return }
        var newcomers: [Transfer] = []
        newcomers.reserveCapacity(found.count)
        var newTargets: [Target] = []
        newTargets.reserveCapacity(found.count)
        var seen = Set<Target>(minimumCapacity: found.count)
        let batch = table[common: slot].batch
        for transfer in found {
            var newcomer = transfer.asNewcomer
            newcomer.batch = batch
            let target = newcomer.target
            if let rivalSlot = rival(for: target) {
                let rival = table.transfer(rivalSlot)
                let isSame = rival.isSameJob(as: newcomer)
                if isSame && (rival.id > tree || !rival.state.isEnded) {
                    orders.merged += 1
                    advanceCursor(of: tree, to: rival)
                    continue
                }
                if !isSame && !rival.state.isEnded && !newcomer.state.isEnded {
                    newcomer.state = .failed("another transfer of the queue writes to the same destination")
                }
            }
            // A hostile listing may name one file twice.
            guard seen.insert(target).inserted else { continue }
            newcomers.append(newcomer)
            newTargets.append(target)
        }
        insert(newcomers, newTargets, behindCursorOf: tree)
    }

    private mutating func insert(
        _ newcomers: [Transfer], _ targets: [Target], behindCursorOf tree: Transfer.ID
    ) {
        guard !newcomers.isEmpty, var cursor = atWork[tree]?.cursor else { return }
        var step = Positions.step(from: cursor, to: position(after: cursor), count: newcomers.count)
        if step == 0 {
            renumber()
            cursor = atWork[tree]?.cursor ?? cursor
            step = max(1, Positions.step(from: cursor, to: position(after: cursor), count: newcomers.count))
        }
        for (var newcomer, target) in zip(newcomers, targets) {
            cursor += step
            newcomer.position = cursor
            enterNew(newcomer, target)
        }
        atWork[tree]?.cursor = cursor
    }

    /// What is found next belongs behind what was found before the interruption, if that
    /// is still where it was put.
    private mutating func advanceCursor(of tree: Transfer.ID, to child: Transfer) {
        guard let cursor = atWork[tree]?.cursor, child.id > tree, child.position > cursor else { return }
        if position(after: cursor) == child.position { atWork[tree]?.cursor = child.position }
    }

    private mutating func enterNew(_ transfer: consuming Transfer, _ target: Target) {
        transfer.id = nextID
        nextID += 1
        if enter(transfer, target) { orders.remembered.append(transfer.id) }
    }

    /// Returns whether it is in the queue now: an identifier that is taken is not.
    @discardableResult
    mutating func enter(_ transfer: Transfer, _ target: Target) -> Bool {
        siteNumber(transfer.site)
        // Of a server that nothing else is known of, as many as go to where they go.
        if let origin = transfer.options.origin { siteNumber(origin.site.id, allowed: .max) }
        guard let slot = table.insert(transfer) else { return false }
        // The index leads to who may write there; an ended one does not displace it.
        if !transfer.state.isEnded || rival(for: target) == nil { targets.enter(target, slot) }
        list(slot)
        return true
    }

    /// The transfer of the queue that writes to this target, ended or not.
    func rival(for target: Target) -> Slot? {
        guard let slot = targets.slot(for: target), table.transfer(slot).target == target else { return nil }
        return slot
    }
}

extension Transfer {
    /// Without what cannot be: a size or an offset below zero.
    var sanitized: Transfer {
        var transfer = self
        if let size, size < 0 { transfer.size = nil }
        transfer.bytes = max(0, bytes)
        transfer.attempts = max(0, attempts)
        transfer.depth = max(0, depth)
        return transfer
    }

    /// As it enters the queue: waiting, unless it is added paused, or known to be impossible or needless.
    fileprivate var asNewcomer: Transfer {
        var transfer = sanitized
        transfer.attempts = 0
        transfer.part = nil
        transfer.proof = nil
        switch state {
        case .waiting, .paused, .failed, .skipped: break
        case .running, .held, .retrying, .asking, .done: transfer.state = .waiting
        }
        return transfer
    }
}
