internal import FTPProtocol

/// What a transfer writes to: no two at work may share one.
struct Target: Hashable, Sendable {
    var direction: Transfer.Direction
    /// Nil for downloads: the local disk.
    var site: Site.ID?
    var path: [UInt8]
    /// Of trees only: two trees may be merged into one directory.
    var source: [UInt8]?
}

extension Transfer {
    var target: Target {
        let isDownload = direction == .download
        let source = isDownload ? remotePath.bytes : localPath.bytes
        return Target(
            direction: direction, site: isDownload && kind == .file ? nil : site,
            path: isDownload ? localPath.bytes : remotePath.bytes, source: kind == .tree ? source : nil)
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
    func slot(for target: Target) -> TransferTable.Slot? { slots[target.hashValue] }

    mutating func enter(_ target: Target, _ slot: TransferTable.Slot) {
        slots[target.hashValue] = slot
    }

    mutating func remove(_ target: Target, _ slot: TransferTable.Slot) {
        if slots[target.hashValue] == slot { slots[target.hashValue] = nil }
    }
}
