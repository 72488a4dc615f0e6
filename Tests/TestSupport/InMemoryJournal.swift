import Synchronization
public import Transfers

/// A journal that forgets everything with the process. Counts its writes, and refuses them when told to.
public final class InMemoryJournal: Journal {
    private struct Contents {
        var sites: [Site.ID: Site] = [:]
        var transfers: [Transfer.ID: Transfer] = [:]
        var nextID: Transfer.ID = 1
        var settings = QueueSettings()
        var writes = 0
        var failure: (any Error)?
    }

    private let contents = Mutex(Contents())

    public init() {}

    /// How many transactions there were.
    public var writes: Int { contents.withLock { $0.writes } }

    /// From now on every write throws this; nil ends it.
    public func fail(with error: (any Error)?) {
        contents.withLock { $0.failure = error }
    }

    public func load() throws -> JournalContents {
        contents.withLock { contents in
            JournalContents(
                sites: contents.sites.values.sorted { $0.id < $1.id },
                transfers: contents.transfers.values.sorted { $0.position < $1.position },
                nextID: contents.nextID, settings: contents.settings)
        }
    }

    public func remember(_ change: JournalChange) throws {
        try contents.withLock { contents in
            if let failure = contents.failure { throw failure }
            contents.writes += 1
            for site in change.sites { contents.sites[site.id] = site }
            for transfer in change.transfers {
                contents.transfers[transfer.id] = transfer
                contents.nextID = max(contents.nextID, transfer.id + 1)
            }
            if let settings = change.settings { contents.settings = settings }
            for id in change.forgotten { contents.transfers[id] = nil }
        }
    }
}
