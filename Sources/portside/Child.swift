import CLinux
import Dispatch
import Glibc

/// A program in the foreground of this terminal, which has been given back before.
enum Child {
    enum Result: Equatable {
        /// `errno` of the start.
        case notStarted(Int32)
        /// The exit status, or 128 and the number of the signal that ended it.
        case ended(Int32)
    }

    /// Starts the program and waits for its end. ^C and ^\ are for the program; ^Z stops both, and `fg` continues
    /// both.
    ///
    /// - Parameter last: the last argument, as bytes: an absolute path.
    static func run(_ words: [String], appending last: [UInt8]) -> Result {
        let kept = [SIGINT, SIGQUIT, SIGTSTP].map { signal -> (Int32, sigaction) in
            var found = sigaction()
            sigaction(signal, nil, &found)
            Glibc.signal(signal, signal == SIGTSTP ? SIG_DFL : SIG_IGN)
            return (signal, found)
        }
        defer { for (signal, var found) in kept { sigaction(signal, &found, nil) } }

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // Standard error goes to a file while the screen is up; here it is the terminal again.
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var all = sigset_t()
        sigfillset(&all)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

        let arguments = words.map { Array($0.utf8) } + [last]
        // less runs what LESSOPEN says through a shell, and can start others: not on files of a server.
        let variables =
            environmentEntries().filter { !$0.starts(with: "LESSSECURE=".utf8) } + [
                Array("LESSSECURE=1".utf8)
            ]
        var child = pid_t()
        let code = withCStrings(arguments) { arguments in
            withCStrings(variables) { variables in
                guard let name = arguments[0], let list = arguments.baseAddress,
                    let environment = variables.baseAddress
                else { return EINVAL }
                return posix_spawnp(&child, name, &actions, &attributes, list, environment)
            }
        }
        guard code == 0 else { return .notStarted(code) }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 {
            guard errno == EINTR else { return .ended(0) }
        }
        return .ended(status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F))
    }

    /// `errno` of a start.
    struct StartError: Error {
        let code: Int32
    }

    /// Starts a program without a terminal, in a session of its own, and goes on; nothing of it is waited for.
    ///
    /// - Parameters:
    ///   - input: its standard input; nil for none.
    ///   - errors: the file that its standard error goes to, made anew with mode 0600; nil for none.
    /// - Returns: its process.
    @discardableResult
    static func start(_ words: [String], input: Int32? = nil, errors: String? = nil)
        -> Swift.Result<pid_t, StartError>
    {
        guard !words.isEmpty else { return .failure(StartError(code: ENOENT)) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in Int32(0)...2 {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        if let input { posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO) }
        if let errors {
            posix_spawn_file_actions_addopen(
                &actions, STDERR_FILENO, errors, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o600)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK) | cl_spawn_setsid)
        var child = pid_t()
        let code = withCStrings(words.map { Array($0.utf8) }) { arguments in
            guard let name = arguments[0], let list = arguments.baseAddress else { return EINVAL }
            return posix_spawnp(&child, name, &actions, &attributes, list, environ)
        }
        guard code == 0 else { return .failure(StartError(code: code)) }
        // Somebody has to bury it.
        let process = child
        DispatchQueue(label: "portside.child").async { waitpid(process, nil, 0) }
        return .success(process)
    }

    private static func environmentEntries() -> [[UInt8]] {
        var entries: [[UInt8]] = []
        var next = environ
        while let entry = next.pointee {
            entries.append(
                Array(UnsafeBufferPointer(start: entry, count: strlen(entry))).map { UInt8(bitPattern: $0) })
            next += 1
        }
        return entries
    }

    private static func withCStrings<Result>(
        _ strings: [[UInt8]], _ body: (UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var copies: [UnsafeMutablePointer<CChar>?] = strings.map { bytes in
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
            for (index, byte) in bytes.enumerated() { copy[index] = CChar(bitPattern: byte) }
            copy[bytes.count] = 0
            return copy
        }
        copies.append(nil)
        defer { for copy in copies { copy?.deallocate() } }
        return copies.withUnsafeMutableBufferPointer { body($0) }
    }
}
