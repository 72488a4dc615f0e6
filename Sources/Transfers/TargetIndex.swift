internal import FTPProtocol

/// What a transfer writes to: no two at work may share one.
struct Target: Hashable, Sendable {
    /// Of all of the others: it is asked for several times, and paths are long.
    fileprivate let hash: Int
    let direction: Transfer.Direction
    /// Nil for downloads: the local disk.
    let site: Site.ID?
    let path: [UInt8]
    /// Of trees only: two trees may be merged into one directory.
    let source: [UInt8]?

    init(direction: Transfer.Direction, site: Site.ID?, path: [UInt8], source: [UInt8]?) {
        self.direction = direction
        self.site = site
        self.path = path
        self.source = source
        var hasher = Hasher()
        hasher.combine(direction)
        hasher.combine(site)
        path.withUnsafeBytes { hasher.combine(bytes: $0) }
        hasher.combine(source)
        hash = hasher.finalize()
    }

    func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}

extension Transfer {
    var target: Target {
        let isDownload = direction == .download
        let isTree = kind == .tree
        return Target(
            direction: direction, site: isDownload && !isTree ? nil : site,
            path: isDownload ? localPath.bytes : remotePath.bytes,
            source: isTree ? (isDownload ? remotePath.bytes : localPath.bytes) : nil)
    }

    /// Whether both move the same thing to the same place.
    func isSameJob(as other: Transfer) -> Bool {
        direction == other.direction && kind == other.kind && site == other.site
            && remotePath == other.remotePath && localPath == other.localPath
            && options.origin == other.options.origin
    }
}

/// Which transfer of the queue writes to a target, by the target's hash only: the paths are in the table.
struct TargetIndex: Sendable {
    private var slots: [Int: TransferTable.Slot] = [:]

    /// The one that was entered for this target last and is still in the queue, as far as the hash
    /// can tell: compare.
    func slot(for target: Target) -> TransferTable.Slot? { slots[target.hash] }

    mutating func enter(_ target: Target, _ slot: TransferTable.Slot) {
        slots[target.hash] = slot
    }

    mutating func remove(_ target: Target, _ slot: TransferTable.Slot) {
        if slots[target.hash] == slot { slots[target.hash] = nil }
    }
}
