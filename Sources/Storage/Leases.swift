import FTPProtocol
import GRDB
import Glibc
public import Transfers

/// The processes that help with the queue, what is leased to them, and what they report. Safe from any process.
extension QueueStore: LeaseStore {
    /// Offers this process's connections to whoever holds the queue's lock.
    ///
    /// - Parameter sites: where it can log in.
    /// - Returns: its number, for `leases(of:)` and `withdraw`.
    public func offer(connections: Int, sites: Set<Site.ID>) throws -> Int64 {
        try change { writing in
            let own = ProcessIdentity.own
            let now = Int64(time(nil))
            let rows = try Row.fetchAll(writing.database, sql: Self.allWorkers)
            for row in rows where !Self.isAlive(row, now) {
                try writing.database.execute(sql: "DELETE FROM worker WHERE number = ?", arguments: [row[0]])
            }
            try writing.database.execute(
                sql: """
                    INSERT INTO worker (machine, process, started, seen, connections, sites)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    own.machine, own.process, own.started, now, connections, try JSON.encode(sites.sorted()),
                ])
            return writing.database.lastInsertedRowID
        }
    }

    /// What is leased to it still is taken back by whoever holds the lock.
    public func withdraw(_ worker: Int64) throws {
        try change {
            try $0.database.execute(sql: "DELETE FROM worker WHERE number = ?", arguments: [worker])
        }
    }

    public func beat(_ worker: Int64) throws {
        try change {
            try $0.database.execute(
                sql: "UPDATE worker SET seen = ? WHERE number = ?", arguments: [Int64(time(nil)), worker])
        }
    }

    public func helpers() throws -> [Helper] {
        try mappingErrors {
            try database.read { database in
                let now = Int64(time(nil))
                return try Row.fetchAll(database, sql: Self.allWorkers).compactMap { row in
                    // What this process has offered before it got the lock is over.
                    guard let identity = Self.identity(row), identity != .own, Self.isAlive(row, now),
                        let number = row.integer(0), let connections = row.integer(5)
                    else { return nil }
                    let sites = row.text(6).flatMap { JSON.decode([Site.ID].self, $0) } ?? []
                    return Helper(
                        number: number, process: identity.process,
                        connections: max(0, Int(clamping: connections)), sites: Set(sites))
                }
            }
        }
    }

    public func leases(of worker: Int64) throws -> [LeasedTransfer]? {
        try mappingErrors {
            try database.read { database in
                guard try hasChanged(database) else { return nil }
                return try Reading(database: database, path: path).leased(to: worker)
            }
        }
    }

    public func report(_ reports: [WorkerReport], lease: Int64) throws {
        try change { writing in
            for report in reports { _ = try writing.leave(.report(lease: lease, report), []) }
        }
    }

    /// Whether nothing waits and nothing is at work, as far as the file tells; nil when it has not changed since the
    /// last time.
    public func isAllOver() throws -> Bool? {
        try mappingErrors {
            try database.read { database in
                guard try hasChanged(database) else { return nil }
                return try Bool.fetchOne(
                    database,
                    sql: """
                        SELECT NOT EXISTS (SELECT 1 FROM transfer WHERE \(Schema.isOpen)
                            AND state IN ('waiting', 'running', 'retrying'))
                            AND NOT EXISTS (SELECT 1 FROM lease) AND NOT EXISTS (SELECT 1 FROM transfer WHERE id < 0)
                        """)
            }
        }
    }

    private static let allWorkers =
        "SELECT number, machine, process, started, seen, connections, sites FROM worker"

    private static func identity(_ row: Row) -> ProcessIdentity? {
        guard let machine = row.text(1), let process = row.integer(2).flatMap(Int32.init(exactly:)),
            let started = row.integer(3)
        else { return nil }
        return ProcessIdentity(machine: machine, process: process, started: started)
    }

    private static func isAlive(_ row: Row, _ now: Int64) -> Bool {
        identity(row)?.isAlive(seen: row.integer(4) ?? 0, now: now) ?? false
    }
}
