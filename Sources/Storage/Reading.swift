import FTPProtocol
import GRDB
import Transfers

/// Reads the whole queue. What it finds is judged like anything from outside: a row that makes no sense is
/// `StorageError.damaged`, never a trap.
struct Reading {
    let database: Database
    let path: String

    /// The rows of the queue. Those that others left for its worker have identifiers below zero.
    ///
    /// - Parameter unreadable: told the rows that make no sense.
    func contents(unreadable: (Transfer.ID) -> Void = { _ in }) throws -> JournalContents {
        let sites = try sites()
        let transfers = try transfers(
            where: "id > 0 ORDER BY position, id", siteIDs: sites.mapValues(\.id), unreadable: unreadable)
        var contents = JournalContents(
            sites: sites.sorted { $0.key < $1.key }.map(\.value), transfers: transfers,
            nextID: try nextID(), settings: try settings())
        for (id, lease) in try leases(where: "1") { contents.leases[id] = lease }
        return contents
    }

    func greatestID() throws -> Transfer.ID {
        try Int64.fetchOne(database, sql: "SELECT max(id) FROM transfer") ?? 0
    }

    func nextID() throws -> Transfer.ID {
        let next = try Int64.fetchOne(database, sql: "SELECT value FROM counter WHERE name = 'nextID'") ?? 1
        let greatest = try greatestID()
        guard greatest < Int64.max, next > 0 else { throw damaged("an identifier out of range") }
        return max(next, max(0, greatest) + 1)
    }

    func leased(to worker: Int64) throws -> [LeasedTransfer] {
        let leases = try leases(where: "worker = \(worker)")
        guard !leases.isEmpty else { return [] }
        let sites = try sites()
        let known = Dictionary(sites.values.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let list = leases.keys.map { "\($0)" }.joined(separator: ", ")
        let transfers = try transfers(
            where: "id IN (\(list)) ORDER BY position", siteIDs: sites.mapValues(\.id))
        return transfers.compactMap { transfer in
            guard let lease = leases[transfer.id], let site = known[transfer.site] else { return nil }
            return LeasedTransfer(lease: lease, transfer: transfer, site: site)
        }
    }

    func leases(where condition: String) throws -> [Transfer.ID: Lease] {
        let rows = try Row.fetchAll(database, sql: "SELECT transfer, body FROM lease WHERE \(condition)")
        return Dictionary(
            rows.compactMap { row in
                row.integer(0).flatMap { id in
                    row.text(1).flatMap { JSON.decode(Lease.self, $0) }.map { (id, $0) }
                }
            }, uniquingKeysWith: { $1 })
    }

    func outlook() throws -> (sites: [Site], isPaused: Bool) {
        let sites = try sites()
        let waiting = try sites.filter { try isOpen(site: $0.key) }
        return (waiting.sorted { $0.key < $1.key }.map(\.value), try settings().isPaused)
    }

    /// Whether anything of this server has not ended. A look at the index.
    private func isOpen(site: Int64) throws -> Bool {
        try Bool.fetchOne(
            database,
            sql: "SELECT EXISTS (SELECT 1 FROM transfer WHERE site = ? AND \(Schema.isOpen))",
            arguments: [site]) ?? false
    }

    func settings() throws -> QueueSettings {
        let text = try String.fetchOne(database, sql: "SELECT value FROM setting WHERE name = 'queue'")
        guard let text else { return QueueSettings() }
        guard let settings = JSON.decode(QueueSettings.self, text) else {
            throw damaged("settings that make no sense")
        }
        return settings
    }

    /// - Parameter list: identifiers, as SQL has them between its brackets.
    func endTimes(of list: String) throws -> [Transfer.ID: Int64] {
        let rows = try Row.fetchAll(
            database, sql: "SELECT id, endedAt FROM transfer WHERE id IN (\(list)) AND endedAt IS NOT NULL")
        return Dictionary(
            rows.compactMap { row in row.integer(0).flatMap { id in row.integer(1).map { (id, $0) } } },
            uniquingKeysWith: { $1 })
    }

    /// As they are now; those that are gone or make no sense are left out.
    func transfers(_ list: String) throws -> [Transfer.ID: Transfer] {
        let found = try transfers(where: "id IN (\(list))", siteIDs: try sites().mapValues(\.id))
        return Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    }

    /// What has no answer yet, in the order of its arrival. What cannot be read is passed over: a newer
    /// version may ask for what this one does not know.
    func left() throws -> [LeftForWorker] {
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT number, body, lowest, highest FROM request WHERE answer IS NULL ORDER BY number")
        guard !rows.isEmpty else { return [] }
        let sites = try sites()
        return try rows.compactMap { row in
            guard let number = row.integer(0), let body = row.text(1),
                let request = JSON.decode(LeftRequest.self, body)
            else { return nil }
            guard request == .add, let low = row.integer(2), let high = row.integer(3) else {
                return LeftForWorker(number: number, request: request)
            }
            let transfers = try transfers(
                where: "id BETWEEN \(low) AND \(high) ORDER BY id DESC", siteIDs: sites.mapValues(\.id))
            let named = Set(transfers.map(\.site))
            return LeftForWorker(
                number: number, request: request, transfers: transfers,
                sites: sites.values.filter { named.contains($0.id) })
        }
    }

    /// Of what is without an answer, only what helpers say.
    func reports() throws -> [LeftForWorker] {
        let rows = try Row.fetchCursor(
            database, sql: "SELECT number, body FROM request WHERE answer IS NULL ORDER BY number")
        var found: [LeftForWorker] = []
        while let row = try rows.next() {
            guard let number = row.integer(0), let body = row.text(1),
                let request = JSON.decode(LeftRequest.self, body), case .report = request
            else { continue }
            found.append(LeftForWorker(number: number, request: request))
        }
        return found
    }

    func sites() throws -> [Int64: Site] {
        var sites: [Int64: Site] = [:]
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT number, host, port, user, account, encryption, dataMode, activeAddress,
                    firstActivePort, lastActivePort, family, timeout, connections, retries, network,
                    security FROM site
                """)
        while let row = try rows.next() {
            guard let number = row.integer(0), let host = row.text(1), let user = row.text(3),
                let port = row.integer(2).flatMap(UInt16.init(exactly:)),
                let encryption = row.text(5).flatMap(Site.Encryption.init(rawValue:)),
                let dataMode = row.text(6).flatMap(DataMode.init(rawValue:)),
                let timeout = row.integer(11), let connections = row.integer(12),
                let retries = row.integer(13)
            else { continue }  // its transfers show that it is missing
            var site = Site(
                host: host, port: port, user: user, account: row.text(4), encryption: encryption,
                dataMode: dataMode)
            site.activeAddress = row.text(7)
            if let first = row.integer(8).flatMap(UInt16.init(exactly:)),
                let last = row.integer(9).flatMap(UInt16.init(exactly:)), first <= last
            {
                site.activePorts = first...last
            }
            site.family = row.integer(10).flatMap(UInt8.init(exactly:)).flatMap(AddressFamily.init(rawValue:))
            site.timeout = Int(timeout)
            site.connections = Int(connections)
            site.retries = Int(retries)
            site.network = NetworkOptions(stored: row.text(14) ?? "")
            // What cannot be read trusts nobody more than usual.
            site.security = row.text(15).flatMap { JSON.decode(Site.Security.self, $0) } ?? Site.Security()
            sites[number] = site
        }
        return sites
    }

    /// One array of bytes a directory, whoever is in it.
    struct Directories {
        private var known: [Int64: [UInt8]] = [:]
        private var last: (number: Int64, path: [UInt8])?

        fileprivate mutating func path(_ number: Int64, _ database: Database) throws -> [UInt8]? {
            if let last, last.number == number { return last.path }
            if let path = known[number] {
                last = (number, path)
                return path
            }
            let statement = try database.cachedStatement(sql: "SELECT path FROM directory WHERE number = ?")
            guard let path = try Row.fetchOne(statement, arguments: [number])?.bytes(0) else { return nil }
            known[number] = path
            return path
        }
    }

    private func transfers(
        where condition: String, siteIDs: [Int64: Site.ID], unreadable: (Transfer.ID) -> Void = { _ in }
    ) throws -> [Transfer] {
        var directories = Directories()
        var transfers: [Transfer] = []
        let rows = try Row.fetchCursor(
            database, sql: "SELECT \(Columns.list) FROM transfer WHERE \(condition)")
        // Thousands have the same.
        var known: [String: TransferOptions] = [:]
        while let row = try rows.next() {
            // What makes no sense is set aside by the queue's worker, and passed over by the others.
            let transfer = try transfer(
                row, siteIDs: { siteIDs[$0] }, directories: &directories, known: &known)
            if let transfer {
                transfers.append(transfer)
            } else if let id = row.integer(0) {
                unreadable(id)
            }
        }
        return transfers
    }

    func transfer(
        _ row: Row, siteIDs: (Int64) -> Site.ID?, directories: inout Directories,
        known: inout [String: TransferOptions]
    ) throws -> Transfer? {
        guard let id = row.integer(0), let position = row.integer(1),
            let direction = row.text(2).flatMap(Transfer.Direction.init(rawValue:)),
            let kind = row.text(3).flatMap(Transfer.Kind.init(rawValue:)),
            let site = row.integer(4).flatMap(siteIDs),
            let remoteNumber = row.integer(5),
            let remoteDirectory = try directories.path(remoteNumber, database), let remoteName = row.bytes(6),
            let localNumber = row.integer(7),
            let localDirectory = try directories.path(localNumber, database),
            let options = options(row, &known), let bytes = row.integer(15), let attempts = row.integer(16),
            let stateName = row.text(17),
            let state = StoredState(
                name: stateName, reason: row.text(18), time: row.integer(19), size: row.integer(20)
            ).state
        else { return nil }
        var transfer = Transfer(
            id: id, direction: direction, kind: kind, site: site,
            remoteDirectory: RemotePath(bytes: remoteDirectory), remoteName: remoteName,
            localDirectory: LocalPath(bytes: localDirectory), localName: row.bytes(8) ?? remoteName,
            size: row.integer(9), modified: row.integer(10), options: options, state: state, bytes: bytes,
            attempts: Int(attempts), position: position, depth: Int(row.integer(23) ?? 0), part: part(row),
            batch: row.integer(29))
        transfer.proof = proof(row)
        return transfer
    }

    private func proof(_ row: Row) -> HashProof? {
        guard let words = row.text(30)?.split(separator: ":"), words.count == 2,
            let algorithm = HashAlgorithm(rawValue: String(words[0]))
        else { return nil }
        return HashProof(algorithm: algorithm, value: String(words[1]))
    }

    private func part(_ row: Row) -> Part? {
        guard let name = row.bytes(24), let inode = row.integer(25) else { return nil }
        return Part(
            name: name, inode: UInt64(bitPattern: inode), sourceSize: row.integer(26),
            sourceModified: row.integer(27), safeBytes: row.integer(28) ?? 0)
    }

    private func options(_ row: Row, _ known: inout [String: TransferOptions]) -> TransferOptions? {
        guard let onConflict = row.text(11).flatMap(ConflictPolicy.init(rawValue:)),
            let retries = row.integer(12), let appends = row.integer(13), let writesInPlace = row.integer(14)
        else { return nil }
        var options = TransferOptions()
        if let text = row.text(21) {
            guard let read = known[text] ?? JSON.decode(TransferOptions.self, text) else { return nil }
            known[text] = read
            options = read
        }
        options.onConflict = onConflict
        options.retries = Int(retries)
        options.appends = appends != 0
        options.writesInPlace = writesInPlace != 0
        return options
    }

    private func damaged(_ reason: String) -> StorageError { .damaged(path: path, reason: reason) }
}

extension Row {
    // `row[index] as Int64` traps where the column holds something else: these return nil.

    private func value(_ index: Int) -> DatabaseValue { self[index] }

    func integer(_ index: Int) -> Int64? {
        if case .int64(let value) = value(index).storage { value } else { nil }
    }

    func text(_ index: Int) -> String? {
        if case .string(let value) = value(index).storage { value } else { nil }
    }

    func bytes(_ index: Int) -> [UInt8]? {
        if case .blob(let value) = value(index).storage { Array(value) } else { nil }
    }
}
