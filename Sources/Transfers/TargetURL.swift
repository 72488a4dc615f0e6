public import FTPProtocol

/// A place on a server, as it is typed: `ftp://alice@example.org/pub/a%20b`, or a host alone.
///
/// A path begins at the login directory; `//` or `/%2F` at its beginning makes it absolute (RFC 1738 §3.2.2).
/// It is percent-decoded to bytes, never to text: `%E9` is that byte, `é` what it is in the server's charset.
public struct TargetURL: Hashable, Sendable {
    public var site: Site
    /// Only where the URL had one.
    public var password: Secret?
    /// Empty for the login directory.
    public var path: RemotePath
    /// Whether the path was written with a slash at its end.
    public var endsInSlash: Bool
    /// `;type=a` or `;type=i` at the end.
    public var type: RepresentationType?
    /// Whether a user was named, be it `anonymous`.
    public var namesUser: Bool

    /// The path as a directory to go to after login; nil for the login directory.
    public var directory: RemotePath? { path.bytes.isEmpty ? nil : path }

    /// What is wrong with it, as a sentence for the user.
    public struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// Whether the text begins as a URL of a server does, and so is no local path.
    public static func looksRemote(_ text: String) -> Bool {
        guard let scheme = text.firstRange(of: "://") else { return false }
        return text[..<scheme.lowerBound].allSatisfy { $0.isASCII && $0.isLetter }
    }

    /// Reads a URL, or a host with or without user, port and path.
    ///
    /// - Parameter charset: of the server's names.
    public init(_ text: String, charset: NameCharset = .utf8) throws(Problem) {
        var rest = Substring(text)
        var encryption = Site.Encryption.whenOffered
        var port: UInt16 = 21
        if let scheme = rest.firstRange(of: "://") {
            switch rest[..<scheme.lowerBound].lowercased() {
            case "ftp": break
            case "ftps": (encryption, port) = (.implicit, 990)
            case "ftpes": encryption = .explicit
            case "ftpclear": encryption = .none
            case let other:
                throw Problem(
                    description: "“\(visible(other))” is not an FTP address: use ftp://, ftpes:// or ftps://")
            }
            rest = rest[scheme.upperBound...]
        }
        let authority = rest.prefix { $0 != "/" }
        let written = rest.dropFirst(authority.count)
        var hostPart = authority
        var user = Site.anonymous
        namesUser = false
        if let at = authority.lastIndex(of: "@") {
            hostPart = authority[authority.index(after: at)...]
            let login = authority[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            user = String(decoding: Self.percentDecoded(login[0]), as: UTF8.self)
            namesUser = true
            if login.count > 1 {
                password = Secret(String(decoding: Self.percentDecoded(login[1]), as: UTF8.self))
            }
        }
        guard let (host, portText) = Self.split(host: hostPart), !host.isEmpty else {
            throw Problem(
                description:
                    "“\(visible(Self.hidingPassword(in: text)))” names no host; write ftp://HOST/PATH")
        }
        if let portText {
            guard let number = UInt16(portText), number > 0 else {
                // What is no number may be a password whose “@” is missing.
                let what = portText.allSatisfy(\.isNumber) ? "“\(portText)”" : "what follows the “:”"
                throw Problem(description: "\(what) is not a port; use 1 to 65535")
            }
            port = number
        }
        guard !user.isEmpty, user.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }),
            host.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { throw Problem(description: "user and host may not be empty or contain control characters") }
        site = Site(host: String(host), port: port, user: user, encryption: encryption)
        var pathText = written
        for (suffix, type) in [(";type=a", RepresentationType.ascii), (";type=i", .image)]
        where pathText.lowercased().hasSuffix(suffix) {
            pathText = pathText.dropLast(suffix.count)
            self.type = type
        }
        let bytes: [UInt8]
        do throws(FTPError) {
            bytes = try charset.bytes(ofTyped: pathText.dropFirst()) { Self.escapedByte($0).map { ($0, 3) } }
        } catch {
            throw Problem(description: "\(error)")
        }
        endsInSlash = bytes.last == UInt8(ascii: "/") || bytes.isEmpty
        path = bytes.isEmpty ? RemotePath(bytes: []) : RemotePath(bytes: bytes).withoutTrailingSlash
    }

    /// `ftp://example.org/pub;charset=CP1252`: the address, and what is said at its end of the names there. For whoever has no
    /// other place to say it.
    public static func dividingCharset(_ text: String) -> (address: String, charset: String?) {
        guard let mark = text.lowercased().ranges(of: ";charset=").last else { return (text, nil) }
        let start = text.utf8.index(
            text.utf8.startIndex,
            offsetBy: text.lowercased().utf8.distance(from: text.lowercased().startIndex, to: mark.lowerBound)
        )
        return (String(text[..<start]), String(text[start...].dropFirst(";charset=".count)))
    }

    /// Where the password stands in an address, be it half typed: scalars that are not to be shown.
    ///
    /// Before its `@` is typed it cannot be told from a port, so only digits pass for one.
    public static func passwordRange(in scalars: [Unicode.Scalar]) -> Range<Int>? {
        var start = 0
        if let colon = scalars.firstIndex(of: ":"), scalars[colon...].starts(with: "://".unicodeScalars),
            scalars[..<colon].allSatisfy(\.isASCII)
        {
            start = colon + 3
        }
        let end = scalars[start...].firstIndex(of: "/") ?? scalars.count
        let authority = scalars[start..<end]
        if let at = authority.lastIndex(of: "@") {
            guard let colon = authority[..<at].firstIndex(of: ":"), colon + 1 < at else { return nil }
            return colon + 1..<at
        }
        guard authority.first != "[", let colon = authority.firstIndex(of: ":") else { return nil }
        let rest = authority[(colon + 1)...]
        let isPort = rest.allSatisfy { ("0"..."9").contains($0) }
        let isIPv6 =
            rest.contains(":")
            && authority.allSatisfy { $0 == ":" || $0 == "." || $0.properties.isASCIIHexDigit }
        guard !isPort, !isIPv6 else { return nil }
        // A password with a slash in it, which should have been written %2F.
        return colon + 1..<max(end, scalars.lastIndex(of: "@") ?? end)
    }

    /// `ftp://alice:••••••••@example.org`.
    static func hidingPassword(in text: String) -> String {
        var scalars = Array(text.unicodeScalars)
        guard let range = passwordRange(in: scalars) else { return text }
        scalars.replaceSubrange(range, with: "••••••••".unicodeScalars)
        return String(String.UnicodeScalarView(scalars))
    }

    /// `host:port`, `[::1]:port`, or a bare IPv6 address.
    static func split(host text: Substring) -> (host: Substring, port: Substring?)? {
        if text.first == "[" {
            guard let close = text.firstIndex(of: "]") else { return nil }
            let after = text[text.index(after: close)...]
            guard after.isEmpty || after.first == ":" else { return nil }
            return (text[..<close].dropFirst(), after.isEmpty ? nil : after.dropFirst())
        }
        let colons = text.count { $0 == ":" }
        guard colons == 1, let colon = text.firstIndex(of: ":") else { return (text, nil) }
        return (text[..<colon], text[text.index(after: colon)...])
    }

    static func percentDecoded(_ text: Substring) -> [UInt8] {
        var result: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.first {
            let escaped = escapedByte(rest)
            result.append(escaped ?? byte)
            rest = rest.dropFirst(escaped == nil ? 1 : 3)
        }
        return result
    }

    /// `%E9` at the beginning.
    private static func escapedByte(_ text: Substring.UTF8View) -> UInt8? {
        let digits = text.dropFirst().prefix(2)
        guard text.first == UInt8(ascii: "%"), digits.count == 2, digits.allSatisfy({ isHexDigit($0) }) else {
            return nil
        }
        return UInt8(String(Substring(digits)), radix: 16)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }
}
