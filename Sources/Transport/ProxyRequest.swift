import Glibc

/// Why a proxy does not connect us, as a sentence, and whose fault that is.
public struct ProxyRefusal: Hashable, Sendable {
    public enum Fault: Hashable, Sendable {
        /// It lets nobody in without a user and a password, or not with these.
        case login
        /// It never will.
        case request
        /// It works, and the server is not to be reached from there.
        case server
        /// It failed at its own work, which may pass.
        case proxy
    }

    public var fault: Fault
    public var reason: String

    public init(_ fault: Fault, _ reason: String) {
        self.fault = fault
        self.reason = reason
    }
}

/// What a proxy at the other end of a connection is asked for: SOCKS 5 (RFC 1928, with name and password by
/// RFC 1929) or HTTP CONNECT (RFC 9110 §9.3.6). Once it has agreed, the connection is one to the destination.
public struct ProxyRequest: Sendable {
    public enum Kind: Sendable { case socks5, httpConnect }

    public enum Destination: Sendable, CustomStringConvertible {
        case address(Address)
        /// The proxy resolves it.
        case name(String, port: UInt16)

        public var description: String {
            switch self {
            case .address(let address): "\(address)"
            case .name(let host, let port): "\(host):\(port)"
            }
        }

        public func with(port: UInt16) -> Destination {
            switch self {
            case .address(let address): .address(address.with(port: port))
            case .name(let host, _): .name(host, port: port)
            }
        }
    }

    public var kind: Kind
    public var destination: Destination
    public var user: String?
    public var password: String?

    public init(_ kind: Kind, to destination: Destination, user: String? = nil, password: String? = nil) {
        self.kind = kind
        self.destination = destination
        self.user = user
        self.password = password
    }

    /// The head of an HTTP answer may have so many bytes.
    private static let longestHead = 16 << 10

    /// Has the proxy connect. Reads nothing of what the destination says.
    ///
    /// - Throws: `proxyRefused` with the proxy's reason, and the troubles of the connection itself.
    public func carryOut(
        on socket: borrowing Socket, until deadline: Deadline, cancellation: Cancellation?
    ) throws(TransportError) {
        var talk = Talk(deadline: deadline, cancellation: cancellation)
        switch kind {
        case .socks5: try askSOCKS(socket, &talk)
        case .httpConnect: try askHTTP(socket, &talk)
        }
    }

    private struct Talk {
        let deadline: Deadline
        let cancellation: Cancellation?

        func write(_ bytes: [UInt8], _ socket: borrowing Socket) throws(TransportError) {
            try socket.write(bytes, until: deadline, cancellation: cancellation)
        }

        /// Exactly so many: what follows belongs to the destination.
        func read(_ count: Int, _ socket: borrowing Socket) throws(TransportError) -> [UInt8] {
            var bytes: [UInt8] = []
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
            defer { buffer.deallocate() }
            while bytes.count < count {
                let got = try socket.read(
                    into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<(count - bytes.count)]),
                    until: deadline,
                    cancellation: cancellation)
                guard got > 0 else {
                    throw .proxyRefused(ProxyRefusal(.proxy, "the proxy closed the connection"))
                }
                bytes += buffer[..<got]
            }
            return bytes
        }
    }

    // MARK: - SOCKS 5

    private func askSOCKS(_ socket: borrowing Socket, _ talk: inout Talk) throws(TransportError) {
        try talk.write(user == nil ? [5, 1, 0] : [5, 2, 0, 2], socket)
        let choice = try talk.read(2, socket)
        guard choice[0] == 5 else { throw .proxyRefused(ProxyRefusal(.request, "that is no SOCKS 5 proxy")) }
        switch choice[1] {
        case 0: break
        case 2 where user != nil: try authenticate(socket, talk)
        default:
            throw .proxyRefused(
                ProxyRefusal(
                    .login,
                    user == nil
                        ? "the proxy wants a user and a password, in its URL" : "the proxy takes no password")
            )
        }
        try talk.write([5, 1, 0] + (try socksAddress()), socket)
        let answer = try talk.read(4, socket)
        guard answer[1] == 0 else { throw .proxyRefused(Self.socksReason(answer[1])) }
        // Where it calls from, which nobody needs.
        switch answer[3] {
        case 1: _ = try talk.read(6, socket)
        case 4: _ = try talk.read(18, socket)
        case 3: _ = try talk.read(Int(try talk.read(1, socket)[0]) + 2, socket)
        default: throw .proxyRefused(ProxyRefusal(.request, "the proxy's answer makes no sense"))
        }
    }

    private func authenticate(_ socket: borrowing Socket, _ talk: Talk) throws(TransportError) {
        let name = Array((user ?? "").utf8)
        let secret = Array((password ?? "").utf8)
        guard (1...255).contains(name.count), secret.count <= 255 else {
            throw .unusable("SOCKS carries a user and a password of at most 255 bytes")
        }
        try talk.write([1, UInt8(name.count)] + name + [UInt8(secret.count)] + secret, socket)
        guard try talk.read(2, socket)[1] == 0 else {
            throw .proxyRefused(ProxyRefusal(.login, "the proxy refuses user or password"))
        }
    }

    private func socksAddress() throws(TransportError) -> [UInt8] {
        switch destination {
        case .address(let given):
            let address = given.unmapped
            return [address.family == .ipv4 ? 1 : 4] + address.octets + Self.bytes(of: address.port)
        case .name(let host, let port):
            let name = Array(host.utf8)
            guard (1...255).contains(name.count) else {
                throw .unusable("“\(host)” is too long a name for SOCKS")
            }
            return [3, UInt8(name.count)] + name + Self.bytes(of: port)
        }
    }

    private static func bytes(of port: UInt16) -> [UInt8] { [UInt8(port >> 8), UInt8(port & 0xFF)] }

    /// RFC 1928 §6.
    private static func socksReason(_ code: UInt8) -> ProxyRefusal {
        switch code {
        case 2: ProxyRefusal(.request, "the proxy does not allow it")
        case 3: ProxyRefusal(.server, "the proxy has no way to the server's network")
        case 4: ProxyRefusal(.server, "the proxy finds the server unreachable")
        case 5: ProxyRefusal(.server, "the server refused the proxy's connection")
        case 6: ProxyRefusal(.server, "the proxy got no answer from the server in time")
        case 7: ProxyRefusal(.request, "the proxy makes no connections")
        case 8: ProxyRefusal(.request, "the proxy does not know this kind of address")
        default: ProxyRefusal(.proxy, "the proxy failed (\(code))")
        }
    }

    /// RFC 9110 §15.
    private static func httpReason(_ status: Substring, _ text: String, hasUser: Bool) -> ProxyRefusal {
        switch status {
        case "407":
            ProxyRefusal(
                .login,
                hasUser
                    ? "the proxy refuses user or password"
                    : "the proxy wants a user and a password, in its URL"
            )
        case "502", "504":
            ProxyRefusal(.server, "the proxy does not reach the server: it answered “\(text)”")
        default: ProxyRefusal(status.first == "5" ? .proxy : .request, "the proxy answered “\(text)”")
        }
    }

    // MARK: - HTTP

    private func askHTTP(_ socket: borrowing Socket, _ talk: inout Talk) throws(TransportError) {
        let place: String
        switch destination {
        case .name(let host, let port): place = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .address(let address): place = "\(address)"
        }
        var head = "CONNECT \(place) HTTP/1.1\r\nHost: \(place)\r\n"
        if let user {
            head += "Proxy-Authorization: Basic \(Self.base64(Array("\(user):\(password ?? "")".utf8)))\r\n"
        }
        guard !head.replacing("\r\n", with: "").utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw .unusable("control characters in the host name or the proxy's user")
        }
        try talk.write(Array((head + "\r\n").utf8), socket)
        var answer: [UInt8] = []
        // A byte at a time: what follows the empty line is the server's greeting.
        while !answer.suffix(4).elementsEqual([0x0D, 0x0A, 0x0D, 0x0A]),
            !answer.suffix(2).elementsEqual([0x0A, 0x0A])
        {
            guard answer.count < Self.longestHead else {
                throw .proxyRefused(ProxyRefusal(.request, "the proxy's answer has no end"))
            }
            answer += try talk.read(1, socket)
        }
        let line = String(decoding: answer.prefix { $0 != 0x0D && $0 != 0x0A }, as: UTF8.self)
        let words = line.split(separator: " ", maxSplits: 2)
        guard line.hasPrefix("HTTP/1."), words.count >= 2 else {
            throw .proxyRefused(ProxyRefusal(.request, "that is no HTTP proxy"))
        }
        if words[1].count == 3, words[1].first == "2" { return }
        throw .proxyRefused(
            Self.httpReason(
                words[1], words.dropFirst().joined(separator: " "), hasUser: user != nil))
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        var index = 0
        while index < bytes.count {
            let group = (0..<3).map { index + $0 < bytes.count ? Int(bytes[index + $0]) : 0 }
            let bits = group[0] << 16 | group[1] << 8 | group[2]
            for place in 0..<4 {
                let isPadding = place > bytes.count - index
                text.append(isPadding ? "=" : digits[bits >> (18 - 6 * place) & 63])
            }
            index += 3
        }
        return text
    }
}
