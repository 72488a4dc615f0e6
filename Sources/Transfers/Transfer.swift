public import FTPProtocol

/// One job of the queue: a file, or a directory tree that becomes files when it is scanned.
///
/// Everything that is needed to begin, or to go on after a restart, is in here. Directory and
/// name are apart so that the files of one directory share the bytes of its path.
public struct Transfer: Hashable, Sendable, Codable, Identifiable {
    public typealias ID = Int64

    public enum Direction: String, Hashable, Sendable, Codable { case download, upload }
    public enum Kind: String, Hashable, Sendable, Codable { case file, tree }

    public var id: ID
    public var direction: Direction
    public var kind: Kind
    public var site: Site.ID
    public var remoteDirectory: RemotePath
    public var remoteName: [UInt8]
    public var localDirectory: LocalPath
    public var localName: [UInt8]
    /// Of the source, in bytes, as far as known.
    public var size: Int64?
    /// Of the source: seconds since 1970, UTC; nil when the listing did not say so to the second in UTC.
    public var modified: Int64?
    /// Read in place, here as elsewhere: they are much.
    public var options: TransferOptions {
        _read { yield sharedOptions.value }
        _modify { yield &sharedOptions.value }
    }
    var sharedOptions: CopiedOnWrite<TransferOptions>
    public var state: TransferState
    /// Bytes at the destination when it last stopped; where it would go on.
    public var bytes: Int64
    /// Tries that ended in a temporary failure.
    public var attempts: Int
    /// Where it stands in the queue: lower goes first. Unique.
    public var position: Int64
    /// How many of the last components of the local path a listing named, the file's own name among them; 0 when the
    /// user chose all of it. No link is followed in these.
    public var depth: Int
    /// What an earlier try left.
    public var part: Part?
    /// The check sum that both sides had when it was done.
    public var proof: HashProof?
    /// The first identifier of what was added together with it; what is found in a tree belongs to the tree's.
    public var batch: ID?

    public init(
        id: ID, direction: Direction, kind: Kind = .file, site: Site.ID, remoteDirectory: RemotePath,
        remoteName: [UInt8], localDirectory: LocalPath, localName: [UInt8], size: Int64? = nil,
        modified: Int64? = nil, options: TransferOptions = TransferOptions(), state: TransferState = .waiting,
        bytes: Int64 = 0, attempts: Int = 0, position: Int64 = 0, depth: Int = 0, part: Part? = nil,
        batch: ID? = nil
    ) {
        self.init(
            id: id, direction: direction, kind: kind, site: site, remoteDirectory: remoteDirectory,
            remoteName: remoteName, localDirectory: localDirectory, localName: localName, size: size,
            modified: modified, sharing: CopiedOnWrite(options), state: state, bytes: bytes,
            attempts: attempts, position: position, depth: depth, part: part, proof: nil, batch: batch)
    }

    init(
        id: ID, direction: Direction, kind: Kind, site: Site.ID, remoteDirectory: RemotePath,
        remoteName: [UInt8], localDirectory: LocalPath, localName: [UInt8], size: Int64?, modified: Int64?,
        sharing options: CopiedOnWrite<TransferOptions>, state: TransferState, bytes: Int64, attempts: Int,
        position: Int64, depth: Int, part: Part?, proof: HashProof?, batch: ID?
    ) {
        self.id = id
        self.direction = direction
        self.kind = kind
        self.site = site
        self.remoteDirectory = remoteDirectory
        self.remoteName = remoteName
        self.localDirectory = localDirectory
        self.localName = localName
        self.size = size
        self.modified = modified
        sharedOptions = options
        self.state = state
        self.bytes = bytes
        self.attempts = attempts
        self.position = position
        self.depth = depth
        self.part = part
        self.proof = proof
        self.batch = batch
    }

    private enum CodingKeys: String, CodingKey {
        case id, direction, kind, site, remoteDirectory, remoteName, localDirectory, localName, size, modified
        case sharedOptions = "options"
        case state, bytes, attempts, position, depth, part, proof, batch
    }

    public var remotePath: RemotePath { remoteDirectory.appending(remoteName) }
    public var localPath: LocalPath { localDirectory.appending(localName) }
    public var sourceName: [UInt8] { direction == .download ? remoteName : localName }
}

/// Where a transfer stands. Everything that changes one is in `Scheduler`.
public enum TransferState: Hashable, Sendable, Codable {
    case waiting
    case running
    case paused
    /// The disk it goes to takes nothing now, for this reason; goes on when somebody says so, or at the next start.
    case held(String)
    /// After a temporary failure: tried again when the clock passes `at` (seconds since 1970).
    case retrying(at: Int64, reason: String)
    /// The destination exists, and the policy is to ask; or a password is needed.
    case asking(Question)
    case failed(String)
    case done
    case skipped(String)

    public enum Question: Hashable, Sendable, Codable {
        case destinationExists(size: Int64?, modified: Int64?)
        case password
    }

    /// Nothing more happens to it by itself.
    public var isEnded: Bool {
        switch self {
        case .failed, .done, .skipped: true
        default: false
        }
    }
}
