import FTPProtocol
import GRDB
import Transfers

/// One transaction that writes. What it learns of row numbers holds for this transaction only, so that
/// neither a rollback nor another process can make it wrong.
struct Writing {
    let database: Database
    private let upsert: Statement
    private var siteNumbers: [Site.ID: Int64] = [:]
    private var directoryNumbers: [[UInt8]: Int64] = [:]
    /// The directories of the row before: most rows have the same.
    private var lastRemote: (path: RemotePath, number: Int64)?
    private var lastLocal: (path: LocalPath, number: Int64)?
    private var greatestID: Transfer.ID = 0

    init(database: Database) throws {
        self.database = database
        upsert = try database.cachedStatement(sql: Self.upsertSQL)
    }

    mutating func write(_ site: Site) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO site (id, host, port, user, account, encryption, dataMode, activeAddress,
                    firstActivePort, lastActivePort, family, timeout, connections, retries)
                VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)
                ON CONFLICT (id) DO UPDATE SET host = excluded.host, port = excluded.port,
                    user = excluded.user, account = excluded.account, encryption = excluded.encryption,
                    dataMode = excluded.dataMode, activeAddress = excluded.activeAddress,
                    firstActivePort = excluded.firstActivePort, lastActivePort = excluded.lastActivePort,
                    family = excluded.family, timeout = excluded.timeout,
                    connections = excluded.connections, retries = excluded.retries
                """)
        try statement.execute(arguments: [
            site.id, site.host, site.port, site.user, String?.none, site.encryption.rawValue,
            site.dataMode.rawValue, site.activeAddress, site.activePorts?.lowerBound,
            site.activePorts?.upperBound, site.family?.rawValue, site.timeout, site.connections, site.retries,
        ])
    }

    mutating func write(_ transfer: Transfer) throws {
        greatestID = max(greatestID, transfer.id)
        let state = StoredState(transfer.state)
        // Nil where the names are equal, as they nearly always are.
        let localName = transfer.localName == transfer.remoteName ? nil : Blob(bytes: transfer.localName)
        upsert.setUncheckedArguments([
            transfer.id, transfer.position, transfer.direction.rawValue, transfer.kind.rawValue,
            try number(of: transfer.site), try number(of: transfer.remoteDirectory),
            Blob(bytes: transfer.remoteName), try number(of: transfer.localDirectory), localName,
            transfer.size, transfer.modified, transfer.options.onConflict.rawValue, transfer.options.retries,
            transfer.options.appends, transfer.options.writesInPlace, transfer.bytes, transfer.attempts,
            state.name, state.reason, state.time, state.size,
        ])
        try upsert.execute()
    }

    /// Below zero, each lower than the one before.
    mutating func leave(_ transfers: [Transfer]) throws {
        let lowest = try Int64.fetchOne(database, sql: "SELECT min(id) FROM transfer") ?? 0
        guard lowest > Int64.min / 2 else { throw StorageError.other(path: "arrivals", reason: "too many") }
        for (index, transfer) in transfers.enumerated() {
            var arrival = transfer
            arrival.id = min(lowest, 0) - 1 - Int64(index)
            try write(arrival)
        }
    }

    mutating func forget(_ ids: [Transfer.ID]) throws {
        guard !ids.isEmpty else { return }
        let delete = try database.cachedStatement(sql: "DELETE FROM transfer WHERE id = ?")
        for id in ids { try delete.execute(arguments: [id]) }
        // Directories nobody needs are few and small; they go when the queue is empty.
        if try Int.fetchOne(database, sql: "SELECT 1 FROM transfer LIMIT 1") == nil {
            try database.execute(sql: "DELETE FROM directory")
        }
    }

    func finish() throws {
        guard greatestID > 0 else { return }
        try database.cachedStatement(
            sql: "UPDATE counter SET value = max(value, ?) WHERE name = 'nextID'"
        ).execute(arguments: [greatestID.addingReportingOverflow(1).partialValue])
    }

    private mutating func number(of site: Site.ID) throws -> Int64 {
        if let known = siteNumbers[site] { return known }
        let find = try database.cachedStatement(sql: "SELECT number FROM site WHERE id = ?")
        guard let number = try Int64.fetchOne(find, arguments: [site]) else {
            throw StorageError.unknownSite(site)
        }
        siteNumbers[site] = number
        return number
    }

    private mutating func number(of path: RemotePath) throws -> Int64 {
        if let last = lastRemote, last.path == path { return last.number }
        let number = try number(ofDirectory: path.bytes)
        lastRemote = (path, number)
        return number
    }

    private mutating func number(of path: LocalPath) throws -> Int64 {
        if let last = lastLocal, last.path == path { return last.number }
        let number = try number(ofDirectory: path.bytes)
        lastLocal = (path, number)
        return number
    }

    private mutating func number(ofDirectory path: [UInt8]) throws -> Int64 {
        if let known = directoryNumbers[path] { return known }
        let find = try database.cachedStatement(sql: "SELECT number FROM directory WHERE path = ?")
        if let number = try Int64.fetchOne(find, arguments: [Blob(bytes: path)]) {
            directoryNumbers[path] = number
            return number
        }
        try database.cachedStatement(sql: "INSERT INTO directory (path) VALUES (?)")
            .execute(arguments: [Blob(bytes: path)])
        directoryNumbers[path] = database.lastInsertedRowID
        return database.lastInsertedRowID
    }

    private static let upsertSQL = """
        INSERT INTO transfer (\(Columns.list)) VALUES (\(Columns.marks))
        ON CONFLICT (id) DO UPDATE SET \(Columns.updates)
        """
}

/// The columns of `transfer`, in the order in which they are written and read.
enum Columns {
    private static let names = [
        "id", "position", "direction", "kind", "site", "remoteDirectory", "remoteName", "localDirectory",
        "localName", "size", "modified", "onConflict", "retries", "appends", "writesInPlace", "bytes",
        "attempts", "state", "reason", "stateTime", "stateSize",
    ]

    static let list = names.joined(separator: ", ")
    static let marks = names.map { _ in "?" }.joined(separator: ",")
    static let updates = names.dropFirst().map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
}
