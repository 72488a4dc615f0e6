import FTPProtocol

/// A machine that makes the connections to a server for us.
public struct Proxy: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// SOCKS 5 (RFC 1928); names are resolved here.
        case socks5
        /// The same; names are resolved by the proxy.
        case socks5h
        /// HTTP CONNECT (RFC 9110 §9.3.6); names are resolved by the proxy.
        case http
        /// An FTP gateway: `USER name@host`.
        case ftp
        /// An FTP gateway: `SITE host`, then USER.
        case ftpSite = "ftp-site"
        /// An FTP gateway: `OPEN host`, then USER.
        case ftpOpen = "ftp-open"

        /// What it carries is any TCP connection that we begin; those that a server begins do not come through.
        public var isTunnel: Bool { [.socks5, .socks5h, .http].contains(self) }

        var usualPort: UInt16 {
            switch self {
            case .socks5, .socks5h: 1080
            case .http: 3128
            case .ftp, .ftpSite, .ftpOpen: 21
            }
        }
    }

    public var kind: Kind
    public var host: String
    public var port: UInt16
    public var user: String?
    /// In memory only: never stored.
    public var password: Secret?

    /// Reads `socks5://user:password@host:1080`.
    public init(_ text: String) throws(TargetURL.Problem) {
        let forms = Kind.allCases.map { "\($0.rawValue)://" }.joined(separator: ", ")
        guard let mark = text.firstRange(of: "://"),
            let kind = Kind(rawValue: text[..<mark.lowerBound].lowercased())
        else {
            throw TargetURL.Problem(
                description: "“\(visible(text))” is no proxy: begin it with one of \(forms)")
        }
        self.kind = kind
        var rest = text[mark.upperBound...]
        if rest.last == "/" { rest = rest.dropLast() }
        if let at = rest.lastIndex(of: "@") {
            let login = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            user = String(decoding: TargetURL.percentDecoded(login[0]), as: UTF8.self)
            if login.count > 1 {
                password = Secret(String(decoding: TargetURL.percentDecoded(login[1]), as: UTF8.self))
            }
            rest = rest[rest.index(after: at)...]
        }
        guard let (host, portText) = TargetURL.split(host: rest), !host.isEmpty,
            host.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") }),
            let port = portText.map({ UInt16($0) }) ?? kind.usualPort, port > 0,
            (user ?? "").utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else {
            throw TargetURL.Problem(
                description: "the proxy names no host; write \(kind.rawValue)://HOST:PORT")
        }
        self.host = String(host)
        self.port = port
    }

    /// As it is shown and stored: without the password.
    public var url: String {
        let shownHost = host.contains(":") ? "[\(host)]" : host
        return "\(kind.rawValue)://\(user.map { Self.encoded($0) + "@" } ?? "")\(shownHost):\(port)"
    }

    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            let hex = String(byte, radix: 16, uppercase: true)
            return isPlain ? String(UnicodeScalar(byte)) : "%" + (hex.count == 1 ? "0" : "") + hex
        }.joined()
    }
}
