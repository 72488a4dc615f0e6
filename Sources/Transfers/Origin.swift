internal import FTPProtocol

/// The server that a copy between two servers comes from: all that is needed to log in there, but for the password.
///
/// A transfer that has one goes to its `site`, as an upload does; where the file is on the origin stands in
/// `localDirectory` and `localName`, which are a path of that server then.
// A class: options are copied with every transfer, and few have an origin.
public final class Origin: Hashable, Sendable, Codable {
    private struct Server: Hashable, Codable {
        var host: String
        var port: UInt16
        var user: String
        var encryption: Site.Encryption
        var settings: ConnectionSettings
    }

    private let server: Server
    /// `--relay`: through this machine, also where the two could do it among themselves.
    public let isRelayed: Bool

    public init(_ site: Site, isRelayed: Bool = false) {
        server = Server(
            host: site.host, port: site.port, user: site.user, encryption: site.encryption,
            settings: ConnectionSettings(of: site))
        self.isRelayed = isRelayed
    }

    public var site: Site {
        server.settings.applied(
            to: Site(host: server.host, port: server.port, user: server.user, encryption: server.encryption))
    }

    /// How the names of the origin are written.
    public var charset: String? { server.settings.charset }

    public static func == (left: Origin, right: Origin) -> Bool {
        left.isRelayed == right.isRelayed && left.server == right.server
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(server)
        hasher.combine(isRelayed)
    }
}

extension Transfer {
    /// Of a copy between two servers, where it comes from: the address, to which the path is added.
    public var origin: String? { options.origin.map { visible($0.site.id) } }
}
