import ArgumentParser
import EmbeddedServer
import Engine
import FTPProtocol
import Glibc
import Interface
import Storage
import Synchronization
import Terminal
import Transfers
import Transport

/// The terminal interface with everything behind it: queue, journal, browsers, and a demo server when wanted.
final class Application: EffectRunner, Sendable {
    struct Start {
        /// Connect here first.
        var site: Site?
        var password: Secret?
        /// Nil for the login directory.
        var directory: RemotePath?
        var localDirectory: LocalPath?
        /// Open on the server inside the program.
        var isDemo = false
        var personality = Personality.unix
    }

    private let inbox = Inbox()
    private let passwords = Passwords()
    private let trust: Trust
    private let browser: Browser
    private let local: LocalBrowser
    private let queue: ScreenQueue
    private let demo = DemoHost()
    private let personality: Personality
    /// The transfers are to go on without this screen.
    private let goesOn = Mutex(false)
    /// The remote pane's, and how its data connections are to be made; kept when another site is connected to.
    private let current = Mutex((site: Site?.none, dataMode: DataMode.auto))

    private init(_ start: Start, _ configuration: Configuration) {
        let inbox = inbox
        let passwords = passwords
        // The demo leaves nothing behind.
        trust = start.isDemo ? Trust() : Trust(known: knownServers())
        personality = start.personality
        let dialogue: DialogueSink = { inbox.post(.dialogue($0)) }
        // The demo leaves nothing behind.
        let memory = start.isDemo ? ServerMemory() : .kept
        let events: @Sendable (EngineEvent) -> Void = { inbox.post($0) }
        browser = Browser(
            passwords: passwords, memory: memory, trust: trust, dialogue: dialogue, events: events)
        local = LocalBrowser(
            trash: UserFiles.ofThisProcess().trash, planBytes: { try? PlanFile.bytes(of: $0) }, events: events
        )
        var queueConfiguration = TransferQueue.Configuration(connections: configuration.connections ?? 4)
        queueConfiguration.memory = memory
        queueConfiguration.minuteOfDay = localMinuteOfDay
        queueConfiguration.textExtensions = configuration.textExtensions
        // The demo's queue ends with it, as its server does.
        queue = ScreenQueue(
            isForgotten: start.isDemo, configuration: queueConfiguration, passwords: passwords, trust: trust,
            dialogue: dialogue, events: events)
    }

    /// Opens the screen and runs until the user leaves. Blocks.
    ///
    /// What is left to say when the screen is gone.
    struct End {
        var status: Int32
        /// Why the queue is not all saved, or does not go on.
        var complaint: String?
        /// Where the transfers go on.
        var notice: String?
    }

    static func run(_ start: Start) throws -> End {
        let files = UserFiles.ofThisProcess()
        let settings = Settings.load(files)
        let configuration = settings.configuration
        // The terminal first: without one nothing else is begun.
        let terminal = try Terminal.start(
            theme: settings.theme,
            options: .init(
                mouse: configuration.mouse, escapeDelay: configuration.escapeDelay, colors: wantsColor()))
        guard let signals = Signals.take(after: terminal) else {
            throw Failure(.localDisk, "no descriptors left for signals")
        }
        let application = Application(start, configuration)
        let problems = settings.problems.map { Action.engine(.notice($0)) }
        let model = application.model(start, settings, terminal)
        let loop = MainLoop(
            terminal: terminal, signals: signals, inbox: application.inbox, runner: application, model: model,
            programs: ExternalPrograms(configuration), settings: settings, watch: SettingsWatch(files))
        let status = loop.run(first: [.started] + problems + application.firstActions(start))
        if status == 128 + SIGHUP, configuration.onHangup == .background, application.queue.hasWork {
            application.goOnInBackground()
        }
        return application.stop(status, configuration)
    }

    private func model(_ start: Start, _ settings: Settings, _ terminal: borrowing Terminal)
        -> Model
    {
        let home = LocalPath(getenv("HOME").map { String(cString: $0) } ?? "/")
        var model = Model(
            size: terminal.size, now: wallClockNanoseconds(),
            directory: start.localDirectory ?? LocalPath(bytes: LocalDirectory.currentDirectory()),
            localHome: home,
            glyphs: settings.configuration.glyphs == .ascii || !terminal.isUnicode ? .ascii : .unicode,
            isDemo: start.isDemo, version: portsideVersion, utcOffset: Self.utcOffset,
            charsets: Self.charsets())
        model.apply(settings)
        if start.isDemo { model.sites = [] }
        return model
    }

    private func firstActions(_ start: Start) -> [Action] {
        if start.isDemo {
            connectDemo()
            return []
        }
        guard let site = start.site else { return [] }
        return [.connectRequested(site, password: start.password, directory: start.directory)]
    }

    // MARK: - What the screen asks for

    func perform(_ request: Request) {
        switch request {
        case .local(let request): local.perform(request)
        case .queue(.password(let site, let secret)):
            passwords[site] = secret
            queue.passwordGiven(for: site)
        case .queue(let request): queue.perform(request)
        case .remote(let request):
            switch request {
            case .connect(let site, let password, let directory): connect(site, password, directory)
            case .setDataMode(let mode):
                let site = current.withLock { current in
                    current.dataMode = mode
                    return current.site
                }
                if let site { queue.setDataMode(mode, for: site.id) }
                browser.perform(request)
            default: browser.perform(request)
            }
        }
    }

    func connectDemo() {
        demo.start(personality) { [self] result in
            switch result {
            case .success(let port):
                let site = Site(host: "127.0.0.1", port: port, user: "demo", encryption: .none)
                connect(site, Secret("demo"), nil)
            case .failure(let error): inbox.post(.notice("the demo server cannot be started: \(error)"))
            }
        }
    }

    private func connect(_ wanted: Site, _ password: Secret?, _ directory: RemotePath?) {
        var site = wanted
        site.dataMode = current.withLock { current in
            current.site = wanted
            // A site that wants one of the two is asked for it; any other goes on as the pane did.
            if wanted.dataMode != .auto { current.dataMode = wanted.dataMode }
            return current.dataMode
        }
        if let password { passwords[site.id] = password }
        queue.learn(site)
        queue.setDataMode(site.dataMode, for: site.id)
        browser.perform(.connect(site, password: password, directory: directory))
        if password != nil { queue.passwordGiven(for: site.id) }
    }

    func goOnInBackground() { goesOn.withLock { $0 = true } }

    func endWorker() { queue.endWorker() }

    private func stop(_ status: Int32, _ configuration: Configuration) -> End {
        browser.stop()
        let (unsaved, knowledge) = queue.stop()
        local.stop()
        demo.stop()
        var end = End(status: status, complaint: unsaved)
        guard let knowledge, goesOn.withLock({ $0 }) else { return end }
        do throws(Failure) {
            let process = try BackgroundWorker.start(knowledge, workerArguments(configuration))
            end.notice =
                "The transfers go on in the background (process \(process)); portside shows them again, and "
                + "portside queue list."
        } catch {
            end.complaint = [unsaved, error.message].compactMap { $0 }.joined(separator: "; ")
        }
        return end
    }

    private func workerArguments(_ configuration: Configuration) -> [String] {
        var arguments: [String] = []
        if let connections = configuration.connections { arguments += ["--connections", "\(connections)"] }
        if configuration.whenDone == .command, let command = configuration.whenDoneCommand {
            arguments += ["--when-done", command]
        }
        return arguments
    }

    // MARK: - Before the first frame

    private static func wantsColor() -> Bool {
        guard let value = getenv("NO_COLOR") else { return true }
        return value.pointee == 0
    }

    /// Each is opened once: a frame asks for those of all rows of the queue.
    private static func charsets() -> @Sendable (String?) -> NameCharset? {
        let known = KnownCharsets()
        return { known[$0] }
    }

    private final class KnownCharsets: Sendable {
        private let known = Mutex<[String: NameCharset]>([:])

        subscript(_ name: String?) -> NameCharset? {
            guard let name = NameCharset.kept(name) else { return .utf8 }
            return known.withLock { known in
                if let charset = known[name] { return charset }
                guard let charset = try? NameCharset.named(name) else { return nil }
                known[name] = charset
                return charset
            }
        }
    }

    private static let utcOffset: @Sendable (Int64) -> Int = { seconds in
        var time = time_t(seconds)
        var parts = tm()
        localtime_r(&time, &parts)
        return parts.tm_gmtoff
    }
}

extension Model {
    /// What can be changed while the screen is up. What was chosen with a key meanwhile stays.
    mutating func apply(_ settings: Settings, after before: Settings? = nil) {
        let configuration = settings.configuration
        if before?.configuration.whenDone != configuration.whenDone { whenDone = configuration.whenDone }
        hasDoneCommand = configuration.whenDoneCommand != nil
        onConflict = configuration.onConflict
        keymap = settings.keymap
        if !isDemo { sites = settings.sites }
    }
}
