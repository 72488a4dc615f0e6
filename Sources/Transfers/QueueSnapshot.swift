public import FTPProtocol

/// What limits the pace.
public enum Bottleneck: String, Hashable, Sendable, Codable {
    /// A limit that was set.
    case you
    /// It takes no more connections, though each one brings its share.
    case server = "the server"
    /// More connections bring no more.
    case line = "the line"
    /// It takes long to make safe what it is given.
    case disk = "the disk"
}

/// The queue as the screen shows it: counts of all, and the rows of one window of it.
///
/// The engine sends one when something changed, at most four a second while bytes move.
public struct QueueSnapshot: Hashable, Sendable, Codable {
    public struct Counts: Hashable, Sendable, Codable {
        public var running = 0
        /// Waiting and retrying.
        public var waiting = 0
        public var paused = 0
        public var asking = 0
        public var failed = 0
        /// Done and skipped.
        public var done = 0
        /// Of those, the skipped ones.
        public var skipped = 0

        public init() {}
        public var all: Int { running + waiting + paused + asking + failed + done }
    }

    public var counts = Counts()
    /// Bytes a second now, over the last seconds.
    public var downloadRate: Double = 0
    public var uploadRate: Double = 0
    /// Bytes still to move of everything that is not paused, failed or asking; files of unknown size count 0.
    public var bytesLeft: Int64 = 0
    /// Seconds until everything is done at this pace; nil while nobody can tell.
    public var secondsLeft: Int64?
    /// What keeps it from being faster; nil while nobody can tell.
    public var bottleneck: Bottleneck?
    /// A tree is still being scanned: the figures will grow.
    public var isScanning = false
    /// All of the queue is held (`pause all`).
    public var isPaused = false
    public var connectionLimit = 4
    /// Most bytes a second of everything together, now; nil: as fast as it goes.
    public var rateLimit: Int64?
    /// Index of `rows[0]` among the rows in display order: running, asking, retrying, waiting,
    /// paused, failed, done; the last added first among those done.
    public var firstRow = 0
    public var rows: [Row] = []

    public init() {}

    public struct Row: Hashable, Sendable, Codable, Identifiable {
        public var transfer: Transfer
        /// Bytes at the destination now.
        public var bytes: Int64
        /// Bytes a second, nil before it is known.
        public var rate: Double?
        public var secondsLeft: Int64?
        public var connection: ConnectionName?
        /// What it does when no bytes move yet: `connecting`, `scanning 1204 files`, `checking`.
        public var activity: String?
        /// Why it is not at work, when it waits.
        public var waiting: WaitingReason?
        /// Of one that asks about its destination: how many of its batch do.
        public var asking = 0
        /// Of one that asks: how far the server's clock is ahead of ours, in seconds; nil is not measured.
        public var clockAhead: Int64?

        public init(
            transfer: Transfer, bytes: Int64, rate: Double? = nil, secondsLeft: Int64? = nil,
            connection: ConnectionName? = nil, activity: String? = nil, waiting: WaitingReason? = nil
        ) {
            self.transfer = transfer
            self.bytes = bytes
            self.rate = rate
            self.secondsLeft = secondsLeft
            self.connection = connection
            self.activity = activity
            self.waiting = waiting
        }

        public var id: Transfer.ID { transfer.id }
    }
}
