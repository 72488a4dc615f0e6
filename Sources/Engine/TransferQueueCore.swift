import Dispatch
import FTPProtocol
import Transfers
import Transport

/// What `TransferQueue` keeps on its serial queue.
struct TransferQueueCore: ~Copyable {
    var journal: Confined<JournalWriter>
    var isForgetful = true
    var unsaved = JournalBatch()
    var isFlushScheduled = false
    let configuration: TransferQueue.Configuration
    let passwords: @Sendable (Site) -> Secret?
    let trust: Trust
    let dialogue: DialogueSink
    let events: @Sendable (EngineEvent) -> Void
    weak var itself: Confined<TransferQueueCore>?

    var scheduler: Scheduler
    var sites: [Site.ID: Site] = [:]
    /// By `Proxy.url`. They are secrets, and not in the journal.
    var proxyPasswords: [String: Secret] = [:]
    var dataModes: [Site.ID: DataMode] = [:]
    /// By the transfer they carry out.
    var busy: [Transfer.ID: TransferWorker] = [:]
    var idle: [Rest] = []
    var freeNumbers: [Int] = []
    var workerCount = 0
    var idleCallbacks: [@Sendable (QueueSnapshot.Counts) -> Void] = []
    /// Remote directories that the queue itself made: a file stored there meets nothing.
    var freshDirectories: Set<FreshDirectory> = []
    /// Sites that let us in once: what they refuse later may pass.
    var reached: Set<Site.ID> = []
    /// Sites whose clock this run has compared with ours, or cannot.
    var clocksKnown: Set<Site.ID> = []
    var pace = Pace()
    var window = 0..<64
    /// Beside the one that `events` is for, by their numbers.
    var viewers: [Int: Viewer] = [:]
    var isSnapshotPending = false
    var isStopping = false
    /// What has a lower identifier was begun, perhaps, by an earlier run of the program.
    var firstNewID: Transfer.ID = 0
    /// What was found in such a tree, scanned once more.
    var foundAgain: Set<Transfer.ID> = []
    var hasIdleTimer = false
    let overallRate: RateLimit
    /// It was given on the command line: the plan of the queue does not hold.
    var isRateFixed: Bool
    /// Each holds within the overall one.
    var siteRates: [Site.ID: RateLimit] = [:]
    var lastCheckpoint: Int64 = 0
    var throughput = Throughput()
    var processors = ProcessorLoad()
    var lastMinute = -1
    var heldDisks = HeldDisks()
    /// Processes that help, by their numbers, and what is leased to them.
    var helpers: [Int64: Helper] = [:]
    /// Tells that another process may have left something; nil where that has to be asked again and again.
    var watch: DirectoryWatch?
    /// What others left is being looked for, or soon will be.
    var isLooking = false
    var mustLookAgain = false
    var leased: [Transfer.ID: Lease] = [:]
    /// Where they are from: one that was removed meanwhile is in no table any more.
    var leasedSites: [Transfer.ID: Site.ID] = [:]

    /// A connection with nothing to do.
    struct Rest {
        var worker: TransferWorker
        /// By the monotonic clock, in nanoseconds.
        var since: Int64
    }

    struct FreshDirectory: Hashable {
        var site: Site.ID
        var path: RemotePath
    }

    init(
        configuration: TransferQueue.Configuration,
        passwords: @escaping @Sendable (Site) -> Secret?, trust: Trust, dialogue: @escaping DialogueSink,
        events: @escaping @Sendable (EngineEvent) -> Void
    ) {
        self.trust = trust
        journal = Self.writer(of: ForgetfulJournal(), events)
        self.configuration = configuration
        overallRate = configuration.limit ?? RateLimit(bytesPerSecond: nil)
        isRateFixed = configuration.limit != nil
        self.passwords = passwords
        self.dialogue = dialogue
        self.events = events
        scheduler = Scheduler(
            connections: configuration.connections, givesUpOnSites: !configuration.retriesUnreachable,
            isHeld: configuration.isHeld, seed: UInt64(bitPattern: monotonicNanoseconds()))
    }

    /// The first thing to happen: what was in the queue is there again.
    mutating func begin(_ journal: any Journal, itself: Confined<TransferQueueCore>) {
        self.itself = itself
        self.journal = Self.writer(of: journal, events)
        isForgetful = journal.isForgetful
        let contents: JournalContents
        do { contents = try journal.begin() } catch {
            // Nothing is written over what could not be read.
            self.journal = Self.writer(of: ForgetfulJournal(), events)
            isForgetful = true
            events(.queueNotKept("it cannot be read: \(error)"))
            contents = JournalContents()
        }
        firstNewID = contents.nextID
        for site in contents.sites { sites[site.id] = site }
        handle(.restored(contents))
        leased = contents.leases.filter { scheduler.transfer($0.key)?.state == .running }
        for id in leased.keys { leasedSites[id] = scheduler.transfer(id)?.site }
        applyRates()
        if contents.isWhole {
            watchJournal(journal)
        } else {
            takeBackLeases(contents.reports, journal)
            readFurther(journal)
        }
    }

    // MARK: - Events in, orders out

    mutating func handle(_ event: Scheduler.Event) {
        if case .site(let site) = event {
            learn(site)
            unsaved.remember(site)
        }
        // Whoever adds something may mean the directories of before, and what is in them by now.
        if case .request(.add) = event { freshDirectories = [] }
        if case .request(let request) = event, request.letsGoOn { heldDisks.releaseAll() }
        if case .request(.show(let first, let count)) = event {
            window = max(0, first)..<max(0, first) + max(0, min(count, Self.mostRows))
        }
        // What is said now goes before what the command line said.
        if case .request(.setRate) = event { isRateFixed = false }
        carryOut(scheduler.handle(event, now: wallClockNanoseconds() / 1_000_000_000), after: event)
    }

    /// - Parameter event: what they are the answer to; nil for what another process asked for.
    mutating func carryOut(_ orders: [Scheduler.Order], after event: Scheduler.Event?) {
        for order in orders {
            switch order {
            case .remember(let ids):
                if case .scanned(let tree, _) = event, tree < firstNewID { foundAgain.formUnion(ids) }
                remember(ids)
            case .forget(let ids): unsaved.forget(ids)
            case .rememberSettings:
                unsaved.remember(scheduler.settings)
                applyRates()
            case .merged(let count):
                // A tree that is scanned once more finds what it found before: nothing to tell.
                if case .request = event { events(.notice("\(count) of these are in the queue already")) }
            case .stop(let id):
                busy[id]?.interrupt()
                // Its helper sees that it is not its any more.
                if leased[id] != nil { unsaved.lease(id, nil) }
            case .start(let transfer): start(transfer)
            case .wakeAt(let moment):
                let wait = max(0, moment - wallClockNanoseconds() / 1_000_000_000)
                itself?.perform(after: .seconds(Int(min(wait, 86_400)))) { $0.handle(.tick) }
            }
        }
        scheduleFlush()
        changed()
        tellIfIdle()
    }

    /// So many are collected for one transaction: a megabyte or two.
    private static let mostAtOnce = 5_000

    /// All of a long queue may fail at once, where a server is gone for good: then the disk is waited for, so that a million
    /// do not stand in memory twice.
    private mutating func remember(_ ids: [Transfer.ID]) {
        if isForgetful {
            for id in ids where scheduler.hasEnded(id) {
                if let transfer = scheduler.transfer(id) { events(.transferEnded(transfer)) }
            }
            return
        }
        for start in stride(from: 0, to: ids.count, by: Self.mostAtOnce) {
            let changed = ids[start..<min(start + Self.mostAtOnce, ids.count)].compactMap {
                scheduler.transfer($0)
            }
            unsaved.remember(changed)
            for transfer in changed where transfer.state.isEnded { events(.transferEnded(transfer)) }
            if ids.count > Self.mostAtOnce { flushAndWait() }
        }
    }

    // MARK: - The end

    mutating func whenIdle(_ body: @escaping @Sendable (QueueSnapshot.Counts) -> Void) {
        idleCallbacks.append(body)
        tellIfIdle()
    }

    mutating func tellIfIdle() {
        guard busy.isEmpty, !scheduler.hasWork, !idleCallbacks.isEmpty else { return }
        let callbacks = idleCallbacks
        idleCallbacks = []
        let counts = scheduler.counts
        flushAndWait()
        for callback in callbacks { callback(counts) }
    }

    /// Stops everything; the workers are to be waited for.
    mutating func interruptAll() -> [TransferWorker] {
        // What was asked and waits for the rest of the journal is not lost.
        while scheduler.hasPostponed { takePiece(journal.wait { $0.next() }) }
        isStopping = true
        for order in scheduler.handle(.programEnds, now: wallClockNanoseconds() / 1_000_000_000) {
            if case .remember(let ids) = order {
                let changed = ids.compactMap { scheduler.transfer($0) }
                unsaved.remember(changed)
            }
        }
        let all = Array(busy.values) + idle.map(\.worker)
        for worker in busy.values { worker.interrupt() }
        idle = []
        return all
    }

    /// After the workers have ended: what they reported goes to the journal.
    ///
    /// - Returns: why not all of it is there; nil when it is.
    mutating func finish() -> String? {
        flushAndWait()
    }
}
