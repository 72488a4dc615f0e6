import Engine
import Storage
import Transfers
import Transport

/// A batch of any length on its way into the queue: collected as small as the queue keeps it, checked against it, and
/// written some thousand at a time. Whoever is killed in the middle of writing finds the first of it added; added once more,
/// these are merged.
struct LongAddition {
    /// Nil while another process works on the queue: then each piece is left for that one.
    private let queue: WorkingQueue?
    private var scheduler: Scheduler
    private var sites: [Site] = []
    private var ids: [Transfer.ID] = []
    private var merged = 0

    /// How many were added, or were there already.
    var count: Int { ids.count + merged }

    /// A transaction of these; and fewer where another process is to answer within seconds, at work as it is.
    private static let pieceSize = (own: 2_000, others: 500)

    init() throws {
        queue = try WorkingQueue.open()
        if let notice = queue?.notice { complain(notice) }
        scheduler = try queue?.scheduler() ?? Scheduler(isHeld: true)
        if let queue { try QueueChange.take(nil, into: &scheduler, of: queue.store) }
    }

    mutating func add(_ transfers: [Transfer], sites: [Site]) {
        let now = wallClockNanoseconds() / 1_000_000_000
        for site in sites { _ = scheduler.handle(.site(site), now: now) }
        self.sites += sites
        let answer = scheduler.add(transfers, to: ids.first, now: now)
        ids += answer.ids
        merged += answer.merged
    }

    /// - Parameter told: the identifiers that were given.
    /// - Returns: how many were in the queue already.
    func write(_ told: ([Transfer.ID]) -> Void) throws -> Int {
        var (merged, isAnswered) = (merged, true)
        let size = queue == nil ? Self.pieceSize.others : Self.pieceSize.own
        for start in stride(from: 0, to: ids.count, by: size) {
            let piece = ids[start..<min(start + size, ids.count)]
            let transfers = piece.compactMap { scheduler.transfer($0) }
            let sites = start == 0 ? sites : []
            if let queue {
                try queue.store.remember(JournalChange(sites: sites, transfers: transfers))
                told(Array(piece))
                continue
            }
            // One that does not answer is not waited for again.
            let answer =
                isAnswered
                ? try QueueChange.make(.add, sites: sites, transfers: transfers)
                : try QueueChange.leave(.add, sites, transfers, waits: false)
            isAnswered = answer != nil
            told(answer?.ids ?? [])
            merged += answer?.merged ?? 0
        }
        return merged
    }
}
