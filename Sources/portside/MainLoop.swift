import CLinux
import Engine
import Glibc
import Interface
import Terminal
import Transfers
import Transport

/// The interface's thread: wait, take all that is waiting, update the model, draw once.
///
/// Nothing on it blocks on a network or a disk, and while nothing happens it sleeps without a time-out: an idle
/// program wakes nobody and writes nothing.
struct MainLoop<Runner: EffectRunner>: ~Copyable {
    /// No eye sees more, and a terminal over ssh has better things to do. Keys after a rest are drawn at once.
    static var frameInterval: Duration { .milliseconds(16) }

    private var terminal: Terminal
    private let signals: Signals
    private let inbox: Inbox
    private let runner: Runner
    private var programs: ExternalPrograms
    private var model: Model
    /// What to change to if the terminal says that its background is light; nil when the theme was chosen.
    private var themeOnLight: Theme?

    private var settings: Settings
    private var watch: SettingsWatch
    /// When the files of the settings are read that were written meanwhile.
    private var readAt: ContinuousClock.Instant?

    private var exitStatus: Int32?
    private var isChanged = true
    private var nextFrame = ContinuousClock.now
    private var wakeAt: ContinuousClock.Instant?
    /// ncurses may hold a key that no poll sees: the resize it noticed when the program came back.
    private var holdsKeys = false

    init(
        terminal: consuming Terminal, signals: consuming Signals, inbox: Inbox, runner: Runner, model: Model,
        programs: ExternalPrograms, settings: Settings, watch: SettingsWatch
    ) {
        self.terminal = terminal
        self.signals = signals
        self.inbox = inbox
        self.runner = runner
        self.programs = programs
        self.model = model
        self.settings = settings
        self.watch = watch
        themeOnLight = settings.themeOnLight
    }

    /// Runs until the user leaves or a signal ends the program; then the terminal is as it was found.
    /// - Parameter first: actions that begin it, `.started` and perhaps a server to connect to.
    /// - Returns: the exit status: 0, or 128 and the number of the signal.
    consuming func run(first: [Action]) -> Int32 {
        if themeOnLight != nil { terminal.askBackground() }
        act { model in first.flatMap { update(&model, $0) } }
        while exitStatus == nil {
            drawWhenDue()
            waitForSomething()
            takeSignals()
            takeKeys()
            takeEvents()
            wakeWhenDue()
            readSettingsWhenDue()
        }
        return exitStatus ?? 0
    }

    // MARK: what came in

    private mutating func waitForSomething() {
        var descriptors = [
            pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
            pollfd(fd: inbox.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        descriptors += watch.descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let timeout = holdsKeys ? 0 : timeout()
        holdsKeys = false
        guard poll(&descriptors, nfds_t(descriptors.count), timeout) > 0 else { return }
        if descriptors[3...].contains(where: { $0.revents != 0 }) {
            watch.forget()
            readAt = .now + SettingsWatch.rest
        }
        // The terminal is gone: its window was closed, the line was lost.
        if Int32(descriptors[0].revents) & (POLLHUP | POLLERR | POLLNVAL) != 0 { exitStatus = 128 + SIGHUP }
    }

    /// Milliseconds until the next frame or the wake-up asked for, rounded up; -1, for ever, when nothing moves.
    private func timeout() -> Int32 {
        let due = [isChanged ? nextFrame : nil, wakeAt, readAt].compactMap { $0 }.min()
        guard let due else { return -1 }
        let (seconds, attoseconds) = ContinuousClock.now.duration(to: due).components
        if seconds < 0 || attoseconds < 0 { return 0 }
        return Int32(
            clamping: min(seconds, 3600) * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }

    private mutating func takeSignals() {
        let arrived = signals.drain()
        endIfAsked(by: arrived)
        if arrived.contains(SIGTSTP) {
            suspend()
        } else if arrived.contains(SIGCONT) {
            terminal.continued()
            holdsKeys = true
            isChanged = true
        }
    }

    private mutating func endIfAsked(by arrived: Set<Int32>) {
        for signal in [SIGTERM, SIGHUP, SIGINT] where arrived.contains(signal) { exitStatus = 128 + signal }
    }

    private mutating func suspend() {
        terminal.suspend()
        // The SIGCONT of this return is answered already; a second answer would only flicker.
        endIfAsked(by: signals.drain())
        holdsKeys = true
        isChanged = true
    }

    private mutating func takeKeys() {
        for key in terminal.keys() {
            if case .resized(let size) = key {
                act { update(&$0, .resized(size)) }
            } else {
                act { handle(key, &$0) }
            }
        }
        if let theme = themeOnLight, let isLight = terminal.isLight {
            themeOnLight = nil
            if isLight {
                terminal.use(theme)
                isChanged = true
            }
        }
    }

    private mutating func takeEvents() {
        for event in inbox.take() { act { update(&$0, .engine(event)) } }
    }

    private mutating func wakeWhenDue() {
        guard let wakeAt, wakeAt <= .now else { return }
        self.wakeAt = nil
        act { update(&$0, .woke) }
    }

    /// A broken file changes nothing, and says what is wrong in it.
    private mutating func readSettingsWhenDue() {
        guard let readAt, readAt <= .now else { return }
        self.readAt = nil
        guard let new = watch.load() else { return }
        // What was wrong before was said before.
        let problems = new.isWhole ? new.problems.filter { !settings.problems.contains($0) } : new.problems
        if new.isWhole {
            let old = settings
            settings = new
            terminal.use(terminal.isLight == true ? new.themeOnLight ?? new.theme : new.theme)
            programs = ExternalPrograms(new.configuration)
            model.apply(new, after: old)
        }
        act { model in
            problems.isEmpty
                ? update(&model, .engine(.notice("The settings were read again.")))
                : problems.flatMap { update(&model, .engine(.notice($0))) }
        }
    }

    // MARK: what follows

    private mutating func act(_ change: (inout Model) -> [Effect]) {
        model.now = wallClockNanoseconds()
        let effects = change(&model)
        isChanged = true
        for effect in effects { perform(effect) }
    }

    private mutating func perform(_ effect: Effect) {
        switch effect {
        case .request(let request): runner.perform(request)
        case .connectDemo: runner.connectDemo()
        case .quit: exitStatus = exitStatus ?? 0
        case .goOnInBackground: runner.goOnInBackground()
        case .endWorker: runner.endWorker()
        case .suspend: suspend()
        case .redraw: terminal.redrawAll()
        case .wake(let milliseconds):
            let time = ContinuousClock.now + .milliseconds(max(1, milliseconds))
            wakeAt = min(wakeAt ?? time, time)
        case .open(let file, let use, let ticket):
            let end = programs.run(on: file, use, terminal: &terminal)
            holdsKeys = true
            act { update(&$0, .programEnded(ticket, end)) }
        case .ring: terminal.ring()
        case .runWhenDone: programs.runWhenDone()
        case .copyToClipboard(let text): terminal.copyToClipboard(text)
        }
    }

    private mutating func drawWhenDue() {
        let now = ContinuousClock.now
        guard isChanged, now >= nextFrame else { return }
        model.now = wallClockNanoseconds()
        terminal.draw(view(model, size: terminal.size))
        terminal.setTitle(model.windowTitle)
        isChanged = false
        nextFrame = now + Self.frameInterval
    }
}
