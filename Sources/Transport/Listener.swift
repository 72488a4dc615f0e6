import CLinux
import Glibc

/// A listening TCP socket: for an active data connection, or for a server.
public struct Listener: ~Copyable, Sendable {
    private let descriptor: Descriptor
    /// With the port that was really taken.
    public let address: Address

    /// Listens, ready to accept when this returns.
    ///
    /// - Parameter ports: where to take the port from; nil for the kernel's ephemeral range (with
    ///   `address.port` 0) or exactly `address.port`.
    /// - Throws: `unusable` when the range has no free port, `network` when no port can be had.
    public init(on address: Address, ports: ClosedRange<UInt16>? = nil, backlog: Int32 = 8)
        throws(TransportError)
    {
        descriptor = try Self.listen(on: address, ports: ports, backlog: backlog)
        let raw = descriptor.raw
        self.address = Address.reading { getsockname(raw, $0, $1) }.address ?? address
    }

    private static func listen(
        on address: Address, ports: ClosedRange<UInt16>?, backlog: Int32
    ) throws(TransportError) -> Descriptor {
        guard let ports else { return try bound(to: address, backlog: backlog) }
        let count = Int(ports.upperBound - ports.lowerBound) + 1
        let start = Int.random(in: 0..<count)
        for step in 0..<count {
            let port = ports.lowerBound + UInt16((start + step) % count)
            do {
                return try bound(to: address.with(port: port), backlog: backlog)
            } catch .network(_, _, EADDRINUSE) {
                continue
            }
        }
        throw .unusable("no free port in \(ports.lowerBound)-\(ports.upperBound)")
    }

    private static func bound(to address: Address, backlog: Int32) throws(TransportError) -> Descriptor {
        BrokenPipes.areErrors
        let raw = socket(address.socketFamily, Int32(SOCK_STREAM.rawValue) | O_NONBLOCK | O_CLOEXEC, 0)
        guard raw >= 0 else { throw .network(call: "socket", peer: nil, errno: errno) }
        let descriptor = Descriptor(owning: raw)
        var one: Int32 = 1
        setsockopt(raw, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        guard address.withSocketAddress({ bind(raw, $0, $1) }) == 0, Glibc.listen(raw, backlog) == 0 else {
            throw .network(call: "listen", peer: "\(address)", errno: errno)
        }
        return descriptor
    }

    public var raw: Int32 { descriptor.raw }

    /// Lets attempts to connect go unanswered until `admitArrivals`: they stay pending at the other end, and are
    /// repeated by its kernel about once a second. As IIS does it while an earlier data connection stands.
    public func holdArrivals() {
        _ = cl_hold_arrivals(raw)
    }

    public func admitArrivals() {
        _ = cl_admit_arrivals(raw)
    }

    /// Blocks until somebody has connected.
    public func accept(until deadline: Deadline, cancellation: Cancellation?) throws(TransportError) -> Socket
    {
        while true {
            try Wait.require(
                raw, .readable, until: deadline, cancellation: cancellation,
                what: "connection to port \(address.port)")
            let (result, peer) = Address.reading { accept4(raw, $0, $1, O_NONBLOCK | O_CLOEXEC) }
            if result >= 0 {
                let connection = Descriptor(owning: result)
                let local = Address.reading { getsockname(result, $0, $1) }.address
                return Socket(connection, local: local ?? address, peer: peer ?? address.with(port: 0))
            }
            switch errno {
            case EINTR, EAGAIN, ECONNABORTED: continue
            default: throw .network(call: "accept", peer: nil, errno: errno)
            }
        }
    }
}
