/// Four octets: all that 227 and PORT know of an address (RFC 959 §4.1.2).
public struct IPv4Address: Hashable, Sendable, CustomStringConvertible {
    public let octets: (first: UInt8, second: UInt8, third: UInt8, fourth: UInt8)

    public init(_ first: UInt8, _ second: UInt8, _ third: UInt8, _ fourth: UInt8) {
        octets = (first, second, third, fourth)
    }

    /// Reads `192.0.2.1`, also as it looks in IPv6, `::ffff:192.0.2.1`. Nil for anything else.
    public init?(_ text: String) {
        var bytes = Array(text.utf8)[...]
        let mapped = Array("::ffff:".utf8)
        if bytes.count > mapped.count, zip(bytes, mapped).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) {
            bytes = bytes.dropFirst(mapped.count)
        }
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var numbers: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.count), part.allSatisfy(\.isDigit) else { return nil }
            let number = part.reduce(0) { $0 * 10 + Int($1 - 0x30) }
            guard number <= 255 else { return nil }
            numbers.append(UInt8(number))
        }
        self.init(numbers[0], numbers[1], numbers[2], numbers[3])
    }

    public var description: String {
        "\(octets.first).\(octets.second).\(octets.third).\(octets.fourth)"
    }

    public var isLoopback: Bool { octets.first == 127 }

    /// Reachable only inside somebody's network: 10/8, 172.16/12, 192.168/16 (RFC 1918), 100.64/10 (RFC 6598).
    public var isPrivate: Bool {
        switch (octets.first, octets.second) {
        case (10, _), (172, 16...31), (192, 168), (100, 64...127): true
        default: false
        }
    }

    /// Nobody can be dialled there: 0/8, 169.254/16, multicast, reserved and broadcast.
    public var isUnusable: Bool {
        octets.first == 0 || octets.first >= 224 || (octets.first == 169 && octets.second == 254)
    }

    public static func == (left: IPv4Address, right: IPv4Address) -> Bool { left.octets == right.octets }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(octets.first)
        hasher.combine(octets.second)
        hasher.combine(octets.third)
        hasher.combine(octets.fourth)
    }
}
