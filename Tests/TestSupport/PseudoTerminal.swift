import CLinux
public import Glibc

/// What went wrong with a program on a pseudo-terminal: the screen there was, the one wanted, the last bytes.
public struct PseudoTerminalError: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// A program running in a terminal of its own, with `ScreenEmulator` as what the user sees.
///
/// The test drives it like a person: press, type, look. Looking waits until the screen is as expected, as long
/// as `patience` lasts, and never sleeps for a fixed time.
public final class PseudoTerminal {
    public private(set) var screen: ScreenEmulator
    /// Everything the program has written.
    public private(set) var output: [UInt8] = []
    public let process: Int32
    /// Home and XDG directories of the program; removed at the end.
    public let directory: String

    private let master: Int32
    private var status: Int32?
    private var isHungUp = false

    /// - Parameters:
    ///   - environment: what differs from the fixed environment of the tests; nil removes a variable.
    ///   - home: a directory to use (and keep) instead of a new one, for what must survive a restart.
    ///   - files: what to put below the home before the start, by relative path: `config/portside/config.toml`.
    public init(
        _ executable: String, _ arguments: [String] = [], environment: [String: String?] = [:],
        columns: Int = 80, rows: Int = 24, home: String? = nil, files: [String: String] = [:]
    ) throws {
        directory = try home ?? Self.makeDirectory()
        ownsDirectory = home == nil
        try TerminalEntry.install(in: directory)
        for (path, text) in files { try Self.save(text, to: directory + "/" + path) }
        // The widths of the emulator are those of the locale.
        setlocale(LC_CTYPE, "C.UTF-8")
        screen = ScreenEmulator(columns: columns, rows: rows)
        master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)
        var name = [CChar](repeating: 0, count: 128)
        guard master >= 0, grantpt(master) == 0, unlockpt(master) == 0,
            ptsname_r(master, &name, name.count) == 0
        else { throw PseudoTerminalError("no pseudo-terminal") }
        Self.setSize(master, columns, rows)
        process = try Self.spawn(
            executable, arguments, Self.environment(directory, changes: environment), tty: name)
    }

    private let ownsDirectory: Bool

    deinit {
        if status == nil {
            kill(process, SIGKILL)
            while waitpid(process, nil, 0) < 0, errno == EINTR {}
        }
        close(master)
        if ownsDirectory { Self.remove(directory) }
    }

    /// A program built beside the tests: `portside`.
    public static func builtProgram(_ name: String) throws -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let bytes = buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }
        var path = String(decoding: bytes, as: UTF8.self)
        while let slash = path.lastIndex(of: "/") {
            path = String(path[..<slash])
            let candidate = path + "/" + name
            if access(candidate, X_OK) == 0 { return candidate }
        }
        throw PseudoTerminalError("\(name) is not built beside the tests")
    }

    // MARK: what a person does

    /// Keys by name (`F5`, `Up`, `Enter`, `Esc`, `C-x`, `M-x`) or one character each.
    public func press(_ keys: String...) throws {
        for key in keys { try send(Self.bytes(of: key)) }
    }

    public func type(_ text: String) throws {
        try send(Array(text.utf8))
    }

    public func paste(_ text: String) throws {
        try send(Array("\u{1B}[200~\(text)\u{1B}[201~".utf8))
    }

    /// Press and release of the left button; column and row from 0.
    public func click(_ column: Int, _ row: Int) throws {
        try send(Array("\u{1B}[<0;\(column + 1);\(row + 1)M\u{1B}[<0;\(column + 1);\(row + 1)m".utf8))
    }

    public func wheel(down: Bool, _ column: Int, _ row: Int) throws {
        try send(Array("\u{1B}[<\(down ? 65 : 64);\(column + 1);\(row + 1)M".utf8))
    }

    /// The window gets another size; the program is told by SIGWINCH.
    public func resize(columns: Int, rows: Int) {
        screen.resize(columns: columns, rows: rows)
        Self.setSize(master, columns, rows)
    }

    public func signal(_ signal: Int32) {
        kill(process, signal)
    }

    public func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        let deadline = Self.deadline()
        while !rest.isEmpty {
            guard !isHungUp, ContinuousClock.now < deadline else {
                throw failure("the program takes no input")
            }
            var descriptor = pollfd(fd: master, events: Int16(POLLIN | POLLOUT), revents: 0)
            _ = poll(&descriptor, 1, 100)
            // Read as well, or both sides could wait for the other.
            if Int32(descriptor.revents) & (POLLIN | POLLHUP) != 0 { readWaiting() }
            guard Int32(descriptor.revents) & POLLOUT != 0 else { continue }
            let count = rest.withUnsafeBytes { write(master, $0.baseAddress, min($0.count, 512)) }
            if count > 0 { rest = rest.dropFirst(count) }
        }
    }

    // MARK: what a person sees

    /// Waits until the screen satisfies `condition`; then nothing unexpected may have been written either.
    /// A frame that is only half there is not looked at.
    /// - Parameter afterRaces: the window changed its size while the program drew for the old one: what was
    ///   written beyond its edges is nobody's fault.
    public func waitUntil(
        _ what: String, afterRaces: Bool = false, _ condition: (ScreenEmulator) -> Bool
    ) throws {
        let deadline = Self.deadline()
        while screen.modes.contains(2026) || !condition(screen) {
            guard ContinuousClock.now < deadline, !isHungUp else {
                throw failure("never came: \(what)")
            }
            readMore(milliseconds: 50)
        }
        if !afterRaces, !screen.unexpected.isEmpty {
            throw failure("unexpected output: \(screen.unexpected)")
        }
    }

    /// Waits until the program has written this, wherever it went: for terminals the emulator does not know.
    public func expectOutput(_ text: String) throws {
        let deadline = Self.deadline()
        while !String(decoding: output, as: UTF8.self).contains(text) {
            guard ContinuousClock.now < deadline, !isHungUp else { throw failure("never written: ‘\(text)’") }
            readMore(milliseconds: 50)
        }
    }

    /// Waits until a text stands somewhere on the screen.
    public func expect(_ text: String) throws {
        try waitUntil("‘\(text)’") { $0.picture.contains(text) }
    }

    /// Waits until the whole screen is this picture (trailing blanks aside).
    public func expectPicture(_ picture: String) throws {
        let wanted = picture.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        try waitUntil("this picture:\n\(picture)") { screen in
            let padding = max(0, screen.rows - wanted.count)
            return screen.text == wanted + Array(repeating: "", count: padding)
        }
    }

    /// Waits for the program to end.
    /// - Returns: its exit status, or 128 and the number of the signal that killed it.
    public func waitForExit() throws -> Int32 {
        if let status { return status }
        let deadline = Self.deadline()
        while ContinuousClock.now < deadline {
            readMore(milliseconds: 10)
            var raw: Int32 = 0
            if waitpid(process, &raw, WNOHANG) == process {
                readWaiting()
                let code = raw & 0x7F == 0 ? (raw >> 8) & 0xFF : 128 + (raw & 0x7F)
                status = code
                return code
            }
        }
        throw failure("the program does not end")
    }

    /// The settings of its terminal, as the line discipline has them now.
    public var settings: termios {
        var found = termios()
        tcgetattr(master, &found)
        return found
    }

    public func failure(_ what: String) -> PseudoTerminalError {
        let frame = String(repeating: "─", count: screen.columns)
        let tail = output.suffix(400).map { byte -> String in
            (0x20..<0x7F).contains(byte) ? String(Unicode.Scalar(byte)) : "\\x" + String(byte, radix: 16)
        }
        return PseudoTerminalError(
            "\(what)\nthe screen was:\n\(frame)\n\(screen.picture)\n\(frame)\nlast bytes: \(tail.joined())")
    }

    // MARK: the machinery

    private static func deadline() -> ContinuousClock.Instant { .now + patience }

    private func readMore(milliseconds: Int32) {
        var descriptor = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        if poll(&descriptor, 1, milliseconds) > 0 { readWaiting() }
    }

    private func readWaiting() {
        var buffer = [UInt8](repeating: 0, count: 65536)
        var descriptor = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        while poll(&descriptor, 1, 0) > 0 {
            let count = read(master, &buffer, buffer.count)
            guard count > 0 else {
                isHungUp = true  // EIO: nobody has the other side open any more
                return
            }
            output.append(contentsOf: buffer.prefix(count))
            screen.feed(buffer.prefix(count))
        }
    }

    private static func setSize(_ master: Int32, _ columns: Int, _ rows: Int) {
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    }

    private static func spawn(
        _ executable: String, _ arguments: [String], _ environment: [String], tty: [CChar]
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // The first terminal a session leader opens becomes its controlling terminal.
        posix_spawn_file_actions_addopen(&actions, 0, tty, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        let flags = Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) | cl_spawn_setsid
        posix_spawnattr_setflags(&attributes, flags)
        var process = pid_t()
        let error = withCStrings([executable] + arguments) { arguments in
            withCStrings(environment) { environment in
                posix_spawn(&process, executable, &actions, &attributes, arguments, environment)
            }
        }
        guard error == 0 else {
            throw PseudoTerminalError("cannot start \(executable): \(String(cString: strerror(error)))")
        }
        return process
    }

    /// Nothing of the user's own environment may change a picture.
    private static func environment(_ directory: String, changes: [String: String?]) -> [String] {
        var variables: [String: String?] = [
            "TERM": TerminalEntry.name, "TERMINFO": directory, "LANG": "C.UTF-8", "TZ": "UTC",
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": directory,
            "XDG_CONFIG_HOME": directory + "/config",
            "XDG_STATE_HOME": directory + "/state", "XDG_CACHE_HOME": directory + "/cache",
            "XDG_RUNTIME_DIR": directory + "/run",
        ]
        for (name, value) in changes { variables[name] = value }
        return variables.compactMap { name, value in value.map { "\(name)=\($0)" } }
    }

    private static func makeDirectory() throws -> String {
        var template = Array("/tmp/portside-terminal-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw PseudoTerminalError("no temporary directory") }
        return String(cString: made)
    }

    private static func save(_ text: String, to path: String) throws {
        var made = ""
        for part in path.split(separator: "/").dropLast() {
            made += "/" + part
            mkdir(made, 0o700)
        }
        guard let file = fopen(path, "w") else { throw PseudoTerminalError("cannot write \(path)") }
        fputs(text, file)
        fclose(file)
    }

    private static func remove(_ directory: String) {
        _ = runToEnd(["rm", "-rf", "--", directory])
    }

    private static let named: [String: String] = [
        "Enter": "\r", "Esc": "\u{1B}", "Tab": "\t", "BackTab": "\u{1B}[Z", "Space": " ",
        "Backspace": "\u{7F}",
        "Up": "\u{1B}OA", "Down": "\u{1B}OB", "Right": "\u{1B}OC", "Left": "\u{1B}OD", "Home": "\u{1B}[H",
        "End": "\u{1B}[F", "PageUp": "\u{1B}[5~", "PageDown": "\u{1B}[6~", "Insert": "\u{1B}[2~",
        "Delete": "\u{1B}[3~", "S-Up": "\u{1B}[1;2A", "S-Down": "\u{1B}[1;2B", "F1": "\u{1B}OP",
        "F2": "\u{1B}OQ",
        "F3": "\u{1B}OR", "F4": "\u{1B}OS", "F5": "\u{1B}[15~", "F6": "\u{1B}[17~", "F7": "\u{1B}[18~",
        "F8": "\u{1B}[19~", "F9": "\u{1B}[20~", "F10": "\u{1B}[21~", "F11": "\u{1B}[23~", "F12": "\u{1B}[24~",
    ]

    private static func bytes(of key: String) -> [UInt8] {
        if let sequence = named[key] { return Array(sequence.utf8) }
        if key.hasPrefix("C-"), key.count == 3, let letter = key.utf8.last { return [letter & 0x1F] }
        if key.hasPrefix("M-") { return [0x1B] + Array(key.dropFirst(2).utf8) }
        return Array(key.utf8)
    }
}
