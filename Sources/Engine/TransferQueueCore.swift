import Dispatch
import FTPProtocol
import Transfers
import Transport

/// What `TransferQueue` keeps on its serial queue.
struct TransferQueueCore: ~Copyable {
    private var journal: Confined<JournalWriter>
    private var unsaved = JournalBatch()
    private var isFlushScheduled = false
    private let configuration: TransferQueue.Configuration
    private let passwords: @Sendable (Site) -> Secret?
    private let trust: Trust
    private let dialogue: DialogueSink
    private let events: @Sendable (EngineEvent) -> Void
    private weak var itself: Confined<TransferQueueCore>?

    private var scheduler: Scheduler
    private var sites: [Site.ID: Site] = [:]
    private var dataModes: [Site.ID: DataMode] = [:]
    /// By the transfer they carry out.
    private var busy: [Transfer.ID: TransferWorker] = [:]
    private var idle: [Rest] = []
    private var freeNumbers: [Int] = []
    private var workerCount = 0
    private var idleCallbacks: [@Sendable (QueueSnapshot.Counts) -> Void] = []
    /// Remote directories that the queue itself made: a file stored there meets nothing.
    private var freshDirectories: Set<FreshDirectory> = []
    /// Sites that let us in once: what they refuse later may pass.
    private var reached: Set<Site.ID> = []
    private var pace = Pace()
    private var window = 0..<64
    private var isSnapshotPending = false
    private var isStopping = false
    /// What has a lower identifier was begun, perhaps, by an earlier run of the program.
    private var firstNewID: Transfer.ID = 0
    /// What was found in such a tree, scanned once more.
    private var foundAgain: Set<Transfer.ID> = []
    private var hasIdleTimer = false
    private let overallRate: RateLimit
    /// Each holds within the overall one.
    private var siteRates: [Site.ID: RateLimit] = [:]
    private var lastCheckpoint: Int64 = 0
    private var heldDisks = HeldDisks()

    /// A connection with nothing to do.
    private struct Rest {
        var worker: TransferWorker
        /// By the monotonic clock, in nanoseconds.
        var since: Int64
    }

    private struct FreshDirectory: Hashable {
        var site: Site.ID
        var path: RemotePath
    }

    /// A connection with nothing to do is given up after this time.
    private static let idleSeconds = 15
    /// At most this much is fetched again after a crash, in nanoseconds.
    private static let checkpointInterval: Int64 = 1_000_000_000
    /// Beyond this the proof that a directory is new is forgotten, and servers are asked again.
    private static let mostFreshDirectories = 100_000

    init(
        configuration: TransferQueue.Configuration,
        passwords: @escaping @Sendable (Site) -> Secret?, trust: Trust, dialogue: @escaping DialogueSink,
        events: @escaping @Sendable (EngineEvent) -> Void
    ) {
        self.trust = trust
        journal = Self.writer(of: ForgetfulJournal(), events)
        self.configuration = configuration
        overallRate = configuration.limit ?? RateLimit(bytesPerSecond: nil)
        self.passwords = passwords
        self.dialogue = dialogue
        self.events = events
        scheduler = Scheduler(
            connections: configuration.connections, givesUpOnSites: !configuration.retriesUnreachable,
            isHeld: configuration.isHeld, seed: UInt64(bitPattern: monotonicNanoseconds()))
    }

    private static func writer(
        of journal: any Journal, _ events: @escaping @Sendable (EngineEvent) -> Void
    ) -> Confined<JournalWriter> {
        Confined(JournalWriter(journal: journal) { events(.notice($0)) }, label: "portside.journal")
    }

    /// The first thing to happen: what was in the queue is there again.
    mutating func begin(_ journal: any Journal, itself: Confined<TransferQueueCore>) {
        self.itself = itself
        self.journal = Self.writer(of: journal, events)
        let contents: JournalContents
        do { contents = try journal.load() } catch {
            // Nothing is written over what could not be read.
            self.journal = Self.writer(of: ForgetfulJournal(), events)
            events(.queueNotKept("it cannot be read: \(error)"))
            contents = JournalContents()
        }
        firstNewID = contents.nextID
        for site in contents.sites { sites[site.id] = site }
        handle(.restored(contents))
        applyRates()
        lookForArrivals()
    }

    /// How often what other processes leave is looked for, in milliseconds: as long as somebody may wait who typed.
    private static let arrivalInterval = 500

    private mutating func lookForArrivals() {
        guard let itself, !isStopping else { return }
        journal.perform { writer in
            guard writer.mayHaveArrivals else { return }
            let left = writer.left()
            itself.perform { core in
                core.take(left)
                // Not before this is written: else it would be found again.
                let batch = core.takeUnsaved()
                core.journal.perform { writer in
                    writer.write(batch)
                    itself.perform(after: .milliseconds(Self.arrivalInterval)) { $0.lookForArrivals() }
                }
            }
        }
    }

    private mutating func take(_ left: [LeftForWorker]) {
        for item in left where !isStopping {
            for site in item.sites {
                sites[site.id] = site
                unsaved.remember(site)
            }
            freshDirectories = []
            let (orders, answer) = scheduler.take(item, now: wallClockNanoseconds() / 1_000_000_000)
            unsaved.answer(item.number, answer)
            carryOut(orders, after: nil)
        }
    }

    // MARK: - Events in, orders out

    mutating func handle(_ event: Scheduler.Event) {
        if case .site(let site) = event {
            sites[site.id] = site
            unsaved.remember(site)
        }
        // Whoever adds something may mean the directories of before, and what is in them by now.
        if case .request(.add) = event { freshDirectories = [] }
        if case .request(let request) = event, request.letsGoOn { heldDisks.releaseAll() }
        if case .request(.show(let first, let count)) = event {
            window = max(0, first)..<max(0, first) + max(0, min(count, 500))
        }
        if case .request(.setRate(let rate)) = event { overallRate.set(bytesPerSecond: rate) }
        carryOut(scheduler.handle(event, now: wallClockNanoseconds() / 1_000_000_000), after: event)
    }

    /// - Parameter event: what they are the answer to; nil for what another process asked for.
    private mutating func carryOut(_ orders: [Scheduler.Order], after event: Scheduler.Event?) {
        for order in orders {
            switch order {
            case .remember(let ids):
                let changed = ids.compactMap { scheduler.transfer($0) }
                unsaved.remember(changed)
                if case .scanned(let tree, _) = event, tree < firstNewID { foundAgain.formUnion(ids) }
                for transfer in changed where transfer.state.isEnded { events(.transferEnded(transfer)) }
            case .forget(let ids): unsaved.forget(ids)
            case .rememberSettings:
                unsaved.remember(scheduler.settings)
                applyRates()
            case .merged(let count):
                // A tree that is scanned once more finds what it found before: nothing to tell.
                if case .request = event { events(.notice("\(count) of these are in the queue already")) }
            case .stop(let id): busy[id]?.interrupt()
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

    /// Many changes in one transaction: what happens within this time is written together.
    private static let flushDelay = DispatchTimeInterval.milliseconds(30)

    private mutating func scheduleFlush() {
        guard !isFlushScheduled, !unsaved.isEmpty, let itself else { return }
        isFlushScheduled = true
        itself.perform(after: Self.flushDelay) { core in
            core.isFlushScheduled = false
            let batch = core.takeUnsaved()
            core.journal.perform { $0.write(batch) }
        }
    }

    private mutating func takeUnsaved() -> JournalBatch {
        defer { unsaved = JournalBatch() }
        return unsaved
    }

    /// - Returns: why not all of it is on the disk; nil when it is.
    @discardableResult
    private mutating func flushAndWait() -> String? {
        let batch = takeUnsaved()
        return journal.wait { writer in
            writer.write(batch)
            return writer.problem
        }
    }

    private mutating func start(_ transfer: Transfer) {
        guard let known = sites[transfer.site], !isStopping else {
            handle(
                .failed(
                    transfer.id,
                    .init("the queue does not know the server of this transfer", isTemporary: false)))
            return
        }
        if let reason = heldDisks.reason(for: transfer) {
            // Not from within: each would begin the next, however many there are.
            itself?.perform { $0.handle(.held(transfer.id, reason: reason, bytes: transfer.bytes)) }
            return
        }
        var site = (transfer.options.connection ?? .usual).applied(to: known)
        // It is a secret, and not in the journal.
        if site.account == nil { site.account = configuration.account }
        let worker = takeWorker(for: site, as: transfer.site)
        busy[transfer.id] = worker
        // Known at once, where a message from the worker would cost two changes of thread a file.
        if worker.isLoggedIn { loggedIn(transfer.id, at: transfer.site) }
        pace.begin(transfer.id, at: transfer.bytes)
        let id = transfer.id
        let siteID = transfer.site
        guard let itself else { return }
        let isFresh =
            transfer.attempts == 0 && transfer.bytes == 0
            && freshDirectories.contains(FreshDirectory(site: siteID, path: transfer.remoteDirectory))
        worker.run(
            transfer, configuration, limit: rate(of: siteID), connections: scheduler.connections(of: id),
            isDestinationFresh: isFresh,
            mayHaveEnded: id < firstNewID || foundAgain.contains(id),
            reports: TransferWorker.Reports(
                loggedIn: { itself.perform { $0.loggedIn(id, at: siteID) } },
                learnt: { size, modified in
                    itself.perform { $0.handle(.sourceLearnt(id, size: size, modified: modified)) }
                },
                beginning: { part in itself.wait { $0.began(id, part) } },
                kept: { part in itself.perform { $0.handle(.partKept(id, part)) } },
                verified: { [events] proof in events(.verified(id, proof)) },
                found: { files in itself.perform { $0.handle(.scanned(id, files)) } },
                madeDirectory: { path, isNew in
                    itself.perform { $0.remember(path, of: siteID, isFresh: isNew) }
                },
                leftOut: { [events] why in events(.notice(why)) },
                narrowed: { count in itself.perform { $0.handle(.narrowed(id, connections: count)) } },
                ended: { end in itself.perform { $0.ended(id, end) } }))
        if workerCount > 0 { changed() }
    }

    private mutating func loggedIn(_ id: Transfer.ID, at site: Site.ID) {
        reached.insert(site)
        handle(.began(id))
    }

    private mutating func began(_ id: Transfer.ID, _ part: Part) {
        handle(.partKept(id, part))
        flushAndWait()
    }

    private mutating func remember(_ path: RemotePath, of site: Site.ID, isFresh: Bool) {
        let directory = FreshDirectory(site: site, path: path)
        guard isFresh else {
            freshDirectories.remove(directory)
            return
        }
        if freshDirectories.count >= Self.mostFreshDirectories { freshDirectories = [] }
        freshDirectories.insert(directory)
    }

    private mutating func ended(_ id: Transfer.ID, _ end: TransferWorker.End) {
        guard let worker = busy.removeValue(forKey: id) else { return }
        foundAgain.remove(id)
        let bytes = worker.progress.bytes
        pace.end(id, at: bytes)
        idle.append(Rest(worker: worker, since: monotonicNanoseconds()))
        startIdleTimer()
        switch end {
        case .file(.done(let bytes)): handle(.finished(id, bytes: bytes))
        case .file(.skipped(let reason)): handle(.skipped(id, reason: reason))
        case .file(.conflict(let size, let modified)): handle(.conflicted(id, size: size, modified: modified))
        case .scanned: handle(.scanEnded(id, nil))
        case .failed(let failure, _) where failure.kind == .cancelled: handle(.stopped(id, bytes: bytes))
        case .failed(let failure, _) where failure.kind == .passwordNeeded:
            handle(.passwordNeeded(id))
            events(.passwordNeeded(worker.site, reason: nil))
        case .failed(let failure, _) where failure.isDiskTrouble && isDownload(id):
            hold(id, failure, bytes: bytes)
        case .failed(let failure, let isLoggedIn):
            let isLimit = !isLoggedIn && failure.reply?.soundsLikeALimit == true
            let others = busy.values.count { $0.site.id == worker.site.id }
            let isHopeless =
                !configuration.retriesUnreachable && failure.kind == .unreachable
                && !reached.contains(scheduler.transfer(id)?.site ?? worker.site.id)
            handle(
                .failed(
                    id,
                    .init(
                        failure.message, isTemporary: failure.isTemporary && !isHopeless, bytes: bytes,
                        connectionLimit: isLimit ? others : nil, concernsSite: !isLoggedIn)))
            if case .failed? = scheduler.transfer(id)?.state { configuration.failed?(id, failure) }
        }
    }

    private func isDownload(_ id: Transfer.ID) -> Bool { scheduler.transfer(id)?.direction == .download }

    private mutating func hold(_ id: Transfer.ID, _ failure: Failure, bytes: Int64) {
        guard let transfer = scheduler.transfer(id) else { return }
        let isNew = heldDisks.hold(for: transfer, failure.message)
        handle(.held(id, reason: failure.message, bytes: bytes))
        configuration.failed?(id, failure)
        if isNew { events(.diskHeld(failure.message)) }
    }

    // MARK: - Workers

    /// - Parameter id: what the queue calls it.
    private mutating func takeWorker(for site: Site, as id: Site.ID) -> TransferWorker {
        if let index = idle.lastIndex(where: { $0.worker.site == site }) {
            return idle.remove(at: index).worker
        }
        let number = freeNumbers.popLast() ?? workerCount + 1
        workerCount = max(workerCount, number)
        return TransferWorker(
            site: site, name: ConnectionName(.transfer, number),
            dataMode: dataModes[id].flatMap { $0 == .auto ? nil : $0 } ?? site.dataMode,
            memory: configuration.memory, password: passwords, trust: trust, dialogue: dialogue)
    }

    mutating func setDataMode(_ mode: DataMode, for site: Site.ID) {
        dataModes[site] = mode
        for rest in idle where rest.worker.site.id == site { rest.worker.controls.dataMode = mode }
        for worker in busy.values where worker.site.id == site { worker.controls.dataMode = mode }
    }

    private mutating func startIdleTimer() {
        guard !hasIdleTimer else { return }
        hasIdleTimer = true
        itself?.perform(after: .seconds(Self.idleSeconds)) { core in
            core.hasIdleTimer = false
            core.dismissIdle()
            if !core.idle.isEmpty { core.startIdleTimer() }
        }
    }

    /// Says goodbye on the connections that had nothing to do for long, whatever others are doing.
    private mutating func dismissIdle() {
        let oldest = monotonicNanoseconds() - Int64(Self.idleSeconds) * 1_000_000_000
        for rest in idle where rest.since <= oldest {
            rest.worker.quit()
            freeNumbers.append(rest.worker.name.number)
        }
        freeNumbers.sort(by: >)
        idle.removeAll { $0.since <= oldest }
    }

    /// The limit of a site's transfers: its own, within that of all.
    private mutating func rate(of site: Site.ID) -> RateLimit {
        if let known = siteRates[site] { return known }
        let rate = RateLimit(bytesPerSecond: scheduler.memory(of: site).rateLimit, within: overallRate)
        siteRates[site] = rate
        return rate
    }

    private func applyRates() {
        for (site, rate) in siteRates { rate.set(bytesPerSecond: scheduler.memory(of: site).rateLimit) }
    }

    // MARK: - The end

    mutating func whenIdle(_ body: @escaping @Sendable (QueueSnapshot.Counts) -> Void) {
        idleCallbacks.append(body)
        tellIfIdle()
    }

    private mutating func tellIfIdle() {
        guard busy.isEmpty, !scheduler.hasWork, !idleCallbacks.isEmpty else { return }
        let callbacks = idleCallbacks
        idleCallbacks = []
        let counts = scheduler.counts
        flushAndWait()
        for callback in callbacks { callback(counts) }
    }

    func contents() -> [Transfer] {
        scheduler.rows(in: 0..<scheduler.counts.all)
    }

    /// Stops everything; the workers are to be waited for.
    mutating func interruptAll() -> [TransferWorker] {
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

    // MARK: - What the screen sees

    /// Tells the screen, at most four times a second.
    private mutating func changed() {
        guard !isSnapshotPending, let itself else { return }
        isSnapshotPending = true
        itself.perform(after: .milliseconds(pace.isFresh ? 0 : 250)) { core in
            core.isSnapshotPending = false
            core.checkpoint()
            core.events(.queue(core.snapshot()))
            // While bytes move there is always something new to see.
            if !core.busy.isEmpty { core.changed() }
        }
    }

    /// Lets the journal know how far each transfer has come, and how much of that is safe on the disk, so that it can
    /// go on there after a crash.
    private mutating func checkpoint() {
        let now = monotonicNanoseconds()
        guard now - lastCheckpoint > Self.checkpointInterval else { return }
        lastCheckpoint = now
        for (id, worker) in busy where worker.progress.bytes > 0 {
            handle(.progressed(id, bytes: worker.progress.bytes))
            guard let itself else { continue }
            worker.makeCheckpoint { part in itself.perform { $0.handle(.partKept(id, part)) } }
        }
    }

    private mutating func snapshot() -> QueueSnapshot {
        let now = monotonicNanoseconds()
        for (id, worker) in busy { pace.sample(id, bytes: worker.progress.bytes, now: now) }
        var snapshot = QueueSnapshot()
        snapshot.counts = scheduler.counts
        snapshot.isScanning = scheduler.isScanning
        snapshot.isPaused = scheduler.isPaused
        snapshot.connectionLimit = scheduler.connectionLimit
        snapshot.firstRow = window.lowerBound
        var left = scheduler.bytesLeft
        for (id, worker) in busy {
            guard let transfer = scheduler.transfer(id), transfer.kind == .file else { continue }
            left -= max(0, worker.progress.bytes - transfer.bytes)
            let rate = pace.rate(of: id) ?? 0
            if transfer.direction == .download {
                snapshot.downloadRate += rate
            } else {
                snapshot.uploadRate += rate
            }
        }
        snapshot.bytesLeft = max(0, left)
        let total = snapshot.downloadRate + snapshot.uploadRate
        if total > 1, left > 0 { snapshot.secondsLeft = Int64(Double(left) / total) }
        snapshot.rows = scheduler.rows(in: window).map { row($0) }
        return snapshot
    }

    private func row(_ transfer: Transfer) -> QueueSnapshot.Row {
        guard let worker = busy[transfer.id] else {
            return QueueSnapshot.Row(
                transfer: transfer, bytes: transfer.bytes,
                waiting: scheduler.reason(of: transfer.id, now: wallClockNanoseconds() / 1_000_000_000))
        }
        let bytes = worker.progress.bytes
        let rate = pace.rate(of: transfer.id)
        var left: Int64?
        if let rate, rate > 1, let size = transfer.size { left = Int64(Double(max(0, size - bytes)) / rate) }
        return QueueSnapshot.Row(
            transfer: transfer, bytes: bytes, rate: rate, secondsLeft: left, connection: worker.name,
            activity: worker.activity)
    }
}
