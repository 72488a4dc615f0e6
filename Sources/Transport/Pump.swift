import CLinux
import Glibc

/// How a pump run ended, and how far it came. The bytes count also when it stopped early.
public struct PumpResult: Sendable {
    public enum End: Sendable, Equatable {
        /// The peer ended its stream, or the source had no more.
        case endOfData
        case peerFailed(TransportError)
        case diskFailed(TransportError)
        /// No byte moved for as long as `patience` allows.
        case timedOut
        case cancelled
        /// The watched descriptor, the control connection, has something to read. Go on by calling again.
        case interrupted
    }

    public var bytes: Int64
    public var end: End
}

/// Moves the bytes of data connections (the user-DTP of RFC 959 §2.2). One a session: its pipe and its
/// buffer are used again for every transfer.
///
/// Plain downloads go socket → pipe → file by `splice`, plain uploads file → socket by `sendfile`: no byte
/// enters the program. Everything else, listings and standard input and output, goes through one buffer.
public struct Pump: ~Copyable {
    /// 1 MiB: the most Linux gives an unprivileged pipe, and where the CPU cost stops falling.
    private static let pipeSize = 1 << 20
    private static let bufferSize = 256 << 10

    private var pipe: Pipe?
    private var buffer: UnsafeMutableRawBufferPointer?
    /// What an interrupted run of `send(to:)` had still to send, as a range of `buffer`.
    private var unsent = 0..<0

    public init() {
        pipe = nil
        buffer = nil
    }

    deinit {
        buffer?.deallocate()
    }

    /// What holds for one run, whichever road it takes.
    public struct Conditions {
        /// The longest time without a byte.
        public var patience: Duration
        public var cancellation: Cancellation?
        /// The control connection, −1 for none: when it has something to say the run is interrupted.
        public var watched: Int32
        public var progress: ProgressCounter?
        public var limit: RateLimit?

        public init(
            patience: Duration, cancellation: Cancellation? = nil, watched: Int32 = -1,
            progress: ProgressCounter? = nil, limit: RateLimit? = nil
        ) {
            self.patience = patience
            self.cancellation = cancellation
            self.watched = watched
            self.progress = progress
            self.limit = limit
        }
    }

    /// Moves bytes from the data connection into `file`, beginning at `offset`.
    ///
    /// Blocks until the data ends, the peer is silent for too long, the transfer is cancelled or the control
    /// connection has something to say. In stream mode the end of the connection *is* the end of the
    /// file (RFC 959 §3.4.1), so a peer that gives up early looks like a short file: compare `bytes`
    /// with the announced size.
    ///
    /// - Parameter offset: bytes from the start of the file; what REST asked for (RFC 3659 §5).
    public mutating func receive(
        from socket: borrowing Socket, into file: LocalFile.Lent, at offset: Int64,
        _ conditions: Conditions
    ) -> PumpResult {
        if pipe == nil { pipe = Pipe.make(capacity: Self.pipeSize) }
        guard let capacity = pipe?.capacity else {
            return receiveBuffered(from: socket, into: file, at: offset, conditions)
        }
        var position = offset
        var moved: Int64 = 0
        while true {
            let most = min(capacity, conditions.limit?.chunk ?? capacity)
            let count = splice(
                socket.raw, nil, pipe?.input ?? -1, nil, most, cl_splice_move | cl_splice_nonblock)
            if count > 0 {
                if let failure = drain(count, into: file, at: &position) {
                    if failure == EINVAL, moved == 0 {
                        return rescue(count, from: socket, into: file, at: offset, conditions)
                    }
                    // What the pipe still holds would be the beginning of the next file.
                    pipe = nil
                    return PumpResult(
                        bytes: position - offset, end: .diskFailed(file.error("write", failure)))
                }
                moved += Int64(count)
                conditions.progress?.add(count)
                if let end = pause(after: count, conditions) { return PumpResult(bytes: moved, end: end) }
                continue
            }
            if count == 0 { return PumpResult(bytes: moved, end: .endOfData) }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                if let end = wait(for: socket.raw, .readable, conditions) {
                    return PumpResult(bytes: moved, end: end)
                }
            case EINVAL where moved == 0:
                return receiveBuffered(from: socket, into: file, at: offset, conditions)
            default:
                return PumpResult(
                    bytes: moved,
                    end: .peerFailed(.network(call: "read", peer: "\(socket.peer)", errno: errno)))
            }
        }
    }

    /// Moves bytes from the data connection to `sink`, a buffer at a time: listings, standard output, ASCII.
    ///
    /// - Parameter sink: an error it throws ends the run as `.diskFailed`.
    public mutating func receive(
        from socket: borrowing Socket, _ conditions: Conditions,
        sink: (UnsafeRawBufferPointer) throws(TransportError) -> Void
    ) -> PumpResult {
        let buffer = ownBuffer()
        var moved: Int64 = 0
        while true {
            let most = min(buffer.count, conditions.limit?.chunk ?? buffer.count)
            let count = recv(socket.raw, buffer.baseAddress, most, 0)
            if count > 0 {
                do {
                    try sink(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                } catch {
                    return PumpResult(bytes: moved, end: .diskFailed(error))
                }
                moved += Int64(count)
                conditions.progress?.add(count)
                if let end = pause(after: count, conditions) { return PumpResult(bytes: moved, end: end) }
                continue
            }
            if count == 0 { return PumpResult(bytes: moved, end: .endOfData) }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                if let end = wait(for: socket.raw, .readable, conditions) {
                    return PumpResult(bytes: moved, end: end)
                }
            default:
                return PumpResult(
                    bytes: moved,
                    end: .peerFailed(.network(call: "read", peer: "\(socket.peer)", errno: errno)))
            }
        }
    }

    /// Sends `file` from `offset` to its end, as it is then.
    ///
    /// “Sent” means that the kernel has the bytes, not that the server has stored them: that is what its reply says.
    public mutating func send(
        _ file: LocalFile.Lent, from offset: Int64, to socket: borrowing Socket, _ conditions: Conditions
    ) -> PumpResult {
        var position = off_t(offset)
        var moved: Int64 = 0
        while true {
            let most = conditions.limit?.chunk ?? Self.sendfileChunk
            let count = sendfile(socket.raw, file.raw, &position, most)
            if count > 0 {
                moved += Int64(count)
                conditions.progress?.add(count)
                if let end = pause(after: count, conditions) { return PumpResult(bytes: moved, end: end) }
                continue
            }
            if count == 0 { return PumpResult(bytes: moved, end: .endOfData) }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                if let end = wait(for: socket.raw, .writable, conditions) {
                    return PumpResult(bytes: moved, end: end)
                }
            case EIO:
                return PumpResult(bytes: moved, end: .diskFailed(file.error("read", errno)))
            default:
                return PumpResult(
                    bytes: moved,
                    end: .peerFailed(.network(call: "write", peer: "\(socket.peer)", errno: errno)))
            }
        }
    }

    /// Sends what `source` puts into the buffer it is given, until it puts nothing: standard input, ASCII.
    ///
    /// - Parameter resuming: true to go on after an interruption; what the buffer still held is sent first.
    public mutating func send(
        to socket: borrowing Socket, _ conditions: Conditions, resuming: Bool = false,
        source: (UnsafeMutableRawBufferPointer) throws(TransportError) -> Int
    ) -> PumpResult {
        let buffer = ownBuffer()
        var moved: Int64 = 0
        if !resuming { unsent = 0..<0 }
        while true {
            if unsent.isEmpty {
                let most = min(buffer.count, conditions.limit?.chunk ?? buffer.count)
                do {
                    unsent = 0..<(try source(UnsafeMutableRawBufferPointer(rebasing: buffer[..<most])))
                } catch {
                    return PumpResult(
                        bytes: moved, end: error == .cancelled ? .cancelled : .diskFailed(error))
                }
                if unsent.isEmpty { return PumpResult(bytes: moved, end: .endOfData) }
            }
            while !unsent.isEmpty {
                let count = Glibc.send(
                    socket.raw, buffer.baseAddress.map { $0 + unsent.lowerBound }, unsent.count,
                    Int32(MSG_NOSIGNAL))
                if count > 0 {
                    unsent = (unsent.lowerBound + count)..<unsent.upperBound
                    moved += Int64(count)
                    conditions.progress?.add(count)
                    if let end = pause(after: count, conditions) { return PumpResult(bytes: moved, end: end) }
                    continue
                }
                switch errno {
                case EINTR: continue
                case EAGAIN:
                    if let end = wait(for: socket.raw, .writable, conditions) {
                        return PumpResult(bytes: moved, end: end)
                    }
                default:
                    return PumpResult(
                        bytes: moved,
                        end: .peerFailed(.network(call: "write", peer: "\(socket.peer)", errno: errno)))
                }
            }
        }
    }

    /// A file's bytes at one go for `sendfile`: large enough to be rare, small enough to notice a cancellation.
    private static let sendfileChunk = 4 << 20

    /// Nil to go on, else why not.
    private func wait(
        for descriptor: Int32, _ readiness: Wait.Readiness, _ conditions: Conditions
    ) -> PumpResult.End? {
        let outcome = Wait.wait(
            for: descriptor, readiness, watching: conditions.watched, until: .after(conditions.patience),
            cancellation: conditions.cancellation)
        switch outcome {
        case .ready: return nil
        // Data that is there goes first: the last bytes and the final reply often arrive together.
        case .watchedReady(let firstIsReady):
            return firstIsReady && readiness == .readable ? nil : .interrupted
        case .timedOut: return .timedOut
        case .cancelled: return .cancelled
        }
    }

    /// Holds the pace, and notices a cancellation while bytes flow without ever making us wait.
    private func pause(after bytes: Int, _ conditions: Conditions) -> PumpResult.End? {
        if conditions.cancellation?.isCancelled == true { return .cancelled }
        guard let limit = conditions.limit else { return nil }
        let pause = limit.pause(after: bytes)
        guard pause > .zero else { return nil }
        let outcome = Wait.wait(
            for: -1, .readable, watching: conditions.watched, until: .after(pause),
            cancellation: conditions.cancellation)
        switch outcome {
        case .ready, .timedOut: return nil
        case .watchedReady: return .interrupted
        case .cancelled: return .cancelled
        }
    }

    /// From the pipe into the file. Returns an errno, or nil.
    private func drain(_ bytes: Int, into file: LocalFile.Lent, at position: inout Int64) -> Int32? {
        var left = bytes
        while left > 0 {
            let count = splice(pipe?.output ?? -1, nil, file.raw, &position, left, cl_splice_move)
            if count > 0 {
                left -= count
            } else if count == 0 {
                return EIO
            } else if errno != EINTR {
                return errno
            }
        }
        return nil
    }

    /// The file system does not take `splice`: writes what the pipe already holds, then goes on with the buffer.
    private mutating func rescue(
        _ bytes: Int, from socket: borrowing Socket, into file: LocalFile.Lent, at offset: Int64,
        _ conditions: Conditions
    ) -> PumpResult {
        let buffer = ownBuffer()
        var saved = 0
        while saved < bytes {
            let count = Glibc.read(pipe?.output ?? -1, buffer.baseAddress, min(buffer.count, bytes - saved))
            guard count > 0 else { break }
            do {
                try file.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]), at: offset + Int64(saved))
            } catch {
                pipe = nil
                return PumpResult(bytes: Int64(saved), end: .diskFailed(error))
            }
            saved += count
        }
        conditions.progress?.add(saved)
        var result = receiveBuffered(from: socket, into: file, at: offset + Int64(saved), conditions)
        result.bytes += Int64(saved)
        return result
    }

    private mutating func receiveBuffered(
        from socket: borrowing Socket, into file: LocalFile.Lent, at offset: Int64,
        _ conditions: Conditions
    ) -> PumpResult {
        var position = offset
        return receive(from: socket, conditions) { bytes throws(TransportError) in
            try file.write(bytes, at: position)
            position += Int64(bytes.count)
        }
    }

    private mutating func ownBuffer() -> UnsafeMutableRawBufferPointer {
        if let buffer { return buffer }
        let fresh = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.bufferSize, alignment: 4096)
        buffer = fresh
        return fresh
    }
}

/// The two ends of a pipe, for `splice`.
private final class Pipe {
    private let reading: Descriptor
    private let writing: Descriptor
    let capacity: Int  // bytes

    var output: Int32 { reading.raw }
    var input: Int32 { writing.raw }

    private init(reading: consuming Descriptor, writing: consuming Descriptor, capacity: Int) {
        self.reading = reading
        self.writing = writing
        self.capacity = capacity
    }

    /// Nil when the process is out of descriptors.
    static func make(capacity wanted: Int) -> Pipe? {
        var ends: (Int32, Int32) = (-1, -1)
        let code = withUnsafeMutablePointer(to: &ends) {
            $0.withMemoryRebound(to: Int32.self, capacity: 2) { pipe2($0, O_CLOEXEC) }
        }
        guard code == 0 else { return nil }
        let granted = cl_set_pipe_size(ends.1, Int32(wanted))
        return Pipe(
            reading: Descriptor(owning: ends.0), writing: Descriptor(owning: ends.1),
            capacity: granted > 0 ? Int(granted) : 64 << 10)
    }
}
