import Engine
import FTPProtocol
import Glibc
import Storage
import Synchronization
import Transfers

/// Lets screens in other processes of this user see the queue that this process has, and ask things of it.
///
/// They come by a socket beside the queue (`queue.socket`), in a directory that only this user may enter. It is there
/// and not in the runtime directory because that one goes with the last login, and a worker in the background stays.
final class QueueService: Sendable {
    static let socketName = "queue.socket"

    private struct State {
        var links: [Int: LineLink] = [:]
        var linksSoFar = 0
        var server: LineServer?
        /// The last lines of the dialogue, for screens that come later.
        var recent: [DialogueLine] = []
        var report = BackgroundReport()
        var whenAlone: (@Sendable () -> Void)?
    }

    /// As many as a screen shows of the log, several times.
    private static let recentLines = 500

    private let kind: QueueHolder.Kind
    private let state = Mutex(State())

    init(_ kind: QueueHolder.Kind) {
        self.kind = kind
    }

    /// Screens can come from now on. Where the file system has no sockets, none do.
    ///
    /// - Parameter end: what is done when a screen wants this process to end.
    func begin(
        _ queue: TransferQueue, passwords: Passwords, trust: Trust,
        directory: String = WorkingQueue.directory,
        end: @escaping @Sendable () -> Void = {}
    ) {
        let desk = Desk(queue: queue, passwords: passwords, trust: trust, end: end)
        let server = LineServer(Self.socketName, in: directory) { [weak self] link in
            self?.admit(link, desk)
        }
        state.withLock { $0.server = server }
    }

    /// No more screens can come; those that are here see how it ends.
    func close() {
        state.withLock { state in
            state.server?.stop()
            state.server = nil
        }
    }

    /// After `close`: those that are here are let go. They look for the queue elsewhere then, so it has to be free.
    func letGo() {
        let links = state.withLock { state in
            defer { state.links = [:] }
            return Array(state.links.values)
        }
        for link in links { link.finish() }
    }

    // MARK: - What is told

    func tell(_ event: EngineEvent) {
        switch event {
        case .transferEnded(let transfer):
            state.withLock { $0.report.count(transfer) }
            send(.ended(transfer))
        case .queueNeedsPassword(let site): send(.needsPassword(ScreenMessage.Login(site)))
        case .diskHeld(let reason): send(.diskHeld(reason))
        case .notice(let text): send(.notice(text))
        // Each has a window of its own: see `Desk`.
        default: break
        }
    }

    func tell(_ line: DialogueLine) {
        let links = state.withLock { state in
            state.recent.append(line)
            if state.recent.count > 2 * Self.recentLines { state.recent.removeFirst(Self.recentLines) }
            return state.links
        }
        for link in links.values { link.send(.mayGo) { WorkerMessage.dialogue(.init(line)).line } }
    }

    /// What ended since this began.
    var report: BackgroundReport { state.withLock { $0.report } }

    private func send(_ message: WorkerMessage) {
        for link in state.withLock({ $0.links }).values { link.send(.kept) { message.line } }
    }

    // MARK: - Who looks

    var hasViewers: Bool { state.withLock { !$0.links.isEmpty } }

    /// Calls `body` once, as soon as nobody looks.
    func whenAlone(_ body: @escaping @Sendable () -> Void) {
        let isAlone = state.withLock { state in
            if !state.links.isEmpty { state.whenAlone = body }
            return state.links.isEmpty
        }
        if isAlone { body() }
    }

    private func admit(_ link: LineLink, _ desk: Desk) {
        let (number, recent, report) = state.withLock { state in
            state.linksSoFar += 1
            state.links[state.linksSoFar] = link
            return (state.linksSoFar, state.recent.suffix(Self.recentLines), state.report)
        }
        let hello = WorkerMessage.Hello(
            process: getpid(), kind: kind, report: kind == .background ? report : nil)
        link.send { WorkerMessage.hello(hello).line }
        for line in recent { link.send(.mayGo) { WorkerMessage.dialogue(.init(line)).line } }
        link.listen(
            { line in desk.take(line, from: number, link) },
            ended: { [weak self] in
                desk.queue.forgetViewer(number)
                self?.dismiss(number)
            })
    }

    private func dismiss(_ number: Int) {
        let body = state.withLock { state -> (@Sendable () -> Void)? in
            state.links[number] = nil
            guard state.links.isEmpty else { return nil }
            defer { state.whenAlone = nil }
            return state.whenAlone
        }
        body?()
    }

    /// What screens ask for, and of whom.
    private struct Desk: Sendable {
        let queue: TransferQueue
        let passwords: Passwords
        let trust: Trust
        let end: @Sendable () -> Void

        func take(_ line: String, from number: Int, _ link: LineLink) {
            guard let message = JSON.decode(ScreenMessage.self, line) else { return }
            if case .show(let first, let count) = message {
                let rows = max(0, min(first, 1 << 40))
                queue.show(rows..<rows + max(0, min(count, 1 << 20)), to: number) { snapshot in
                    link.send(.newestOnly) { WorkerMessage.snapshot(snapshot).line }
                }
            } else {
                take(message)
            }
        }

        private func take(_ message: ScreenMessage) {
            if case .end = message { end() } else { message.apply(to: queue, passwords, trust) }
        }
    }
}

extension ScreenMessage {
    /// Does what is asked of a queue here.
    func apply(to queue: TransferQueue, _ passwords: Passwords, _ trust: Trust) {
        switch self {
        case .ask(let left): if let request = left.queueRequest { queue.perform(request) }
        case .setConnections(let count): queue.perform(.setConnections(count))
        case .login(let login): if let site = login.value { queue.learn(site) }
        case .password(let site, let text):
            passwords[site] = Secret(text)
            queue.passwordGiven(for: site)
        case .setDataMode(let mode, let site): queue.setDataMode(mode, for: site)
        case .trust(let certificate): trust.trust(certificate)
        case .show, .end: break
        }
    }

    var line: String? { try? JSON.encode(self) }
}

extension WorkerMessage {
    var line: String? { try? JSON.encode(self) }
}
