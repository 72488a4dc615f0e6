/// Slots of a `TransferTable`, sorted by a key (a position, or a time), in chunks.
///
/// Finding, inserting and removing cost a binary search and the shifting of one chunk; finding the
/// n-th costs a walk over the chunks. A million entries are about 2,000 chunks and 16 MB.
struct PositionList: Sendable {
    struct Entry: Hashable, Comparable, Sendable {
        var key: Int64
        var slot: TransferTable.Slot

        static func < (left: Entry, right: Entry) -> Bool {
            left.key == right.key ? left.slot < right.slot : left.key < right.key
        }
    }

    /// Long enough that few chunks are walked, short enough that shifting one stays cheap.
    private static let chunkLimit = 512

    private(set) var count = 0
    /// None is empty; the last of one sorts before the first of the next.
    private var chunks: [[Entry]] = []

    var first: Entry? { chunks.first?.first }
    var isEmpty: Bool { count == 0 }

    /// `entry` must not be in the list yet.
    mutating func insert(_ entry: Entry) {
        count += 1
        let index = chunkIndex(for: entry)
        // Most come in order: full chunks, not half-full ones, are what appending leaves behind.
        if index == chunks.count {
            if let last = chunks.indices.last, chunks[last].count < Self.chunkLimit {
                chunks[last].append(entry)
            } else {
                var chunk: [Entry] = []
                chunk.reserveCapacity(Self.chunkLimit)
                chunk.append(entry)
                chunks.append(chunk)
            }
            return
        }
        chunks[index].insert(entry, at: Self.lowerBound(of: entry, in: chunks[index]))
        if chunks[index].count > Self.chunkLimit {
            let half = Array(chunks[index][(Self.chunkLimit / 2)...])
            chunks[index].removeSubrange((Self.chunkLimit / 2)...)
            chunks.insert(half, at: index + 1)
        }
    }

    /// Returns whether it was there.
    @discardableResult
    mutating func remove(_ entry: Entry) -> Bool {
        let index = chunkIndex(for: entry)
        guard index < chunks.count else { return false }
        let offset = Self.lowerBound(of: entry, in: chunks[index])
        guard offset < chunks[index].count, chunks[index][offset] == entry else { return false }
        chunks[index].remove(at: offset)
        if chunks[index].isEmpty { chunks.remove(at: index) }
        count -= 1
        return true
    }

    /// How many sort before `entry`.
    func rank(of entry: Entry) -> Int {
        let index = chunkIndex(for: entry)
        let before = chunks[..<index].reduce(0) { $0 + $1.count }
        return index < chunks.count ? before + Self.lowerBound(of: entry, in: chunks[index]) : before
    }

    /// The entries of those ranks; ranks beyond the end are left out.
    func entries(in ranks: Range<Int>) -> [Entry] {
        var found: [Entry] = []
        var start = 0
        for chunk in chunks where found.count < ranks.count {
            let window = ranks.clamped(to: start..<(start + chunk.count))
            if !window.isEmpty { found += chunk[(window.lowerBound - start)..<(window.upperBound - start)] }
            start += chunk.count
            if start >= ranks.upperBound { break }
        }
        return found
    }

    /// The least key above `key`.
    func key(after key: Int64) -> Int64? {
        let probe = Entry(key: key, slot: .max)
        let index = chunkIndex(for: probe)
        guard index < chunks.count else { return nil }
        let offset = Self.lowerBound(of: probe, in: chunks[index])
        return chunks[index][offset].key > key ? chunks[index][offset].key : self.key(afterLast: index)
    }

    /// The greatest key below `key`.
    func key(before key: Int64) -> Int64? {
        let probe = Entry(key: key, slot: .min)
        let index = chunkIndex(for: probe)
        if index < chunks.count {
            let offset = Self.lowerBound(of: probe, in: chunks[index])
            if offset > 0 { return chunks[index][offset - 1].key }
        }
        return index > 0 ? chunks[index - 1].last?.key : nil
    }

    var lastKey: Int64? { chunks.last?.last?.key }

    private func key(afterLast index: Int) -> Int64? {
        index + 1 < chunks.count ? chunks[index + 1].first?.key : nil
    }

    /// The first chunk whose last entry is not before `entry`; `chunks.count` when there is none.
    private func chunkIndex(for entry: Entry) -> Int {
        var low = 0
        var high = chunks.count
        while low < high {
            let middle = (low + high) / 2
            if let last = chunks[middle].last, last < entry { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func lowerBound(of entry: Entry, in chunk: [Entry]) -> Int {
        var low = 0
        var high = chunk.count
        while low < high {
            let middle = (low + high) / 2
            if chunk[middle] < entry { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
