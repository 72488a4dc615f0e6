import Transfers

/// Collects what is to be remembered and writes it in one transaction, on a queue of its own.
struct JournalWriter {
    private let journal: any Journal
    var sites: [Site.ID: Site] = [:]
    var isFlushScheduled = false
    private let failed: @Sendable (String) -> Void
    private var transfers: [Transfer.ID: Transfer] = [:]
    private var forgotten: Set<Transfer.ID> = []

    /// - Parameter failed: told, in a sentence, when the journal cannot be written.
    init(journal: any Journal, failed: @escaping @Sendable (String) -> Void) {
        self.journal = journal
        self.failed = failed
    }

    var hasWork: Bool { !sites.isEmpty || !transfers.isEmpty || !forgotten.isEmpty }

    mutating func remember(_ changed: [Transfer]) {
        for transfer in changed { transfers[transfer.id] = transfer }
    }

    mutating func forget(_ ids: [Transfer.ID]) {
        for id in ids {
            transfers[id] = nil
            forgotten.insert(id)
        }
    }

    /// Writes everything; blocks until it is on the disk. What cannot be written is kept for the next time.
    mutating func flush() {
        isFlushScheduled = false
        guard hasWork else { return }
        do {
            try journal.remember(
                sites: Array(sites.values), transfers: transfers.values.sorted { $0.id < $1.id },
                forgotten: forgotten.sorted())
            sites = [:]
            transfers = [:]
            forgotten = []
        } catch {
            failed("the queue cannot be saved: \(error)")
        }
    }
}
