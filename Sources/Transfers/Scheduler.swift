public import FTPProtocol

/// The queue: what is in it, in which order, and what is to be done next.
///
/// Everything that changes the state of a transfer happens in this type. What happened goes in, with
/// the time; what to do comes out. It keeps no clock and does no I/O: workers, journal and alarm
/// are its caller's.
///
/// ```
/// handle(.site(site), now: 0)                       []
/// handle(.request(.add([file])), now: 0)            [.remember([1]), .start(file 1)]
/// handle(.failed(1, connection lost), now: 7)       [.remember([1]), .wakeAt(9)]
/// handle(.tick, now: 9)                             [.start(file 1)]
/// handle(.finished(1, bytes: 4096), now: 12)        [.remember([1])]
/// ```
///
/// Every `start` is answered by exactly one of `finished`, `skipped`, `failed`, `stopped`, `conflicted`,
/// `passwordNeeded` or `scanEnded`, also after a `stop`; until then the worker counts as at
/// work, and its transfer is not started again.
public struct Scheduler: Sendable {
    /// What happened. An event about a transfer that is not at work any more is ignored.
    public enum Event: Sendable {
        /// The journal was read: what ran or waited to retry waits, what was paused stays so.
        case restored(JournalContents)
        /// More of it, where `restored` did not have all.
        case restoredFurther([Transfer], isLast: Bool)
        /// A site is known, or is known better; comes before the transfers that name it.
        case site(Site)
        case request(QueueRequest)
        /// The worker is logged in: the site answers, at the quickest after so many nanoseconds.
        case began(Transfer.ID, latency: Int64? = nil)
        /// Some of what is in a tree. May come several times; what the queue has already is left out.
        case scanned(Transfer.ID, [Transfer])
        /// All of a tree was scanned, or it ended early. A tree without failure leaves the queue:
        /// what it stood for is there now.
        case scanEnded(Transfer.ID, Failure?)
        case finished(Transfer.ID, bytes: Int64)
        case skipped(Transfer.ID, reason: String)
        /// The disk takes nothing now: it waits until somebody lets it go on.
        case held(Transfer.ID, reason: String, bytes: Int64)
        case failed(Transfer.ID, Failure)
        /// The answer to `stop`: nothing of it is at work any more.
        case stopped(Transfer.ID, bytes: Int64)
        /// The destination exists and the policy is to ask.
        case conflicted(Transfer.ID, size: Int64?, modified: Int64?)
        case passwordNeeded(Transfer.ID)
        case passwordGiven(Site.ID)
        /// A transfer has fewer connections than it was given: the server took no more.
        case narrowed(Transfer.ID, connections: Int)
        /// The server's clock is so many seconds ahead of ours.
        case clockMeasured(Site.ID, ahead: Int64)
        /// Other processes offer so many connections beside ours.
        case helpersOffered(connections: Int)
        /// What moved to and from a site since the last of these, a second; see `ConnectionTuner`, also for `isBusy`.
        case measured(Site.ID, rate: Double, isBusy: Bool = false)
        /// The program ends: what is at work is stopped and goes on the next time; nothing else is started.
        case programEnds
        /// The size of the source, in bytes, or its time was found out; nil is not known.
        case sourceLearnt(Transfer.ID, size: Int64?, modified: Int64?)
        /// So many bytes are safe at the destination: worth a journal entry, so not for every read.
        case progressed(Transfer.ID, bytes: Int64)
        /// The file has this check sum on both sides.
        case verified(Transfer.ID, HashProof)
        /// What is left of it if it stops now; nil when nothing is.
        case partKept(Transfer.ID, Part?)
        /// Time has passed; see `wakeAt`.
        case tick
    }

    /// Why a transfer stopped before its end.
    public struct Failure: Hashable, Sendable {
        /// A sentence for the user.
        public var message: String
        /// Worth another try.
        public var isTemporary: Bool
        /// Bytes at the destination.
        public var bytes: Int64
        /// The server takes no more connections (421 or 530 at login); it took so many of ours, this
        /// one not counted, as far as the session can tell.
        public var connectionLimit: Int?
        /// It never came to this file: the server could not be reached, or let nobody in. If that is not temporary,
        /// everything that waits for this server fails with it.
        public var concernsSite: Bool
        /// The server that it speaks of is the one that a copy comes from.
        public var concernsOrigin: Bool

        public init(
            _ message: String, isTemporary: Bool, bytes: Int64 = 0, connectionLimit: Int? = nil,
            concernsSite: Bool = false, concernsOrigin: Bool = false
        ) {
            self.message = message
            self.isTemporary = isTemporary
            self.bytes = bytes
            self.connectionLimit = connectionLimit
            self.concernsSite = concernsSite
            self.concernsOrigin = concernsOrigin
        }
    }

    /// What to do, in this order.
    public enum Order: Hashable, Sendable {
        /// Write these to the journal as they are now (`transfer(_:)`, nil for what is forgotten in the same
        /// handling), and together with its `forget`, in one transaction.
        case remember([Transfer.ID])
        /// Write `settings` to the journal as they are now.
        case rememberSettings
        /// Remove these from the journal.
        case forget([Transfer.ID])
        /// So many of those added were in the queue already: same source, same destination.
        case merged(count: Int)
        /// Interrupt the worker, keeping what has arrived.
        case stop(Transfer.ID)
        case start(Transfer)
        /// Send `tick` at this time, in seconds since 1970; a later one of these replaces it.
        case wakeAt(Int64)
    }

    /// Where the rows stand on the screen, and how they are counted.
    enum Group: Int, CaseIterable {
        case running, asking, retrying
        /// One for each priority, in the order of their ranks.
        case waitingHighest, waitingHigh, waiting, waitingLow, waitingLowest
        case paused, failed, done

        static func waiting(_ priority: Priority) -> Group {
            switch priority {
            case .highest: .waitingHighest
            case .high: .waitingHigh
            case .normal: .waiting
            case .low: .waitingLow
            case .lowest: .waitingLowest
            }
        }

        static let allWaiting = Priority.allCases.map { waiting($0) }
    }

    /// A started transfer whose end was not reported yet.
    struct Worker: Sendable {
        var site: Int
        /// Where a copy comes from: one more connection there.
        var origin: Int?
        /// Connections it may use; more than one for the segments of a large file.
        var connections = 1
        /// Removed from the queue while at work: nobody may write to this destination until it has ended.
        var orphanedTarget: Target?
        var isTree: Bool
        /// What it was to do where its destination exists.
        var onConflict = ConflictPolicy.ask
        /// What was at the destination when it was started, in bytes.
        var bytesAtStart: Int64 = 0
        /// It is logged in.
        var hasBegun = false
        /// The position behind which what is found next in the tree is inserted.
        var cursor: Int64
    }

    /// All of the queue is held; what is at work is being stopped.
    public internal(set) var isPaused = false
    /// Nothing is started: the queue is only kept, or the program ends.
    var isHeld: Bool
    /// Most transfers at work at a time, over all sites.
    public internal(set) var connectionLimit: Int
    /// How fast all may be; nil: as fast as it goes.
    public internal(set) var rates: RatePlan?
    /// What other processes offer beside it.
    public internal(set) var helperConnections = 0

    let retryPolicy: RetryPolicy
    let givesUpOnSites: Bool
    private let mostDone: Int
    /// The record of a very large batch still fits, and what it takes stays a few hundred bytes each.
    public static let usualMostDone = 1_000_000
    var random: UInt64
    var table = TransferTable()
    var targets = TargetIndex()
    var groups = [PositionList](repeating: PositionList(), count: Group.allCases.count)
    var sites: [SiteQueue] = []
    var siteIndex: [Site.ID: Int] = [:]
    /// How sites are spoken with that are not spoken with as usual, for what is added next.
    var settingsOfSites: [Site.ID: ConnectionSettings] = [:]
    var atWork: [Transfer.ID: Worker] = [:]
    /// How many of those at work are not in the queue any more.
    var orphans = 0
    /// Connections of all that is at work.
    var connectionsInUse = 0
    /// Those that are not to begin before a certain time, by that time.
    var scheduled = PositionList()
    /// The time of the last event, in seconds since 1970.
    var clock: Int64 = 0
    /// Those waiting for another try, by when.
    var due = PositionList()
    var nextID: Transfer.ID = 1
    /// How many of the queue are trees.
    var trees = 0
    var answers = RememberedAnswers()
    /// How many ask about their destination, by batch.
    var askingInBatch: [Transfer.ID: Int] = [:]
    var exactBytesLeft: Int128 = 0
    var alarm: Int64?
    /// Not nil until all of the journal was read.
    var restoring: Restoring?
    var orders = PendingOrders()

    /// - Parameters:
    ///   - connections: most transfers at work at a time, over all sites.
    ///   - givesUpOnSites: everything that waits for a server fails with the first transfer that has used up
    ///     its retries because the server cannot be used: for commands that have to end. Otherwise
    ///     the server is tried again and again, with growing pauses.
    ///   - isHeld: starts nothing: for whoever only changes the queue.
    ///   - mostDone: so many of those done are kept, the last ones.
    ///   - seed: of the jitter of the pauses; anything.
    public init(
        connections: Int = 4, retryPolicy: RetryPolicy = RetryPolicy(), givesUpOnSites: Bool = false,
        isHeld: Bool = false, mostDone: Int = Scheduler.usualMostDone, seed: UInt64 = 0
    ) {
        self.mostDone = max(1, mostDone)
        self.isHeld = isHeld
        connectionLimit = max(1, connections)
        self.retryPolicy = retryPolicy
        self.givesUpOnSites = givesUpOnSites
        random = seed
    }

    /// Takes in what happened and says what to do.
    ///
    /// Costs about the logarithm of the queue's length for each transfer concerned.
    ///
    /// - Parameter now: seconds since 1970. May step, also backwards.
    public mutating func handle(_ event: Event, now: Int64) -> [Order] {
        clock = now
        // Whether it may let something start, or alter when to look again.
        var concernsOthers = true
        switch event {
        case .restored(let contents): restore(contents)
        case .restoredFurther(let transfers, let isLast): restoreFurther(transfers, isLast: isLast)
        case .site(let site): learn(site)
        case .request(let request):
            if isPossible(request) { perform(request, now: now) } else { restoring?.requests.append(request) }
        case .began(let id, let latency): concernsOthers = began(id, latency)
        case .scanned(let id, let found): insertFound(found, in: id)
        case .scanEnded(let id, nil): treeEnded(id)
        case .scanEnded(let id, let failure?), .failed(let id, let failure): failed(id, failure, now: now)
        case .finished(let id, let bytes): ended(id, .done, bytes: bytes)
        case .held(let id, let reason, let bytes): held(id, reason, bytes: bytes)
        case .skipped(let id, let reason): ended(id, .skipped(reason), bytes: nil)
        case .stopped(let id, let bytes): stopped(id, bytes: bytes)
        case .conflicted(let id, let size, let modified): conflicted(id, size: size, modified: modified)
        case .passwordNeeded(let id): passwordNeeded(id)
        case .passwordGiven(let site): passwordGiven(site)
        case .narrowed(let id, let connections): narrowed(id, to: connections, now: now)
        case .clockMeasured(let site, let ahead): measuredClock(of: site, ahead: ahead)
        case .measured(let site, let rate, let isBusy):
            measured(site, rate: rate, isBusy: isBusy, now: now)
        case .programEnds: programEnds()
        case .helpersOffered(let connections): helperConnections = max(0, connections)
        case .sourceLearnt(let id, let size, let modified):
            learn(size: size, modified: modified, of: id)
            concernsOthers = false
        case .progressed(let id, let bytes):
            progressed(id, bytes: bytes)
            concernsOthers = false
        case .partKept(let id, let part):
            partKept(id, part)
            concernsOthers = false
        case .verified(let id, let proof):
            if let slot = table.slot(of: id) { table.setProof(proof, of: slot) }
            concernsOthers = false
        // The alarm has gone off, perhaps a little early: it is set again if it is still needed.
        case .tick: alarm = nil
        }
        guard concernsOthers else { return orders.take() }
        while restoring == nil, groups[Group.done.rawValue].count > mostDone,
            let oldest = groups[Group.done.rawValue].first
        {
            remove(oldest.slot)
        }
        releaseDue(now: now)
        startNext(now: now)
        setAlarm(now: now)
        return orders.take()
    }
}

/// What one handling collects, so that the journal is written once for all of it.
struct PendingOrders: Sendable {
    var remembered: [Transfer.ID] = []
    var settings = false
    var forgotten: [Transfer.ID] = []
    var merged = 0
    var stops: [Transfer.ID] = []
    var starts: [Transfer] = []
    var alarm: Int64?

    mutating func take() -> [Scheduler.Order] {
        let isEmpty =
            remembered.isEmpty && !settings && forgotten.isEmpty && merged == 0 && stops.isEmpty
            && starts.isEmpty && alarm == nil
        if isEmpty { return [] }
        var orders: [Scheduler.Order] = []
        if !remembered.isEmpty { orders.append(.remember(remembered)) }
        if !forgotten.isEmpty { orders.append(.forget(forgotten)) }
        if settings { orders.append(.rememberSettings) }
        if merged > 0 { orders.append(.merged(count: merged)) }
        for id in stops { orders.append(.stop(id)) }
        for transfer in starts { orders.append(.start(transfer)) }
        if let alarm { orders.append(.wakeAt(alarm)) }
        self = PendingOrders()
        return orders
    }
}
