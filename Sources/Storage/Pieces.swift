import FTPProtocol
import GRDB
import Synchronization
public import Transfers

/// Reading a long queue piece by piece, so that the first transfer does not wait for the last row.
///
/// First of each server the files that go first, found by an index; then the others that may be begun, in their order;
/// last everything else. What was read already may come again, when it has changed since.
extension QueueStore {
    public func begin() throws -> JournalContents {
        if let known = takeSeen() { return known }
        return try beginPieces() ?? load()
    }

    /// - Returns: nil when it is to be read at once.
    func beginPieces() throws -> JournalContents? {
        try mappingErrors {
            try progress.pieces.withLock { pieces in
                try database.read { try pieces?.first($0) }
            }
        }
    }

    public func next() throws -> JournalPiece? {
        let (found, unreadable) = try mappingErrors {
            try progress.pieces.withLock { pieces in
                // Where it cannot be read further, that was all.
                var reading = pieces
                pieces = nil
                let piece = try database.read { try reading?.next($0) }
                let unreadable = reading?.takeUnreadable() ?? []
                if piece != nil { pieces = reading }
                return (piece, unreadable)
            }
        }
        guard var piece = found else { return nil }
        piece.notice = try setAside(unreadable)?.message
        return piece
    }
}

/// How far the reading has come.
struct QueuePieces {
    /// So many of each server and state before anything else: at 5,000 small files a second a tenth of one.
    private static let head = 500
    /// So many at a time: a hundredth of a second, for whoever waits behind it.
    private static let size = 4_000
    /// A queue of so many is read at once: that takes a tenth of a second.
    static let short = 20_000

    /// What may be begun; in the words of `StoredState`.
    private static let ready = ["waiting", "running", "retrying", "password"]

    private let path: String
    private var sites: [Int64: Site] = [:]
    private var directories = Reading.Directories()
    private var options: [String: TransferOptions] = [:]
    private var unreadable: [Transfer.ID] = []
    /// The last of those that were read, of what is left of each server and state.
    private var strands: [Strand] = []
    /// The last one read of everything else.
    private var lastID: Transfer.ID = 0
    private var greatestID: Transfer.ID = 0

    private struct Strand {
        var site: Int64
        var state: String
        var rank: Int64 = -1
        var position = Int64.min
        var id = Int64.min
    }

    init(path: String) {
        self.path = path
    }

    mutating func takeUnreadable() -> [Transfer.ID] {
        defer { unreadable = [] }
        return unreadable
    }

    mutating func first(_ database: Database) throws -> JournalContents {
        let reading = Reading(database: database, path: path)
        sites = try reading.sites()
        let leases = try reading.leases(where: "1")
        greatestID = try reading.greatestID()
        lastID = 0
        strands = sites.keys.sorted().flatMap { site in
            Self.ready.map { Strand(site: site, state: $0) }
        }
        unreadable = []
        var contents = JournalContents(
            sites: sites.sorted { $0.key < $1.key }.map(\.value), nextID: try reading.nextID(),
            settings: try reading.settings())
        contents.leases = leases
        contents.isWhole = false
        if !leases.isEmpty {
            contents.reports = try reading.reports()
            let list = leases.keys.map { "\($0)" }.joined(separator: ", ")
            contents.transfers = try transfers(reading, "WHERE id IN (\(list))", [])
        }
        for index in strands.indices {
            contents.transfers += try advance(index, by: Self.head, reading)
        }
        strands.removeAll { $0.rank == .max }
        return contents
    }

    mutating func next(_ database: Database) throws -> JournalPiece? {
        let reading = Reading(database: database, path: path)
        while !strands.isEmpty {
            let found = try advance(0, by: Self.size, reading)
            if strands[0].rank == .max {
                strands.removeFirst()
            } else {
                // One server after the other has its turn.
                strands.append(strands.removeFirst())
            }
            if !found.isEmpty || !unreadable.isEmpty { return JournalPiece(transfers: found) }
        }
        guard lastID < greatestID else { return nil }
        let states = Self.ready.map { "'\($0)'" }.joined(separator: ", ")
        var reached = greatestID
        var count = 0
        let found = try transfers(
            reading,
            """
            WHERE id > ? AND id <= ? AND (state NOT IN (\(states)) OR kind <> 'file')
            ORDER BY id LIMIT \(Self.size)
            """, [lastID, greatestID]
        ) { row in
            reached = row.integer(0) ?? reached
            count += 1
        }
        lastID = count < Self.size ? greatestID : reached
        return JournalPiece(transfers: found)
    }

    /// The next ones of a strand, whose rank is `.max` when there are no more.
    private mutating func advance(_ index: Int, by count: Int, _ reading: Reading) throws -> [Transfer] {
        let strand = strands[index]
        var last = strand
        var seen = 0
        let found = try transfers(
            reading,
            """
            INDEXED BY openTransfers WHERE site = ? AND state = ? AND (rank, position, id) > (?, ?, ?) AND kind = 'file'
            AND \(Schema.isOpen) ORDER BY rank, position, id LIMIT \(count)
            """, [strand.site, strand.state, strand.rank, strand.position, strand.id]
        ) { row in
            seen += 1
            last.id = row.integer(0) ?? last.id
            last.position = row.integer(1) ?? last.position
            last.rank = row.integer(Columns.rank) ?? last.rank
        }
        if seen < count { last.rank = .max }
        strands[index] = last
        return found
    }

    private mutating func transfers(
        _ reading: Reading, _ condition: String, _ arguments: StatementArguments,
        each: (Row) -> Void = { _ in }
    ) throws -> [Transfer] {
        let statement = try reading.database.cachedStatement(
            sql: "SELECT \(Columns.list) FROM transfer \(condition)")
        let rows = try Row.fetchCursor(statement, arguments: arguments)
        let sites = sites
        var found: [Transfer] = []
        while let row = try rows.next() {
            each(row)
            let transfer = try reading.transfer(
                row, siteIDs: { sites[$0]?.id }, directories: &directories, known: &options)
            if let transfer {
                found.append(transfer)
            } else if let id = row.integer(0) {
                unreadable.append(id)
            }
        }
        return found
    }
}
