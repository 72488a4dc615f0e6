import CLinux
import CNcurses
import Glibc
public import Interface

/// The terminal the interface is drawn on: ncurses, and what ncurses leaves out.
///
/// One thread owns it, the one that started it: ncurses is not made for more. Whatever way it ends, `close`,
/// `deinit` or a crash, the terminal is as it was found.
public struct Terminal: ~Copyable {
    public struct Options: Sendable {
        public var mouse: Bool
        /// How long to wait after an Escape for the rest of a sequence, in milliseconds. Slow links need 100.
        public var escapeDelay: Int
        /// False draws with attributes only, whatever the terminal could show.
        public var colors: Bool

        public init(mouse: Bool = true, escapeDelay: Int = 25, colors: Bool = true) {
            self.mouse = mouse
            self.escapeDelay = escapeDelay
            self.colors = colors
        }
    }

    public let colorDepth: ColorDepth
    /// False where the locale has no UTF-8: the interface draws its lines and bars in ASCII then.
    public let isUnicode: Bool
    /// The entry of the terminal database that is used; TERM, or what stands in for it.
    public let type: String

    private let modes: Modes
    private let found: termios
    private var keyboard: Keyboard
    private var painter: Painter
    private var diversion: ErrorDiversion?
    private var title: String?
    private let hasTitle: Bool
    private var isUp = true

    /// Takes the terminal that standard input and output are.
    ///
    /// TERM, COLORTERM, NO_COLOR and the locale are read; LINES and COLUMNS are removed, they would freeze the size.
    public static func start(
        theme: Theme, options: Options = Options(),
        now: @escaping () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) throws(StartError) -> Terminal {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else { throw .noTerminal }
        guard let wanted = environment("TERM") else { throw .typeMissing }
        unsetenv("LINES")
        unsetenv("COLUMNS")
        let characterSet = CharacterSet.adopt()
        var found = termios()
        tcgetattr(STDIN_FILENO, &found)

        let wantsColors = options.colors && environment("NO_COLOR") == nil
        let claim = environment("COLORTERM")
        let wantsDirect = wantsColors && (claim == "truecolor" || claim == "24bit")
        let candidates = TerminalType.candidates(for: wanted, wantsDirect: wantsDirect)
        guard let type = candidates.first(where: { cn_new_terminal($0) }) else { throw .typeUnknown(wanted) }
        // ncurses answers with OK on such terminals and draws nonsense.
        guard cn_string("cup") != nil else {
            endwin()
            throw .typeUnusable(wanted)
        }
        return Terminal(
            type: type, wanted: wanted, found: found, characterSet: characterSet, wantsColors: wantsColors,
            theme: theme, options: options, now: now)
    }

    private init(
        type: String, wanted: String, found: termios, characterSet: CharacterSet, wantsColors: Bool,
        theme: Theme,
        options: Options, now: @escaping () -> ContinuousClock.Instant
    ) {
        self.type = type
        self.found = found
        isUnicode = characterSet == .unicode
        modes = Modes(mouse: options.mouse)
        hasTitle = TerminalType.hasTitle(wanted)
        raw()
        noecho()
        nonl()
        leaveok(cn_screen(), false)
        scrollok(cn_screen(), false)
        if wantsColors, has_colors() {
            start_color()
            use_default_colors()
            let isDirect = cn_flag("RGB") || cn_number("RGB") > 0 || cn_string("RGB") != nil
            colorDepth = ColorDepth(colors: Int(cn_colors()), isDirect: isDirect)
        } else {
            colorDepth = .mono
        }
        keyboard = Keyboard(escapeDelay: options.escapeDelay, now: now)
        painter = Painter(palette: Palette(theme, depth: colorDepth), characterSet: characterSet)
        diversion = ErrorDiversion.begin()
        CrashGuard.arm(found: found, diversion: diversion)
        writeRaw(modes.on)
    }

    deinit {
        if isUp { leaveScreen() }
        CrashGuard.disarm()
    }

    /// Gives the terminal back and shows what was printed to standard error meanwhile.
    public consuming func close() {}

    /// In cells, as the last resize said.
    public var size: Size { Size(columns: Int(cn_columns()), rows: Int(cn_lines())) }

    /// Asks whether the terminal's background is light; `isLight` knows once it has answered, if it ever does.
    public func askBackground() {
        if hasTitle, colorDepth != .mono { writeRaw(Modes.askBackground) }
    }

    public var isLight: Bool? { keyboard.background?.isLight }

    /// All keys that wait. Does not block beyond the escape delay.
    public mutating func keys() -> [Key] {
        let keys = keyboard.read()
        if case .resized = keys.last {
            painter.forget()
            // Terminals move text about when they change their size; only they know where to.
            clearok(cn_current_screen(), true)
        }
        return keys
    }

    /// Shows a frame. Nothing is written when it equals the one that stands there.
    public mutating func draw(_ frame: Frame) {
        guard isUp, painter.paint(frame) else { return }
        writeRaw(Modes.beginFrame)
        doupdate()
        writeRaw(Modes.endFrame)
    }

    /// The next frame is drawn whole, over whatever others have written on the screen (^L).
    public mutating func redrawAll() {
        painter.forget()
        clearok(cn_current_screen(), true)
    }

    public mutating func use(_ theme: Theme) {
        painter.palette = Palette(theme, depth: colorDepth)
        painter.forget()
    }

    /// The window's title. Control characters in it are dropped; give text that went through `visible` anyway.
    public mutating func setTitle(_ text: String) {
        guard hasTitle, isUnicode || text.utf8.allSatisfy({ $0 < 0x80 }) else { return }
        let safe = String(
            String.UnicodeScalarView(
                text.unicodeScalars.prefix(200).filter { $0.properties.generalCategory != .control }))
        guard safe != title else { return }
        writeRaw((title == nil ? Modes.keepTitle : "") + Modes.title(safe))
        title = safe
    }

    /// Gives text to the clipboard of the machine the user sits at (OSC 52). Terminals may refuse it silently.
    public func copyToClipboard(_ text: String) {
        // xterm takes no more than this.
        guard hasTitle, text.utf8.count <= 74_000 else { return }
        writeRaw("\u{1B}]52;c;\(base64(Array(text.utf8)))\u{1B}\\")
    }

    public func ring() {
        writeRaw("\u{7}")
    }

    // MARK: leaving the screen and coming back

    /// Gives the terminal to the shell until the user comes back (`fg`); then everything is as before, except
    /// perhaps the size.
    ///
    /// The whole process group stops, so that a `make run` around us stops too. Where no shell could continue
    /// us, the kernel does not stop anyone and this returns at once.
    public mutating func suspend() {
        putAway()
        Glibc.signal(SIGTSTP, SIG_DFL)
        kill(0, SIGTSTP)
        Signals.handle(SIGTSTP)
        takeBack()
    }

    /// After SIGCONT: whoever stopped us from outside (SIGSTOP) may have left the terminal in any state.
    public mutating func continued() {
        if isUp { putAway() }
        takeBack()
    }

    /// Gives the terminal to a program that is started in it: what follows is not drawn until `takeBack`.
    public mutating func lend() { putAway() }

    private mutating func putAway() {
        leaveScreen()
        isUp = false
    }

    private func leaveScreen() {
        writeRaw(modes.off + (title == nil ? "" : Modes.giveTitleBack))
        // No def_prog_mode: after a stop from outside the tty has the shell's settings, not ours.
        endwin()
    }

    /// The screen again, drawn whole with the next frame.
    public mutating func takeBack() {
        reset_prog_mode()
        isUp = true
        var window = winsize()
        if ioctl(STDIN_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_row > 0, window.ws_col > 0,
            window.ws_row != UInt16(clamping: cn_lines()) || window.ws_col != UInt16(clamping: cn_columns())
        {
            // Resizing while stopped sends no signal. The key it makes is read by the next `keys`.
            resizeterm(Int32(window.ws_row), Int32(window.ws_col))
        }
        writeRaw(modes.on)
        if let title { writeRaw(Modes.keepTitle + Modes.title(title)) }
        redrawAll()
    }
}
