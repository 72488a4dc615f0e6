/// How the network between here and a server is to be dealt with: what only some servers and some networks need.
public struct NetworkOptions: Hashable, Sendable {
    /// Whether EPSV is used. Some middleboxes swallow it, some only understand it.
    public enum ExtendedPassive: String, Hashable, Sendable, CaseIterable {
        /// First where the server is likely to know it, then PASV.
        case auto
        /// First, whatever FEAT says.
        case on
        case off
    }

    public var extendedPassive = ExtendedPassive.auto
    /// Dial the address that the reply to PASV names, though it is another than the server's: for servers with several
    /// addresses. A hostile server could aim us at machines in our own network, so it is never on by itself.
    public var trustsPassiveAddress = false
    /// Seconds between two commands that do nothing, so that an idle login is kept; nil to let the server end it.
    public var keepAlive: Int?

    /// Have the data compressed on the way (MODE Z), where the server offers it.
    public var compresses = false
    /// Say before each upload how large it will be (ALLO), also where the server does not ask for it.
    public var allocates = false
    /// Which of the server's hosts is meant (HOST, RFC 7151), and for whom its certificate has to be; nil for the one
    /// that is connected to.
    public var virtualHost: String?
    /// Makes the connections for us; nil for none.
    public var proxy: Proxy?

    public init() {}

    /// As `key=value` words, for storing; only what differs from the default.
    public var stored: String {
        var words: [String] = []
        if extendedPassive != .auto { words.append("epsv=\(extendedPassive.rawValue)") }
        if trustsPassiveAddress { words.append("trust-pasv=yes") }
        if let keepAlive { words.append("keep-alive=\(keepAlive)") }
        if compresses { words.append("mode-z=yes") }
        if allocates { words.append("allo=yes") }
        if let virtualHost { words.append("host=\(virtualHost)") }
        if let proxy { words.append("proxy=\(proxy.url)") }
        return words.joined(separator: " ")
    }

    /// Reads what `stored` gave; what it does not know it leaves at its default.
    public init(stored: String) {
        for word in stored.split(separator: " ") {
            let sides = word.split(separator: "=", maxSplits: 1)
            guard sides.count == 2 else { continue }
            let value = String(sides[1])
            switch sides[0] {
            case "epsv": extendedPassive = ExtendedPassive(rawValue: value) ?? .auto
            case "trust-pasv": trustsPassiveAddress = value == "yes"
            case "keep-alive": keepAlive = Int(value).flatMap { $0 > 0 ? $0 : nil }
            case "mode-z": compresses = value == "yes"
            case "allo": allocates = value == "yes"
            case "host": virtualHost = value
            case "proxy": proxy = try? Proxy(value)
            default: break
            }
        }
    }
}
