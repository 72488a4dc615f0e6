import FTPProtocol
import Synchronization
import Transfers
import Transport

/// A connection that carries out transfers, one after the other. Its session lives on a queue of its own.
final class TransferWorker: Sendable {
    let name: ConnectionName
    let site: Site
    /// `site.id`, which is put together each time it is asked for.
    let siteID: Site.ID
    let controls: SessionControls
    /// Bytes at the destination of the transfer at work.
    let progress = ProgressCounter()
    private let session: Confined<Session>
    private let word = Mutex<String?>(nil)
    private let loggedIn = Atomic<Bool>(false)
    private let checkpoint = Mutex<Checkpoint?>(nil)
    /// Of the sessions that fetch segments of the transfer at work.
    private let helpers = Mutex<[SessionControls]>([])
    private let directories = LastDirectory()
    private let companionID = Mutex<Site.ID?>(nil)
    /// How many transfers it was given.
    private let given = Atomic<Int>(0)
    private let memory: ServerMemory
    private let trust: Trust
    private let password: @Sendable (Site) -> Secret?
    private let dialogue: DialogueSink

    init(
        site: Site, name: ConnectionName, dataMode: DataMode, memory: ServerMemory,
        password: @escaping @Sendable (Site) -> Secret?, trust: Trust,
        dialogue: @escaping DialogueSink
    ) {
        self.site = site
        siteID = site.id
        self.name = name
        let controls = SessionControls(dataMode: dataMode)
        self.controls = controls
        self.memory = memory
        self.trust = trust
        self.password = password
        self.dialogue = dialogue
        session = Confined(
            Session(
                site: site, name: name, controls: controls, memory: memory, password: password, trust: trust,
                dialogue: dialogue),
            label: "portside.\(name)")
    }

    /// Whether the session was logged in when it was last looked at.
    var isLoggedIn: Bool { loggedIn.load(ordering: .relaxed) }

    /// Where the last copy came from, if that connection is kept.
    var companionSite: Site.ID? { companionID.withLock { $0 } }

    /// What it does while no bytes move.
    var activity: String? { word.withLock { $0 } }

    /// How one transfer ended, for the scheduler.
    enum End: Sendable {
        case file(FileTransfer.Outcome)
        case scanned
        case failed(Failure, isLoggedIn: Bool)
    }

    struct Reports: Sendable {
        /// With the least time that a reply took, in nanoseconds.
        var loggedIn: @Sendable (_ latency: Int64?) -> Void
        var learnt: @Sendable (SourceFacts) -> Void
        /// Returns when the journal has it.
        var beginning: @Sendable (Part) -> Void
        var kept: @Sendable (Part?) -> Void
        var verified: @Sendable (HashProof) -> Void
        /// In a sentence, why what an earlier try had is of no use.
        var startingOver: @Sendable (String) -> Void = { _ in }
        var found: @Sendable ([Transfer]) -> Void
        /// A remote directory of an upload, and whether it was made now.
        var madeDirectory: @Sendable (RemotePath, _ isNew: Bool) -> Void
        var leftOut: @Sendable (String) -> Void
        /// The server takes no more connections for it than so many.
        var narrowed: @Sendable (Int) -> Void
        /// How far the server's clock is ahead, in seconds; nil when it does not say. Nil: it is known.
        var clockMeasured: (@Sendable (Int64?) -> Void)?
        /// With what was learnt of the source and not told before. Whoever is told may give the worker its next
        /// transfer before this returns.
        var ended: @Sendable (End, _ learnt: SourceFacts?) -> Void
    }

    /// What a server or a disk says of a source; nil what it does not.
    struct SourceFacts: Sendable {
        var size: Int64?
        var modified: Int64?
    }

    /// Begins; `reports.ended` is called exactly once.
    func run(
        _ transfer: Transfer, _ configuration: TransferQueue.Configuration, limit: RateLimit,
        connections: Int, clockAhead: Int64,
        isDestinationFresh: Bool, mayHaveEnded: Bool,
        reports: Reports
    ) {
        let number = given.add(1, ordering: .relaxed).newValue
        controls.cancellation.reset()
        helpers.withLock { $0 = [] }
        progress.set(transfer.bytes)
        word.withLock { $0 = "connecting" }
        session.perform { [self] session in
            defer { if given.load(ordering: .relaxed) == number { directories.letGo() } }
            var isLoggedIn = session.isConnected
            var untold: SourceFacts?
            do throws(Failure) {
                if !isLoggedIn {
                    try session.connect()
                    isLoggedIn = true
                    loggedIn.store(true, ordering: .relaxed)
                    reports.loggedIn(session.control?.quickest)
                }
                word.withLock { $0 = nil }
                if transfer.options.origin == nil { letGoOfCompanion(of: session) }
                switch transfer.kind {
                case .file:
                    let job = FileTransfer(
                        transfer: transfer, progress: progress, limit: limit,
                        makesDirectories: configuration.makesDirectories,
                        isDestinationFresh: isDestinationFresh, mayHaveEnded: mayHaveEnded,
                        connections: connections, clockAhead: clockAhead,
                        clockMeasured: reports.clockMeasured, directories: directories,
                        anotherSession: { [self] in anotherSession(with: self.site) },
                        sessionWith: { [self] in anotherSession(with: $0) },
                        keptSessionWith: { [self, session] in companion(of: session, with: $0) },
                        narrowed: reports.narrowed,
                        learnt: { size, modified in
                            let facts = SourceFacts(size: size, modified: modified)
                            // The time alone is not worth a change of thread for each small file.
                            if size == transfer.size { untold = facts } else { reports.learnt(facts) }
                        },
                        beginning: reports.beginning, kept: reports.kept,
                        checkpoints: { [self] made in checkpoint.withLock { $0 = made } },
                        activity: { [self] in set($0) }, verified: reports.verified,
                        startingOver: reports.startingOver,
                        textExtensions: configuration.textExtensions)
                    let outcome = try job.run(on: session)
                    reports.ended(.file(outcome), untold)
                case .tree where transfer.options.mirror != nil:
                    try mirror(transfer, configuration, clockAhead: clockAhead, on: session, reports)
                    reports.ended(.scanned, nil)
                case .tree:
                    set("scanning")
                    if let origin = transfer.options.origin {
                        let scan = CopyScan(
                            tree: transfer, filter: transfer.options.filter ?? configuration.filter,
                            makesDirectories: configuration.makesDirectories, found: reports.found,
                            madeDirectory: reports.madeDirectory, leftOut: reports.leftOut,
                            activity: { [self] in set($0) })
                        guard let near = companion(of: session, with: origin.site) else { throw .cancelled }
                        try scan.run(from: near, to: session)
                        reports.ended(.scanned, nil)
                        return
                    }
                    let scan = TreeScan(
                        tree: transfer, filter: transfer.options.filter ?? configuration.filter,
                        makesDirectories: configuration.makesDirectories, found: reports.found,
                        madeDirectory: reports.madeDirectory,
                        leftOut: reports.leftOut, activity: { [self] in set($0) })
                    try scan.run(on: session)
                    reports.ended(.scanned, nil)
                }
            } catch {
                if error.endsConnection {
                    session.disconnect()
                    session.companion?.disconnect()
                }
                loggedIn.store(session.isConnected, ordering: .relaxed)
                reports.ended(.failed(error, isLoggedIn: isLoggedIn), untold)
            }
        }
    }

    /// Makes safe what has arrived, on another thread, and tells how much that is.
    func makeCheckpoint(_ kept: @escaping @Sendable (Part) -> Void) {
        checkpoint.withLock { $0 }?.make(kept)
    }

    /// Plans, makes the directories, hands over the copies, and deletes what is to be deleted.
    private func mirror(
        _ transfer: Transfer, _ configuration: TransferQueue.Configuration, clockAhead: Int64,
        on session: Session,
        _ reports: Reports
    ) throws(Failure) {
        set("comparing")
        let options = transfer.options.mirror ?? MirrorOptions()
        var scan = MirrorScan(
            direction: transfer.direction, remote: transfer.remotePath, local: transfer.localPath,
            filter: transfer.options.filter ?? configuration.filter, options: options)
        scan.activity = { [self] in set($0) }
        scan.clockAhead = clockAhead
        var plan = try scan.plan(on: session)
        if let count = plan.limitDeletions(to: options.mostDeletions) {
            throw Failure(
                .permissionRefused,
                "\(count) deletions are more than the \(options.mostDeletions ?? 0) that are allowed: nothing was done; "
                    + "\(Advice.moreDeletions.rawValue) if they are meant"
            )
        }
        for note in plan.notes { reports.leftOut(note) }
        try plan.makeDirectories(on: session, made: reports.madeDirectory)
        let files = try plan.transfers(options: transfer.options, charset: session.charset)
        for start in stride(from: 0, to: files.count, by: Self.batch) {
            reports.found(Array(files[start..<min(start + Self.batch, files.count)]))
        }
        set("deleting")
        try plan.delete(on: session) { session.control?.note(.note, "deleted \($0)") }
    }

    /// Files handed over at once.
    private static let batch = 500

    private func set(_ activity: String?) {
        word.withLock { $0 = activity }
    }

    /// Ends what it waits for, at once.
    func interrupt() {
        controls.cancellation.cancel()
        for helper in helpers.withLock({ $0 }) { helper.cancellation.cancel() }
    }

    /// The session with the server that copies come from: kept as long as they come from there.
    private func companion(of session: Session, with site: Site) -> Session? {
        guard let known = session.companion, known.site == site else {
            letGoOfCompanion(of: session)
            session.companion = anotherSession(with: site)
            companionID.withLock { $0 = session.companion == nil ? nil : site.id }
            return session.companion
        }
        known.controls.cancellation.reset()
        helpers.withLock { $0.append(known.controls) }
        return controls.cancellation.isCancelled ? nil : known
    }

    private func letGoOfCompanion(of session: Session) {
        guard let companion = session.companion else { return }
        companion.quit()
        session.companion = nil
        companionID.withLock { $0 = nil }
    }

    /// One more connection for this transfer alone.
    private func anotherSession(with site: Site) -> Session? {
        let controls = SessionControls(dataMode: controls.dataMode)
        let number = helpers.withLock { helpers in
            helpers.append(controls)
            return helpers.count
        }
        // Cancelled in between: whoever came first has not seen this one.
        if self.controls.cancellation.isCancelled { return nil }
        return Session(
            site: site, name: ConnectionName(.transfer, name.number * 100 + number), controls: controls,
            memory: memory, password: password, trust: trust, dialogue: dialogue)
    }

    /// Says goodbye to the server.
    func quit() {
        loggedIn.store(false, ordering: .relaxed)
        companionID.withLock { $0 = nil }
        session.perform { $0.quit() }
    }

    /// Says goodbye to the server that copies came from.
    func quitCompanion() {
        session.perform { [self] in letGoOfCompanion(of: $0) }
    }

    /// The same, waiting until it is done.
    func quitAndWait() {
        session.wait { $0.quit() }
    }
}
