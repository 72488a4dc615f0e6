import GRDB
public import Transfers

/// What processes that do not work on the queue leave for the one that does. Safe from any process, at any time.
extension QueueStore {
    /// - Parameter transfers: of `add`, whose sites come with them. The worker gives them their identifiers.
    /// - Returns: the number under which it is answered.
    public func leave(
        _ request: LeftRequest, sites: [Site] = [], transfers: [Transfer] = []
    ) throws -> Int64 {
        try change { writing in
            for site in sites { try writing.write(site) }
            return try writing.leave(request, transfers)
        }
    }

    /// The worker's answer, or nil while there is none.
    public func answer(to number: Int64) throws -> LeftAnswer? {
        try mappingErrors {
            try database.read { database in
                try String.fetchOne(
                    database, sql: "SELECT answer FROM request WHERE number = ?", arguments: [number]
                ).flatMap { JSON.decode(LeftAnswer.self, $0) }
            }
        }
    }
}
