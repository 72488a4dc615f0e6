import Foundation
import Testing
import Transfers

@testable import Storage

/// What a machine that loses its power leaves of the queue: everything that was said to be written, and of what comes behind
/// it any part, torn anywhere, or rubbish.
@Suite struct PowerLossTests {
    /// Each row is written in a transaction of its own, which leaves so many rows.
    private static let steps = 12

    /// The files as they are on the disk while the store is at work, and how long the log was after each step.
    private func recorded(in directory: String) throws -> (database: Data, log: Data, lengths: [Int]) {
        let store = try QueueStore(directory: directory)
        let path = directory + "/queue.sqlite"
        func log() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path + "-wal")) }
        var lengths = [try log().count]
        for number in 1...Self.steps {
            var transfer = Transfer.numbered(Int64(number))
            transfer.remoteName = Array("a rather long name for a file, number \(number)".utf8)
            try store.remember(sites: [Site(host: "h")], transfers: [transfer], forgotten: [])
            lengths.append(try log().count)
        }
        return (try Data(contentsOf: URL(fileURLWithPath: path)), try log(), lengths)
    }

    private func rows(_ database: Data, _ log: Data) throws -> Int {
        try withTemporaryDirectory { directory in
            let path = directory + "/queue.sqlite"
            try database.write(to: URL(fileURLWithPath: path))
            try log.write(to: URL(fileURLWithPath: path + "-wal"))
            for file in [path, path + "-wal"] {
                try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
            }
            let transfers = try QueueStore(directory: directory).load().transfers
            // Never one without those before it.
            #expect(transfers.map(\.id) == (0..<transfers.count).map { Int64($0 + 1) })
            return transfers.count
        }
    }

    @Test func whereverTheLogIsCutTheQueueIsAsItWasAfterATransaction() throws {
        try withTemporaryDirectory { directory in
            let (database, log, lengths) = try recorded(in: directory)
            #expect(Set(lengths).count == Self.steps + 1, "each step is in the log: \(lengths)")
            var cuts = Set(lengths)
            for length in lengths { cuts.formUnion([length - 1, length + 1, length + 100, length + 2_000]) }
            for cut in cuts.sorted() where cut >= lengths[0] && cut <= log.count {
                let found = try rows(database, log.prefix(cut))
                // All that was written whole by then, and nothing of what was not.
                let whole = lengths.lastIndex { $0 <= cut } ?? 0
                #expect(found == whole, "\(cut) of \(log.count) bytes")
            }
        }
    }

    @Test func rubbishBehindWhatWasWrittenIsNoPartOfTheQueue() throws {
        try withTemporaryDirectory { directory in
            let (database, log, lengths) = try recorded(in: directory)
            for step in [1, 5, Self.steps - 1] {
                for seed in UInt8(1)...4 {
                    let kept = log.prefix(lengths[step])
                    let torn = Data(log[kept.count...].map { $0 ^ (seed &* 37) })
                    #expect(try rows(database, kept + torn) == step)
                    // The disk may write the end before the beginning.
                    let hole = Data(count: 512) + log.dropFirst(kept.count + 512)
                    #expect(try rows(database, kept + hole) == step)
                }
            }
        }
    }
}
