import Glibc

/// How a pump run ended, and how far it came. The bytes count also when it stopped early.
public struct PumpResult: Sendable {
    public enum End: Sendable, Equatable {
        /// The peer ended its stream, or the source had no more.
        case endOfData
        /// TLS: the peer's stream ended without close_notify, so perhaps before its end.
        case cutOff
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

    public init(bytes: Int64, end: End) {
        self.bytes = bytes
        self.end = end
    }
}

/// Moves the bytes of data connections (the user-DTP of RFC 959 §2.2). One a session: its pipe and its
/// buffer are used again for every transfer.
///
/// Plain downloads go socket → pipe → file by `splice`, plain uploads file → socket by `sendfile`: no byte
/// enters the program. Everything else, listings, standard input and output, and what is encrypted, goes through one
/// buffer. On an encrypted connection the handshake comes first, if need be.
public struct Pump: ~Copyable {
    /// 1 MiB: the most Linux gives an unprivileged pipe, and where the CPU cost stops falling.
    static let pipeSize = 1 << 20
    private static let bufferSize = 256 << 10

    var pipe: Pipe?
    private var buffer: UnsafeMutableRawBufferPointer?
    /// What crosses is compressed (MODE Z): one for each transfer. Nil for data as they are.
    public var deflation: Deflation?
    /// What an interrupted run of `send(to:)` had still to send, as a range of `buffer`.
    var unsent = 0..<0

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

    mutating func ownBuffer() -> UnsafeMutableRawBufferPointer {
        if let buffer { return buffer }
        let fresh = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.bufferSize, alignment: 4096)
        buffer = fresh
        return fresh
    }

    /// After a call that moved `bytes`: counts them, holds the pace, and notices a cancellation while bytes flow
    /// without ever making us wait. Nil to go on, else why not.
    func pause(after bytes: Int, _ conditions: Conditions) -> PumpResult.End? {
        conditions.progress?.add(bytes)
        if conditions.cancellation?.isCancelled == true { return .cancelled }
        guard let pause = conditions.limit?.pause(after: bytes), pause > .zero else { return nil }
        let outcome = Wait.wait(
            for: -1, .readable, watching: conditions.watched, until: .after(pause),
            cancellation: conditions.cancellation)
        switch outcome {
        case .ready, .timedOut: return nil
        case .watchedReady: return .interrupted
        case .cancelled: return .cancelled
        }
    }

    /// After a call on the data connection that moved nothing, and returned `count`: waits where there is something
    /// to wait for. Nil to try again, else how the run ends.
    func stop(
        _ count: Int, _ call: String, _ socket: borrowing Socket, _ readiness: Wait.Readiness,
        _ conditions: Conditions
    ) -> PumpResult.End? {
        let code = errno
        if count == 0 { return .endOfData }
        switch code {
        case EINTR: return nil
        case EAGAIN: break
        default: return .peerFailed(.network(call: call, peer: "\(socket.peer)", errno: code))
        }
        return wait(for: socket.raw, readiness, conditions)
    }

    /// Nil when the descriptor is ready, else how the run ends.
    func wait(
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
}
