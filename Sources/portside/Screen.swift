import Engine
import Glibc
import Interface
import Terminal
import Transfers

/// Opens the interface and stays in it until the user leaves.
struct Screen {
    /// `portside demo`.
    var isDemo = false
    /// `--color never`.
    var colors = true
    /// A theme given on the command line; else what the configuration says.
    var theme: String?
    var version = ""
    var files = UserFiles.ofThisProcess()

    /// - Parameters:
    ///   - configuration: as loaded, with the lines that say what is wrong with it; they are shown as messages.
    ///   - first: what happens after the start, a server to connect to for instance.
    /// - Returns: the exit status. The terminal is as it was found; what could not be opened has been said on
    ///   standard error.
    func run(
        configuration: Configuration, problems: [String], inbox: Inbox, runner: some EffectRunner,
        first: [Action] = []
    ) -> Int32 {
        let loader = ThemeLoader(directories: files.themes)
        let name = theme ?? configuration.theme
        let isAutomatic = name == "auto"
        let loaded = loader.load(isAutomatic ? ThemeLoader.automatic(colorFGBG: variable("COLORFGBG")) : name)
        let onLight = isAutomatic ? loader.load(ThemeLoader.light).theme : nil
        let options = Terminal.Options(
            mouse: configuration.mouse, escapeDelay: configuration.escapeDelay, colors: colors)
        let terminal: Terminal
        do {
            terminal = try Terminal.start(theme: loaded.theme, options: options)
        } catch {
            say(error.description)
            return StartError.exitStatus
        }
        guard let signals = Signals.take() else {
            terminal.close()
            say("no more files can be opened (ulimit -n)")
            return 1
        }
        for problem in problems + loaded.problems { inbox.post(.notice(problem)) }
        let model = Model(
            size: terminal.size, now: wallClock(), directory: currentDirectory(), localHome: home(),
            glyphs: glyphs(configuration, terminal.isUnicode), isDemo: isDemo, version: version,
            utcOffset: utcOffset(at:))
        let loop = MainLoop(
            terminal: terminal, signals: signals, inbox: inbox, runner: runner, model: model,
            themeOnLight: onLight)
        return loop.run(first: [.started] + first)
    }

    private func glyphs(_ configuration: Configuration, _ isUnicode: Bool) -> GlyphSet {
        switch configuration.glyphs {
        case .ascii: .ascii
        case .unicode, .auto: isUnicode ? .unicode : .ascii
        }
    }

    private func say(_ line: String) {
        var text = "portside: \(line)\n"
        text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private func currentDirectory() -> LocalPath {
        guard let path = getcwd(nil, 0) else { return home() }
        defer { free(path) }
        return LocalPath(bytes: bytes(path))
    }

    private func home() -> LocalPath {
        guard let path = getenv("HOME"), path.pointee != 0 else { return .root }
        return LocalPath(bytes: bytes(path))
    }

    /// File names are bytes, whatever they spell.
    private func bytes(_ path: UnsafePointer<CChar>) -> [UInt8] {
        UnsafeBufferPointer(start: path, count: strlen(path)).map { UInt8(bitPattern: $0) }
    }

    private func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}

/// Nanoseconds since 1970.
func wallClock() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// Seconds east of Greenwich, here, at a moment given in seconds since 1970.
@Sendable func utcOffset(at seconds: Int64) -> Int {
    var time = time_t(seconds)
    var local = tm()
    guard localtime_r(&time, &local) != nil else { return 0 }
    return local.tm_gmtoff
}
