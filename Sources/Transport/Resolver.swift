import CLinux
import Glibc
import Synchronization

/// Host names to addresses, without the caller ever hanging in the C library's resolver.
///
/// `getaddrinfo` can neither be cancelled nor given a deadline, so it runs on a thread of its own
/// which is left to itself when the caller has given up.
public enum Resolver {
    /// Blocks until the addresses are known, the deadline passes or the wait is cancelled.
    ///
    /// - Parameter family: only these addresses; nil for all, in the order of RFC 6724 as the C library gives it.
    /// - Throws: `unknownHost`, `timedOut`, `cancelled`.
    public static func addresses(
        of host: String, port: UInt16, family: Address.Family?, until deadline: Deadline,
        cancellation: Cancellation?
    ) throws(TransportError) -> [Address] {
        if let numeric = Address(numeric: host, port: port) {
            guard family == nil || family == numeric.family else {
                throw .unknownHost(host, detail: "is not an \(family == .ipv6 ? "IPv6" : "IPv4") address")
            }
            return [numeric]
        }
        let lookup = Lookup(host: host, port: port, family: family)
        guard lookup.start() else {
            throw .network(call: "pthread_create", peer: nil, errno: EAGAIN)
        }
        try Wait.require(
            lookup.event.raw, .readable, until: deadline, cancellation: cancellation,
            what: "answer from the name server for “\(host)”")
        switch lookup.result.withLock({ $0 }) {
        case .found(let addresses) where !addresses.isEmpty: return addresses
        case .failed(let detail): throw .unknownHost(host, detail: detail)
        default: throw .unknownHost(host, detail: "no address")
        }
    }
}

/// One question, shared by the thread that asks and the one that waits.
private final class Lookup: Sendable {
    enum Result: Sendable {
        case pending
        case found([Address])
        case failed(String)
    }

    let host: String
    let port: UInt16
    let family: Address.Family?
    let event = Descriptor(owning: eventfd(0, eventDescriptorFlags))
    let result = Mutex(Result.pending)

    init(host: String, port: UInt16, family: Address.Family?) {
        self.host = host
        self.port = port
        self.family = family
    }

    func start() -> Bool {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let retained = Unmanaged.passRetained(self)
        let code = pthread_create(
            &thread, &attributes,
            { argument in
                if let argument { Unmanaged<Lookup>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, retained.toOpaque())
        if code != 0 { retained.release() }
        return code == 0
    }

    private func run() {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_family =
            switch family {
            case .ipv4: AF_INET
            case .ipv6: AF_INET6
            case nil: AF_UNSPEC
            }
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        var found: [Address] = []
        var next = list
        while let info = next {
            if let pointer = info.pointee.ai_addr, let address = Address(pointer), !found.contains(address) {
                found.append(address)
            }
            next = info.pointee.ai_next
        }
        result.withLock { $0 = code == 0 ? .found(found) : .failed(String(cString: gai_strerror(code))) }
        var one: UInt64 = 1
        _ = Glibc.write(event.raw, &one, 8)
    }
}
