import GRDB
public import Transfers

/// The queue's journal in SQLite: `queue.sqlite` (mode 0600) in a directory of its own (0700).
///
/// In WAL mode, so that others read while the worker writes, and with `synchronous=FULL`: a change is on the disk
/// when `remember` returns. `NORMAL` would be faster and keep the file whole, but a power cut could take back
/// the last additions, and then files that somebody queued would be gone. The caller writes many changes at
/// a time, so that one sync serves them all.
///
/// Calls block, at most `busyTimeout` for another process's transaction, and come from any thread.
public struct QueueStore: Journal {
    /// Seconds. A transaction of ten thousand rows takes a fraction of one.
    static let busyTimeout = 10.0

    /// What was wrong with the file that was found, and where it is now.
    public struct SetAside: Hashable, Sendable {
        public var path: String
        public var reason: String

        /// For the user.
        public var message: String {
            "the queue was damaged (\(reason)); a new one was begun, the old one is kept as \(path)"
        }
    }

    let path: String
    let database: DatabaseQueue

    /// Opens the queue, making an empty one where there is none.
    ///
    /// - Throws: `StorageError`; `.damaged` leaves the file where it is, see `open(as:)`.
    public init(directory: String) throws {
        let place = StateDirectory(path: directory)
        try place.make()
        try place.makeDatabaseFile()
        path = place.database
        do {
            database = try DatabaseQueue(path: path, configuration: Self.configuration)
            try database.inDatabase { [path] database in
                let found = try Schema.version(of: database)
                guard found <= Schema.version else {
                    throw StorageError.newerSchema(path: path, found: found, known: Schema.version)
                }
                try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
                try Schema.migrate(database)
            }
        } catch {
            throw StorageError(error, path: path)
        }
    }

    /// Opens the queue for its worker and checks all of it. A damaged file is moved aside, with its
    /// log, and a new one begun; the caller tells the user.
    ///
    /// - Parameter lock: proves that nobody else is working with the file.
    /// - Throws: `StorageError`, but not `.damaged`.
    public static func open(
        as lock: borrowing QueueLock
    ) throws -> (store: QueueStore, setAside: SetAside?) {
        do {
            let store = try QueueStore(directory: lock.directory)
            try store.check()
            return (store, nil)
        } catch StorageError.damaged(_, let reason) {
            let place = StateDirectory(path: lock.directory)
            let aside = SetAside(path: try place.setAside(), reason: reason)
            return (try QueueStore(directory: lock.directory), aside)
        }
    }

    public func load() throws -> JournalContents {
        try mappingErrors { try database.read { try Reading(database: $0, path: path).contents(.queue) } }
    }

    public func remember(sites: [Site], transfers: [Transfer], forgotten: [Transfer.ID]) throws {
        try change { writing in
            for site in sites { try writing.write(site) }
            for transfer in transfers { try writing.write(transfer) }
            try writing.forget(forgotten)
        }
    }

    /// Leaves transfers for the worker, which gives them their identifiers and positions: only one
    /// process may do that. Safe from any process, at any time.
    public func leave(sites: [Site], transfers: [Transfer]) throws {
        try change { writing in
            for site in sites { try writing.write(site) }
            try writing.leave(transfers)
        }
    }

    /// What others left, in the order of its arrival, under negative identifiers; and all sites.
    ///
    /// The worker adds it to its queue, and gives those identifiers as `forgotten` to the `remember` that
    /// writes the new rows: one transaction, so that nothing is taken twice or lost.
    public func arrivals() throws -> JournalContents {
        try mappingErrors { try database.read { try Reading(database: $0, path: path).contents(.arrivals) } }
    }

    private func change(_ body: (inout Writing) throws -> Void) throws {
        try mappingErrors {
            try database.inDatabase { database in
                try database.inTransaction(.immediate) {
                    var writing = try Writing(database: database)
                    try body(&writing)
                    try writing.finish()
                    return .commit
                }
            }
        }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(busyTimeout)
        // `check` looks at them once at the start; checking each row's three keys would cost more than writing it.
        configuration.foreignKeysEnabled = false
        configuration.label = "queue"
        return configuration
    }

    /// Reads every page and row once: about 0.1 s for 100,000 transfers.
    private func check() throws {
        try mappingErrors {
            try database.read { database in
                let finding = try String.fetchOne(database, sql: "PRAGMA quick_check(1)") ?? "no answer"
                guard finding == "ok" else { throw StorageError.damaged(path: path, reason: finding) }
                if try Row.fetchOne(database, sql: "PRAGMA foreign_key_check") != nil {
                    throw StorageError.damaged(
                        path: path, reason: "a transfer without its directory or server")
                }
            }
        }
    }

    private func mappingErrors<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            throw StorageError(error, path: path)
        }
    }
}
