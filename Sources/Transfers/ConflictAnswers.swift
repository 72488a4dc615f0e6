/// Answers to “the destination exists” that hold for more than one transfer, for each direction its own.
///
/// They are looked up when a transfer that asks is about to begin: a million rows of a batch are answered
/// without a million changes. A transfer that was given a policy of its own keeps it.
public struct ConflictAnswers: Hashable, Sendable, Codable {
    public var download: ConflictPolicy?
    public var upload: ConflictPolicy?

    public init(download: ConflictPolicy? = nil, upload: ConflictPolicy? = nil) {
        self.download = download
        self.upload = upload
    }

    public var isEmpty: Bool { download == nil && upload == nil }

    public subscript(direction: Transfer.Direction) -> ConflictPolicy? {
        get { direction == .download ? download : upload }
        set { if direction == .download { download = newValue } else { upload = newValue } }
    }

    /// - Parameters:
    ///   - policy: `ask` takes the answer back.
    ///   - direction: nil for both.
    mutating func set(_ policy: ConflictPolicy, _ direction: Transfer.Direction?) {
        for each in [Transfer.Direction.download, .upload] where direction == nil || direction == each {
            self[each] = policy == .ask ? nil : policy
        }
    }
}

/// What an answer is given for; the narrowest that there is counts.
public enum ConflictScope: Hashable, Sendable, Codable {
    /// What was added at once, by its `Transfer.batch`.
    case batch(Transfer.ID)
    /// Until the program ends.
    case session
    /// Whatever goes to and comes from one server, also after a restart.
    case site(Site.ID)
}

/// Answers that the scheduler looks up.
struct RememberedAnswers: Sendable {
    /// Older batches are over, or have forgotten: nobody answers more at a time.
    static let mostBatches = 256

    private(set) var batches: [Transfer.ID: ConflictAnswers] = [:]
    private var session = ConflictAnswers()

    init(batches: [Transfer.ID: ConflictAnswers] = [:]) {
        self.batches = batches
    }

    mutating func set(_ policy: ConflictPolicy, _ direction: Transfer.Direction?, batch: Transfer.ID) {
        var answers = batches[batch] ?? ConflictAnswers()
        answers.set(policy, direction)
        batches[batch] = answers.isEmpty ? nil : answers
        if batches.count > Self.mostBatches, let oldest = batches.keys.min() { batches[oldest] = nil }
    }

    mutating func set(_ policy: ConflictPolicy, _ direction: Transfer.Direction?) {
        session.set(policy, direction)
    }

    func answer(_ direction: Transfer.Direction, batch: Transfer.ID?, site: SiteMemory) -> ConflictPolicy? {
        batch.flatMap { batches[$0]?[direction] } ?? session[direction] ?? site.onConflict?[direction]
    }
}

extension Scheduler {
    /// What a transfer is to do where its destination exists: its own policy, else the answer that holds for it.
    func policy(for slot: Slot) -> ConflictPolicy {
        let own = table[common: slot].options.onConflict
        guard own == .ask else { return own }
        let memory = sites[site(of: slot)].memory
        return answers.answer(table[common: slot].direction, batch: table[common: slot].batch, site: memory)
            ?? .ask
    }

    /// Remembers the answer, and lets go on what asks and is meant by it.
    mutating func decide(
        _ policy: ConflictPolicy, for scope: ConflictScope, _ direction: Transfer.Direction?
    ) {
        switch scope {
        case .batch(let batch):
            answers.set(policy, direction, batch: batch)
            orders.settings = true
        case .session: answers.set(policy, direction)
        case .site(let site):
            sites[siteNumber(site)].setAnswer(policy, direction)
            orders.settings = true
        }
        let asking = groups[Group.asking.rawValue]
        for entry in asking.entries(in: 0..<asking.count) {
            guard case .asking(.destinationExists) = table.state(of: entry.slot),
                self.policy(for: entry.slot) != .ask
            else { continue }
            setState(.waiting, of: entry.slot)
        }
    }

    /// It met something at its destination and was to ask. An answer may have come meanwhile.
    mutating func conflicted(_ id: Transfer.ID, size: Int64?, modified: Int64?) {
        let wasToAsk = atWork[id]?.onConflict == .ask
        if wasToAsk, let slot = table.slot(of: id), policy(for: slot) != .ask {
            return stopped(id, bytes: nil)
        }
        stopped(id, bytes: nil, asking: .destinationExists(size: size, modified: modified))
    }

    /// How many of a batch ask about their destination.
    public func asking(inBatch batch: Transfer.ID?) -> Int { batch.flatMap { askingInBatch[$0] } ?? 0 }
}
