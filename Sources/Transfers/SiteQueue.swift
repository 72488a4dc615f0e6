/// What of the queue belongs to one server, and how much of it may be at work.
struct SiteQueue: Sendable {
    /// After so many seconds one connection more is tried than the server allowed last.
    static let limitMemory: Int64 = 600

    let id: Site.ID
    /// What the site allows (`Site.connections`), or what the user set since.
    private(set) var allowed: Int
    /// Finds out how many of these pay.
    var tuner: ConnectionTuner
    /// What outlives the program.
    private(set) var memory = SiteMemory()
    /// Times in a row that the server could not be used at all.
    var failures = 0
    /// Nothing is started before; seconds since 1970.
    var notBefore: Int64 = 0
    var needsPassword = false
    /// Connections of those at work, those being stopped among them; of copies that come from here too.
    var connections = 0
    /// What may be started, but for copies.
    private(set) var startable = PriorityList()
    /// The copies that may be, by the place of their origin: where that has no room, nothing else is kept waiting.
    private(set) var startableCopies: [Int: PriorityList] = [:]

    init(id: Site.ID, allowed: Int) {
        self.id = id
        self.allowed = allowed
        tuner = ConnectionTuner(most: allowed)
    }

    var isPaused: Bool { memory.isPaused }
    /// Sooner or later something may start, or copies may come from here, without anybody doing anything.
    var isOpen: Bool { !needsPassword && !isPaused }

    /// The most connections the server may have now; see `limitOfSegments`.
    var limit: Int { limit(tuner.width) }

    /// The same for a transfer that uses several: how many small files pay says nothing about the segments of a large one.
    var limitOfSegments: Int { limit(max(tuner.width, ConnectionTuner.usualWidth)) }

    /// The same for all of its connections, those among them with which copies come from here.
    var limitOfAll: Int { limit(.max) }

    private func limit(_ width: Int) -> Int { max(1, min(allowed, memory.learntLimit ?? .max, width)) }

    mutating func setAllowed(_ count: Int) {
        guard count != allowed else { return }
        allowed = count
        tuner = ConnectionTuner(most: count)
    }

    mutating func recall(_ memory: SiteMemory) {
        self.memory = memory
    }

    mutating func pause(_ isPaused: Bool) { memory.isPaused = isPaused }

    mutating func setRate(_ bytesPerSecond: Int64?) {
        memory.rateLimit = bytesPerSecond.map { max(1, $0) }
    }

    mutating func setAnswer(_ policy: ConflictPolicy, _ direction: Transfer.Direction?) {
        var answers = memory.onConflict ?? ConflictAnswers()
        answers.set(policy, direction)
        memory.onConflict = answers.isEmpty ? nil : answers
    }

    mutating func setClockSkew(_ seconds: Int64) { memory.clockSkew = seconds }

    /// The server refused one connection more than `others` of ours.
    mutating func learn(limit others: Int, now: Int64) {
        memory.learntLimit = max(1, min(others, memory.learntLimit ?? .max))
        memory.learntAt = now
    }

    /// Tries one connection more when the last refusal is long ago.
    ///
    /// - Returns: whether anything has changed.
    mutating func relaxLimit(now: Int64) -> Bool {
        guard let learnt = memory.learntLimit else { return false }
        let since = memory.learntAt ?? now
        // A refusal of the future is a clock that was set back.
        guard now - since >= Self.limitMemory || since > now else { return false }
        memory.learntLimit = learnt + 1 < allowed ? learnt + 1 : nil
        memory.learntAt = memory.learntLimit == nil ? nil : now
        return true
    }

    /// When one more transfer may start: nil when none may, whatever the time.
    func mayStart() -> Int64? {
        isOpen && connections < limit ? notBefore : nil
    }

    /// When one more copy from here may start, so many connections of it beside.
    func mayGive(beside own: Int) -> Int64? {
        // With one login less than that there would never be any.
        isOpen && (connections == 0 || connections + own < limitOfAll) ? notBefore : nil
    }

    var hasStartable: Bool { !startable.isEmpty || startableCopies.values.contains { !$0.isEmpty } }
    var allStartable: [PositionList.Entry] { startable.all + startableCopies.values.flatMap(\.all) }

    mutating func insert(_ entry: PositionList.Entry, _ priority: Priority, from origin: Int?) {
        guard let origin else { return startable.insert(entry, priority) }
        startableCopies[origin, default: PriorityList()].insert(entry, priority)
    }

    mutating func remove(_ entry: PositionList.Entry, _ priority: Priority, from origin: Int?) {
        guard let origin else { return startable.remove(entry, priority) }
        startableCopies[origin]?.remove(entry, priority)
    }

    /// How many of those that may be started go before.
    func rank(of entry: PositionList.Entry, _ priority: Priority) -> Int {
        startableCopies.values.reduce(startable.rank(of: entry, priority)) {
            $0 + $1.rank(of: entry, priority)
        }
    }
}

/// What may be started: by priority, then by position.
struct PriorityList: Sendable {
    /// By rank.
    private var lists = [PositionList](repeating: PositionList(), count: Priority.allCases.count)

    /// What goes first of all, in an order that holds across sites.
    struct Place: Comparable {
        var rank: Int
        var entry: PositionList.Entry

        static func < (left: Place, right: Place) -> Bool {
            left.rank == right.rank ? left.entry < right.entry : left.rank < right.rank
        }
    }

    var isEmpty: Bool { lists.allSatisfy(\.isEmpty) }

    var first: Place? {
        for (rank, list) in lists.enumerated() {
            if let entry = list.first { return Place(rank: rank, entry: entry) }
        }
        return nil
    }

    var all: [PositionList.Entry] { lists.flatMap { $0.entries(in: 0..<$0.count) } }

    /// How many go before.
    func rank(of entry: PositionList.Entry, _ priority: Priority) -> Int {
        lists[..<priority.rank].reduce(lists[priority.rank].rank(of: entry)) { $0 + $1.count }
    }

    mutating func insert(_ entry: PositionList.Entry, _ priority: Priority) {
        lists[priority.rank].insert(entry)
    }

    mutating func remove(_ entry: PositionList.Entry, _ priority: Priority) {
        lists[priority.rank].remove(entry)
    }
}
