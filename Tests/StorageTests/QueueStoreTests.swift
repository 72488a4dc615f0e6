import FTPProtocol
import GRDB
import Glibc
import TestSupport
import Testing
import Transfers

@testable import Storage

@Suite struct QueueStoreTests {
    @Test func whatIsRememberedIsThereAfterReopening() throws {
        try withTemporaryDirectory { directory in
            let site = Site.everythingSet
            let transfers = Transfer.inEveryState(of: site)
            try QueueStore(directory: directory).remember(
                sites: [site], transfers: transfers, forgotten: [])
            let contents = try QueueStore(directory: directory).load()
            #expect(contents.sites == [site])
            #expect(contents.transfers == transfers)
            #expect(contents.nextID == Int64(transfers.count) + 1)
        }
    }

    /// SQLite makes one for each row where a list of names is looked through: that took most of the time of a write.
    @Test(arguments: [Writing.upsertSQL, Writing.concludeSQL])
    func aRowIsWrittenWithoutATableMadeForIt(_ sql: String) throws {
        try withTemporaryDirectory { directory in
            let steps = try QueueStore(directory: directory).database.read { database in
                try Row.fetchAll(database, sql: "EXPLAIN " + sql.replacing("?", with: "NULL")).map {
                    $0["opcode"] as String
                }
            }
            #expect(steps.contains("Insert") && !steps.contains("OpenEphemeral"), "\(steps)")
        }
    }

    /// The locks of one connection must outlive the opening of another one in the same process: see `makeDatabaseFile`.
    @Test func whatIsWrittenStaysThoughAnotherConnectionWasOpenedHereAndAnotherProcessHasLooked() throws {
        try withTemporaryDirectory { directory in
            let store = try QueueStore(directory: directory)
            try store.remember(sites: [Site(host: "h")], transfers: [.numbered(1)], forgotten: [])
            let another = try QueueStore(directory: directory)
            /// How many transfers another process sees.
            func count() throws -> String {
                let look = """
                    import sqlite3
                    file = sqlite3.connect("\(directory)/queue.sqlite")
                    print(file.execute("SELECT count(*) FROM transfer").fetchone()[0])
                    file.close()
                    """
                return try Program.run("/usr/bin/python3", ["-c", look]).output
            }
            #expect(try count() == "1\n")
            try store.remember(sites: [], transfers: [.numbered(2)], forgotten: [])
            #expect(try count() == "2\n")
            #expect(try another.load().transfers.count == 2)
        }
    }

    @Test func namesThatAreNotTextComeBackAsTheSameBytes() throws {
        try withTemporaryDirectory { directory in
            var transfer = Transfer.numbered(1)
            transfer.remoteName = Array(0...255)
            transfer.localName = [0xFF, 0xFE]
            transfer.remoteDirectory = RemotePath(bytes: [0x2F, 0xE9, 0x00])
            let store = try QueueStore(directory: directory)
            try store.remember(sites: [Site(host: "h")], transfers: [transfer], forgotten: [])
            #expect(try store.load().transfers == [transfer])
        }
    }

    /// What is done is written in a way of its own when its row is there.
    @Test func whatHasBecomeDoneHasAllThatWasLearntOfIt() throws {
        try withTemporaryDirectory { directory in
            let store = try QueueStore(directory: directory)
            var transfer = Transfer.numbered(1)
            transfer.size = nil
            transfer.modified = nil
            transfer.part = Part(name: [0x70], inode: 7, sourceSize: 9, sourceModified: 8, safeBytes: 3)
            transfer.state = .retrying(at: 9, reason: "lost")
            var other = Transfer.numbered(2)
            other.state = .failed("no")
            try store.remember(sites: [Site(host: "h")], transfers: [transfer, other], forgotten: [])
            transfer.part = nil
            transfer.state = .done
            transfer.size = 9
            transfer.modified = 8
            transfer.bytes = 9
            transfer.attempts = 2
            transfer.proof = HashProof(algorithm: .crc32, value: "0000001f")
            try store.remember(sites: [], transfers: [transfer], forgotten: [])
            #expect(try store.load().transfers == [transfer, other])
        }
    }

    @Test func aRowWrittenAgainIsReplacedAndAForgottenOneIsGone() throws {
        try withTemporaryDirectory { directory in
            let store = try QueueStore(directory: directory)
            var first = Transfer.numbered(1)
            try store.remember(
                sites: [Site(host: "h")], transfers: [first, .numbered(2)], forgotten: [])
            first.state = .failed("550 No")
            first.position = 99
            first.options.onConflict = .overwrite
            try store.remember(sites: [], transfers: [first], forgotten: [2])
            #expect(try store.load().transfers == [first])
            try store.remember(sites: [], transfers: [], forgotten: [1])
            #expect(try store.load().transfers.isEmpty)
            #expect(try QueueStore(directory: directory).load().nextID == 3)
        }
    }

    @Test func howMuchOfAPartIsSafeIsWrittenWithEveryCheckpoint() throws {
        try withTemporaryDirectory { directory in
            let store = try QueueStore(directory: directory)
            var transfer = Transfer.numbered(1)
            transfer.part = Part(name: Array("a.part".utf8), inode: 7, sourceSize: 9, sourceModified: 8)
            try store.remember(sites: [Site(host: "h")], transfers: [transfer], forgotten: [])
            transfer.part?.safeBytes = 5
            try store.remember(sites: [], transfers: [transfer], forgotten: [])
            #expect(try store.load().transfers == [transfer])
        }
    }

    @Test func loadsInTheOrderOfThePositions() throws {
        try withTemporaryDirectory { directory in
            let store = try QueueStore(directory: directory)
            let transfers = (1...5 as ClosedRange<Int64>).map { number in
                var transfer = Transfer.numbered(number)
                transfer.position = -number
                return transfer
            }
            try store.remember(sites: [Site(host: "h")], transfers: transfers, forgotten: [])
            #expect(try store.load().transfers.map(\.id) == [5, 4, 3, 2, 1])
        }
    }

    @Test func leasesReachTheHelperAndItsReportsTheHolder() throws {
        try withTemporaryDirectory { directory in
            let store = try QueueStore(directory: directory)
            let site = Site(host: "h")
            let lease = Lease(number: 9, worker: 1, onConflict: .skip, clockAhead: -3, mayHaveEnded: true)
            var change = JournalChange(sites: [site], transfers: [.numbered(1), .numbered(2)])
            change.leases = [2: lease]
            try store.remember(change)
            let helper = try QueueStore(directory: directory)
            let leased = try #require(try helper.leases(of: 1))
            #expect(leased.map(\.lease) == [lease] && leased.first?.transfer.id == 2)
            #expect(try helper.leases(of: 1) == nil)
            try helper.report([.part(nil), .ended(.done(bytes: 5))], lease: 9)
            let left = try store.left()
            #expect(
                left.map(\.request) == [
                    .report(lease: 9, .part(nil)), .report(lease: 9, .ended(.done(bytes: 5))),
                ])
            #expect(try store.load().leases == [2: lease])
            var end = JournalChange()
            end.leases = [2: nil]
            end.taken = left.map(\.number)
            try store.remember(end)
            #expect(try helper.leases(of: 1)?.isEmpty == true)
            #expect(try QueueStore(directory: directory).left().isEmpty)
            // Its own offer is no help to the process that holds the queue.
            _ = try store.offer(connections: 2, sites: [site.id])
            #expect(try store.helpers().isEmpty)
        }
    }

    @Test func aHundredThousandComeBackWithTheirDirectoriesShared() throws {
        try withTemporaryDirectory { directory in
            let store = try QueueStore(directory: directory)
            try store.remember(
                sites: [Site(host: "h")], transfers: (1...100_000).map { .numbered($0) }, forgotten: [])
            let transfers = try store.load().transfers
            #expect(transfers.count == 100_000)
            #expect(transfers.last == .numbered(100_000))
            let addresses = Set(
                transfers.map { $0.remoteDirectory.bytes.withUnsafeBufferPointer(\.baseAddress) })
            #expect(addresses.count == 1)
        }
    }

    @Test func aChangeThatFailsLeavesNothingBehind() throws {
        try withTemporaryDirectory { directory in
            let store = try QueueStore(directory: directory)
            var stranger = Transfer.numbered(2)
            stranger.site = "ftp://nobody@nowhere:21"
            #expect(throws: StorageError.unknownSite(stranger.site)) {
                try store.remember(
                    sites: [Site(host: "h")], transfers: [.numbered(1), stranger], forgotten: [])
            }
            let contents = try store.load()
            #expect(contents.transfers.isEmpty && contents.sites.isEmpty)
        }
    }

    @Test func twoMayHaveItOpenAtOnce() throws {
        try withTemporaryDirectory { directory in
            let worker = try QueueStore(directory: directory)
            let viewer = try QueueStore(directory: directory)
            try worker.remember(sites: [Site(host: "h")], transfers: [.numbered(1)], forgotten: [])
            #expect(try viewer.load().transfers.count == 1)
            try viewer.remember(sites: [], transfers: [.numbered(2)], forgotten: [])
            #expect(try worker.load().transfers.count == 2)
        }
    }

    @Test func whatOthersLeaveWaitsForTheWorkerAndIsTakenInOneStep() throws {
        try withTemporaryDirectory { directory in
            let worker = try QueueStore(directory: directory)
            try worker.remember(sites: [Site(host: "h")], transfers: [.numbered(1)], forgotten: [])
            let other = try QueueStore(directory: directory)
            let first = try other.leave(.add, transfers: [.numbered(7), .numbered(8)])
            let second = try other.leave(.pause([1]), sites: [.everythingSet])
            let third = try other.leave(.add, transfers: [.numbered(9)])
            #expect(try worker.load().transfers.map(\.id) == [1])
            let left = try worker.left()
            #expect(left.map(\.request) == [.add, .pause([1]), .add])
            #expect(left.map { $0.transfers.map(\.id) } == [[-1, -2], [], [-3]])
            #expect(left[0].transfers.map(\.localName) == (7...8).map { Transfer.numbered($0).localName })
            #expect(left[0].sites == [Site(host: "h")])
            // Nobody has written since: not looked at again.
            #expect(try worker.left().isEmpty)
            let answer = LeftAnswer(ids: [2, 3])
            try worker.remember(
                JournalChange(transfers: [.numbered(2), .numbered(3)], answers: [first: answer]))
            #expect(try other.answer(to: first) == answer)
            #expect(try other.answer(to: third) == nil)
            #expect(try QueueStore(directory: directory).left().map(\.number) == [second, third])
            #expect(try worker.load().transfers.map(\.id) == [1, 2, 3])
        }
    }

    @Test func aFullDiskIsSaidSoAndKeepsWhatWasThere() throws {
        try withTemporaryDirectory { directory in
            let store = try QueueStore(directory: directory)
            try store.remember(sites: [Site(host: "h")], transfers: [.numbered(1)], forgotten: [])
            // What SQLite answers to ENOSPC, without a disk to fill.
            try store.database.inDatabase { try $0.execute(sql: "PRAGMA max_page_count = 20") }
            #expect(throws: StorageError.full(path: store.path)) {
                try store.remember(sites: [], transfers: (2...5000).map { .numbered($0) }, forgotten: [])
            }
            #expect(try store.load().transfers == [.numbered(1)])
            try store.remember(sites: [], transfers: [.numbered(2)], forgotten: [])
            #expect(try store.load().transfers.count == 2)
        }
    }

    @Test func aQueueThatMayNotBeWrittenIsSaidSo() throws {
        try withTemporaryDirectory { directory in
            let store = try QueueStore(directory: directory)
            try store.database.inDatabase { try $0.execute(sql: "PRAGMA query_only = 1") }
            #expect {
                try store.remember(sites: [Site(host: "h")], transfers: [], forgotten: [])
            } throws: { error in
                if case StorageError.notWritable = error { true } else { false }
            }
        }
    }

    @Test func nobodyElseMayReadIt() throws {
        try withTemporaryDirectory { parent in
            let directory = parent + "/a/b"
            let store = try QueueStore(directory: directory)
            try store.remember(sites: [Site(host: "h")], transfers: [.numbered(1)], forgotten: [])
            #expect(try mode(of: directory) == 0o700)
            for suffix in ["", "-wal", "-shm"] { #expect(try mode(of: store.path + suffix) == 0o600) }
        }
    }

    @Test func noPasswordHasAColumn() throws {
        try withTemporaryDirectory { directory in
            let columns = try QueueStore(directory: directory).database.read { database in
                try ["site", "transfer", "directory", "counter", "setting", "request"].flatMap {
                    try database.columns(in: $0)
                }
                .map { $0.name.lowercased() }
            }
            #expect(columns.count > 20)
            #expect(!columns.contains { $0.contains("pass") || $0.contains("secret") })
        }
    }
}
