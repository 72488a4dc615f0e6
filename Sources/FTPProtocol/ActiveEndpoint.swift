/// Where we listen for the server in active mode, as PORT and EPRT say it (RFC 959 §4.1.2, RFC 2428 §2).
public struct ActiveEndpoint: Hashable, Sendable {
    /// The address in numbers, `192.0.2.1` or `2001:db8::1`, without a scope.
    public let address: String
    public let family: AddressFamily
    public let port: UInt16

    /// - Throws: `FTPError.unsendable` for a port below 1024 and for an address that is not one of that family.
    public init(address: String, family: AddressFamily, port: UInt16) throws(FTPError) {
        guard port >= DataPort.lowest else {
            throw .unsendable(
                "port \(port) cannot be offered for data: ports 0–1023 are reserved, IIS 7.5 and later resets "
                    + "such connections (425), other servers answer 501 or 504 (RFC 2577)")
        }
        // A scope such as %eth0 means nothing to another machine.
        let numbers = String(address.prefix { $0 != "%" })
        switch family {
        case .ipv4:
            guard let octets = IPv4Address(numbers) else {
                throw .unsendable("“\(visible(address))” is not an IPv4 address")
            }
            self.address = octets.description
        case .ipv6:
            guard numbers.contains(":"), numbers.utf8.allSatisfy(\.isPartOfIPv6Address) else {
                throw .unsendable("“\(visible(address))” is not an IPv6 address")
            }
            self.address = numbers
        }
        self.family = family
        self.port = port
    }

    /// `PORT 192,168,0,3,19,243`.
    ///
    /// - Throws: `FTPError.unsendable` for an IPv6 address, which PORT cannot carry.
    public func portCommand() throws(FTPError) -> Command {
        guard family == .ipv4 else { throw .unsendable("PORT cannot carry the IPv6 address \(address)") }
        let commas = String(address.map { $0 == "." ? "," : $0 })
        return Command("PORT", "\(commas),\(port / 256),\(port % 256)")
    }

    /// `EPRT |2|2001:db8::1|5282|`.
    public var extendedPortCommand: Command {
        Command("EPRT", "|\(family.rawValue)|\(address)|\(port)|")
    }

    /// Reads the argument of PORT; any port, since a server must be able to say no to a low one itself.
    public static func parsePort(_ argument: [UInt8]) -> (address: IPv4Address, port: UInt16)? {
        let parts = argument.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard parts.count == 6, parts.allSatisfy({ (1...3).contains($0.count) && $0.allSatisfy(\.isDigit) })
        else { return nil }
        let numbers = parts.map { $0.reduce(0) { $0 * 10 + Int($1 - 0x30) } }
        guard numbers.allSatisfy({ $0 <= 255 }) else { return nil }
        return (
            IPv4Address(UInt8(numbers[0]), UInt8(numbers[1]), UInt8(numbers[2]), UInt8(numbers[3])),
            UInt16(numbers[4] * 256 + numbers[5])
        )
    }

    /// Reads the argument of EPRT, with any delimiter; nil family for one that is not known (522).
    public static func parseExtendedPort(
        _ argument: [UInt8]
    ) -> (family: AddressFamily?, address: String, port: UInt16)? {
        guard let delimiter = argument.first, (33...126).contains(delimiter) else { return nil }
        let parts = argument.split(separator: delimiter, omittingEmptySubsequences: false)
        guard parts.count == 5, parts[4].isEmpty, !parts[3].isEmpty, parts[3].allSatisfy(\.isDigit),
            parts[3].count <= 5, !parts[1].isEmpty, parts[1].allSatisfy(\.isDigit)
        else { return nil }
        guard let port = UInt16(String(decoding: parts[3], as: UTF8.self)) else { return nil }
        let family =
            parts[1].count == 1 ? AddressFamily(rawValue: parts[1].first.map { $0 - 0x30 } ?? 0) : nil
        return (family, String(decoding: parts[2], as: UTF8.self), port)
    }
}

extension UInt8 {
    fileprivate var isPartOfIPv6Address: Bool {
        isDigit || (0x61...0x66).contains(self | 0x20) || self == UInt8(ascii: ":")
            || self == UInt8(ascii: ".")
    }
}
