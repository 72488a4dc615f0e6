import Transfers

/// Changes of the queue that are not on the disk yet: the newest state of each transfer.
struct JournalBatch: Sendable {
    private(set) var sites: [Site.ID: Site] = [:]
    private(set) var transfers: [Transfer.ID: Transfer] = [:]
    private(set) var forgotten: Set<Transfer.ID> = []

    var isEmpty: Bool { sites.isEmpty && transfers.isEmpty && forgotten.isEmpty }

    mutating func remember(_ site: Site) {
        sites[site.id] = site
    }

    mutating func remember(_ changed: [Transfer]) {
        for transfer in changed { transfers[transfer.id] = transfer }
    }

    mutating func forget(_ ids: [Transfer.ID]) {
        for id in ids {
            transfers[id] = nil
            forgotten.insert(id)
        }
    }

    /// What came later wins.
    mutating func add(_ later: JournalBatch) {
        sites.merge(later.sites) { $1 }
        remember(Array(later.transfers.values))
        forget(Array(later.forgotten))
    }
}

/// Writes batches, each in one transaction, on a queue of its own: the disk never holds up the queue.
struct JournalWriter {
    private let journal: any Journal
    private let failed: @Sendable (String) -> Void
    /// What could not be written, for the next time.
    private var unwritten = JournalBatch()

    /// - Parameter failed: told, in a sentence, when the journal cannot be written.
    init(journal: any Journal, failed: @escaping @Sendable (String) -> Void) {
        self.journal = journal
        self.failed = failed
    }

    /// Blocks until the batch, and what was left of those before, is on the disk.
    mutating func write(_ batch: JournalBatch) {
        unwritten.add(batch)
        guard !unwritten.isEmpty else { return }
        do {
            try journal.remember(
                sites: Array(unwritten.sites.values),
                transfers: unwritten.transfers.values.sorted { $0.id < $1.id },
                forgotten: unwritten.forgotten.sorted())
            unwritten = JournalBatch()
        } catch {
            failed("the queue cannot be saved: \(error)")
        }
    }
}
