/// What an earlier try of a transfer left, and how much of it is safe: recorded when the part is begun and at each
/// checkpoint, so that a later try can prove what it goes on with.
public struct Part: Hashable, Sendable, Codable {
    /// Its name beside the destination: on the local disk for a download, on the server for an upload.
    public var name: [UInt8]
    /// Which file of the local disk it is; 0 for an upload.
    public var inode: UInt64
    /// Of the source when the part was begun, in bytes; nil is not known.
    public var sourceSize: Int64?
    /// Of the source when the part was begun: seconds since 1970; nil is not known.
    public var sourceModified: Int64?
    /// So many bytes from its beginning have been synced: they are there whatever happens. 0 for an upload, whose
    /// server is asked.
    public var safeBytes: Int64

    public init(
        name: [UInt8], inode: UInt64 = 0, sourceSize: Int64? = nil, sourceModified: Int64? = nil,
        safeBytes: Int64 = 0
    ) {
        self.name = name
        self.inode = inode
        self.sourceSize = sourceSize
        self.sourceModified = sourceModified
        self.safeBytes = max(0, safeBytes)
    }

    /// Why the source is not what the part was begun from, as the end of a sentence; nil when it is the same as far
    /// as both are known.
    public func difference(fromSize size: Int64?, modified: Int64?) -> String? {
        if let sourceSize, let size, sourceSize != size { return "the source has another size now" }
        if let sourceModified, let modified, sourceModified != modified {
            return "the source was changed since"
        }
        return nil
    }
}
