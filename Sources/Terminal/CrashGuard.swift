import CLinux
import Glibc

/// Gives the terminal back when the program dies of a trap.
///
/// A trap leaves no time for `deinit`, and Swift's own backtracer would draw over the alternate screen. So the
/// signals of a crash get a handler that does only what a handler may (signal-safety(7)): it writes bytes that
/// were prepared when the screen came up, sets the tty as it was found, shows what the runtime said, and lets
/// the signal do its work.
enum CrashGuard {
    private static let signals = [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE]

    /// Call after ncurses has started and `diversion`, if there is one, has begun.
    /// - Parameter found: the tty's settings before ncurses changed them.
    static func arm(found: termios, diversion: borrowing ErrorDiversion?) {
        state.found = found
        if state.rescue == nil {
            let bytes = Array(Modes.rescue.utf8)
            let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count)
            copy.initialize(from: bytes, count: bytes.count)
            state.rescue = UnsafeRawPointer(copy)
            state.rescueLength = bytes.count
            useOwnStack()
        }
        switch diversion {
        case .some(let diversion):
            state.crashFile = diversion.file
            state.crashFileStart = diversion.start
            state.standardError = diversion.original
        case .none:
            state.crashFile = -1
            state.standardError = -1
        }
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { signal in restoreAndDie(signal) }
        action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | SA_ONSTACK
        for signal in signals { sigaction(signal, &action, nil) }
    }

    static func disarm() {
        for signal in signals { Glibc.signal(signal, SIG_DFL) }
    }

    /// An overflowing stack leaves no room for a handler. Once for the life of the process.
    private static func useOwnStack() {
        var stack = stack_t()
        stack.ss_size = 64 * 1024
        stack.ss_sp = UnsafeMutableRawPointer.allocate(byteCount: stack.ss_size, alignment: 16)
        sigaltstack(&stack, nil)
    }
}

private struct CrashState {
    var rescue: UnsafeRawPointer?
    var rescueLength = 0
    var found = termios()
    var crashFile: Int32 = -1
    var crashFileStart: Int64 = 0
    var standardError: Int32 = -1
}

// Written by the interface's thread while no handler is installed, read by the handler.
nonisolated(unsafe) private var state = CrashState()

private func restoreAndDie(_ signal: Int32) {
    if let rescue = state.rescue { _ = write(STDOUT_FILENO, rescue, state.rescueLength) }
    tcsetattr(STDIN_FILENO, TCSANOW, &state.found)
    if state.crashFile >= 0 {
        copyPrintable(from: state.crashFile, start: state.crashFileStart, to: state.standardError)
    }
    // SA_RESETHAND has put the default back; this ends the process when the handler returns.
    raise(signal)
}

/// The last part of a file from `start` on, with everything that is not plain text replaced: a message of the
/// runtime may quote what a server sent. Async-signal-safe.
func copyPrintable(from file: Int32, start: Int64, to destination: Int32) {
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
        let end = Int64(lseek(file, 0, SEEK_END))
        guard end > start, let base = buffer.baseAddress else { return }
        var position = max(start, end - 4096)
        while position < end {
            let count = pread(file, base, buffer.count, off_t(position))
            guard count > 0 else { return }
            for index in 0..<count {
                let byte = buffer[index]
                if (byte < 0x20 && byte != 0x0A && byte != 0x09) || byte >= 0x7F { buffer[index] = 0x3F }
            }
            _ = write(destination, base, count)
            position += Int64(count)
        }
    }
}
