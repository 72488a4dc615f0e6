/// Where a passive server listens, as its reply says (227: RFC 959 §4.1.2; 229: RFC 2428 §3).
public struct PassiveEndpoint: Hashable, Sendable {
    /// Four octets of a 227 reply; nil where only a port was named, and the peer's address counts.
    public let address: IPv4Address?
    public let port: UInt16

    public init(address: IPv4Address?, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// Reads the reply to PASV or EPSV; each may be answered in the form of the other.
    ///
    /// - Throws: `FTPError.protocolViolation` when no endpoint can be found, or its port is below `DataPort.lowest`.
    public init(reply: Reply) throws(FTPError) {
        let text = reply.lines.count == 1 ? reply.lines[0] : Array(reply.lines.joined(separator: [0x20]))
        let found =
            reply.code == .enteringExtendedPassiveMode
            ? Self.delimited(text) ?? Self.commaSeparated(text)
            : Self.commaSeparated(text) ?? Self.delimited(text)
        guard let found else {
            throw .protocolViolation("no address and port in “\(reply.summary)”")
        }
        guard found.port >= DataPort.lowest else {
            throw .protocolViolation(
                "it offers port \(found.port) for data; ports below \(DataPort.lowest) are for services, "
                    + "and dialling them is refused (RFC 2577)")
        }
        self = found
    }

    /// The first six comma-separated numbers up to 255, whatever surrounds them (RFC 1123 §4.1.2.6).
    private static func commaSeparated(_ text: [UInt8]) -> PassiveEndpoint? {
        var start = 0
        while start < text.count {
            guard text[start].isDigit else {
                start += 1
                continue
            }
            var index = start
            let numbers = readNumbers(text, &index)
            if numbers.count >= 6, numbers[..<6].allSatisfy({ $0 <= 255 }) {
                let port = UInt16(numbers[4] * 256 + numbers[5])
                guard port > 0 else { return nil }
                let address = IPv4Address(
                    UInt8(numbers[0]), UInt8(numbers[1]), UInt8(numbers[2]), UInt8(numbers[3]))
                return PassiveEndpoint(address: address, port: port)
            }
            start = max(index, start + 1)
        }
        return nil
    }

    /// Numbers with commas between them, blanks around the commas allowed; `index` ends behind the last.
    private static func readNumbers(_ text: [UInt8], _ index: inout Int) -> [Int] {
        var numbers: [Int] = []
        while index < text.count, text[index].isDigit {
            numbers.append(readNumber(text, &index))
            var next = index
            while next < text.count, text[next] == 0x20 { next += 1 }
            guard numbers.count < 6, next < text.count, text[next] == UInt8(ascii: ",") else { break }
            next += 1
            while next < text.count, text[next] == 0x20 { next += 1 }
            index = next
        }
        return numbers
    }

    /// Decimal digits at `index`; anything beyond 65,535 counts as 65,536.
    private static func readNumber(_ text: [UInt8], _ index: inout Int) -> Int {
        var number = 0
        while index < text.count, text[index].isDigit {
            number = min(number * 10 + Int(text[index] - 0x30), 65_536)
            index += 1
        }
        return number
    }

    /// The last number between two equal delimiters, `|||6446|`: also where a delimiter is missing
    /// (BulletProof FTP) or protocol and address are filled in, which are for the peer's to say.
    private static func delimited(_ text: [UInt8]) -> PassiveEndpoint? {
        var found: UInt16?
        var index = 0
        while index < text.count {
            guard text[index].isDigit, index > 0, text[index - 1].isDelimiter else {
                index += 1
                continue
            }
            let delimiter = text[index - 1]
            let number = readNumber(text, &index)
            guard index < text.count, text[index] == delimiter, (1...65_535).contains(number) else {
                continue
            }
            found = UInt16(number)
        }
        return found.map { PassiveEndpoint(address: nil, port: $0) }
    }
}

/// Which ports a data connection may have, at either end.
public enum DataPort {
    /// Those below are reserved for services: no server hands one out for data, a client that dials them can be used
    /// to probe services (RFC 2577 §3), and IIS 7.5 and later reset data connections that come from or go to one.
    public static let lowest: UInt16 = 1024

    /// - Throws: `FTPError.unsendable` for a range to listen in that reaches below `lowest`.
    public static func check(_ ports: ClosedRange<UInt16>) throws(FTPError) {
        guard ports.lowerBound >= lowest else {
            throw .unsendable(
                "ports \(ports.lowerBound)-\(ports.upperBound): those below \(lowest) are reserved, and servers reset "
                    + "data connections to them; choose a range from \(lowest) up")
        }
    }
}

/// Address families by their numbers in EPRT and 522 (RFC 2428 §2: 1 and 2).
public enum AddressFamily: UInt8, Hashable, Sendable, CaseIterable {
    case ipv4 = 1
    case ipv6 = 2
}

extension AddressFamily {
    /// The families a server supports, from its 522 reply, `(1,2)` (RFC 2428 §2).
    ///
    /// Empty where the reply holds no such list: then 522 speaks of TLS (RFC 4217 §10.2).
    public static func supported(reply: Reply) -> [AddressFamily] {
        let text = Array(reply.lines.joined(separator: [0x20]))
        guard let open = text.lastIndex(of: UInt8(ascii: "(")) else { return [] }
        let inner = text[(open + 1)...].prefix { $0 != UInt8(ascii: ")") }
        return inner.split(separator: UInt8(ascii: ",")).compactMap { word in
            let digits = word.filter { $0 != 0x20 }
            return digits.count == 1 && digits[0].isDigit ? AddressFamily(rawValue: digits[0] - 0x30) : nil
        }
    }
}

extension UInt8 {
    var isDigit: Bool { self >= 0x30 && self <= 0x39 }

    /// What may delimit the fields of EPRT and 229 (RFC 2428 §2), the digits apart.
    fileprivate var isDelimiter: Bool {
        self >= 33 && self <= 126 && !isDigit && self != UInt8(ascii: "(") && self != UInt8(ascii: ",")
            && self != UInt8(ascii: ".")
    }
}
