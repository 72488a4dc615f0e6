import FTPProtocol
import GRDB
import Testing
import Transfers

@testable import Storage

/// A queue too long to be read before the first transfer begins.
@Suite struct PiecesTests {
    private static let sites = [Site(host: "h"), Site(host: "other")]

    /// Every state, two servers, two priorities, some trees; positions that do not follow the identifiers.
    private static func transfers(_ count: Int64) -> [Transfer] {
        let states: [TransferState] = [
            .waiting, .waiting, .waiting, .running, .paused, .retrying(at: 5, reason: "lost"), .done,
            .failed("no"),
            .asking(.password), .asking(.destinationExists(size: 1, modified: 1)), .skipped("there"),
            .held("full"),
        ]
        return (1...count).map { number in
            var transfer = Transfer.numbered(number)
            transfer.site = sites[Int(number % 2)].id
            transfer.state = states[Int(number / 2 % 12)]
            transfer.position = (number ^ 0x5) << 16
            if number % 7 == 0 { transfer.options.priority = number % 14 == 0 ? .high : .low }
            if number % 11 == 0 { transfer.kind = .tree }
            return transfer
        }
    }

    private static func filled(_ directory: String, _ transfers: [Transfer]) throws {
        try QueueStore(directory: directory).remember(sites: sites, transfers: transfers, forgotten: [])
    }

    private static func rest(of store: QueueStore) throws -> [Transfer] {
        var found: [Transfer] = []
        while let piece = try store.next() { found += piece.transfers }
        return found
    }

    @Test func whatGoesFirstIsReadFirstAndInTheEndAllOfItOnce() throws {
        try withTemporaryDirectory { directory in
            let all = Self.transfers(Int64(QueuePieces.short) + 5_000)
            try Self.filled(directory, all)
            let lock = try acquireLock(directory)
            let store = try QueueStore.open(as: lock).store
            let begun = try store.begin()
            #expect(!begun.isWhole && begun.nextID == Int64(all.count) + 1 && begun.sites.count == 2)
            #expect(begun.transfers.count < 5_000 && begun.transfers.allSatisfy { $0.kind == .file })
            let read = begun.transfers + (try Self.rest(of: store))
            #expect(read.sorted { $0.id < $1.id } == all)
            #expect(try store.next() == nil)
            // Of each server, what waits comes in the order in which it goes.
            for site in Self.sites {
                let waiting = read.filter { $0.site == site.id && $0.state == .waiting && $0.kind == .file }
                let order = waiting.map { [Int64($0.options.priority.rank), $0.position] }
                #expect(order == order.sorted { $0.lexicographicallyPrecedes($1) })
            }
            // Who wants all of it gets all of it.
            #expect(try store.load().transfers.count == all.count)
        }
    }

    @Test func aShortOneIsReadAtOnce() throws {
        try withTemporaryDirectory { directory in
            try Self.filled(directory, Self.transfers(100))
            let lock = try acquireLock(directory)
            let store = try QueueStore.open(as: lock).store
            let begun = try store.begin()
            #expect(begun.isWhole && begun.transfers.count == 100)
            #expect(try store.next() == nil)
        }
    }

    @Test func whatChangesWhileItIsReadIsNotReadWrongly() throws {
        try withTemporaryDirectory { directory in
            let all = Self.transfers(Int64(QueuePieces.short) + 1)
            try Self.filled(directory, all)
            let lock = try acquireLock(directory)
            let store = try QueueStore.open(as: lock).store
            let begun = try store.begin()
            let first = try #require(begun.transfers.first { $0.state == .waiting })
            var done = first
            done.state = .done
            var new = Transfer.numbered(begun.nextID)
            new.position = 1
            try store.remember(sites: [], transfers: [done, new], forgotten: [])
            let rest = try Self.rest(of: store)
            // It may come again, as it is now; what is new does not come at all.
            #expect(rest.filter { $0.id == first.id }.allSatisfy { $0.state == .done })
            #expect(!rest.contains { $0.id == new.id })
            #expect(Set((begun.transfers + rest).map(\.id)) == Set(all.map(\.id)))
        }
    }

    @Test func aRowThatMakesNoSenseIsSetAsideWhenItIsMet() throws {
        try withTemporaryDirectory { directory in
            let all = Self.transfers(Int64(QueuePieces.short) + 1)
            try Self.filled(directory, all)
            let damaged: Transfer.ID = 15_000
            try QueueStore(directory: directory).database.inDatabase {
                try $0.execute(sql: "UPDATE transfer SET onConflict = 'unheard of' WHERE id = \(damaged)")
            }
            let lock = try acquireLock(directory)
            let store = try QueueStore.open(as: lock).store
            var notices: [String] = []
            var read = try store.begin().transfers.count
            while let piece = try store.next() {
                read += piece.transfers.count
                if let notice = piece.notice { notices.append(notice) }
            }
            #expect(read == all.count - 1)
            #expect(notices.count == 1 && notices[0].contains("transfer \(damaged)"), "\(notices)")
            #expect(try store.load().transfers.count == all.count - 1)
        }
    }

    @Test func damageThatIsMetLateIsSaidAndTheNextStartSetsTheFileAside() throws {
        try withTemporaryDirectory { directory in
            try Self.filled(directory, Self.transfers(Int64(QueuePieces.short) + 5_000))
            let path = directory + "/queue.sqlite"
            var bytes = try readFile(path)
            // The middle of the rows; the head of the file and the index, which was written last, stay.
            let page = 4096
            for index in stride(
                from: bytes.count / 4 / page * page, to: bytes.count / 2 / page * page, by: page)
            {
                bytes.replaceSubrange(index..<(index + page), with: repeatElement(0x55, count: page))
            }
            try writeFile(bytes, to: path)
            let lock = try acquireLock(directory)
            var message: String?
            do {
                let (store, setAside) = try QueueStore.open(as: lock)
                message = setAside?.message
                _ = try store.begin()
                _ = try Self.rest(of: store)
            } catch let error as StorageError {
                message = "\(error)"
            }
            #expect(message?.contains("damaged") == true, "\(message ?? "nothing was said")")
            // Whoever opens it now has an empty one, and the old one beside it.
            let (store, setAside) = try QueueStore.open(as: lock)
            #expect(setAside != nil || message?.contains("a new one was begun") == true)
            #expect(try store.begin().transfers.isEmpty)
            #expect(try QueueStore.open(as: lock).setAside == nil)
        }
    }
}
