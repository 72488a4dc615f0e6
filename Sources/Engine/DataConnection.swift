import FTPProtocol
import Transfers
import Transport

/// A data connection on its way to stand (RFC 959 §3.2): begun by us in passive mode, awaited in active mode.
///
/// At most one exists a session, and it is gone, closed in both directions, before the next one is
/// dialled, and but for `FastLane` asked for: IIS 7.5 and later serve a PASV only when the one before has ended.
final class DataConnection {
    let method: DataMethod
    /// The end that is to be reached, as a firewall's log would show it: the server's in passive mode, else ours.
    private(set) var endpoint: Address
    private var raw: Int32
    /// To be dialled when nobody answers at the first address; see `DialChoice`.
    private var spare: Address?
    private let source: Address?
    /// To be asked of the proxy that is really dialled.
    let tunnel: ProxyRequest?
    private var pending: PendingConnection?
    private var listener: Listener?

    /// Begins to connect; does not block.
    ///
    /// - Parameters:
    ///   - source: the local address to connect from.
    ///   - tunnel: what to ask of `peer`, where that is a proxy.
    init(
        to peer: Address, orTo spare: Address?, from source: Address, method: DataMethod,
        through tunnel: ProxyRequest? = nil
    ) throws(TransportError) {
        self.tunnel = tunnel
        self.method = method
        self.spare = spare
        self.source = source
        let pending = try PendingConnection(to: peer, from: source)
        endpoint = peer
        raw = pending.raw
        self.pending = consume pending
    }

    /// Dials the second choice instead. False when there is none.
    func takeSpare() throws(TransportError) -> Bool {
        guard let other = spare.take() else { return false }
        let pending = try PendingConnection(to: other, from: source)
        endpoint = other
        raw = pending.raw
        self.pending = consume pending
        return true
    }

    init(listening listener: consuming Listener, method: DataMethod) {
        self.method = method
        source = nil
        tunnel = nil
        endpoint = listener.address
        raw = listener.raw
        self.listener = consume listener
    }

    /// As a sentence has it: `to 192.0.2.1:51834`, `at port 50000`.
    var route: String {
        if let tunnel { return "to \(tunnel.destination) through the proxy \(endpoint)" }
        return method.mode == .passive ? "to \(endpoint)" : "at port \(endpoint.port)"
    }

    /// Blocks until the connection that we make stands; nil when it is still pending at the deadline.
    func openEarly(until deadline: Deadline, cancellation: Cancellation?) throws(TransportError) -> Socket? {
        switch Wait.wait(for: raw, .writable, until: deadline, cancellation: cancellation) {
        case .ready, .watchedReady: return try takePending(until: deadline, cancellation)
        case .timedOut: return nil
        case .cancelled: throw .cancelled
        }
    }

    /// The attempt to connect has ended; nil in active mode.
    private func takePending(
        until deadline: Deadline, _ cancellation: Cancellation?
    ) throws(TransportError) -> Socket? {
        guard let pending = pending.take() else { return nil }
        let socket = try pending.established()
        try tunnel?.carryOut(on: socket, until: deadline, cancellation: cancellation)
        return socket
    }

    /// Blocks until the connection stands; nil when the control connection has something to say first,
    /// after which this may be called again.
    ///
    /// In active mode only the server's own address is let in (RFC 2577 §4); strangers are dropped
    /// and the listener goes on.
    ///
    /// - Parameter stranger: told of each address that was turned away.
    func open(
        from server: Address, watching control: Int32, until deadline: Deadline, cancellation: Cancellation?,
        stranger: (Address) -> Void
    ) throws(TransportError) -> Socket? {
        let readiness: Wait.Readiness = method.mode == .passive ? .writable : .readable
        while true {
            let outcome = Wait.wait(
                for: raw, readiness, watching: control, until: deadline, cancellation: cancellation)
            switch outcome {
            case .watchedReady(firstIsReady: false): return nil
            case .cancelled: throw .cancelled
            case .timedOut:
                throw .timedOut(
                    what: method.mode == .passive
                        ? "answer from the data port (\(route))"
                        : "data connection from \(server.host) \(route)")
            case .ready, .watchedReady: break
            }
            if let socket = try takePending(until: deadline, cancellation) { return socket }
            guard let listening = listener.take() else { return nil }
            let socket = try listening.accept(until: deadline, cancellation: cancellation)
            if socket.peer.hasSameHost(as: server) { return socket }
            stranger(socket.peer)
            listener = consume listening
        }
    }
}
