import Glibc

/// The network's and the disk's troubles, with the call that met them.
public enum TransportError: Error, Hashable, Sendable {
    /// The host name has no address. `detail` is the resolver's sentence.
    case unknownHost(String, detail: String)
    /// A system call on the network failed.
    case network(call: String, peer: String?, errno: Int32)
    /// A system call on a local file failed.
    case disk(call: String, path: String, errno: Int32)
    /// Nothing happened for as long as was allowed. `what` completes “no … within n s”.
    case timedOut(what: String)
    /// Somebody called `Cancellation.cancel`.
    case cancelled
    /// The peer closed the connection where more was expected.
    case closedByPeer
    /// A proxy does not connect us.
    case proxyRefused(ProxyRefusal)
    /// TLS failed on a connection to `peer`.
    case tls(TLSFailure, peer: String)
    /// Data that were to be compressed are not, or not all of them. Completes “the compressed data make no sense: …”.
    case garbled(String)
    /// The request itself cannot be carried out: a port below 1024, an address that is not ours.
    case unusable(String)

    /// Whether this is ENOENT, from disk.
    public var isNoSuchFile: Bool {
        if case .disk(_, _, let code) = self { return code == ENOENT }
        return false
    }

    /// Whether this is EEXIST, from disk.
    public var meansExists: Bool {
        if case .disk(_, _, let code) = self { return code == EEXIST }
        return false
    }

    /// Whether this is ENOTEMPTY, from disk.
    public var meansNotEmpty: Bool {
        if case .disk(_, _, let code) = self { return code == ENOTEMPTY }
        return false
    }

    /// The other machine, or a firewall in its name, says that nobody listens there.
    public var meansClosedPort: Bool {
        if case .network(_, _, ECONNREFUSED) = self { return true }
        return false
    }

    /// The network could not even be asked: no address or no road of that family here.
    var meansNoRoute: Bool {
        if case .network(_, _, let code) = self {
            return [ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL, EAFNOSUPPORT].contains(code)
        }
        return false
    }

    public var isDiskFull: Bool {
        if case .disk(_, _, let code) = self { return code == ENOSPC || code == EDQUOT }
        return false
    }
}

extension TransportError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownHost(let host, let detail): "\(host): \(detail)"
        case .network(_, let peer, let code):
            peer.map { "\($0): \(Self.text(code))" } ?? Self.text(code)
        case .disk(let call, let path, let code): "\(path): cannot \(call): \(Self.text(code))"
        case .timedOut(let what): "no \(what) in time"
        case .cancelled: "interrupted"
        case .closedByPeer: "the server closed the connection"
        case .tls(let failure, _): "\(failure)"
        case .proxyRefused(let refusal): refusal.reason
        case .garbled(let why): "the compressed data make no sense: \(why)"
        case .unusable(let why): why
        }
    }

    /// The C library's sentence for an errno, without a trailing full stop.
    public static func text(_ code: Int32) -> String { String(cString: strerror(code)) }
}

extension TransportError {
    /// For a path that should have led to a directory and does not.
    public static func notADirectory(_ path: [UInt8]) -> TransportError {
        .disk(call: "open", path: visiblePath(path), errno: ENOTDIR)
    }

    /// For a place that may hold no more, whatever the disk says.
    public static let noSpace = TransportError.disk(call: "write", path: "", errno: ENOSPC)
}
