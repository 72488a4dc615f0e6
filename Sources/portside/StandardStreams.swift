import Glibc
import Synchronization

/// Standard output, in large pieces.
enum StandardOutput {
    private static let buffer = Mutex<[UInt8]>([])
    /// Why not all of it could be written.
    private static let trouble = Mutex<Int32?>(nil)
    private static let pieceSize = 64 << 10

    static var isTerminal: Bool { isatty(1) == 1 }

    static func write(_ bytes: some Collection<UInt8>) {
        let piece = buffer.withLock { buffer in
            buffer.append(contentsOf: bytes)
            guard buffer.count >= pieceSize else { return [UInt8]() }
            defer { buffer.removeAll(keepingCapacity: true) }
            return buffer
        }
        if !piece.isEmpty { put(piece) }
    }

    private static func put(_ piece: [UInt8]) {
        guard trouble.withLock({ $0 }) == nil, !writeAll(1, piece) else { return }
        let code = errno
        trouble.withLock { $0 = code }
    }

    static func write(_ text: String) {
        write(text.utf8)
    }

    /// - Returns: the errno when not all of it, this time or before, could be written; else nil.
    @discardableResult
    static func flush() -> Int32? {
        let piece = buffer.withLock { buffer in
            defer { buffer = [] }
            return buffer
        }
        if !piece.isEmpty { put(piece) }
        return trouble.withLock { $0 }
    }
}

/// Standard error, at once.
enum StandardError {
    static var isTerminal: Bool { isatty(2) == 1 }

    /// The width of its terminal now; 80 where there is none.
    static var columns: Int {
        var size = winsize()
        guard ioctl(2, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else { return 80 }
        return Int(size.ws_col)
    }

    static func write(_ text: String) {
        _ = writeAll(2, Array(text.utf8))
    }
}

/// False on an error: the reader has gone, the disk is full.
func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
    var done = 0
    while done < bytes.count {
        let count = bytes.withUnsafeBytes {
            Glibc.write(descriptor, $0.baseAddress.map { $0 + done }, bytes.count - done)
        }
        if count > 0 {
            done += count
        } else if errno == EAGAIN {
            var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            poll(&entry, 1, -1)
        } else if errno == EPIPE, descriptor == 1 {
            endAsBrokenPipe()
        } else if errno != EINTR {
            return false
        }
    }
    return true
}

/// Whoever read our output has seen enough: ends the program without a word, as `cat` ends in `cat | head`.
private func endAsBrokenPipe() -> Never {
    signal(SIGPIPE, SIG_DFL)
    raise(SIGPIPE)
    _exit(128 + SIGPIPE)
}
