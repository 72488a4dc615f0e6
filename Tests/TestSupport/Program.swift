import Glibc

/// A program run to its end.
public struct Program {
    /// What it returned; 128 and the signal's number when a signal ended it, as a shell has it.
    public let status: Int32
    /// Standard output and standard error, in the order they were written.
    public let output: String

    /// Runs a program without standard input, in this environment, and waits for its end, though not for that of
    /// its children. Blocks.
    public static func run(_ path: String, _ arguments: [String]) throws -> Program {
        // An unnamed file, not a pipe: a child that lives on would keep the pipe from ending.
        var name = Array("/tmp/portside-output-XXXXXX".utf8CString)
        let capture = mkstemp(&name)
        guard capture >= 0 else { throw SystemFailure("mkstemp") }
        defer { close(capture) }
        _ = fcntl(capture, F_SETFD, FD_CLOEXEC)
        unlink(name)

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, capture, 1)
        posix_spawn_file_actions_adddup2(&actions, capture, 2)

        var strings = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for string in strings { free(string) } }
        var child = pid_t()
        errno = posix_spawn(&child, path, &actions, nil, &strings, environ)
        guard errno == 0 else { throw SystemFailure("posix_spawn", path) }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 {
            guard errno == EINTR else { throw SystemFailure("waitpid", path) }
        }
        let signal = status & 0x7F
        return Program(status: signal == 0 ? (status >> 8) & 0xFF : 128 + signal, output: text(of: capture))
    }

    private static func text(of file: Int32) -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while case let count = pread(file, &chunk, chunk.count, bytes.count), count > 0 {
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
