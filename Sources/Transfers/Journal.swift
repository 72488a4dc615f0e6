/// What makes the queue survive a restart and `kill -9`. `Storage` is one; tests use one in memory.
///
/// Calls block until the change is durable. They come from one serial queue, several changes at a time.
public protocol Journal: Sendable {
    /// Everything that was there when the program last stopped, in the order of `position`; sites too.
    func load() throws -> JournalContents
    /// What the work begins with: all of it, or, where that is much (`isWhole` is false), the files that go first, the
    /// leased ones, sites and settings. The rest comes by `next`.
    func begin() throws -> JournalContents
    /// The next of what `begin` left, in any order; nil when that was all. What was changed since may be as it was or as
    /// it is, and come again.
    func next() throws -> JournalPiece?
    /// Writes all of it in one transaction.
    func remember(_ change: JournalChange) throws
    /// What other processes left for the one that works on the queue: see `LeftRequest`. Read only: what was
    /// taken in is told with the change that it made.
    func left() throws -> [LeftForWorker]
    /// Other processes that offer to work on the queue, and live.
    func helpers() throws -> [Helper]
    /// Where a file changes when another process leaves something; nil where none can.
    var directory: [UInt8]? { get }
    /// What it is told it forgets: nothing need be put together for it.
    var isForgetful: Bool { get }
}

/// An error of a journal that knows whose fault it is.
public protocol JournalError: Error {
    /// Something that was to be written can never be, whatever happens; other rows may.
    var concernsRow: Bool { get }
}

extension Journal {
    /// Inserts or replaces, in one transaction. Sites come before the transfers that name them.
    public func remember(sites: [Site], transfers: [Transfer], forgotten: [Transfer.ID]) throws {
        try remember(JournalChange(sites: sites, transfers: transfers, forgotten: forgotten))
    }

    public func begin() throws -> JournalContents { try load() }
    public func next() throws -> JournalPiece? { nil }
    public func left() throws -> [LeftForWorker] { [] }
    public func helpers() throws -> [Helper] { [] }
    public var directory: [UInt8]? { nil }
    public var isForgetful: Bool { false }
}

/// What has changed since the last one.
public struct JournalChange: Sendable {
    /// To insert or replace.
    public var sites: [Site]
    public var transfers: [Transfer]
    public var forgotten: [Transfer.ID]
    /// Nil when they are as they were.
    public var settings: QueueSettings?
    /// To requests of other processes, by their numbers; what they left is forgotten with it.
    public var answers: [Int64: LeftAnswer]
    /// Requests that were taken in and want no answer.
    public var taken: [Int64] = []
    /// What is leased to a helper from now on; nil: no more.
    public var leases: [Transfer.ID: Lease?] = [:]

    public init(
        sites: [Site] = [], transfers: [Transfer] = [], forgotten: [Transfer.ID] = [],
        settings: QueueSettings? = nil, answers: [Int64: LeftAnswer] = [:]
    ) {
        self.sites = sites
        self.transfers = transfers
        self.forgotten = forgotten
        self.settings = settings
        self.answers = answers
    }
}

public struct JournalContents: Sendable {
    public var sites: [Site]
    public var transfers: [Transfer]
    /// Greater than every identifier ever given out.
    public var nextID: Transfer.ID
    public var settings: QueueSettings
    /// What other processes were given to do, and may be doing.
    public var leases: [Transfer.ID: Lease] = [:]
    /// What they have said of it since, where `isWhole` is false: it is looked for later otherwise.
    public var reports: [LeftForWorker] = []
    /// There is nothing more in the journal.
    public var isWhole = true

    public init(
        sites: [Site] = [], transfers: [Transfer] = [], nextID: Transfer.ID = 1,
        settings: QueueSettings = QueueSettings()
    ) {
        self.sites = sites
        self.transfers = transfers
        self.nextID = nextID
        self.settings = settings
    }
}

/// Some of what `begin` left.
public struct JournalPiece: Sendable {
    public var transfers: [Transfer]
    /// What there is to tell the user.
    public var notice: String?

    public init(transfers: [Transfer], notice: String? = nil) {
        self.transfers = transfers
        self.notice = notice
    }
}

/// What holds for the queue as a whole, and what was learnt about its servers.
public struct QueueSettings: Hashable, Sendable, Codable {
    /// All of the queue is held until somebody lets it go on.
    public var isPaused = false
    public var sites: [Site.ID: SiteMemory] = [:]
    /// How fast all may be; nil: as fast as it goes.
    public var rates: RatePlan?
    /// To “the destination exists”, by batch; nil where there are none.
    public var answers: [Transfer.ID: ConflictAnswers]?

    public init() {}
}

/// What is remembered about a server beyond its `Site`, which says how to speak with it.
public struct SiteMemory: Hashable, Sendable, Codable {
    public var isPaused = false
    /// So many connections the server was found to take, and when (seconds since 1970).
    public var learntLimit: Int?
    public var learntAt: Int64?
    /// How far the server's clock is ahead of ours, in seconds, as far as it was measured.
    public var clockSkew: Int64?
    /// Most bytes a second to and from this server.
    public var rateLimit: Int64?
    /// To “the destination exists”.
    public var onConflict: ConflictAnswers?

    public init() {}
}

/// For a queue that ends with the program, as that of `portside get` does: remembers nothing.
public struct ForgetfulJournal: Journal {
    public init() {}

    public func load() throws -> JournalContents { JournalContents() }

    public func remember(_ change: JournalChange) throws {}

    public var isForgetful: Bool { true }
}
