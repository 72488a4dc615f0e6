public import FTPProtocol

/// What the engine tells the screen. Facts, in the past tense; the model takes them as they are.
public enum EngineEvent: Hashable, Sendable {
    case dialogue(DialogueLine)
    case connection(ConnectionState)
    case dataModeChanged(DataMode)
    /// How the last data connection of the browsing connection was made.
    case dataMethodUsed(DataMethod)
    /// Some entries of a listing, while it is being read; more, or `listed`, follow.
    case entries(Side, Ticket, [ListingEntry])
    case listed(Side, Ticket, Listed)
    case listingFailed(Side, Ticket, String)
    /// An operation other than a listing ended; `error` is a sentence for the user.
    case operationEnded(Side, Ticket, error: String?)
    /// A private copy of a file on the server, alone in a directory that only this user may enter; and what the
    /// server said of the file when it was copied.
    case fetched(Ticket, copy: LocalPath, of: ListingEntry)
    /// What is at the path that was asked about; nil when there is nothing.
    case found(Ticket, ListingEntry?)
    case surveyed(Ticket, DeletionSurvey)
    /// What `moveToTrash` has moved so far, before the end of the operation.
    case trashed(Ticket, [TrashedFile])
    /// So many files so far; `compared` follows.
    case comparing(Ticket, files: Int)
    case compared(Ticket, Comparison)
    /// One for each direction that was decided, to the server first.
    case planned(Ticket, [MirrorPlan])
    case queue(QueueSnapshot)
    /// One transfer ended; for panes (list again), toasts and progress lines.
    case transferEnded(Transfer)
    /// A transferred file has this check sum on both sides; its `transferEnded` follows.
    case verified(Transfer.ID, HashProof)
    /// What an earlier try had of a file is of no use: a sentence with the file and the reason.
    case startingOver(Transfer.ID, String)
    /// The connection that was asked for is not made without one.
    case passwordNeeded(Site, reason: String?)
    /// Transfers of the queue wait for one; the others go on.
    case queueNeedsPassword(Site)
    /// The connection was not made; `trust` and another `connect` make it.
    case certificateDoubted(Site, CertificateDoubt)
    /// The queue ends with this program, for this reason: it could not be opened, or another process has it.
    case queueNotKept(String)
    /// Another process has the queue, and what is shown of it comes from there; nil: it is this process's own again.
    case queueElsewhere(QueueHolder?)
    /// A disk takes nothing now, for this reason; what is to go there is held.
    case diskHeld(String)
    /// Something to tell that has no other place.
    case notice(String)

    public enum Side: Hashable, Sendable { case local, remote }

    public struct Listed: Hashable, Sendable {
        /// Where the listing is from, as the server or the disk names it.
        public var directory: RemotePath
        /// `MLSD`, `LIST`; empty for local.
        public var command: String
        /// Bytes free; of a remote directory only where the server tells (AVBL).
        public var free: Int64?
        /// The listing ended early: shown, never used to delete.
        public var isIncomplete: Bool

        public init(directory: RemotePath, command: String, free: Int64? = nil, isIncomplete: Bool = false) {
            self.directory = directory
            self.command = command
            self.free = free
            self.isIncomplete = isIncomplete
        }
    }
}

/// What deleting some local files would do.
public struct DeletionSurvey: Hashable, Sendable {
    /// In them, whatever is no directory.
    public var files: Int
    /// In them, and they themselves.
    public var folders: Int
    public var bytes: Int64
    /// False where there is more than that.
    public var isComplete: Bool
    /// Where they would go; nil where there is no trash for them, and they would be gone for good.
    public var trash: LocalPath?

    public init(files: Int, folders: Int, bytes: Int64, isComplete: Bool, trash: LocalPath?) {
        self.files = files
        self.folders = folders
        self.bytes = bytes
        self.isComplete = isComplete
        self.trash = trash
    }
}

public enum ConnectionState: Hashable, Sendable {
    case notConnected
    case connecting(Site)
    case connected(Site, ServerFacts)
    /// Lost; tried again by itself, `again` seconds from now, or when something is asked of it.
    case lost(Site, reason: String)
    /// The server ended it (421) while nothing was asked; the next request connects again.
    case endedIdle(Site)
    case failed(Site, String)

    /// What is known of the server after login.
    public struct ServerFacts: Hashable, Sendable {
        /// From SYST or the greeting, made short: `ProFTPD 1.3.8`, `UNIX`, `Windows_NT`.
        public var system: String
        /// `UTF-8` or `bytes`.
        public var charset: String
        /// `TLS 1.3 verified`, `TLS, not verified`, …; nil where nothing is encrypted.
        public var security: String?
        /// Where the login left us.
        public var home: RemotePath
        /// Median of the last replies' times, in milliseconds.
        public var latency: Int?
        public var features: [String]

        public init(
            system: String, charset: String, security: String?, home: RemotePath, latency: Int? = nil,
            features: [String] = []
        ) {
            self.system = system
            self.charset = charset
            self.security = security
            self.home = home
            self.latency = latency
            self.features = features
        }
    }
}
