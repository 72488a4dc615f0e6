import GRDB
public import Transfers

/// Reading the queue for somebody who looks at all of it once: some thousand rows at a time, so that a million are never in
/// memory together.
extension QueueStore {
    public struct StoredTransfer: Sendable {
        public var transfer: Transfer
        /// When it ended, in seconds since 1970; nil for what has not.
        public var ended: Int64?
    }

    public enum RowOrder: Sendable {
        /// All, in the order of the queue.
        case position
        /// What has ended, the last one last.
        case ended

        fileprivate var sql: String {
            switch self {
            case .position: "WHERE id > 0 ORDER BY position, id"
            case .ended: "WHERE id > 0 AND NOT (\(Schema.isOpen)) ORDER BY coalesce(endedAt, 0), position, id"
            }
        }
    }

    private static let pieceSize = 1_000

    /// Everything but the transfers.
    public func outline() throws -> JournalContents {
        try mappingErrors {
            try database.read { database in
                let reading = Reading(database: database, path: path)
                var contents = JournalContents(
                    sites: try reading.sites().sorted { $0.key < $1.key }.map(\.value),
                    nextID: try reading.nextID(), settings: try reading.settings())
                contents.leases = try reading.leases(where: "1")
                return contents
            }
        }
    }

    /// Tells all of them. Each piece is as it was when it was read: the file is free between two of them, however long `body`
    /// takes for one.
    public func forEachPiece(
        _ order: RowOrder = .position, _ body: ([StoredTransfer]) throws -> Void
    ) throws {
        let ids = try mappingErrors {
            try database.read { try Int64.fetchAll($0, sql: "SELECT id FROM transfer \(order.sql)") }
        }
        for start in stride(from: 0, to: ids.count, by: Self.pieceSize) {
            let piece = ids[start..<min(start + Self.pieceSize, ids.count)]
            let list = piece.map { "\($0)" }.joined(separator: ",")
            let (transfers, ends) = try mappingErrors {
                try database.read { database in
                    let reading = Reading(database: database, path: path)
                    return (try reading.transfers(list), try reading.endTimes(of: list))
                }
            }
            try body(
                piece.compactMap { id in
                    transfers[id].map { StoredTransfer(transfer: $0, ended: ends[id]) }
                })
        }
    }
}
