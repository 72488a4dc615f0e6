import CLinux
import Glibc

/// A TCP connection, plain or, after `startTLS`, encrypted. Non-blocking underneath; every method that waits takes
/// a deadline and a cancellation.
public struct Socket: ~Copyable, Sendable {
    private let descriptor: Descriptor
    /// Nil while what crosses it is clear.
    public internal(set) var tls: TLSConnection?
    public let local: Address
    public let peer: Address

    /// For `poll` only.
    public var raw: Int32 { descriptor.raw }

    init(_ descriptor: consuming Descriptor, local: Address, peer: Address) {
        self.descriptor = descriptor
        self.local = local
        self.peer = peer
    }

    /// Connects, blocking until the connection stands.
    ///
    /// - Parameter source: the local address to connect from, its port ignored: the kernel chooses one, and
    ///   one below 1024 is never used, since IIS 7.5 and later reset such data connections.
    /// - Throws: `network` with the errno of the refusal, `timedOut`, `cancelled`.
    public static func connect(
        to peer: Address, from source: Address? = nil, until deadline: Deadline, cancellation: Cancellation?
    ) throws(TransportError) -> Socket {
        let pending = try PendingConnection(to: peer, from: source)
        return try pending.finish(until: deadline, cancellation: cancellation)
    }

    /// Reads what is there, blocking until something is.
    ///
    /// - Returns: the bytes read; 0 at the end of the stream.
    public func read(
        into buffer: UnsafeMutableRawBufferPointer, until deadline: Deadline, cancellation: Cancellation?
    ) throws(TransportError) -> Int {
        if let tls { return try read(tls, into: buffer, until: deadline, cancellation: cancellation) }
        while true {
            let count = recv(raw, buffer.baseAddress, buffer.count, 0)
            if count >= 0 { return count }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                try Wait.require(
                    raw, .readable, until: deadline, cancellation: cancellation, what: "answer from \(peer)")
            default: throw .network(call: "read", peer: "\(peer)", errno: errno)
            }
        }
    }

    /// Writes all of it, blocking until the kernel has taken the last byte.
    public func write(
        _ bytes: some Collection<UInt8>, until deadline: Deadline, cancellation: Cancellation?
    ) throws(TransportError) {
        let all = Array(bytes)
        if let tls { return try write(tls, all, until: deadline, cancellation: cancellation) }
        var written = 0
        while written < all.count {
            let count = all.withUnsafeBytes { buffer in
                send(
                    raw, buffer.baseAddress.map { $0 + written }, buffer.count - written, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                written += count
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                try Wait.require(
                    raw, .writable, until: deadline, cancellation: cancellation,
                    what: "room to send to \(peer)")
            default: throw .network(call: "write", peer: "\(peer)", errno: errno)
            }
        }
    }

    /// One byte as TCP urgent data: the Telnet Synch that goes with ABOR (RFC 959 §4.1.3).
    public func writeUrgent(_ byte: UInt8) {
        var byte = byte
        _ = send(raw, &byte, 1, Int32(MSG_OOB) | Int32(MSG_NOSIGNAL))
    }

    /// Leaves urgent bytes in their place among the others: a server that wants to see the Telnet Synch
    /// before ABOR needs this, or the urgent byte is missing from the stream (RFC 1123 §4.1.2.12).
    public func receiveUrgentInline() {
        setOption(SOL_SOCKET, SO_OOBINLINE, 1)
    }

    /// Says that nothing more will be written; reading goes on.
    public func shutdownWriting() {
        shutdown(raw, Int32(SHUT_WR))
    }

    /// Makes the close that follows send a reset instead of an orderly end.
    public func resetOnClose() {
        var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
        setsockopt(raw, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    }

    /// Keeps routers from forgetting an idle connection: probes after 30 s of silence, every 10 s; the peer has gone
    /// when four stay without an answer.
    public func keepAlive() {
        setOption(SOL_SOCKET, SO_KEEPALIVE, 1)
        setOption(Int32(IPPROTO_TCP), TCP_KEEPIDLE, 30)
        setOption(Int32(IPPROTO_TCP), TCP_KEEPINTVL, 10)
        setOption(Int32(IPPROTO_TCP), TCP_KEEPCNT, 4)
    }

    /// Sends small writes at once.
    public func sendImmediately() {
        setOption(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    }

    /// Tells the peer now what has arrived, instead of up to 40 ms later (tcp(7), TCP_QUICKACK): until it hears of that
    /// many a server holds back what it has to say next (RFC 896).
    public func acknowledge() {
        setOption(Int32(IPPROTO_TCP), TCP_QUICKACK, 1)
    }

    /// Whether the peer has closed or something has arrived, without waiting.
    public var isReadable: Bool {
        if hasPendingBytes { return true }
        if case .ready = Wait.wait(for: raw, .readable, until: .after(.zero), cancellation: nil) {
            return true
        }
        return false
    }

    private func setOption(_ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        setsockopt(raw, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}

/// A connection that was begun and does not stand yet: IIS accepts a passive data connection only
/// after the previous one has ended, so it may stay like this for a while.
public struct PendingConnection: ~Copyable, Sendable {
    private let descriptor: Descriptor
    public let peer: Address

    /// Begins to connect; does not block.
    public init(to peer: Address, from source: Address? = nil) throws(TransportError) {
        descriptor = try Self.begin(peer, from: source)
        self.peer = peer
    }

    private static func begin(_ peer: Address, from source: Address?) throws(TransportError) -> Descriptor {
        BrokenPipes.areErrors
        let raw = socket(peer.socketFamily, Int32(SOCK_STREAM.rawValue) | O_NONBLOCK | O_CLOEXEC, 0)
        guard raw >= 0 else { throw .network(call: "socket", peer: "\(peer)", errno: errno) }
        let descriptor = Descriptor(owning: raw)
        if let source, source.family == peer.family {
            // Port 0: the kernel takes one of its ephemeral range, which begins above 1023. It chooses when it knows
            // the peer: to find a port that is free for any peer takes milliseconds after some thousand files.
            var on: Int32 = 1
            setsockopt(
                raw, Int32(IPPROTO_IP), cl_ip_bind_address_no_port, &on, socklen_t(MemoryLayout<Int32>.size))
            let code = source.with(port: 0).withSocketAddress { bind(raw, $0, $1) }
            guard code == 0 else { throw .network(call: "bind", peer: source.host, errno: errno) }
        }
        let code = peer.withSocketAddress { Glibc.connect(raw, $0, $1) }
        guard code == 0 || errno == EINPROGRESS || errno == EINTR else {
            throw .network(call: "connect", peer: "\(peer)", errno: errno)
        }
        return descriptor
    }

    /// For `poll`: writable when the attempt has ended, well or not.
    public var raw: Int32 { descriptor.raw }

    /// Blocks until the connection stands.
    public consuming func finish(
        until deadline: Deadline, cancellation: Cancellation?
    ) throws(TransportError) -> Socket {
        try Wait.require(
            descriptor.raw, .writable, until: deadline, cancellation: cancellation,
            what: "answer from \(peer)")
        return try established()
    }

    /// To be called when `raw` was found to be writable.
    public consuming func established() throws(TransportError) -> Socket {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor.raw, SOL_SOCKET, SO_ERROR, &code, &length)
        guard code == 0 else { throw .network(call: "connect", peer: "\(peer)", errno: code) }
        let peer = peer
        let raw = descriptor.raw
        let local = Address.reading { getsockname(raw, $0, $1) }.address
        return Socket(descriptor, local: local ?? peer.with(port: 0), peer: peer)
    }
}

/// A peer that has gone is an error of the call that met it, never the end of the program: `sendfile` and `splice`
/// know no MSG_NOSIGNAL. Done once, before the first connection.
enum BrokenPipes {
    static let areErrors: Void = {
        signal(SIGPIPE, SIG_IGN)
    }()
}
