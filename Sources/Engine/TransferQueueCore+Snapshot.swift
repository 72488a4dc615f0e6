import Dispatch
import Transfers
import Transport

/// What the screen sees.
extension TransferQueueCore {
    /// Tells the screen, at most four times a second.
    mutating func changed() {
        guard !isSnapshotPending, let itself else { return }
        isSnapshotPending = true
        itself.perform(after: .milliseconds(pace.isFresh ? 0 : 250)) { core in
            core.isSnapshotPending = false
            core.checkpoint()
            let snapshot = core.snapshot()
            core.events(.queue(snapshot))
            for viewer in core.viewers.values { core.tell(viewer, snapshot) }
            // While bytes move there is always something new to see.
            if !core.busy.isEmpty { core.changed() }
        }
    }

    /// Another one that looks at the queue, at rows of its own.
    struct Viewer {
        var rows: Range<Int>
        var tell: @Sendable (QueueSnapshot) -> Void
    }

    mutating func show(
        _ rows: Range<Int>, to number: Int, _ tell: @escaping @Sendable (QueueSnapshot) -> Void
    ) {
        let first = max(0, rows.lowerBound)
        viewers[number] = Viewer(rows: first..<first + min(rows.count, Self.mostRows), tell: tell)
        changed()
    }

    /// Rows of one window.
    static let mostRows = 500

    private func tell(_ viewer: Viewer, _ snapshot: QueueSnapshot) {
        var own = snapshot
        own.firstRow = viewer.rows.lowerBound
        own.rows = scheduler.rows(in: viewer.rows).map { row($0) }
        viewer.tell(own)
    }

    private mutating func snapshot() -> QueueSnapshot {
        let now = monotonicNanoseconds()
        for (id, worker) in busy { pace.sample(id, bytes: worker.progress.bytes, now: now) }
        var snapshot = QueueSnapshot()
        snapshot.counts = scheduler.counts
        snapshot.isScanning = scheduler.isScanning
        snapshot.isPaused = scheduler.isPaused
        snapshot.connectionLimit = scheduler.connectionLimit
        snapshot.rateLimit = overallRate.bytesPerSecond
        snapshot.firstRow = window.lowerBound
        var left = scheduler.bytesLeft
        for (id, worker) in busy {
            guard let transfer = scheduler.transfer(id), transfer.kind == .file else { continue }
            left -= max(0, worker.progress.bytes - transfer.bytes)
            let rate = pace.rate(of: id) ?? 0
            if transfer.direction == .download {
                snapshot.downloadRate += rate
            } else {
                snapshot.uploadRate += rate
            }
        }
        snapshot.bytesLeft = max(0, left)
        let total = snapshot.downloadRate + snapshot.uploadRate
        if total > 1 { snapshot.bottleneck = bottleneck(total) }
        if total > 1, left > 0 { snapshot.secondsLeft = Int64(Double(left) / total) }
        snapshot.rows = scheduler.rows(in: window).map { row($0) }
        return snapshot
    }

    /// The nearest to the user first: a limit that was set, the disk here, then what the connections tell.
    private func bottleneck(_ rate: Double) -> Bottleneck? {
        let sites = Set(busy.keys.compactMap { scheduler.transfer($0)?.site })
        let own = sites.compactMap { siteRates[$0]?.bytesPerSecond }.reduce(0, +)
        let limits = [overallRate.bytesPerSecond, own > 0 && sites.count == 1 ? own : nil].compactMap { $0 }
        if let limit = limits.min(), rate >= Double(limit) * Self.nearTheLimit { return .you }
        if Checkpoint.lastSync > Self.slowSync { return .disk }
        let found = sites.compactMap { scheduler.bottleneck(of: $0) }
        return found.contains(.server) ? .server : found.first
    }

    /// A limit lets through a little less than it says.
    private static let nearTheLimit = 0.85
    /// A disk that takes so long for what came in a second, in nanoseconds, is behind.
    private static let slowSync: Int64 = 700_000_000

    private func row(_ transfer: Transfer) -> QueueSnapshot.Row {
        guard let worker = busy[transfer.id] else {
            var row = QueueSnapshot.Row(
                transfer: transfer, bytes: transfer.bytes,
                waiting: scheduler.reason(of: transfer.id, now: wallClockNanoseconds() / 1_000_000_000))
            if case .asking(.destinationExists) = transfer.state {
                row.asking = scheduler.asking(inBatch: transfer.batch)
                row.clockAhead = scheduler.memory(of: transfer.site).clockSkew
            }
            if let helper = leased[transfer.id].flatMap({ helpers[$0.worker] }) {
                row.activity = "in process \(helper.process)"
            }
            return row
        }
        let bytes = worker.progress.bytes
        let rate = pace.rate(of: transfer.id)
        var left: Int64?
        if let rate, rate > 1, let size = transfer.size { left = Int64(Double(max(0, size - bytes)) / rate) }
        return QueueSnapshot.Row(
            transfer: transfer, bytes: bytes, rate: rate, secondsLeft: left, connection: worker.name,
            activity: worker.activity)
    }
}
