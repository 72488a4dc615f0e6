internal import FTPProtocol
internal import Transfers

/// What an address line says: a host, or a URL (RFC 1738 §3.2, RFC 3986 §3).
struct Address: Hashable, Sendable {
    var site: Site
    var password: Secret?
    var directory: RemotePath?

    /// A sentence for the user.
    struct Problem: Error, Hashable { let reason: String }
}

/// Reads `host`, `host:port`, `user@host`, `ftp://user:password@host:port/directory`.
/// A path after the host begins at the login directory; `//` or `/%2F` at its beginning makes it absolute.
func parseAddress(_ text: String) -> Result<Address, Address.Problem> {
    func problem(_ reason: String) -> Result<Address, Address.Problem> {
        .failure(Address.Problem(reason: reason))
    }
    var rest = Substring(text.filter { $0 != " " })
    var encryption = Site.Encryption.whenOffered
    var port: UInt16 = 21
    if let scheme = rest.firstRange(of: "://") {
        switch rest[..<scheme.lowerBound].lowercased() {
        case "ftp": break
        case "ftps": (encryption, port) = (.implicit, 990)
        case "ftpes": encryption = .explicit
        case let other: return problem("Portside speaks ftp, ftpes and ftps, not \(visible(other)).")
        }
        rest = rest[scheme.upperBound...]
    }
    let authority = rest.prefix { $0 != "/" }
    let path = rest.dropFirst(authority.count)
    var hostPart = authority
    var user = Site.anonymous
    var password: Secret?
    if let at = authority.lastIndex(of: "@") {
        hostPart = authority[authority.index(after: at)...]
        let login = authority[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        user = String(decoding: percentDecoded(login[0]), as: UTF8.self)
        if login.count > 1 { password = Secret(String(decoding: percentDecoded(login[1]), as: UTF8.self)) }
    }
    guard let (host, portText) = splitHost(hostPart), !host.isEmpty else {
        return problem("Type a host, such as ftp.example.org, or a URL.")
    }
    if let portText {
        guard let number = UInt16(portText), number > 0 else {
            return problem("“\(visible(String(portText)))” is not a port: 1 to 65535.")
        }
        port = number
    }
    guard !user.isEmpty, user.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }),
        host.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
    else { return problem("User and host may not contain control characters.") }
    let site = Site(host: String(host), port: port, user: user, encryption: encryption)
    return .success(Address(site: site, password: password, directory: directory(path)))
}

/// `host:port`, `[::1]:port`, or a bare IPv6 address.
private func splitHost(_ text: Substring) -> (host: Substring, port: Substring?)? {
    if text.first == "[" {
        guard let close = text.firstIndex(of: "]") else { return nil }
        let after = text[text.index(after: close)...]
        guard after.isEmpty || after.first == ":" else { return nil }
        return (text[..<close].dropFirst(), after.isEmpty ? nil : after.dropFirst())
    }
    let colons = text.filter { $0 == ":" }.count
    guard colons == 1, let colon = text.firstIndex(of: ":") else { return (text, nil) }
    return (text[..<colon], text[text.index(after: colon)...])
}

private func directory(_ path: Substring) -> RemotePath? {
    let bytes = percentDecoded(path.dropFirst())
    return bytes.isEmpty ? nil : RemotePath(bytes: bytes)
}

private func percentDecoded(_ text: Substring) -> [UInt8] {
    var result: [UInt8] = []
    var rest = Substring(text).utf8
    while let byte = rest.popFirst() {
        if byte == UInt8(ascii: "%"), let value = UInt8(String(Substring(rest.prefix(2))), radix: 16),
            rest.prefix(2).count == 2
        {
            result.append(value)
            rest = rest.dropFirst(2)
        } else {
            result.append(byte)
        }
    }
    return result
}
