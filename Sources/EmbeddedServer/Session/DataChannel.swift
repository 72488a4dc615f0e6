import FTPProtocol
import Transport

/// The data connection of one session, from PASV or PORT until it stands (RFC 959 §3.2).
struct DataChannel: ~Copyable {
    enum Failure: Error {
        case failed
        /// Somebody else than the client connected.
        case stranger
        /// The client's port is one of the reserved ones; its connection has been reset.
        case lowPort
    }

    enum Outcome {
        case ready, interrupted, timedOut, cancelled
    }

    let manners: Personality.DataManners
    private let control: (local: Address, peer: Address)
    private var listener: Listener?
    private var target: Address?
    private var pending: PendingConnection?
    /// Our side of it has ended, the client's has not yet.
    private var previous: Socket?

    init(_ manners: Personality.DataManners, control: borrowing Socket) {
        self.manners = manners
        self.control = (control.local, control.peer)
    }

    var isArranged: Bool { listener != nil || target != nil }
    var isPassive: Bool { listener != nil }

    /// Listens on the address at which the client reached us. The port is one of the kernel's, above 1023.
    mutating func listen(_ cancellation: Cancellation) throws(TransportError) -> UInt16 {
        forget()
        let fresh = try Listener(on: control.local.with(port: 0))
        let port = fresh.address.port
        readPrevious(cancellation)
        if previous != nil { fresh.holdArrivals() }
        listener = consume fresh
        return port
    }

    mutating func aim(at address: Address) {
        forget()
        target = address
        if manners.dialsAtOnce { dial() }
    }

    mutating func forget() {
        listener = nil
        target = nil
        pending = nil
    }

    private mutating func dial() {
        guard pending == nil, let target else { return }
        pending = try? PendingConnection(to: target, from: control.local)
    }

    /// Whether the connection stands at this moment, seen from the server.
    mutating func stands(_ cancellation: Cancellation) -> Bool {
        if case .ready = wait(watching: -1, until: .after(.zero), cancellation) { return true }
        return false
    }

    /// Blocks until the connection stands or will never stand: `take` tells which.
    mutating func wait(watching control: Int32, until deadline: Deadline, _ cancellation: Cancellation)
        -> Outcome
    {
        if manners.waitsForPrevious, listener != nil {
            while previous != nil {
                let outcome = waitForPrevious(watching: control, until: deadline, cancellation)
                guard case .ready = outcome else { return outcome }
            }
        }
        if let raw = listener?.raw {
            return Self.wait(for: raw, .readable, watching: control, until: deadline, cancellation)
        }
        dial()
        guard let raw = pending?.raw else { return .ready }
        return Self.wait(for: raw, .writable, watching: control, until: deadline, cancellation)
    }

    private static func wait(
        for descriptor: Int32, _ readiness: Wait.Readiness, watching control: Int32,
        until deadline: Deadline, _ cancellation: Cancellation
    ) -> Outcome {
        switch Wait.wait(
            for: descriptor, readiness, watching: control, until: deadline, cancellation: cancellation)
        {
        case .ready, .watchedReady(firstIsReady: true): .ready
        case .watchedReady: .interrupted
        case .timedOut: .timedOut
        case .cancelled: .cancelled
        }
    }

    /// The connection. To be called when `wait` said `.ready`; arranged for nothing afterwards.
    mutating func take(_ cancellation: Cancellation) throws(Failure) -> Socket {
        defer { forget() }
        let socket = try made(cancellation)
        guard socket.peer.hasSameHost(as: control.peer) else { throw .stranger }
        if manners.resetsLowPorts, socket.peer.port < DataPort.lowest {
            socket.resetOnClose()
            throw .lowPort
        }
        return socket
    }

    private mutating func made(_ cancellation: Cancellation) throws(Failure) -> Socket {
        do throws(TransportError) {
            if let listener = listener.take() {
                return try listener.accept(until: .after(.seconds(1)), cancellation: cancellation)
            }
            guard let connecting = pending.take() else { throw .closedByPeer }
            return try connecting.finish(until: .after(.seconds(1)), cancellation: cancellation)
        } catch {
            throw .failed
        }
    }

    // MARK: The connection before

    /// Ends our side of a connection. Whether the client has ended its own decides when the next may stand.
    mutating func finish(_ socket: consuming Socket) {
        socket.shutdownWriting()
        if manners.waitsForPrevious { previous = consume socket }
    }

    /// Readable when the client has ended its side; −1 for none. Whoever waits for something else meanwhile
    /// watches it and calls `readPrevious`.
    var previousRaw: Int32 {
        switch previous {
        case .some(let socket): socket.raw
        case .none: -1
        }
    }

    private mutating func waitForPrevious(
        watching control: Int32, until deadline: Deadline, _ cancellation: Cancellation
    ) -> Outcome {
        let outcome = Self.wait(
            for: previousRaw, .readable, watching: control, until: deadline, cancellation)
        if case .ready = outcome { readPrevious(cancellation) }
        return outcome
    }

    /// Finds out whether the connection before has ended; when it has, the next is let in.
    mutating func readPrevious(_ cancellation: Cancellation) {
        while let socket = previous.take() {
            do throws(TransportError) {
                let bytes = try socket.readSome(until: .after(.zero), cancellation: cancellation)
                guard bytes.isEmpty else {
                    previous = consume socket
                    continue
                }
            } catch .timedOut {
                previous = consume socket
                return
            } catch {
                // Reset: that is an end too.
            }
        }
        listener?.admitArrivals()
    }
}
