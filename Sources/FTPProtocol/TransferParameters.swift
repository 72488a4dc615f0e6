/// How the bytes of a file are represented on the data connection (RFC 959 §3.1.1).
public enum RepresentationType: Hashable, Sendable {
    case ascii, image, ebcdic
    case local(bits: UInt8)

    /// The argument of TYPE.
    public var argument: String {
        switch self {
        case .ascii: "A"
        case .image: "I"
        case .ebcdic: "E"
        case .local(let bits): "L \(bits)"
        }
    }
}

/// How data connections are to be made. A setting: of a site, of the command line, of the `P` key.
public enum DataMode: String, CaseIterable, Hashable, Sendable, Codable {
    /// Passive, and active when the data connection cannot be made.
    case auto
    /// The server listens, we connect (RFC 959 §4.1.2 PASV, RFC 2428 §3 EPSV).
    case passive
    /// We listen, the server connects (RFC 959 §4.1.2 PORT, RFC 2428 §2 EPRT).
    case active
}

/// The command that prepared a data connection: what really happened, where `DataMode` is what was wished.
public enum DataMethod: String, Hashable, Sendable {
    case epsv = "EPSV"
    case pasv = "PASV"
    case eprt = "EPRT"
    case port = "PORT"

    public var mode: DataMode { self == .epsv || self == .pasv ? .passive : .active }
}
