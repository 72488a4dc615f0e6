/// One entry of a directory, as MLSD or LIST described it.
public struct ListingEntry: Hashable, Sendable {
    public enum Kind: UInt8, Hashable, Sendable {
        case file, directory, link
        /// A device, a pipe, a socket.
        case other
    }

    /// To be sent back to the server unchanged.
    public var name: [UInt8]
    public var kind: Kind
    public var size: Int64?  // bytes
    public var modified: CivilDate?
    /// `rwxr-xr-x` on Unix listings; the field as listed elsewhere.
    public var permissions: String?
    /// Octal digits as listed (MLSD `UNIX.mode`).
    public var mode: String?
    public var owner: String?
    public var group: String?
    /// Where a link points, as listed.
    public var target: [UInt8]?

    public init(
        name: [UInt8], kind: Kind, size: Int64? = nil, modified: CivilDate? = nil, permissions: String? = nil,
        mode: String? = nil, owner: String? = nil, group: String? = nil, target: [UInt8]? = nil
    ) {
        self.name = name
        self.kind = kind
        self.size = size
        self.modified = modified
        self.permissions = permissions
        self.mode = mode
        self.owner = owner
        self.group = group
        self.target = target
    }
}
