internal import Transfers

/// The queue as the engine last showed it. The engine holds the rows; this holds a window of them.
struct QueuePane: Sendable {
    var snapshot = QueueSnapshot()
    /// Row under the cursor, counted from the first of the queue.
    var cursor = 0
    var top = 0
    /// Why it ends with this program; nil where it is kept.
    var notKept: String?
    /// The other process that has it, and from which all of this comes.
    var holder: QueueHolder?
    /// What was asked for last with `QueueRequest.show`.
    var window: Range<Int>?
    /// Bytes a second, both ways, once a second: the sparkline.
    var samples: [Double] = []
    var sampledAt: Int64 = 0

    static let sampleCount = 10

    /// The transfer under the cursor: it keeps the cursor while rows come and go above it.
    private(set) var cursorID: Transfer.ID?
    /// What was asked for with `+` and `-`, until the engine says that it holds.
    var connectionsAsked: Int?

    /// Sites whose password transfers wait for, until it is given.
    var passwordsWanted: [Site.ID: Site] = [:]
    /// Rows that were told to go, and until when they are believed to: the engine may show them a little longer.
    private var leaving: [Transfer.ID: Int64] = [:]
    /// More than the engine ever needs, in nanoseconds.
    private static let leavesWithin: Int64 = 3_000_000_000

    /// Finished rows stay this long before they fold into one, in nanoseconds.
    static let foldsAfter: Int64 = 30_000_000_000
    /// How many were finished at what time, for the last half minute: at most one a second.
    private var finished: [(at: Int64, count: Int)] = []
    /// Those that have folded into one row; they are the last of all.
    private(set) var folded = 0
    /// The row of the folded ones was opened.
    var isUnfolded = false

    /// The last one stands for the folded ones.
    var rowCount: Int {
        folded == 0 ? snapshot.counts.all : snapshot.counts.all - (isUnfolded ? 0 : folded) + 1
    }

    func isFold(_ index: Int) -> Bool { folded > 0 && index == rowCount - 1 }

    /// When the next finished row folds.
    var foldsAt: Int64? {
        folded < snapshot.counts.done ? finished.first.map { $0.at + Self.foldsAfter } : nil
    }

    mutating func fold(now: Int64) {
        let done = snapshot.counts.done
        while let first = finished.first, first.at + Self.foldsAfter <= now {
            folded = first.count
            finished.removeFirst()
        }
        folded = min(folded, done)
        if folded == 0 { isUnfolded = false }
        cursor = min(max(0, cursor), max(0, rowCount - 1))
    }

    private mutating func noteFinished(_ count: Int, before: Int, now: Int64) {
        guard count != before else { return }
        if let last = finished.last, now - last.at < 1_000_000_000 {
            finished[finished.count - 1].count = count
        } else {
            finished.append((now, count))
        }
    }

    func row(_ index: Int) -> QueueSnapshot.Row? {
        if isFold(index) { return nil }
        let at = index - snapshot.firstRow
        return snapshot.rows.indices.contains(at) ? snapshot.rows[at] : nil
    }

    /// While a moved row has not come back at its new place, this is it and not what stands there still.
    var cursorRow: QueueSnapshot.Row? {
        guard let row = row(cursor) else { return nil }
        if let cursorID, row.id != cursorID, let moved = snapshot.rows.first(where: { $0.id == cursorID }) {
            return moved
        }
        return row
    }

    mutating func take(_ reported: QueueSnapshot, now: Int64) {
        let new = withoutLeaving(reported, now: now)
        // What was finished before the program began folds at once.
        let isFirst = sampledAt == 0 && snapshot.counts.all == 0
        if isFirst {
            folded = new.counts.done
        } else {
            noteFinished(new.counts.done, before: snapshot.counts.done, now: now)
        }
        snapshot = new
        if connectionsAsked == new.connectionLimit { connectionsAsked = nil }
        followCursor()
        fold(now: now)
        let rate = new.downloadRate + new.uploadRate
        if now - sampledAt >= 1_000_000_000 {
            samples.append(rate)
            if samples.count > Self.sampleCount { samples.removeFirst() }
            sampledAt = now
        } else if !samples.isEmpty {
            samples[samples.count - 1] = rate
        }
        if new.counts.running == 0 { samples = [] }
    }

    mutating func moveCursor(to row: Int) {
        cursor = min(max(0, row), max(0, rowCount - 1))
        cursorID = self.row(cursor)?.id
    }

    /// A row that was told to go is gone at once: the next key is about the next row.
    mutating func drop(_ id: Transfer.ID, now: Int64) {
        leaving[id] = now + Self.leavesWithin
        for row in snapshot.rows where row.id == id { snapshot.counts.drop(row.transfer.state) }
        snapshot.rows.removeAll { $0.id == id }
        moveCursor(to: cursor)
    }

    private mutating func withoutLeaving(_ reported: QueueSnapshot, now: Int64) -> QueueSnapshot {
        guard !leaving.isEmpty else { return reported }
        leaving = leaving.filter { id, until in
            until > now && reported.rows.contains { $0.id == id }
        }
        var new = reported
        for row in reported.rows where leaving[row.id] != nil { new.counts.drop(row.transfer.state) }
        new.rows.removeAll { leaving[$0.id] != nil }
        return new
    }

    /// By so many rows together with the transfer under it, which the engine is about to move.
    mutating func moveCursorWithRow(by places: Int) {
        let id = cursorID ?? cursorRow?.id
        cursor = min(max(0, cursor + places), max(0, rowCount - 1))
        cursorID = id
    }

    /// What has ended goes down to the others that have; the cursor stays with what there is to do.
    private mutating func followCursor() {
        guard let id = cursorID, let at = snapshot.rows.firstIndex(where: { $0.id == id }),
            !snapshot.rows[at].transfer.state.isEnded || snapshot.rows[at].transfer.state.isFailed
        else {
            cursorID = nil
            return
        }
        cursor = snapshot.firstRow + at
    }

    mutating func scroll(height: Int) {
        top = scrolled(top: top, cursor: cursor, count: rowCount, height: height)
    }
}

extension QueueSnapshot.Counts {
    fileprivate mutating func drop(_ state: TransferState) {
        switch state {
        case .running: running -= 1
        case .waiting, .retrying: waiting -= 1
        case .paused, .held: paused -= 1
        case .asking: asking -= 1
        case .failed: failed -= 1
        case .done: done -= 1
        case .skipped: (done, skipped) = (done - 1, skipped - 1)
        }
    }
}

extension TransferState {
    fileprivate var isFailed: Bool { if case .failed = self { true } else { false } }
}
