public import FTPProtocol

/// A server and how to speak with it. Holds no password: see `Secret`.
public struct Site: Hashable, Sendable, Identifiable {
    /// The canonical URL without password and path, `ftp://alice@example.org:21`, as `TargetURL` reads it: two sites with the
    /// same one may share connections, any difference in host, port, user, account or encryption
    /// makes another site.
    public typealias ID = String

    /// Whether the control connection is to be encrypted (`--tls`).
    public enum Encryption: String, Hashable, Sendable, Codable { case whenOffered, explicit, implicit, none }

    public var host: String
    public var port: UInt16
    public var user: String
    public var account: String?
    public var encryption: Encryption
    public var security = Security()
    public var dataMode: DataMode
    /// What PORT and EPRT offer instead of the control connection's own address.
    public var activeAddress: String?
    /// From where listening ports are taken; never below 1024.
    public var activePorts: ClosedRange<UInt16>?
    /// Only this address family, or either.
    public var family: AddressFamily?
    /// The longest silence tolerated on a connection, in seconds.
    public var timeout: Int
    /// Most connections to this server for transfers.
    public var connections: Int
    public var retries: Int
    public var network = NetworkOptions()
    /// What its names are written in, as iconv calls it; nil for UTF-8, bytes that are none being kept.
    public var charset: String?

    public static let anonymous = "anonymous"
    /// In seconds.
    public static let usualTimeout = 30

    public init(
        host: String, port: UInt16 = 21, user: String = Site.anonymous, account: String? = nil,
        encryption: Encryption = .whenOffered, dataMode: DataMode = .auto
    ) {
        self.host = host
        self.port = port
        self.user = user
        self.account = account
        self.encryption = encryption
        self.dataMode = dataMode
        activeAddress = nil
        activePorts = nil
        family = nil
        timeout = Self.usualTimeout
        connections = 4
        retries = 5
    }

    public var id: ID {
        let scheme =
            switch encryption {
            case .implicit: "ftps"
            case .explicit: "ftpes"
            case .whenOffered: "ftp"
            case .none: "ftpclear"
            }
        let shownHost = host.contains(":") ? "[\(host)]" : host
        // The account is a secret: enough of it to tell two apart, and not to guess it by (FNV-1a).
        let owner =
            account.map { account in
                let hash = account.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) {
                    ($0 ^ UInt64($1)) &* 0x100_0000_01B3
                }
                return "\(user);account-\(String(UInt16(truncatingIfNeeded: hash), radix: 16))"
            } ?? user
        return "\(scheme)://\(owner)@\(shownHost):\(port)"
    }

    /// `host:port` without user, as messages name it; the port only when it is not 21.
    public var shortName: String {
        let shownHost = visible(host.contains(":") ? "[\(host)]" : host)
        return port == 21 ? shownHost : "\(shownHost):\(port)"
    }
}

/// A password or the like. Prints as dots wherever it is printed.
public struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    public let value: String

    public init(_ value: String) {
        self.value = value
    }

    public var description: String { "••••••••" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
