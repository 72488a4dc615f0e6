import Dispatch
import FTPProtocol
import Synchronization
public import Transfers
import Transport

/// The remote pane's connection: one session at a time, listed and commanded from the screen.
///
/// `perform` returns at once. Answers come as events, in the order of the requests.
public final class Browser: Sendable {
    private let core: Confined<BrowserCore>
    /// Of the session at work, to be reached while it blocks.
    private let current = Mutex<Current?>(nil)
    private let dialogue: DialogueSink
    private let events: @Sendable (EngineEvent) -> Void
    private let isStopping = Atomic<Bool>(false)

    private struct Current {
        var name: ConnectionName
        var controls: SessionControls
    }

    /// - Parameters:
    ///   - passwords: asked when a server wants one, and told those that `connect` brings.
    ///   - events: called on the browser's own thread.
    public init(
        passwords: Passwords, memory: ServerMemory = ServerMemory(), trust: Trust = Trust(),
        dialogue: @escaping DialogueSink,
        events: @escaping @Sendable (EngineEvent) -> Void
    ) {
        self.dialogue = dialogue
        self.events = events
        core = Confined(
            BrowserCore(
                passwords: passwords, memory: memory, trust: trust, dialogue: dialogue, events: events),
            label: "portside.browser")
    }

    public func perform(_ request: RemoteRequest) {
        switch request {
        case .stop: current.withLock { $0 }?.controls.cancellation.cancel()
        case .setDataMode(let mode):
            // Not on the browser's queue: a listing that hangs is just when one wants the other mode.
            let current = current.withLock { $0 }
            current?.controls.dataMode = mode
            if let name = current?.name {
                dialogue(
                    DialogueLine(
                        connection: name, direction: .note,
                        bytes: Array("data connections from now on: \(mode.rawValue)".utf8),
                        time: wallClockNanoseconds()))
            }
            events(.dataModeChanged(mode))
        case .trust(let doubt, let forever):
            core.perform { $0.trust(doubt, forever) }
        case .connect(let site, let password, _):
            let controls = SessionControls(dataMode: site.dataMode)
            let name = current.withLock { current in
                // What the old session waits for is of no interest any more.
                current?.controls.cancellation.cancelForGood()
                let name = ConnectionName(.browsing, (current?.name.number ?? 0) + 1)
                current = Current(name: name, controls: controls)
                return name
            }
            core.perform { [core] in $0.connect(site, password, name, controls, itself: core) }
        default:
            core.perform { [self, core] in
                // What waits behind a silent server must not each wait for it in turn.
                if !isStopping.load(ordering: .acquiring) { $0.perform(request, itself: core) }
            }
        }
    }

    /// Says goodbye to the server; blocks two seconds at most.
    public func stop() {
        isStopping.store(true, ordering: .releasing)
        current.withLock { $0 }?.controls.cancellation.cancelForGood()
        core.wait { $0.close() }
    }
}

/// What `Browser` keeps on its serial queue.
struct BrowserCore: ~Copyable {
    private let passwords: Passwords
    private let memory: ServerMemory
    private let trust: Trust
    private let dialogue: DialogueSink
    private let events: @Sendable (EngineEvent) -> Void
    private var session: Session?
    /// Hears what an idle server says: 421, or the end.
    private var watch: (any DispatchSourceRead)?
    private var shown: ConnectionState = .notConnected
    /// Counts what the connection was used for, so that it is kept alive only while it is used for nothing.
    private var uses = 0

    init(
        passwords: Passwords, memory: ServerMemory, trust: Trust, dialogue: @escaping DialogueSink,
        events: @escaping @Sendable (EngineEvent) -> Void
    ) {
        self.trust = trust
        self.passwords = passwords
        self.memory = memory
        self.dialogue = dialogue
        self.events = events
    }

    func trust(_ doubt: CertificateDoubt, _ forever: Bool) {
        if let trouble = trust.trust(doubt, forever: forever) { events(.notice(trouble)) }
    }

    mutating func connect(
        _ site: Site, _ password: Secret?, _ name: ConnectionName, _ controls: SessionControls,
        itself: Confined<BrowserCore>
    ) {
        close()
        if let password { passwords[site.id] = password }
        let passwords = passwords
        let session = Session(
            site: site, name: name, controls: controls, memory: memory,
            password: { passwords[$0.id] }, trust: trust, dialogue: dialogue)
        self.session = session
        show(.connecting(site))
        events(.dataModeChanged(controls.dataMode))
        do throws(Failure) {
            try session.connect()
            show(.connected(site, session.facts))
        } catch {
            failed(to: site, error)
        }
        watchIdleConnection(itself)
        keepAliveLater(itself)
    }

    private mutating func failed(to site: Site, _ failure: Failure) {
        if failure.kind == .passwordNeeded || failure.kind == .loginRefused && site.user != Site.anonymous {
            passwords.forget(site.id)
            // On the command line one would say where the password is; here one is asked for it.
            let isMissing = failure.kind == .passwordNeeded
            show(.failed(site, isMissing ? "wants a password for \(visible(site.user))" : failure.message))
            events(.passwordNeeded(site, reason: isMissing ? nil : failure.message))
        } else if let doubt = failure.certificate {
            show(.failed(site, failure.message))
            events(.certificateDoubted(site, doubt))
        } else {
            show(.failed(site, failure.kind == .cancelled ? Self.stopped : failure.message))
        }
    }

    /// What became of a connection that was cut short by whoever asked for it.
    private static let stopped = "stopped by you"

    mutating func close() {
        watch?.cancel()
        watch = nil
        session?.quit()
        session = nil
        show(.notConnected)
    }

    mutating func perform(_ request: RemoteRequest, itself: Confined<BrowserCore>) {
        if case .disconnect = request { return close() }
        guard let session else {
            refuse(request, "not connected: F2 connects")
            return
        }
        watch?.cancel()
        watch = nil
        session.controls.cancellation.reset()
        if !session.isConnected { show(.connecting(session.site)) }
        do throws(Failure) {
            try carryOut(request, session)
            show(.connected(session.site, session.facts))
        } catch {
            if error.endsConnection { session.disconnect() }
            refuse(request, error.message)
            if session.isConnected {
                show(.connected(session.site, session.facts))
            } else if error.kind == .cancelled {
                show(.lost(session.site, reason: Self.stopped))
            } else if error.kind == .passwordNeeded || error.kind == .loginRefused || error.certificate != nil
            {
                failed(to: session.site, error)
            } else {
                show(.lost(session.site, reason: error.message))
            }
        }
        if let method = session.lastMethod { events(.dataMethodUsed(method)) }
        watchIdleConnection(itself)
        keepAliveLater(itself)
    }

    /// Where the site wants an idle login kept: a command now and then that does nothing.
    private mutating func keepAliveLater(_ itself: Confined<BrowserCore>) {
        uses += 1
        guard let session, session.isConnected, let pause = session.site.network.keepAlive else { return }
        let use = uses
        itself.perform(after: .seconds(pause)) { [weak itself] core in
            guard let itself, core.uses == use else { return }
            core.keepAlive(itself)
        }
    }

    private mutating func keepAlive(_ itself: Confined<BrowserCore>) {
        guard let session, session.isConnected else { return }
        watch?.cancel()
        watch = nil
        do throws(Failure) { try session.keepAlive() } catch {
            session.disconnect()
            show(.lost(session.site, reason: error.message))
        }
        watchIdleConnection(itself)
        keepAliveLater(itself)
    }

    private func carryOut(_ request: RemoteRequest, _ session: Session) throws(Failure) {
        switch request {
        case .list(let path, let ticket):
            let end = try session.list(path) { [events] in events(.entries(.remote, ticket, $0)) }
            events(
                .listed(
                    .remote, ticket,
                    .init(
                        directory: end.directory, command: end.command,
                        free: try session.freeSpace(at: path),
                        isIncomplete: end.isIncomplete)))
        case .makeDirectory(let path, let ticket):
            try session.makeDirectory(path)
            events(.operationEnded(.remote, ticket, error: nil))
        case .rename(let from, let to, let ticket):
            try session.rename(from, to: to)
            events(.operationEnded(.remote, ticket, error: nil))
        case .delete(let items, let ticket):
            for item in items { try session.deleteTree(item.path, kind: item.kind) }
            events(.operationEnded(.remote, ticket, error: nil))
        case .changeMode(let paths, let mode, let ticket):
            let digits = String(mode & 0o7777, radix: 8)
            let padded = String(repeating: "0", count: max(0, 3 - digits.count)) + digits
            for path in paths { try session.changeMode(of: path, to: padded) }
            events(.operationEnded(.remote, ticket, error: nil))
        case .fetch(let path, let ticket):
            let (copy, source) = try session.fetch(path)
            events(.fetched(ticket, copy: copy, of: source))
        case .lookUp(let path, let ticket): events(.found(ticket, try session.entry(at: path)))
        case .compare(let path, let local, let criterion, let ticket):
            let scan = CompareScan(remote: path, local: local, criterion: criterion) { [events] in
                events(.comparing(ticket, files: $0))
            }
            events(.compared(ticket, try scan.comparison(on: session)))
        case .plan(let decided, let ticket): events(.planned(ticket, try decided.plans(on: session)))
        case .raw(let line):
            let name = session.name
            let dialogue = dialogue
            _ = try session.raw(line) { bytes in
                for line in bytes.split(separator: 0x0A).prefix(BrowserCore.mostRawLines) {
                    dialogue(
                        DialogueLine(
                            connection: name, direction: .connection,
                            bytes: Array(line.filter { $0 != 0x0D }),
                            time: wallClockNanoseconds()))
                }
            }
        case .connect, .disconnect, .setDataMode, .trust, .stop: break
        }
    }

    /// Lines of a raw listing that go to the log, a buffer: it is for looking at, not for keeping.
    private static let mostRawLines = 1_000

    private func refuse(_ request: RemoteRequest, _ message: String) {
        switch request {
        case .list(_, let ticket): events(.listingFailed(.remote, ticket, message))
        case .makeDirectory(_, let ticket), .rename(_, _, let ticket), .delete(_, let ticket),
            .changeMode(_, _, let ticket), .fetch(_, let ticket), .lookUp(_, let ticket),
            .compare(_, _, _, let ticket), .plan(_, let ticket):
            events(.operationEnded(.remote, ticket, error: message))
        case .raw: events(.notice(message))
        case .connect, .disconnect, .setDataMode, .trust, .stop: break
        }
    }

    private mutating func show(_ state: ConnectionState) {
        guard state != shown else { return }
        shown = state
        events(.connection(state))
    }

    /// Only while nothing is asked: then whatever arrives is news.
    private mutating func watchIdleConnection(_ itself: Confined<BrowserCore>) {
        guard let raw = session?.controlDescriptor, let copy = Descriptor.duplicate(of: raw) else { return }
        let source = DispatchSource.makeReadSource(fileDescriptor: copy.raw, queue: itself.dispatchQueue)
        let owner = DescriptorOwner(copy)
        source.setEventHandler { [weak itself] in itself?.onQueue { $0.heardSomething() } }
        source.setCancelHandler { owner.release() }
        watch = source
        source.activate()
    }

    private mutating func heardSomething() {
        guard let end = session?.heardWhileIdle() else { return }
        watch?.cancel()
        watch = nil
        show(end)
    }
}

/// Keeps a descriptor open until the event source that uses it has been cancelled.
private final class DescriptorOwner: Sendable {
    private let descriptor: Mutex<Descriptor?>

    init(_ descriptor: consuming Descriptor) {
        self.descriptor = Mutex(consume descriptor)
    }

    func release() {
        descriptor.withLock { _ = $0.take() }
    }
}
