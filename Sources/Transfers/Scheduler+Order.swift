/// How positions are given: far apart, so that something can come in between without moving the rest.
enum Positions {
    /// Between two files: halving it makes room for 16 moves to the same place.
    static let fileSpacing: Int64 = 1 << 16
    /// Behind a tree: room for 16 million files found in it.
    static let treeSpacing: Int64 = 1 << 40

    /// The distance at which `count` positions fit above `low` and below `high` (nil: nothing follows);
    /// 0 when they do not.
    static func step(from low: Int64, to high: Int64?, count: Int) -> Int64 {
        guard let high else { return low < Int64.max / 2 ? fileSpacing : 0 }
        let (room, overflow) = high.subtractingReportingOverflow(low)
        return overflow ? fileSpacing : min(fileSpacing, room / (Int64(count) + 1))
    }
}

extension Scheduler {
    /// The position behind everything, with room for what may be found in trees before it.
    mutating func endPosition() -> Int64 {
        guard let last = lastPosition else { return 0 }
        if last >= Int64.max / 2 { renumber() }
        return (lastPosition ?? 0) + (trees > 0 ? Positions.treeSpacing : Positions.fileSpacing)
    }

    private var lastPosition: Int64? { groups.compactMap(\.lastKey).max() }

    /// The least position in use above `position`.
    func position(after position: Int64) -> Int64? {
        groups.compactMap { $0.key(after: position) }.min()
    }

    private func position(before position: Int64) -> Int64? {
        groups.compactMap { $0.key(before: position) }.max()
    }

    /// By that many places among the rows of its group; as far as it goes when there are fewer.
    mutating func move(_ id: Transfer.ID, by places: Int) {
        guard let slot = table.slot(of: id) else { return }
        if freePosition(for: slot, movedBy: places) == nil { renumber() }
        guard let position = freePosition(for: slot, movedBy: places), position != table[slot].position else {
            return
        }
        change(slot) { table, slot in table[slot].position = position }
        remember(slot)
    }

    /// Several keep their order among themselves.
    mutating func move(_ ids: [Transfer.ID], _ place: LeftRequest.Move) {
        let known = ids.filter { table.slot(of: $0) != nil }
        let isDown: Bool
        let distance: Int
        switch place {
        case .first: (isDown, distance) = (false, -.max)
        case .last: (isDown, distance) = (true, .max)
        case .by(let places): (isDown, distance) = (places > 0, places)
        }
        let ordered = known.sorted { position(of: $0) < position(of: $1) }
        // The foremost in the direction of the move goes first, for the others not to jump over it; to an end
        // the last one goes first, since each goes before what is there.
        let isToEnd = place == .first || place == .last
        for id in isDown != isToEnd ? ordered.reversed() : ordered { move(id, by: distance) }
    }

    private func position(of id: Transfer.ID) -> Int64 { table.slot(of: id).map { table[$0].position } ?? 0 }

    /// A position in the middle between its new neighbours; its own where it does not move; nil
    /// when there is none left.
    private func freePosition(for slot: Slot, movedBy places: Int) -> Int64? {
        let own = table[slot].position
        let list = groups[group(of: slot).rawValue]
        let rank = list.rank(of: PositionList.Entry(key: own, slot: slot))
        let aim = min(max(0, rank.addingClamped(places)), list.count - 1)
        guard aim != rank, let neighbour = list.entries(in: aim..<(aim + 1)).first?.key else { return own }
        let low =
            places > 0 ? neighbour : (position(before: neighbour) ?? neighbour - 2 * Positions.fileSpacing)
        let high =
            places > 0 ? (position(after: neighbour) ?? neighbour + 2 * Positions.fileSpacing) : neighbour
        return high - low > 1 ? low + (high - low) / 2 : nil
    }

    /// Spreads all positions again, in the same order. Rare: rewrites every row of the journal.
    mutating func renumber() {
        let entries = groups.flatMap { $0.entries(in: 0..<$0.count) }.sorted()
        var position: Int64 = 0
        var moved: [(old: Int64, new: Int64)] = []
        moved.reserveCapacity(entries.count)
        let room = Int64.max / 4 / Int64(entries.count + 1)
        let cursors = Set(atWork.values.filter(\.isTree).map(\.cursor))
        for entry in entries { unlist(entry.slot) }
        for entry in entries {
            moved.append((entry.key, position))
            table[entry.slot].position = position
            let isGrowing = cursors.contains(entry.key) || table[common: entry.slot].kind == .tree
            position += min(room, isGrowing ? Positions.treeSpacing : Positions.fileSpacing)
            list(entry.slot)
            remember(entry.slot)
        }
        for (id, worker) in atWork {
            // Behind the last one that was at or before the old cursor.
            let index = moved.partitioningIndex { $0.old > worker.cursor }
            atWork[id]?.cursor = index > 0 ? moved[index - 1].new : -1
        }
    }
}

extension Int {
    fileprivate func addingClamped(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }
}

extension Array {
    /// The first index whose element fulfils `condition`, which holds from some element on.
    fileprivate func partitioningIndex(where condition: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if condition(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
