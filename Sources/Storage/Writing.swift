import FTPProtocol
import GRDB
import Glibc
import Transfers

/// One transaction that writes. What it learns of row numbers holds for this transaction only, so that
/// neither a rollback nor another process can make it wrong.
struct Writing {
    let database: Database
    private let upsert: Statement
    private let conclude: Statement
    private var siteNumbers: [Site.ID: Int64] = [:]
    private var directoryNumbers: [[UInt8]: Int64] = [:]
    /// The directories of the row before: most rows have the same.
    private var lastRemote: (path: RemotePath, number: Int64)?
    private var lastLocal: (path: LocalPath, number: Int64)?
    private var greatestID: Transfer.ID = 0
    private var lastOptions: (options: TransferOptions, text: String?)?
    /// Seconds since 1970.
    private let now = Int64(time(nil))

    init(database: Database) throws {
        self.database = database
        upsert = try database.cachedStatement(sql: Self.upsertSQL)
        conclude = try database.cachedStatement(sql: Self.concludeSQL)
    }

    mutating func write(_ site: Site) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO site (id, host, port, user, account, encryption, dataMode, activeAddress,
                    firstActivePort, lastActivePort, family, timeout, connections, retries, network, security)
                VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
                ON CONFLICT (id) DO UPDATE SET host = excluded.host, port = excluded.port,
                    user = excluded.user, account = excluded.account, encryption = excluded.encryption,
                    dataMode = excluded.dataMode, activeAddress = excluded.activeAddress,
                    firstActivePort = excluded.firstActivePort, lastActivePort = excluded.lastActivePort,
                    family = excluded.family, timeout = excluded.timeout,
                    connections = excluded.connections, retries = excluded.retries,
                    network = excluded.network, security = excluded.security
                """)
        try statement.execute(arguments: [
            site.id, site.host, site.port, site.user, String?.none, site.encryption.rawValue,
            site.dataMode.rawValue, site.activeAddress, site.activePorts?.lowerBound,
            site.activePorts?.upperBound, site.family?.rawValue, site.timeout, site.connections, site.retries,
            site.network.stored, JSON.encode(site.security),
        ])
    }

    mutating func write(_ transfer: Transfer) throws {
        greatestID = max(greatestID, transfer.id)
        if transfer.state == .done, transfer.part == nil, try isConcluded(transfer) { return }
        let state = StoredState(transfer.state)
        // Nil where the names are equal, as they nearly always are.
        let localName = transfer.localName == transfer.remoteName ? nil : Blob(bytes: transfer.localName)
        upsert.setUncheckedArguments([
            transfer.id, transfer.position, transfer.direction.rawValue, transfer.kind.rawValue,
            try number(of: transfer.site), try number(of: transfer.remoteDirectory),
            Blob(bytes: transfer.remoteName), try number(of: transfer.localDirectory), localName,
            transfer.size, transfer.modified, transfer.options.onConflict.rawValue, transfer.options.retries,
            transfer.options.appends, transfer.options.writesInPlace, transfer.bytes, transfer.attempts,
            state.name, state.reason, state.time, state.size, try text(of: transfer.options),
            transfer.state.isEnded ? now : nil,
            transfer.depth,
            transfer.part.map { Blob(bytes: $0.name) },
            transfer.part.map { Int64(bitPattern: $0.inode) }, transfer.part?.sourceSize,
            transfer.part?.sourceModified, transfer.part?.safeBytes, transfer.batch,
            Self.text(of: transfer.proof), transfer.options.priority.rank,
        ])
        try upsert.execute()
    }

    /// Most rows are written when they are found and when they are done; the second time little of them is new.
    ///
    /// - Returns: whether it was there.
    private func isConcluded(_ transfer: Transfer) throws -> Bool {
        conclude.setUncheckedArguments([
            transfer.size, transfer.modified, transfer.bytes, transfer.attempts,
            Self.text(of: transfer.proof), now, transfer.id,
        ])
        try conclude.execute()
        return database.changesCount > 0
    }

    private static func text(of proof: HashProof?) -> String? {
        proof.map { "\($0.algorithm.rawValue):\($0.value)" }
    }

    /// The options without what has columns of its own; nil when they are as usual.
    private mutating func text(of options: TransferOptions) throws -> String? {
        if let last = lastOptions, last.options == options { return last.text }
        var rest = options
        let usual = TransferOptions()
        rest.onConflict = usual.onConflict
        rest.retries = usual.retries
        rest.appends = usual.appends
        rest.writesInPlace = usual.writesInPlace
        let text = rest == usual ? nil : try JSON.encode(rest)
        lastOptions = (options, text)
        return text
    }

    /// - Parameter transfers: of `add`; under identifiers below zero, each lower than the one before.
    /// - Returns: the number under which it is answered.
    mutating func leave(_ request: LeftRequest, _ transfers: [Transfer]) throws -> Int64 {
        let lowest = min(0, try Int64.fetchOne(database, sql: "SELECT min(id) FROM transfer") ?? 0)
        guard lowest > Int64.min / 2 else { throw StorageError.other(path: "arrivals", reason: "too many") }
        for (index, transfer) in transfers.enumerated() {
            var arrival = transfer
            arrival.id = lowest - 1 - Int64(index)
            try write(arrival)
        }
        // What nobody has fetched by now nobody will.
        try database.execute(
            sql: "DELETE FROM request WHERE answeredAt < ?", arguments: [now - Self.answerMemory])
        try database.execute(
            sql: "INSERT INTO request (body, lowest, highest) VALUES (?, ?, ?)",
            arguments: [
                try JSON.encode(request), transfers.isEmpty ? nil : lowest - Int64(transfers.count),
                transfers.isEmpty ? nil : lowest - 1,
            ])
        return database.lastInsertedRowID
    }

    /// How long an answer is kept for whoever asked, in seconds.
    private static let answerMemory: Int64 = 3_600

    func write(_ settings: QueueSettings) throws {
        try database.execute(
            sql: """
                INSERT INTO setting VALUES ('queue', ?)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value
                """,
            arguments: [try JSON.encode(settings)])
    }

    /// What was left with it is forgotten in the same transaction, so that nothing is taken in twice or lost.
    func answer(_ number: Int64, _ answer: LeftAnswer) throws {
        try database.execute(
            sql: """
                DELETE FROM transfer WHERE id < 0 AND id BETWEEN
                    (SELECT lowest FROM request WHERE number = ?1 AND answer IS NULL)
                    AND (SELECT highest FROM request WHERE number = ?1 AND answer IS NULL)
                """, arguments: [number])
        try database.execute(
            sql: "UPDATE request SET answer = ?, answeredAt = ? WHERE number = ?",
            arguments: [try JSON.encode(answer), now, number])
    }

    /// Forgets a request that wants no answer.
    func take(_ number: Int64) throws {
        try database.cachedStatement(sql: "DELETE FROM request WHERE number = ?").execute(arguments: [number])
    }

    func lease(_ id: Transfer.ID, _ lease: Lease?) throws {
        guard let lease else {
            return try database.cachedStatement(sql: "DELETE FROM lease WHERE transfer = ?")
                .execute(arguments: [id])
        }
        try database.cachedStatement(
            sql: "INSERT OR REPLACE INTO lease (transfer, worker, body) VALUES (?, ?, ?)"
        ).execute(arguments: [id, lease.worker, try JSON.encode(lease)])
    }

    func setAside(_ id: Transfer.ID, _ reason: String) throws {
        let row = Columns.names.map { "'\($0)=' || coalesce(quote(\($0)), '')" }.joined(
            separator: " || ' ' || ")
        try database.execute(
            sql: """
                INSERT INTO setAside (reason, row) SELECT ?, \(row)
                    || ' site=' || coalesce((SELECT quote(id) FROM site WHERE number = transfer.site), '')
                    || ' remote=' || coalesce(
                        (SELECT quote(path) FROM directory WHERE number = remoteDirectory), '')
                    || ' local=' || coalesce(
                        (SELECT quote(path) FROM directory WHERE number = localDirectory), '')
                FROM transfer WHERE id = ?
                """, arguments: [reason, id])
        try database.execute(sql: "DELETE FROM transfer WHERE id = ?", arguments: [id])
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

    static let upsertSQL = """
        INSERT INTO transfer (\(Columns.list)) VALUES (\(Columns.marks))
        ON CONFLICT (id) DO UPDATE SET \(Columns.updates)
        """

    static let concludeSQL = """
        UPDATE transfer SET state = 'done', reason = NULL, stateTime = NULL, stateSize = NULL, size = ?,
            modified = ?, bytes = ?, attempts = ?, partName = NULL, partInode = NULL, partSize = NULL,
            partModified = NULL, partSafe = NULL, proof = ?, endedAt = coalesce(endedAt, ?)
        WHERE id = ?
        """
}

/// The columns of `transfer`, in the order in which they are written and read.
enum Columns {
    static let names = [
        "id", "position", "direction", "kind", "site", "remoteDirectory", "remoteName", "localDirectory",
        "localName", "size", "modified", "onConflict", "retries", "appends", "writesInPlace", "bytes",
        "attempts", "state", "reason", "stateTime", "stateSize", "options", "endedAt", "depth", "partName",
        "partInode", "partSize", "partModified", "partSafe", "batch", "proof",
        "rank",
    ]
    /// Where the priority stands, 0 going first: the options have it, too, but no index could.
    static let rank = 31

    static let list = names.joined(separator: ", ")
    static let marks = names.map { _ in "?" }.joined(separator: ",")
    /// What had ended keeps its time when its row is written again.
    static let updates =
        names.filter { $0 != "id" && $0 != "endedAt" }.map { "\($0) = excluded.\($0)" }.joined(
            separator: ", ")
        + ", endedAt = CASE WHEN excluded.endedAt IS NULL THEN NULL "
        + "ELSE coalesce(endedAt, excluded.endedAt) END"
}
