import Glibc

/// An IP address with a port.
public struct Address: Hashable, Sendable {
    public enum Family: Hashable, Sendable { case ipv4, ipv6 }

    public let family: Family
    /// 4 or 16 bytes, in network order.
    public let octets: [UInt8]
    public var port: UInt16
    /// Interface of a link-local IPv6 address, 0 otherwise.
    public let scope: UInt32

    public init(ipv4 octets: [UInt8], port: UInt16) {
        precondition(octets.count == 4, "an IPv4 address has 4 octets")
        family = .ipv4
        self.octets = octets
        self.port = port
        scope = 0
    }

    public init(ipv6 octets: [UInt8], port: UInt16, scope: UInt32 = 0) {
        precondition(octets.count == 16, "an IPv6 address has 16 octets")
        family = .ipv6
        self.octets = octets
        self.port = port
        self.scope = scope
    }

    public static func loopback(_ family: Family = .ipv4, port: UInt16 = 0) -> Address {
        switch family {
        case .ipv4: Address(ipv4: [127, 0, 0, 1], port: port)
        case .ipv6: Address(ipv6: [UInt8](repeating: 0, count: 15) + [1], port: port)
        }
    }

    /// A numeric address, without brackets. Nil for anything else, host names included.
    public init?(numeric text: String, port: UInt16) {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(ipv4: withUnsafeBytes(of: &four) { Array($0) }, port: port)
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            self.init(ipv6: withUnsafeBytes(of: &six) { Array($0) }, port: port)
        } else {
            return nil
        }
    }

    public func with(port: UInt16) -> Address {
        var copy = self
        copy.port = port
        return copy
    }

    /// The address alone, `192.0.2.1` or `2001:db8::1`, without scope: what PORT, EPRT and messages need.
    public var host: String {
        var text = [CChar](repeating: 0, count: 64)
        let kind = family == .ipv4 ? AF_INET : AF_INET6
        guard inet_ntop(kind, octets, &text, socklen_t(text.count)) != nil else { return "?" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    public func hasSameHost(as other: Address) -> Bool { unmapped.octets == other.unmapped.octets }

    public var isLoopback: Bool {
        let plain = unmapped
        return plain.family == .ipv4 ? plain.octets[0] == 127 : plain.octets == Address.loopback(.ipv6).octets
    }

    /// RFC 1918, RFC 6598, link-local and unique local addresses: not reachable from the outside.
    public var isPrivate: Bool {
        let plain = unmapped.octets
        if plain.count == 16 {
            return plain[0] & 0xFE == 0xFC || (plain[0] == 0xFE && plain[1] & 0xC0 == 0x80)
        }
        return plain[0] == 10 || (plain[0] == 172 && (16...31).contains(plain[1]))
            || (plain[0] == 192 && plain[1] == 168) || (plain[0] == 100 && (64...127).contains(plain[1]))
            || (plain[0] == 169 && plain[1] == 254)
    }

    /// An IPv4 address that came as `::ffff:a.b.c.d` as the IPv4 address it is.
    public var unmapped: Address {
        let prefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        guard family == .ipv6, octets.starts(with: prefix) else { return self }
        return Address(ipv4: Array(octets[12...]), port: port)
    }

    var socketFamily: Int32 { family == .ipv4 ? AF_INET : AF_INET6 }

    /// Calls `body` with this address in the form the system calls take.
    func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        switch family {
        case .ipv4:
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            withUnsafeMutableBytes(of: &address.sin_addr) { $0.copyBytes(from: octets) }
            return withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        case .ipv6:
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            address.sin6_scope_id = scope
            withUnsafeMutableBytes(of: &address.sin6_addr) { $0.copyBytes(from: octets) }
            return withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        }
    }

    /// What a system call left in a `sockaddr_storage`; nil for another family.
    static func reading(
        _ call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> (result: Int32, address: Address?) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { call($0, &length) }
        }
        guard result >= 0 else { return (result, nil) }
        let address = withUnsafePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Address($0) }
        }
        return (result, address)
    }

    init?(_ pointer: UnsafePointer<sockaddr>) {
        switch Int32(pointer.pointee.sa_family) {
        case AF_INET:
            let address = pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee }
            self.init(
                ipv4: withUnsafeBytes(of: address.sin_addr) { Array($0) },
                port: UInt16(bigEndian: address.sin_port))
        case AF_INET6:
            let address = pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { $0.pointee }
            self.init(
                ipv6: withUnsafeBytes(of: address.sin6_addr) { Array($0) },
                port: UInt16(bigEndian: address.sin6_port), scope: address.sin6_scope_id)
        default:
            return nil
        }
    }
}

extension Address: CustomStringConvertible {
    /// `192.0.2.1:21`, `[2001:db8::1]:21`.
    public var description: String { family == .ipv4 ? "\(host):\(port)" : "[\(host)]:\(port)" }
}
