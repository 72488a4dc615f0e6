import FTPProtocol
import GRDB
import Glibc
import Testing
import Transfers

@testable import Storage

@Suite struct DamageTests {
    @Test func aDamagedQueueIsSetAsideWithTheReasonAndANewOneBegun() throws {
        try withTemporaryDirectory { directory in
            for number in 1...2 {
                try writeFile(
                    Array("this is no database, and never was one".utf8), to: directory + "/queue.sqlite")
                let lock = try acquireLock(directory)
                let (store, setAside) = try QueueStore.open(as: lock)
                let aside = try #require(setAside)
                #expect(aside.path == directory + "/queue.sqlite.damaged-\(number)")
                #expect(!aside.reason.isEmpty)
                #expect(try readFile(aside.path) == Array("this is no database, and never was one".utf8))
                #expect(try store.load().transfers.isEmpty)
            }
        }
    }

    @Test func onlyTheWorkerMovesADamagedQueue() throws {
        try withTemporaryDirectory { directory in
            let rubbish = [UInt8](repeating: 0x55, count: 5000)
            try writeFile(rubbish, to: directory + "/queue.sqlite")
            #expect {
                _ = try QueueStore(directory: directory)
            } throws: { error in
                if case StorageError.damaged = error { true } else { false }
            }
            #expect(try readFile(directory + "/queue.sqlite") == rubbish)
        }
    }

    @Test func aQueueOfANewerVersionIsLeftAsItIs() throws {
        try withTemporaryDirectory { directory in
            var store: QueueStore? = try QueueStore(directory: directory)
            try store?.remember(sites: [Site(host: "h")], transfers: [.numbered(1)], forgotten: [])
            try store?.database.inDatabase { database in
                try database.execute(sql: "PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)")
            }
            store = nil
            let before = try readFile(directory + "/queue.sqlite")
            let expected = StorageError.newerSchema(
                path: directory + "/queue.sqlite", found: 99, known: Schema.version)
            #expect(throws: expected) { _ = try QueueStore(directory: directory) }
            let lock = try acquireLock(directory)
            do {
                _ = try QueueStore.open(as: lock)
                Issue.record("opened")
            } catch {
                #expect(error as? StorageError == expected)
            }
            #expect(try readFile(directory + "/queue.sqlite") == before)
        }
    }

    @Test func whicheverByteIsWrongItIsReadOrSetAsideButNeverATrap() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/queue.sqlite"
            do {
                let store = try QueueStore(directory: directory)
                try store.remember(
                    sites: [.everythingSet], transfers: Transfer.inEveryState(of: .everythingSet),
                    forgotten: [])
            }
            let whole = try readFile(path)
            let lock = try acquireLock(directory)
            var damaged = 0
            // The used bytes of each page: its head and its cells; every third is enough for each run.
            for index in whole.indices where whole[index] != 0 && index % 3 == 0 {
                var bytes = whole
                bytes[index] ^= 0xFF
                try writeFile(bytes, to: path)
                do {
                    let (store, setAside) = try QueueStore.open(as: lock)
                    if let setAside {
                        damaged += 1
                        #expect(unlink(setAside.path) == 0)
                    }
                    _ = try store.load()
                } catch let error as StorageError {
                    #expect(!error.description.isEmpty)
                }
                for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
            }
            #expect(damaged > 10)
        }
    }

    @Test(arguments: [
        "UPDATE transfer SET onConflict = 'nothing known' WHERE id = 2",
        "UPDATE transfer SET options = '{' WHERE id = 2",
        "UPDATE transfer SET site = 4711 WHERE id = 2",
        "UPDATE transfer SET remoteDirectory = 4711 WHERE id = 2",
    ])
    func aRowThatMakesNoSenseIsSetAsideAndTheOthersStay(_ damage: String) throws {
        try withTemporaryDirectory { directory in
            do {
                let store = try QueueStore(directory: directory)
                try store.remember(
                    sites: [Site(host: "h")], transfers: [.numbered(1), .numbered(2), .numbered(3)],
                    forgotten: [])
                try store.database.inDatabase { try $0.execute(sql: damage) }
                // Who only looks passes it over.
                #expect(try store.load().transfers == [.numbered(1), .numbered(3)])
            }
            let lock = try acquireLock(directory)
            let (store, setAside) = try QueueStore.open(as: lock)
            let message = try #require(setAside?.message)
            #expect(message.contains("one transfer") && message.contains("transfer 2"), "\(message)")
            #expect(try store.load().transfers == [.numbered(1), .numbered(3)])
            #expect(try store.load().nextID == 4)
            let row = try store.database.inDatabase {
                try String.fetchOne($0, sql: "SELECT row FROM setAside")
            }
            #expect(row?.contains("id=2") == true, "\(row ?? "")")
            // Once is enough.
            #expect(try QueueStore.open(as: lock).setAside == nil)
        }
    }

    @Test func aProcessKilledInMidTransactionLeavesWhatWasRememberedBefore() async throws {
        let directory = "/tmp/portside-storage-killed-\(getpid())"
        await #expect(processExitsWith: .signal(SIGKILL)) { [directory = directory as String] in
            let store = try QueueStore(directory: directory)
            try store.remember(
                sites: [Site(host: "h")], transfers: (1...500).map { Transfer.numbered($0) }, forgotten: [])
            try store.database.inDatabase { database in
                try database.inTransaction(.immediate) {
                    // More than SQLite's cache holds, so that unfinished pages reach the log.
                    try database.execute(sql: "PRAGMA cache_size = 5")
                    var writing = try Writing(database: database)
                    for number in 501...5000 as ClosedRange<Int64> { try writing.write(.numbered(number)) }
                    kill(getpid(), SIGKILL)
                    return .commit
                }
            }
        }
        let lock = try acquireLock(directory)
        let (store, setAside) = try QueueStore.open(as: lock)
        #expect(setAside == nil)
        #expect(try store.load().transfers == (1...500).map { Transfer.numbered($0) })
        for name in ["queue.sqlite", "queue.sqlite-wal", "queue.sqlite-shm", "queue.lock"] {
            unlink(directory + "/" + name)
        }
        rmdir(directory)
    }

    @Test func whatIsCopiedWhileOthersWriteIsWhole() throws {
        try withTemporaryDirectory { directory in
            let store = try QueueStore(directory: directory + "/a")
            try store.remember(sites: [Site(host: "h")], transfers: [.numbered(1)], forgotten: [])
            try store.remember(sites: [], transfers: [.numbered(2)], forgotten: [1])
            // Without a close, as after a power cut: the log still holds everything.
            mkdir(directory + "/b", 0o700)
            for suffix in ["", "-wal"] {
                try writeFile(try readFile(store.path + suffix), to: directory + "/b/queue.sqlite" + suffix)
            }
            #expect(try QueueStore(directory: directory + "/b").load().transfers == [.numbered(2)])
        }
    }
}
