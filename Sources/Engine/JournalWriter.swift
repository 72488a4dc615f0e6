import FTPProtocol
import Transfers

/// Changes of the queue that are not on the disk yet: the newest state of each transfer.
struct JournalBatch: Sendable {
    private(set) var sites: [Site.ID: Site] = [:]
    private(set) var transfers: [Transfer.ID: Transfer] = [:]
    private(set) var forgotten: Set<Transfer.ID> = []
    private(set) var settings: QueueSettings?
    private(set) var answers: [Int64: LeftAnswer] = [:]
    private(set) var taken: Set<Int64> = []
    private(set) var leases: [Transfer.ID: Lease?] = [:]

    var isEmpty: Bool {
        sites.isEmpty && transfers.isEmpty && forgotten.isEmpty && settings == nil && answers.isEmpty
            && taken.isEmpty && leases.isEmpty
    }

    var change: JournalChange {
        var change = JournalChange(
            sites: Array(sites.values), transfers: transfers.keys.sorted().compactMap { transfers[$0] },
            forgotten: forgotten.sorted(), settings: settings, answers: answers)
        change.taken = taken.sorted()
        change.leases = leases
        return change
    }

    mutating func remember(_ settings: QueueSettings) {
        self.settings = settings
    }

    mutating func answer(_ number: Int64, _ answer: LeftAnswer) {
        answers[number] = answer
    }

    mutating func take(_ number: Int64) {
        taken.insert(number)
    }

    /// - Parameter lease: nil: it is not leased any more.
    mutating func lease(_ id: Transfer.ID, _ lease: Lease?) {
        leases.updateValue(lease, forKey: id)
    }

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
        if isEmpty {
            self = later
            return
        }
        sites.merge(later.sites) { $1 }
        remember(Array(later.transfers.values))
        forget(Array(later.forgotten))
        settings = later.settings ?? settings
        answers.merge(later.answers) { $1 }
        taken.formUnion(later.taken)
        leases.merge(later.leases) { $1 }
    }
}

/// Writes batches, each in one transaction, on a queue of its own: the disk never holds up the queue.
struct JournalWriter {
    private let journal: any Journal
    private let failed: @Sendable (String) -> Void
    /// What could not be written, for the next time.
    private var unwritten = JournalBatch()
    /// Why not all of it is on the disk; nil when it is.
    private(set) var problem: String?
    private var told: Set<Transfer.ID> = []

    /// - Parameter failed: told, in a sentence, when the journal cannot be written.
    init(journal: any Journal, failed: @escaping @Sendable (String) -> Void) {
        self.journal = journal
        self.failed = failed
    }

    /// Whether another process can leave something.
    var mayHaveArrivals: Bool { journal.directory != nil }

    /// What other processes left since the last time, and that has not been answered.
    mutating func left() -> [LeftForWorker] {
        do {
            return try journal.left().filter {
                unwritten.answers[$0.number] == nil && !unwritten.taken.contains($0.number)
            }
        } catch {
            failed("what others left for the queue cannot be read: \(error)")
            return []
        }
    }

    /// The next piece of a long queue; nil after the last, and where it cannot be read.
    func next() -> JournalPiece? {
        do {
            return try journal.next()
        } catch {
            failed("the queue cannot be read to its end: \(error); what was read goes on")
            return nil
        }
    }

    /// Nil when it cannot be told: then nobody is thought dead.
    func helpers() -> [Helper]? { try? journal.helpers() }

    /// Blocks until the batch, and what was left of those before, is on the disk.
    ///
    /// A row that cannot be written for its own sake is told and left out; everything else that cannot is kept for the
    /// next time.
    mutating func write(_ batch: JournalBatch) {
        unwritten.add(batch)
        guard !unwritten.isEmpty else { return }
        do {
            try journal.remember(unwritten.change)
            unwritten = JournalBatch()
            problem = nil
        } catch let error as any JournalError where error.concernsRow {
            isolate()
        } catch {
            fail(error)
        }
    }

    private mutating func fail(_ error: any Error) {
        let sentence = "the queue cannot be saved: \(error)"
        // Each change would say it again.
        if sentence != problem { failed(sentence) }
        problem = sentence
    }

    /// Everything but the transfers in one transaction, these in ever smaller ones, down to those that are to blame.
    private mutating func isolate() {
        var rest = unwritten.change
        let transfers = rest.transfers
        rest.transfers = []
        var refused: [Transfer.ID: any Error] = [:]
        do {
            try journal.remember(rest)
            var parts = [transfers[...]]
            while let part = parts.popLast() {
                do {
                    try journal.remember(JournalChange(transfers: Array(part)))
                } catch let error as any JournalError where error.concernsRow {
                    guard part.count > 1 else {
                        for transfer in part { refused[transfer.id] = error }
                        continue
                    }
                    let middle = part.startIndex + part.count / 2
                    parts += [part[..<middle], part[middle...]]
                }
            }
        } catch {
            return fail(error)
        }
        unwritten = JournalBatch()
        problem = nil
        for transfer in transfers {
            guard let error = refused[transfer.id] else { continue }
            let sentence =
                "transfer \(transfer.id) (\(visible(transfer.sourceName))) cannot be kept: \(error); "
                + "it goes on now, but a restart does not know of it"
            problem = sentence
            if told.insert(transfer.id).inserted { failed(sentence) }
        }
    }
}
