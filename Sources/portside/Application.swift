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
final class Application: EffectRunner {
    struct Start {
        /// Connect here first.
        var target: TargetURL?
        var localDirectory: LocalPath?
        /// Open on the server inside the program.
        var isDemo = false
        var personality = "unix"
    }

    private let inbox = Inbox()
    private let passwords = Passwords()
    private let browser: Browser
    private let local: LocalBrowser
    private let queue: TransferQueue
    private let demo = Mutex<Demo?>(nil)
    private let personality: String
    private var site: Site?
    private let dataMode = Mutex(DataMode.auto)

    private init(journal: any Journal, configuration: Configuration, personality: String) throws {
        let inbox = inbox
        let passwords = passwords
        self.personality = personality
        let dialogue: DialogueSink = { inbox.post(.dialogue($0)) }
        let events: @Sendable (EngineEvent) -> Void = { inbox.post($0) }
        browser = Browser(passwords: passwords, dialogue: dialogue, events: events)
        local = LocalBrowser(events: events)
        queue = try TransferQueue(
            journal: journal, configuration: .init(connections: configuration.connections ?? 4),
            passwords: { passwords[$0.id] }, dialogue: dialogue, events: events)
    }

    /// Opens the screen and runs until the user leaves. Blocks.
    ///
    /// - Returns: the exit status.
    static func run(_ start: Start) throws -> Int32 {
        let files = UserFiles.ofThisProcess()
        let (configuration, configurationProblems) = Configuration.load(files.configuration + "/config.toml")
        let (theme, themeProblems) = chosenTheme(configuration, files)
        // The terminal first: without one nothing else is begun.
        let terminal = try Terminal.start(
            theme: theme,
            options: .init(
                mouse: configuration.mouse, escapeDelay: configuration.escapeDelay, colors: wantsColor()))
        guard let signals = Signals.take(after: terminal) else {
            throw Failure(.localDisk, "no descriptors left for signals")
        }
        // The demo's queue ends with it, as its server does; one that is worked on elsewhere stays there.
        var working: WorkingQueue?
        var queueProblem: String?
        if !start.isDemo {
            do {
                working = try WorkingQueue.open()
                queueProblem =
                    "another portside\(WorkingQueue.holder) works on the queue: what you queue here is not kept"
            } catch {
                queueProblem = "\(error.message); what you queue is not kept when you quit"
            }
        }
        let journal: any Journal
        if let queue = working.take() {
            queueProblem = queue.notice
            journal = queue.store
            working = consume queue
        } else {
            journal = ForgetfulJournal()
        }
        let application = try Application(
            journal: journal, configuration: configuration, personality: start.personality)
        var first: [Action] = [.started]
        for problem in [queueProblem].compactMap({ $0 }) + configurationProblems + themeProblems {
            first.append(.engine(.notice(problem)))
        }
        if start.isDemo {
            application.connectDemo()
        } else if let target = start.target {
            first.append(
                .connectRequested(
                    target.site, password: target.password,
                    directory: target.path.bytes.isEmpty ? nil : target.path))
        }
        let glyphs: GlyphSet = configuration.glyphs == .ascii || !terminal.isUnicode ? .ascii : .unicode
        let home = LocalPath(getenv("HOME").map { String(cString: $0) } ?? "/")
        let model = Model(
            size: terminal.size, now: wallClockNanoseconds(),
            directory: start.localDirectory ?? LocalPath(bytes: LocalDirectory.currentDirectory()),
            localHome: home,
            glyphs: glyphs, isDemo: start.isDemo, version: portsideVersion, utcOffset: utcOffset)
        let onLight =
            configuration.theme == "auto"
            ? ThemeLoader(directories: files.themes).load(ThemeLoader.light).theme : nil
        let loop = MainLoop(
            terminal: terminal, signals: signals, inbox: application.inbox, runner: application, model: model,
            themeOnLight: onLight)
        let status = loop.run(first: first)
        application.stop()
        _ = consume working
        return status
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
            case .connect(var site, let password, let directory):
                site.dataMode = dataMode.withLock { $0 }
                if let password { passwords[site.id] = password }
                self.site = site
                queue.learn(site)
                queue.setDataMode(site.dataMode, for: site.id)
                browser.perform(.connect(site, password: password, directory: directory))
                if password != nil { queue.passwordGiven(for: site.id) }
            case .setDataMode(let mode):
                dataMode.withLock { $0 = mode }
                if let site { queue.setDataMode(mode, for: site.id) }
                browser.perform(request)
            default: browser.perform(request)
            }
        }
    }

    func connectDemo() {
        do {
            let running = try demo.withLock { demo in
                if let demo { return demo }
                let fresh = try Demo(personality: Personality.named(personality) ?? .unix)
                demo = fresh
                return fresh
            }
            let site = Site(host: "127.0.0.1", port: running.port, user: "demo", encryption: .none)
            perform(.remote(.connect(site, password: Secret("demo"), directory: nil)))
        } catch {
            inbox.post(.notice("the demo server cannot be started: \(error)"))
        }
    }

    private func stop() {
        browser.stop()
        queue.stop()
        demo.withLock { demo in
            demo?.stop()
            demo = nil
        }
    }

    // MARK: - Before the first frame

    private static func chosenTheme(_ configuration: Configuration, _ files: UserFiles) -> (Theme, [String]) {
        let name =
            configuration.theme == "auto"
            ? ThemeLoader.automatic(colorFGBG: getenv("COLORFGBG").map { String(cString: $0) })
            : configuration.theme
        let loaded = ThemeLoader(directories: files.themes).load(name)
        return (loaded.theme, loaded.problems)
    }

    private static func wantsColor() -> Bool {
        guard let value = getenv("NO_COLOR") else { return true }
        return value.pointee == 0
    }

    private static let utcOffset: @Sendable (Int64) -> Int = { seconds in
        var time = time_t(seconds)
        var parts = tm()
        localtime_r(&time, &parts)
        return parts.tm_gmtoff
    }
}
