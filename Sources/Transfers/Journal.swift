/// What makes the queue survive a restart and `kill -9`. `Storage` is one; tests use one in memory.
///
/// Calls block until the change is durable. They come from one serial queue, several changes at a time.
public protocol Journal: Sendable {
    /// Everything that was there when the program last stopped, in the order of `position`; sites too.
    func load() throws -> JournalContents
    /// Inserts or replaces, in one transaction. Sites come before the transfers that name them.
    func remember(sites: [Site], transfers: [Transfer], forgotten: [Transfer.ID]) throws
}

public struct JournalContents: Sendable {
    public var sites: [Site]
    public var transfers: [Transfer]
    /// Greater than every identifier ever given out.
    public var nextID: Transfer.ID

    public init(sites: [Site] = [], transfers: [Transfer] = [], nextID: Transfer.ID = 1) {
        self.sites = sites
        self.transfers = transfers
        self.nextID = nextID
    }
}

/// For a queue that ends with the program, as that of `portside get` does: remembers nothing.
public struct ForgetfulJournal: Journal {
    public init() {}

    public func load() throws -> JournalContents { JournalContents() }

    public func remember(sites: [Site], transfers: [Transfer], forgotten: [Transfer.ID]) throws {}
}
