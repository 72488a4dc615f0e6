import Dispatch
import Engine
import FTPProtocol
import Glibc
import Storage
import Synchronization
import Transfers
import Transport

/// The queue as a screen has it: its own, or that of another process of this user, which it shows live and commands.
///
/// Whoever holds the queue's lock has it. Another screen finds the socket beside it (see `QueueService`): snapshots, the
/// dialogue and what ended come from there, and what is asked goes there. Transfers to be added are left in the
/// journal, where they are safe whoever dies. When that process ends, however it ends, the socket does, and this
/// one takes the queue over. Nothing is looked at again and again: an idle screen sleeps.
///
/// All methods but `stop` return at once.
final class ScreenQueue: Sendable {
    private let core: Confined<ScreenQueueCore>
    private let lastCounts: LastCounts

    /// - Parameters:
    ///   - isForgotten: it ends with this process, as the demo's does.
    ///   - events: from several threads.
    init(
        isForgotten: Bool, configuration: TransferQueue.Configuration, passwords: Passwords, trust: Trust,
        dialogue: @escaping DialogueSink, events: @escaping @Sendable (EngineEvent) -> Void
    ) {
        let lastCounts = LastCounts()
        self.lastCounts = lastCounts
        core = Confined(
            ScreenQueueCore(
                configuration: configuration, passwords: passwords, trust: trust, dialogue: dialogue,
                events: { event in
                    if case .queue(let snapshot) = event { lastCounts.note(snapshot) }
                    events(event)
                }),
            label: "portside.screen-queue")
        core.perform { [core] value in value.begin(core, isForgotten: isForgotten) }
    }

    /// As the last snapshot had them.
    private final class LastCounts: Sendable {
        private let hasWork = Mutex(false)

        func note(_ snapshot: QueueSnapshot) {
            let counts = snapshot.counts
            hasWork.withLock { $0 = counts.running > 0 || (counts.waiting > 0 && !snapshot.isPaused) }
        }

        var work: Bool { hasWork.withLock { $0 } }
    }

    func perform(_ request: QueueRequest) { core.perform { $0.perform(request) } }

    /// A site must be known before transfers name it.
    func learn(_ site: Site) { core.perform { $0.learn(site) } }

    func setDataMode(_ mode: DataMode, for site: Site.ID) { core.perform { $0.setDataMode(mode, site) } }

    func passwordGiven(for site: Site.ID) { core.perform { $0.passwordGiven(site) } }

    func trust(_ certificate: TrustedCertificate) { core.perform { $0.send(.trust(certificate)) } }

    /// The process that has the queue, if it is another one without a screen, is to stop and end.
    func endWorker() { core.perform { $0.send(.end) } }

    /// Something runs or is going to.
    var hasWork: Bool { lastCounts.work }

    /// Lets go of the queue: transfers of this process are interrupted, the journal is written. Blocks, about three
    /// seconds at most.
    ///
    /// - Returns: why the journal does not have everything, nil when it has; and what another process must know to go
    ///   on with it, nil where there is nothing to go on with, or somebody else does.
    func stop() -> (unsaved: String?, handover: [ScreenMessage]?) {
        core.wait { $0.stop() }
    }
}

/// What `ScreenQueue` keeps on its serial queue.
struct ScreenQueueCore: ~Copyable {
    private enum Place {
        /// Being looked for.
        case nowhere
        case here(TransferQueue, QueueService?, WorkingQueue?)
        /// A process that may or may not have said yet who it is.
        case there(LineLink, isKnown: Bool)
    }

    private var place = Place.nowhere
    /// Tells what comes from an earlier link.
    private var generation = 0
    private var isStopped = false
    private let configuration: TransferQueue.Configuration
    private let passwords: Passwords
    private let trust: Trust
    private let dialogue: DialogueSink
    private let events: @Sendable (EngineEvent) -> Void
    private weak var itself: Confined<ScreenQueueCore>?
    /// What was said here, for whoever has the queue next.
    private var sites: [Site.ID: Site] = [:]
    private var dataModes: [Site.ID: DataMode] = [:]
    private var window = (first: 0, count: 64)
    private var connections: Int?
    /// Asked before it was known where the queue is.
    private var waiting: [QueueRequest] = []
    private var store: QueueStore?

    /// Between two attempts to find out who has the queue, in milliseconds: at first, and when it takes long.
    private static let pause = (short: 50, long: 500)
    /// Attempts after which it takes long: two seconds.
    private static let quickAttempts = 40

    init(
        configuration: TransferQueue.Configuration, passwords: Passwords, trust: Trust,
        dialogue: @escaping DialogueSink, events: @escaping @Sendable (EngineEvent) -> Void
    ) {
        self.configuration = configuration
        self.passwords = passwords
        self.trust = trust
        self.dialogue = dialogue
        self.events = events
    }

    mutating func begin(_ itself: Confined<ScreenQueueCore>, isForgotten: Bool) {
        self.itself = itself
        if isForgotten { return have(ForgetfulJournal(), nil) }
        if let text = BackgroundWorker.takeReport()?.text {
            events(.notice("In the background meanwhile: \(text)."))
        }
        settle(attempt: 0)
    }

    // MARK: - Who has the queue

    private mutating func settle(attempt: Int) {
        guard !isStopped, case .nowhere = place else { return }
        do {
            if let working = try WorkingQueue.open() {
                if let notice = working.notice { events(.notice(notice)) }
                return have(working.store, working)
            }
        } catch {
            events(.queueNotKept(error.message))
            return have(ForgetfulJournal(), nil)
        }
        if let socket = LocalSocket.connect(to: QueueService.socketName, in: WorkingQueue.directory) {
            return attach(LineLink(socket))
        }
        // It has just begun, is about to end, or is a command that has it for a moment.
        if attempt == Self.quickAttempts {
            events(.queueElsewhere(QueueHolder(process: WorkingQueue.holderProcess, kind: nil)))
        }
        let pause = attempt < Self.quickAttempts ? Self.pause.short : Self.pause.long
        itself?.perform(after: .milliseconds(pause)) { $0.settle(attempt: attempt + 1) }
    }

    private mutating func have(_ journal: any Journal, _ working: WorkingQueue?) {
        let service = working.map { _ in QueueService(.screen) }
        let (passwords, events, dialogue) = (passwords, events, dialogue)
        let queue = TransferQueue(
            journal: { journal }, configuration: configuration, passwords: { passwords[$0.id] }, trust: trust,
            dialogue: { line in
                dialogue(line)
                service?.tell(line)
            },
            events: { event in
                events(event)
                service?.tell(event)
            })
        for site in sites.values { queue.learn(site) }
        for (site, mode) in dataModes { queue.setDataMode(mode, for: site) }
        if let connections { queue.perform(.setConnections(connections)) }
        queue.perform(.show(firstRow: window.first, count: window.count))
        service?.begin(queue, passwords: passwords, trust: trust)
        place = .here(queue, service, working)
        events(.queueElsewhere(nil))
        performWaiting()
    }

    private mutating func attach(_ link: LineLink) {
        place = .there(link, isKnown: false)
        generation += 1
        let generation = generation
        guard let itself else { return }
        link.listen(
            { line in
                // Decoded on the link's own thread.
                guard let message = JSON.decode(WorkerMessage.self, line) else { return }
                itself.perform { $0.heard(message, generation) }
            },
            ended: { itself.perform { $0.lost(generation) } })
        // One that was stopped with ^Z takes the connection and says nothing.
        itself.perform(after: .seconds(2)) { $0.noteSilence(generation) }
    }

    private mutating func noteSilence(_ generation: Int) {
        guard generation == self.generation, case .there(_, isKnown: false) = place else { return }
        events(.queueElsewhere(QueueHolder(process: WorkingQueue.holderProcess, kind: nil)))
        performWaiting()
    }

    private mutating func lost(_ generation: Int) {
        guard generation == self.generation, case .there = place else { return }
        place = .nowhere
        settle(attempt: 0)
    }

    private mutating func heard(_ message: WorkerMessage, _ generation: Int) {
        guard generation == self.generation, case .there(let link, let isKnown) = place else { return }
        switch message {
        case .hello(let hello):
            guard hello.version == WorkerMessage.Hello.version else {
                events(.notice("process \(hello.process) has the queue, and is another version of portside"))
                return
            }
            place = .there(link, isKnown: true)
            events(.queueElsewhere(QueueHolder(process: hello.process, kind: hello.kind)))
            if let text = hello.report?.text { events(.notice("In the background so far: \(text).")) }
            introduce()
            performWaiting()
        case .snapshot(let snapshot) where isKnown: events(.queue(snapshot))
        case .dialogue(let line) where isKnown: dialogue(line.value)
        case .ended(let transfer) where isKnown: events(.transferEnded(transfer))
        case .needsPassword(let login) where isKnown:
            if let site = login.value { events(.queueNeedsPassword(site)) }
        case .diskHeld(let reason): events(.diskHeld(reason))
        case .notice(let text): events(.notice(text))
        default: break
        }
    }

    /// What was said here before.
    private func introduce() {
        for message in knowledge { send(message) }
        send(.show(firstRow: window.first, count: window.count))
    }

    private var knowledge: [ScreenMessage] {
        sites.values.map { .login(ScreenMessage.Login($0)) }
            + passwords.all.map { .password($0.key, $0.value.value) }
            + dataModes.map { .setDataMode($0.value, $0.key) }
            + trust.trustedForNow.map { .trust($0) } + (connections.map { [.setConnections($0)] } ?? [])
    }

    // MARK: - What is asked

    mutating func perform(_ request: QueueRequest) {
        note(request)
        switch place {
        case .nowhere: waiting.append(request)
        case .here(let queue, _, _): queue.perform(request)
        case .there(_, let isKnown): ask(request, isKnown: isKnown)
        }
    }

    private mutating func note(_ request: QueueRequest) {
        switch request {
        case .show(let first, let count): window = (first, count)
        case .setConnections(let count): connections = count
        default: break
        }
    }

    private mutating func performWaiting() {
        let requests = waiting
        waiting = []
        for request in requests { perform(request) }
    }

    private mutating func ask(_ request: QueueRequest, isKnown: Bool) {
        switch request {
        case .show(let first, let count): send(.show(firstRow: first, count: count))
        case .setConnections(let count): send(.setConnections(count))
        case .password(let site, let secret): send(.password(site, secret.value))
        case .add(let transfers): leave(.add, transfers)
        default:
            guard let left = LeftRequest(request) else { return }
            // One that does not answer may do so later, or end: then it is found in the journal.
            if isKnown { send(.ask(left)) } else { leave(left, []) }
        }
    }

    /// Safe whoever dies: taken in by whoever has the queue, now or next.
    private mutating func leave(_ request: LeftRequest, _ transfers: [Transfer]) {
        do {
            let open = try store ?? QueueStore(directory: WorkingQueue.directory)
            store = open
            let named = Set(transfers.map(\.site))
            _ = try open.leave(
                request, sites: sites.values.filter { named.contains($0.id) }, transfers: transfers)
        } catch {
            events(.notice("not queued: \(error)"))
        }
    }

    func send(_ message: ScreenMessage) {
        guard case .there(let link, isKnown: true) = place else { return }
        link.send { message.line }
    }

    mutating func learn(_ site: Site) {
        sites[site.id] = site
        if case .here(let queue, _, _) = place { queue.learn(site) } else { send(.login(.init(site))) }
    }

    mutating func setDataMode(_ mode: DataMode, _ site: Site.ID) {
        dataModes[site] = mode
        if case .here(let queue, _, _) = place {
            queue.setDataMode(mode, for: site)
        } else {
            send(.setDataMode(mode, site))
        }
    }

    func passwordGiven(_ site: Site.ID) {
        if case .here(let queue, _, _) = place {
            queue.passwordGiven(for: site)
        } else if let secret = passwords[site] {
            send(.password(site, secret.value))
        }
    }

    // MARK: - The end

    mutating func stop() -> (String?, [ScreenMessage]?) {
        isStopped = true
        let found = place
        place = .nowhere
        switch found {
        case .nowhere:
            // What was asked for while nobody knew where.
            for case .add(let transfers) in waiting { leave(.add, transfers) }
            return (nil, nil)
        case .here(let queue, let service, let working):
            service?.close()
            let unsaved = queue.stop()
            return withExtendedLifetime(working) {
                service?.letGo()
                return (unsaved, working == nil ? nil : knowledge)
            }
        case .there(let link, _):
            link.finish()
            return (nil, nil)
        }
    }
}
