import GRDB
import Synchronization
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
        /// So many transfers in it were set aside; nil when it was the whole file.
        public var transfers: Int?

        /// For the user.
        public var message: String {
            guard let transfers else {
                return
                    "the queue was damaged (\(reason)); a new one was begun, the old one is kept as \(path)"
            }
            let what = transfers == 1 ? "one transfer" : "\(transfers) transfers"
            return
                "\(what) of the queue cannot be read (\(reason)); set aside in its table setAside (\(path)), "
                + "all others are there"
        }
    }

    let path: String
    let database: DatabaseQueue
    /// The file's `PRAGMA data_version` when others' requests were last looked for.
    private let seen = Seen()

    private final class Seen: Sendable {
        let version = Mutex<Int?>(nil)
        /// What was read while the file was checked, for the first `load`: reading a long queue twice takes seconds.
        let contents = Mutex<JournalContents?>(nil)
    }

    /// Of a long queue that is read piece by piece.
    let progress = Progress()

    final class Progress: Sendable {
        let pieces = Mutex<QueuePieces?>(nil)
    }

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
                // The names of states are looked up in a table that is made for each row that is written; the rows are
                // written from enumerations, and what is read is looked at.
                try database.execute(sql: "PRAGMA ignore_check_constraints = ON")
                try Schema.migrate(database)
            }
        } catch {
            throw StorageError(error, path: path)
        }
    }

    /// Opens the queue for its worker and checks all of it. A damaged file is moved aside, with its
    /// log, and a new one begun; the caller tells the user.
    ///
    /// A long one is not checked before the work begins, except after damage was met in it: reading all of a million rows takes
    /// seconds. What is wrong in it is found when it is read (see `next`), and the next start sets it aside.
    ///
    /// - Parameter lock: proves that nobody else is working with the file.
    /// - Throws: `StorageError`, but not `.damaged`.
    public static func open(
        as lock: borrowing QueueLock
    ) throws -> (store: QueueStore, setAside: SetAside?) {
        do {
            let store = try QueueStore(directory: lock.directory)
            let place = StateDirectory(path: lock.directory)
            let wasDamaged = place.hasMark
            if try !wasDamaged && store.isLong() {
                store.progress.pieces.withLock { $0 = QueuePieces(path: store.path) }
                let contents = try store.beginPieces()
                store.seen.contents.withLock { $0 = contents }
                return (store, nil)
            }
            try store.check()
            let setAside = try store.setAsideUnreadable()
            if wasDamaged { place.removeMark() }
            return (store, setAside)
        } catch StorageError.damaged(_, let reason) {
            let place = StateDirectory(path: lock.directory)
            let aside = SetAside(path: try place.setAside(), reason: reason)
            place.removeMark()
            return (try QueueStore(directory: lock.directory), aside)
        }
    }

    public func load() throws -> JournalContents {
        if let known = takeSeen(), known.isWhole { return known }
        return try mappingErrors { try database.read { try Reading(database: $0, path: path).contents() } }
    }

    func takeSeen() -> JournalContents? {
        seen.contents.withLock { contents in
            defer { contents = nil }
            return contents
        }
    }

    public var directory: [UInt8]? {
        Array(path.utf8.prefix(upTo: path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.utf8.startIndex))
    }

    public func remember(_ change: JournalChange) throws {
        try self.change { writing in
            for site in change.sites { try writing.write(site) }
            for transfer in change.transfers { try writing.write(transfer) }
            try writing.forget(change.forgotten)
            if let settings = change.settings { try writing.write(settings) }
            for (number, answer) in change.answers { try writing.answer(number, answer) }
            for number in change.taken { try writing.take(number) }
            for (id, lease) in change.leases { try writing.lease(id, lease) }
        }
    }

    /// The servers of what has not ended, and whether all is paused: what is to be known before the work begins.
    public func outlook() throws -> (sites: [Site], isPaused: Bool) {
        try mappingErrors { try database.read { try Reading(database: $0, path: path).outlook() } }
    }

    /// What holds for the queue as a whole.
    public func settings() throws -> QueueSettings {
        try mappingErrors { try database.read { try Reading(database: $0, path: path).settings() } }
    }

    /// How many have failed.
    public func failures() throws -> Int {
        try mappingErrors {
            try database.read {
                try Int.fetchOne($0, sql: "SELECT count(*) FROM transfer WHERE id > 0 AND state = 'failed'")
                    ?? 0
            }
        }
    }

    func change<Result>(_ body: (inout Writing) throws -> Result) throws -> Result {
        seen.contents.withLock { $0 = nil }
        return try mappingErrors {
            try database.inDatabase { database in
                var result: Result?
                try database.inTransaction(.immediate) {
                    var writing = try Writing(database: database)
                    result = try body(&writing)
                    try writing.finish()
                    return .commit
                }
                guard let result else { throw StorageError.other(path: path, reason: "nothing was written") }
                return result
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

    public func left() throws -> [LeftForWorker] {
        try mappingErrors {
            try database.read { database in
                try hasChanged(database) ? try Reading(database: database, path: path).left() : []
            }
        }
    }

    /// Whether somebody else has written since this was asked last. Costs no page.
    func hasChanged(_ database: Database) throws -> Bool {
        let version = try Int.fetchOne(database, sql: "PRAGMA data_version")
        return seen.version.withLock { seen in
            defer { seen = version }
            return seen == nil || seen != version
        }
    }

    /// Reads every page and row once: about 0.1 s for 100,000 transfers. Rows that make no sense are no damage of the file.
    private func check() throws {
        try mappingErrors {
            try database.read { database in
                let findings = try String.fetchAll(database, sql: "PRAGMA quick_check(1000)")
                let finding = findings.isEmpty ? "no answer" : findings.first { !Self.isAboutARow($0) }
                if let finding { throw StorageError.damaged(path: path, reason: finding) }
            }
        }
    }

    private var place: StateDirectory? {
        path.lastIndex(of: "/").map { StateDirectory(path: String(path[..<$0])) }
    }

    /// Whether reading all of it would take longer than anybody waits for.
    private func isLong() throws -> Bool {
        try mappingErrors {
            try database.read {
                try Bool.fetchOne(
                    $0, sql: "SELECT EXISTS (SELECT 1 FROM transfer LIMIT 1 OFFSET \(QueuePieces.short))")
                    ?? false
            }
        }
    }

    private static func isAboutARow(_ finding: String) -> Bool {
        finding == "ok" || finding.hasPrefix("CHECK constraint failed in transfer")
            || finding.contains(" value in transfer.") || finding.contains(" value in site.")
            || finding.hasPrefix("CHECK constraint failed in site")
    }

    /// Moves the transfers that cannot be read to a table of their own: nothing is thrown away, and the others go on.
    private func setAsideUnreadable() throws -> SetAside? {
        var ids: [Transfer.ID] = []
        let contents = try mappingErrors {
            try database.read { try Reading(database: $0, path: path).contents { ids.append($0) } }
        }
        // Whoever holds the lock alone changes what was read.
        if ids.isEmpty { seen.contents.withLock { $0 = contents } }
        return try setAside(ids)
    }

    func setAside(_ ids: [Transfer.ID]) throws -> SetAside? {
        guard let first = ids.first else { return nil }
        let reason = "transfer \(first) makes no sense"
        try change { writing in
            for id in ids { try writing.setAside(id, reason) }
        }
        return SetAside(path: path, reason: reason, transfers: ids.count)
    }

    func mappingErrors<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            let error = StorageError(error, path: path)
            // The next start looks at all of it.
            if case .damaged = error, let directory = self.place { directory.mark() }
            throw error
        }
    }
}
