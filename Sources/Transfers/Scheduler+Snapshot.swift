/// What the screen and the command line ask.
extension Scheduler {
    public var counts: QueueSnapshot.Counts {
        var counts = QueueSnapshot.Counts()
        counts.running = size(of: .running)
        counts.waiting = Group.allWaiting.reduce(size(of: .retrying)) { $0 + size(of: $1) }
        counts.paused = size(of: .paused)
        counts.asking = size(of: .asking)
        counts.failed = size(of: .failed)
        counts.done = size(of: .done)
        counts.skipped = table.skippedCount
        return counts
    }

    /// Of everything that is running, waiting or tried again, as of the last event about each; files of
    /// unknown size count 0.
    public var bytesLeft: Int64 { Int64(clamping: exactBytesLeft) }

    /// A tree is being scanned, or the journal still being read: the figures will grow.
    public var isScanning: Bool {
        isRestoring || atWork.values.contains { $0.isTree && $0.orphanedTarget == nil }
    }

    /// Not all of the journal was read yet.
    public var isRestoring: Bool { restoring != nil }
    /// Something was asked that waits for it.
    public var hasPostponed: Bool { restoring?.requests.isEmpty == false }

    /// Something is at work, or will be without anybody doing anything: false means that a worker
    /// process may end.
    public var hasWork: Bool {
        guard atWork.isEmpty, !isRestoring else { return true }
        guard !isPaused, !isHeld else { return false }
        // What waits for a password that nobody gives waits for somebody.
        return size(of: .retrying) > 0 || !scheduled.isEmpty
            || sites.contains { site in
                guard site.isOpen else { return false }
                return !site.startable.isEmpty
                    || site.startableCopies.contains { sites[$0.key].isOpen && !$0.value.isEmpty }
            }
    }

    /// What outlives the program beside the transfers.
    public var settings: QueueSettings {
        var settings = QueueSettings()
        settings.isPaused = isPaused
        settings.rates = rates
        settings.answers = answers.batches.isEmpty ? nil : answers.batches
        for site in sites where site.memory != SiteMemory() { settings.sites[site.id] = site.memory }
        return settings
    }

    /// What keeps a site's transfers from being faster, as far as the numbers of connections tell.
    public func bottleneck(of site: Site.ID) -> Bottleneck? {
        guard let number = siteIndex[site] else { return nil }
        if let learnt = sites[number].memory.learntLimit, sites[number].connections >= learnt {
            return .server
        }
        return sites[number].tuner.isSettled ? .line : nil
    }

    public func memory(of site: Site.ID) -> SiteMemory {
        siteIndex[site].map { sites[$0].memory } ?? SiteMemory()
    }

    public func transfer(_ id: Transfer.ID) -> Transfer? {
        table.slot(of: id).map { table.transfer($0) }
    }

    /// Of `transfer(_:)`, which is put together each time it is asked for.
    public func site(of id: Transfer.ID) -> Site.ID? {
        table.slot(of: id).map { table[common: $0].site }
    }

    public func hasEnded(_ id: Transfer.ID) -> Bool {
        table.slot(of: id).map { table.state(of: $0).isEnded } ?? false
    }

    public func direction(of id: Transfer.ID) -> Transfer.Direction? {
        table.slot(of: id).map { table[common: $0].direction }
    }

    /// The transfers of these rows in display order: running, asking, retrying, waiting, paused,
    /// failed, done, and by position in each, what is done backwards. Rows beyond the end are left out.
    public func rows(in window: Range<Int>) -> [Transfer] {
        var rows: [Transfer] = []
        var start = 0
        for (number, group) in groups.enumerated() {
            let part = window.clamped(to: start..<(start + group.count))
            if !part.isEmpty {
                let places = (part.lowerBound - start)..<(part.upperBound - start)
                if number == Group.done.rawValue {
                    // The newest first: it is what one looks for.
                    let mirrored = (group.count - places.upperBound)..<(group.count - places.lowerBound)
                    rows += group.entries(in: mirrored).reversed().map { table.transfer($0.slot) }
                } else {
                    rows += group.entries(in: places).map { table.transfer($0.slot) }
                }
            }
            start += group.count
        }
        return rows
    }

    /// What waits for somebody: it asks, or was paused or held.
    public var stuck: [Transfer] {
        [Group.asking, .paused].flatMap { group in
            let list = groups[group.rawValue]
            return list.entries(in: 0..<list.count).map { table.transfer($0.slot) }
        }
    }

    private func size(of group: Group) -> Int { groups[group.rawValue].count }
}
