import CLinux
import Glibc
import TestSupport

/// One run of the built program, as a script starts it: no terminal, a home and XDG directories of its own.
final class Command {
    let process: pid_t
    private let capture: TemporaryDirectory
    private var ended: Int32?

    /// What a finished run left behind.
    struct Outcome {
        /// As a shell has it: 128 and the number of the signal when one ended it.
        var status: Int32
        var output: [UInt8]
        var errors: [UInt8]
        /// The most memory it had at once, in KiB.
        var peak = 0

        var text: String { String(decoding: output, as: UTF8.self) }
        var complaint: String { String(decoding: errors, as: UTF8.self) }
        /// Without the empty one after the last line end.
        var lines: [String] { text.split(separator: "\n").map(String.init) }
        /// Errors are one line: what was tried, what came back, what to do.
        var complainsInOneLine: Bool {
            complaint.hasPrefix("portside: ") && complaint.hasSuffix("\n")
                && complaint.dropLast().contains("\n") == false
        }
    }

    /// - Parameters:
    ///   - input: what standard input holds.
    ///   - prefix: words of a command that runs the program, by its absolute path; it must become it, by exec.
    init(
        _ arguments: [String], home: String, input: [UInt8] = [], through prefix: [String] = []
    ) throws {
        capture = try TemporaryDirectory()
        try capture.write(input, to: "in")
        let program = try PseudoTerminal.builtProgram("portside")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, capture.path(of: "in"), O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, capture.path(of: "out"), O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, capture.path(of: "err"), O_WRONLY | O_CREAT, 0o600)
        let environment = [
            "LANG=C.UTF-8", "TZ=UTC", "PATH=/usr/bin:/bin:/usr/sbin:/sbin", "HOME=\(home)",
            "XDG_CONFIG_HOME=\(home)/config",
            "XDG_STATE_HOME=\(home)/state", "XDG_CACHE_HOME=\(home)/cache", "XDG_RUNTIME_DIR=\(home)/run",
        ]
        var words = (prefix + [program] + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup($0) } + [nil]
        defer { for string in words + variables { free(string) } }
        var started = pid_t()
        let error = posix_spawn(&started, prefix.first ?? program, &actions, nil, &words, &variables)
        guard error == 0 else { throw CommandFailure(description: "cannot start \(program): errno \(error)") }
        process = started
    }

    deinit {
        guard ended == nil else { return }
        Glibc.kill(process, SIGKILL)
        while waitpid(process, nil, 0) < 0, errno == EINTR {}
    }

    func signal(_ number: Int32) { Glibc.kill(process, number) }

    /// How much it has written to its standard error so far, in bytes.
    var complaintSize: Int {
        var status = stat()
        return stat(capture.path(of: "err"), &status) == 0 ? Int(status.st_size) : 0
    }

    /// What it has written to standard error by now.
    func complaintSoFar() -> String {
        String(decoding: (try? capture.contents(of: "err")) ?? [], as: UTF8.self)
    }

    /// The most memory it has had, in KiB; 0 when it has ended. `getrusage` would count what this process had when it
    /// started it.
    private var residentPeak: Int {
        guard let file = fopen("/proc/\(process)/status", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let words = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                .split { $0 == " " || $0 == "\t" }
            if words.first == "VmHWM:", words.count > 1 { return Int(words[1]) ?? 0 }
        }
        return 0
    }

    /// It has ended, and waits for `finish`.
    var isOver: Bool {
        var end = siginfo_t()
        return waitid(P_PID, id_t(process), &end, WEXITED | WNOHANG | WNOWAIT) == 0 && end.si_signo != 0
    }

    /// What it has written to standard output by now.
    func outputSoFar() throws -> [UInt8] { try capture.contents(of: "out") ?? [] }

    /// Waits for the end, a minute at most.
    func finish() throws -> Outcome {
        let deadline = ContinuousClock.now + .seconds(60)
        var raw: Int32 = 0
        var peak = 0
        while waitpid(process, &raw, WNOHANG) == 0 {
            peak = max(peak, residentPeak)
            guard ContinuousClock.now < deadline else {
                throw CommandFailure(description: "the program does not end")
            }
            poll(nil, 0, 5)
        }
        let status = raw & 0x7F == 0 ? (raw >> 8) & 0xFF : 128 + (raw & 0x7F)
        ended = status
        return Outcome(
            status: status, output: try capture.contents(of: "out") ?? [],
            errors: try capture.contents(of: "err") ?? [], peak: peak)
    }
}

struct CommandFailure: Error, CustomStringConvertible {
    let description: String
}
