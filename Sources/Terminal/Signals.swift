import CLinux
import Glibc

/// Signals as something to poll: their handlers only write a byte into a pipe that the loop reads.
///
/// Taken: TERM, HUP, INT (end), TSTP (stop, from outside: ^Z is a key here), CONT (the terminal may have been
/// changed meanwhile) and WINCH, which ncurses handles and which must also wake a loop that polls on whatever
/// thread it lands. PIPE is ignored.
///
public struct Signals: ~Copyable {
    /// Readable when a signal waits; give it to poll.
    public let descriptor: Int32
    private let writeEnd: Int32

    private static let taken = [SIGTERM, SIGHUP, SIGINT, SIGTSTP, SIGCONT, SIGWINCH]

    /// - Parameter terminal: proof that the interface is up. ncurses leaves a window handler alone that it finds, so
    ///   its own must be there first; this one calls it on.
    /// - Returns: nil where no pipe can be made (too many open files).
    public static func take(after terminal: borrowing Terminal) -> Signals? {
        var ends: [Int32] = [-1, -1]
        guard pipe2(&ends, O_CLOEXEC | O_NONBLOCK) == 0 else { return nil }
        return Signals(descriptor: ends[0], writeEnd: ends[1])
    }

    private init(descriptor: Int32, writeEnd: Int32) {
        self.descriptor = descriptor
        self.writeEnd = writeEnd
        signalPipe = writeEnd
        var found = sigaction()
        sigaction(SIGWINCH, nil, &found)
        if found.sa_flags & SA_SIGINFO == 0, !isSpecial(found) {
            windowHandler = found.__sigaction_handler.sa_handler
        }
        for signal in Self.taken { Self.handle(signal) }
        Glibc.signal(SIGPIPE, SIG_IGN)
    }

    deinit {
        for signal in Self.taken where signal != SIGWINCH { Glibc.signal(signal, SIG_DFL) }
        // A line that is lost is told several times, by the kernel and by the shell: what is still to be saved is not
        // to be cut off by the second.
        Glibc.signal(SIGHUP, SIG_IGN)
        if let windowHandler {
            Glibc.signal(SIGWINCH, windowHandler)
        } else {
            Glibc.signal(SIGWINCH, SIG_DFL)
        }
        signalPipe = -1
        close(descriptor)
        close(writeEnd)
    }

    /// The signals that came since the last call, each once. Does not block.
    public func drain() -> Set<Int32> {
        var signals: Set<Int32> = []
        withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
            while true {
                let count = read(descriptor, buffer.baseAddress, buffer.count)
                guard count > 0 else { return }
                for index in 0..<count { signals.insert(Int32(buffer[index])) }
            }
        }
        return signals
    }

    static func handle(_ signal: Int32) {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { signal in note(signal) }
        action.sa_flags = SA_RESTART
        sigaction(signal, &action, nil)
    }
}

// Set before the handlers are installed and after they are gone; read by them.
nonisolated(unsafe) private var signalPipe: Int32 = -1
// As above.
nonisolated(unsafe) private var windowHandler: (@convention(c) (Int32) -> Void)?

private func note(_ signal: Int32) {
    let found = errno
    if signal == SIGWINCH, let windowHandler { windowHandler(signal) }
    var byte = UInt8(truncatingIfNeeded: signal)
    // A full pipe already holds enough to wake the loop.
    _ = write(signalPipe, &byte, 1)
    errno = found
}

/// SIG_DFL and SIG_IGN are the addresses 0 and 1; neither can be called.
private func isSpecial(_ action: sigaction) -> Bool {
    unsafeBitCast(action.__sigaction_handler, to: UInt.self) <= 1
}
