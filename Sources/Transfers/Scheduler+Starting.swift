/// Which transfer is next, and when to look again.
extension Scheduler {
    /// What is to be tried again by now, waits from now on.
    mutating func releaseDue(now: Int64) {
        // A pause that seems longer than any pause is a clock that was set back.
        let horizon = now + 2 * retryPolicy.longestPause
        while let first = due.first, first.key <= now || first.key > horizon {
            change(first.slot) { table, slot in table.setState(.waiting, of: slot) }
        }
        while let first = scheduled.first, first.key <= now { change(first.slot) { _, _ in } }
        for number in sites.indices {
            if sites[number].notBefore > horizon { sites[number].notBefore = now }
            if sites[number].relaxLimit(now: now) { orders.settings = true }
        }
    }

    mutating func startNext(now: Int64) {
        guard !isPaused, !isHeld else { return }
        while connectionsInUse < capacity, let slot = firstStartable(now: now) {
            let number = site(of: slot)
            let origin = origin(of: slot)
            var transfer = table.transfer(slot)
            change(slot) { table, slot in table.setState(.running, of: slot) }
            let policy = policy(for: slot)
            let wanted = transfer.wantedConnections
            let limit = wanted > 1 ? sites[number].limitOfSegments : sites[number].limit
            let room = min(capacity - connectionsInUse, limit - sites[number].connections)
            let connections = min(max(1, wanted), room)
            atWork[transfer.id] = Worker(
                site: number, origin: origin, connections: connections, isTree: transfer.kind == .tree,
                onConflict: policy, bytesAtStart: transfer.bytes, cursor: transfer.position)
            sites[number].connections += connections
            if let origin { sites[origin].connections += 1 }
            sites[number].tuner.widen(to: sites[number].connections)
            connectionsInUse += connections
            transfer.state = .running
            if transfer.options.onConflict != policy { transfer.options.onConflict = policy }
            orders.starts.append(transfer)
        }
    }

    /// Most transfers at work at a time, in this process and in those that help.
    var capacity: Int { connectionLimit + helperConnections }

    /// The connections a transfer at work may use: more than one for the segments of a large file.
    public func connections(of id: Transfer.ID) -> Int { atWork[id]?.connections ?? 1 }

    /// The foremost of what the sites with room would start.
    private func firstStartable(now: Int64) -> Slot? {
        var best: PriorityList.Place?
        for number in sites.indices {
            forEachWithRoom(number) { time, list in
                guard time <= now, let first = list.first else { return }
                if best.map({ first < $0 }) ?? true { best = first }
            }
        }
        return best?.entry.slot
    }

    /// What a site could start, and when: its own, and the copies from each server that gives one more.
    private func forEachWithRoom(_ number: Int, _ body: (_ time: Int64, PriorityList) -> Void) {
        guard let time = sites[number].mayStart() else { return }
        if !sites[number].startable.isEmpty { body(time, sites[number].startable) }
        for (origin, list) in sites[number].startableCopies where !list.isEmpty {
            guard let given = sites[origin].mayGive(beside: origin == number ? 1 : 0) else { continue }
            body(max(time, given), list)
        }
    }

    mutating func setAlarm(now: Int64) {
        var next = due.first?.key
        if let time = scheduled.first?.key { next = min(next ?? time, time) }
        if !isPaused, !isHeld, connectionsInUse < capacity {
            for number in sites.indices {
                forEachWithRoom(number) { time, _ in
                    if time > now { next = min(next ?? time, time) }
                }
            }
        }
        if let next, next != alarm { orders.alarm = next }
        alarm = next
    }

    /// The worker of a transfer has ended, which changes the transfer as `body` says, if it is in the queue still.
    ///
    /// - Returns: nil when there was none: a late or repeated report.
    @discardableResult
    mutating func takeWorker(
        _ id: Transfer.ID, _ body: (inout Scheduler, Slot) -> Void = { _, _ in }
    ) -> Worker? {
        guard let worker = atWork[id] else { return nil }
        let slot = table.slot(of: id)
        if let slot { unlist(slot) }
        atWork[id] = nil
        sites[worker.site].connections -= worker.connections
        if let origin = worker.origin { sites[origin].connections -= 1 }
        connectionsInUse -= worker.connections
        if let slot {
            body(&self, slot)
            list(slot)
        }
        if let target = worker.orphanedTarget {
            orphans -= 1
            // Whoever wants to write there may now.
            if let slot = targets.slot(for: target) { change(slot) { _, _ in } }
        }
        return worker
    }

    mutating func nextRandom() -> UInt64 {
        // SplitMix64: the numbers only have to differ.
        random = random &+ 0x9E37_79B9_7F4A_7C15
        var mixed = random
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension Transfer {
    /// Below this a second connection costs more than it brings, in bytes.
    public static let smallestSegment: Int64 = 4 << 20

    /// As many connections as it could use, if the server allows them.
    var wantedConnections: Int {
        guard kind == .file, options.segments > 1 else { return 1 }
        // What is appended has one end only.
        if direction == .upload, options.appends || options.writesInPlace || options.origin != nil {
            return 1
        }
        guard let size else { return options.segments }
        return Int(clamping: min(Int64(options.segments), max(1, (size - bytes) / Self.smallestSegment)))
    }
}
