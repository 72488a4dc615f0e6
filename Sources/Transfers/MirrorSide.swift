public import FTPProtocol

/// One side of one directory, as a listing gives it.
public struct MirrorSide: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
        public var name: [UInt8]
        public var kind: ListingEntry.Kind
        public var size: Int64?
        /// Seconds since 1970; nil when it is not known to the second in UTC.
        public var modified: Int64?
        /// Of a file in the source: whether the one at the destination has the same check sum; nil when that was not found out.
        public var hasSameSum: Bool?

        public init(name: [UInt8], kind: ListingEntry.Kind, size: Int64? = nil, modified: Int64? = nil) {
            self.name = name
            self.kind = kind
            self.size = size
            self.modified = modified
        }
    }

    public var entries: [Entry]
    /// Something may be missing: nothing is deleted because of it.
    public var isIncomplete: Bool

    public init(_ entries: [Entry] = [], isIncomplete: Bool = false) {
        self.entries = entries
        self.isIncomplete = isIncomplete
    }
}
