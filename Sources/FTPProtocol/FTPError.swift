/// What the protocol itself can go wrong with. The network's troubles are `TransportError`.
public enum FTPError: Error, Hashable, Sendable {
    /// The server said no: a 4yz or 5yz reply to this command.
    case refused(Command, Reply)
    /// The server broke RFC 959: a reply that cannot come here, or no reply at all.
    case protocolViolation(String)
    /// We were asked to send what the protocol cannot carry.
    case unsendable(String)
    /// A name in a listing that may not become a local name: empty, `.`, `..`, or with `/` or NUL.
    case unsafeName([UInt8])
    /// A name or a path, in UTF-8, that the server's charset cannot write; `missing` is its first character that
    /// cannot be written, where it is that of one character alone.
    case unwritable([UInt8], missing: String?, charset: String)
}

extension FTPError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .refused(let command, let reply):
            "\(visible(command.logged)): the server answered “\(reply.summary)”"
        case .protocolViolation(let what): "the server broke the protocol: \(what)"
        case .unsendable(let what): what
        case .unsafeName(let name):
            "the server sent the name “\(visible(name))”, which cannot be stored safely"
        case .unwritable(let name, let missing, let charset):
            "“\(visible(name))” cannot be written in \(charset)"
                + (missing.map { ", which has no “\(visible($0))”" } ?? "")
                + "; rename it, or \(Advice.charset.rawValue)"
        }
    }
}
