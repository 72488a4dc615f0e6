internal import Transfers

/// The queue as the engine last showed it. The engine holds the rows; this holds a window of them.
struct QueuePane: Sendable {
    var snapshot = QueueSnapshot()
    /// Row under the cursor, counted from the first of the queue.
    var cursor = 0
    var top = 0
    /// Why it ends with this program; nil where it is kept.
    var notKept: String?
    /// What was asked for last with `QueueRequest.show`.
    var window: Range<Int>?
    /// Bytes a second, both ways, once a second: the sparkline.
    var samples: [Double] = []
    var sampledAt: Int64 = 0

    static let sampleCount = 10

    var rowCount: Int { snapshot.counts.all }

    func row(_ index: Int) -> QueueSnapshot.Row? {
        let at = index - snapshot.firstRow
        return snapshot.rows.indices.contains(at) ? snapshot.rows[at] : nil
    }

    var cursorRow: QueueSnapshot.Row? { row(cursor) }

    mutating func take(_ new: QueueSnapshot, now: Int64) {
        snapshot = new
        moveCursor(to: cursor)
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
    }

    mutating func scroll(height: Int) {
        top = scrolled(top: top, cursor: cursor, count: rowCount, height: height)
    }
}
