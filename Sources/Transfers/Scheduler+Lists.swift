/// The lists that follow a transfer's state: every change goes through `change`.
extension Scheduler {
    typealias Slot = TransferTable.Slot

    func group(of slot: Slot) -> Group {
        switch table.state(of: slot) {
        case .running: .running
        case .asking: .asking
        case .retrying: .retrying
        case .waiting: .waiting(table[common: slot].options.priority)
        case .paused, .held: .paused
        case .failed: .failed
        case .done, .skipped: .done
        }
    }

    /// Changes a transfer of the queue and everything that is counted from it.
    mutating func change(_ slot: Slot, _ body: (inout TransferTable, Slot) -> Void) {
        unlist(slot)
        body(&table, slot)
        list(slot)
    }

    mutating func setState(_ state: TransferState, of slot: Slot) {
        change(slot) { table, slot in table.setState(state, of: slot) }
        remember(slot)
    }

    mutating func remember(_ slot: Slot) {
        orders.remembered.append(table[slot].id)
    }

    /// Takes a transfer into the lists.
    mutating func list(_ slot: Slot) {
        let record = table[slot]
        groups[group(of: slot).rawValue].insert(PositionList.Entry(key: record.position, slot: slot))
        exactBytesLeft += Int128(bytesLeft(of: slot))
        if table[common: slot].kind == .tree { trees += 1 }
        countAsking(slot, by: 1)
        if case .retrying(let at, _) = table.state(of: slot) {
            due.insert(PositionList.Entry(key: at, slot: slot))
        }
        guard isStartable(slot) else { return }
        if let time = table[common: slot].options.notBefore, time > clock {
            table[slot].listing = .scheduled
            scheduled.insert(PositionList.Entry(key: time, slot: slot))
        } else {
            table[slot].listing = .startable
            sites[site(of: slot)].insert(
                PositionList.Entry(key: record.position, slot: slot), table[common: slot].options.priority,
                from: origin(of: slot))
        }
    }

    /// Takes a transfer out of the lists.
    mutating func unlist(_ slot: Slot) {
        let record = table[slot]
        groups[group(of: slot).rawValue].remove(PositionList.Entry(key: record.position, slot: slot))
        exactBytesLeft -= Int128(bytesLeft(of: slot))
        if table[common: slot].kind == .tree { trees -= 1 }
        countAsking(slot, by: -1)
        if case .retrying(let at, _) = table.state(of: slot) {
            due.remove(PositionList.Entry(key: at, slot: slot))
        }
        switch record.listing {
        case .none: break
        case .scheduled:
            let time = table[common: slot].options.notBefore ?? 0
            scheduled.remove(PositionList.Entry(key: time, slot: slot))
        case .startable:
            sites[site(of: slot)].remove(
                PositionList.Entry(key: record.position, slot: slot), table[common: slot].options.priority,
                from: origin(of: slot))
        }
        table[slot].listing = .none
    }

    private mutating func countAsking(_ slot: Slot, by step: Int) {
        guard case .asking(.destinationExists) = table.state(of: slot),
            let batch = table[common: slot].batch
        else { return }
        let count = askingInBatch[batch, default: 0] + step
        askingInBatch[batch] = count == 0 ? nil : count
    }

    private func isStartable(_ slot: Slot) -> Bool {
        guard case .waiting = table.state(of: slot), atWork[table[slot].id] == nil else { return false }
        if restoring != nil, table[common: slot].kind == .tree { return false }
        if orphans == 0 { return true }
        let target = table.transfer(slot).target
        return !atWork.values.contains { $0.orphanedTarget == target }
    }

    private func bytesLeft(of slot: Slot) -> Int64 {
        switch table.state(of: slot) {
        case .running, .waiting, .retrying: max(0, (table[slot].size ?? 0) - table[slot].bytes)
        default: 0
        }
    }

    /// Finds the site's place in `sites`, making one for a site that was never introduced.
    ///
    /// - Parameter allowed: most connections, should it be new.
    @discardableResult
    mutating func siteNumber(_ id: Site.ID, allowed: Int = connectionsOfUnknownSite) -> Int {
        if let known = siteIndex[id] { return known }
        let number = sites.count
        sites.append(SiteQueue(id: id, allowed: allowed))
        siteIndex[id] = number
        return number
    }

    func site(of slot: Slot) -> Int { siteIndex[table[common: slot].site] ?? 0 }

    /// Where a copy comes from; nil for everything else.
    func origin(of slot: Slot) -> Int? {
        table[common: slot].options.origin.flatMap { siteIndex[$0.site.id] }
    }

    /// A transfer always comes with its site; where it did not, as few connections as can be.
    private static var connectionsOfUnknownSite: Int { 1 }
}
