internal import FTPProtocol

/// A queue as a document, to be kept or taken elsewhere: one JSON object a line, sites before what names them.
///
///     {"portside":"queue","version":1}
///     {"site":{"number":0,"host":"example.org","port":21,"user":"alice", …}}
///     {"transfer":{"site":0,"direction":"download","remoteDirectory":"/pub","remoteName":"a.iso", …}}
///
/// Holds no password and no account: neither is in the queue. A name that is no UTF-8 is an array of its bytes.
public enum QueueDocument {
    public static let version = 1

    /// One line of it.
    public struct Line: Codable, Sendable {
        public var portside: String?
        public var version: Int?
        public var site: ExportedSite?
        public var transfer: ExportedTransfer?

        public init() {}
    }

    public struct ExportedSite: Codable, Sendable {
        public var number: Int
        var host: String
        var port: UInt16
        var user: String
        var encryption: Site.Encryption
        var connections: Int
        var retries: Int
        var settings: ConnectionSettings

        public init(_ site: Site, number: Int) {
            self.number = number
            host = site.host
            port = site.port
            user = site.user
            encryption = site.encryption
            connections = site.connections
            retries = site.retries
            settings = ConnectionSettings(of: site)
        }

        /// Nil for what is no server's address.
        public var value: Site? {
            guard !host.isEmpty, !user.isEmpty, port > 0,
                (host + user).utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
            else { return nil }
            var site = settings.applied(
                to: Site(host: host, port: port, user: user, encryption: encryption))
            site.connections = min(max(1, connections), 1_000)
            site.retries = max(0, retries)
            return site
        }
    }

    public struct ExportedTransfer: Codable, Sendable {
        public var site: Int
        var direction: Transfer.Direction
        var kind: Transfer.Kind
        var remoteDirectory: MirrorName
        var remoteName: MirrorName
        var localDirectory: MirrorName
        var localName: MirrorName
        var size: Int64?
        var modified: Int64?
        var depth: Int
        var options: TransferOptions
        var state: State
        var reason: String?

        /// As far as it can be taken elsewhere: what runs or asks here waits there.
        enum State: String, Codable, Sendable { case waiting, paused, failed, done, skipped }

        public init(_ transfer: Transfer, site: Int) {
            self.site = site
            direction = transfer.direction
            kind = transfer.kind
            remoteDirectory = MirrorName(transfer.remoteDirectory.bytes)
            remoteName = MirrorName(transfer.remoteName)
            localDirectory = MirrorName(transfer.localDirectory.bytes)
            localName = MirrorName(transfer.localName)
            size = transfer.size
            modified = transfer.modified
            depth = transfer.depth
            options = transfer.options
            switch transfer.state {
            case .paused: state = .paused
            case .failed(let why): (state, reason) = (.failed, why)
            case .done: state = .done
            case .skipped(let why): (state, reason) = (.skipped, why)
            case .waiting, .running, .held, .retrying, .asking: state = .waiting
            }
        }

        /// Nothing is to be done about it any more.
        public var isOver: Bool { state == .done || state == .skipped }

        /// Nil for what cannot be a transfer.
        ///
        /// - Parameter site: the one whose number it names.
        public func value(at site: Site) -> Transfer? {
            let paths = [remoteDirectory, remoteName, localDirectory, localName].map(\.bytes)
            guard localDirectory.bytes.first == UInt8(ascii: "/") || options.origin != nil,
                !localName.bytes.isEmpty,
                paths.allSatisfy({ !$0.contains(0) && $0.count <= Self.longestPath }),
                depth == 0 || isSafeLocalName(localName.bytes)
            else { return nil }
            var transfer = Transfer(
                id: 0, direction: direction, kind: kind, site: site.id,
                remoteDirectory: RemotePath(bytes: remoteDirectory.bytes), remoteName: remoteName.bytes,
                localDirectory: LocalPath(bytes: localDirectory.bytes), localName: localName.bytes,
                size: size,
                modified: modified, options: options, depth: depth)
            switch state {
            case .paused: transfer.state = .paused
            case .failed: transfer.state = .failed(reason ?? "")
            case .waiting, .done, .skipped: break
            }
            return transfer
        }

        /// PATH_MAX of Linux, in bytes.
        private static let longestPath = 4_096
    }
}
