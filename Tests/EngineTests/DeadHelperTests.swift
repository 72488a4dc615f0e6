import Dispatch
import EmbeddedServer
import Engine
import Synchronization
import TestSupport
import Testing
import Transfers

/// A long queue of which a process that died was given a part.
@Suite struct DeadHelperTests {
    /// Begins with some, and gives the rest when it is let.
    private final class Slow: Journal {
        let contents: JournalContents
        let rest: Mutex<[Transfer]>
        let gate = DispatchSemaphore(value: 0)

        init(_ contents: JournalContents, rest: [Transfer]) {
            self.contents = contents
            self.rest = Mutex(rest)
        }

        func load() throws -> JournalContents { contents }

        func next() throws -> JournalPiece? {
            gate.wait()
            return rest.withLock { rest in
                defer { rest = [] }
                return rest.isEmpty ? nil : JournalPiece(transfers: rest)
            }
        }

        func remember(_ change: JournalChange) throws {}
    }

    @Test func itsConnectionsAreFreeBeforeAllOfTheQueueIsRead() throws {
        let rig = try Rig()
        for name in ["leased", "waiting", "last"] { try rig.served.write([1, 2, 3], to: name) }
        let transfers = ["leased", "waiting", "last"].enumerated().map { index, name in
            var transfer = rig.download(name)
            transfer.id = Int64(index + 1)
            transfer.position = Int64(index + 1) << 20
            return transfer
        }
        var contents = JournalContents(sites: [rig.site], transfers: Array(transfers[..<2]), nextID: 4)
        contents.isWhole = false
        contents.leases[1] = Lease(
            number: 7, worker: 9, onConflict: .overwrite, clockAhead: 0, mayHaveEnded: true, connections: 2)
        let journal = Slow(contents, rest: [transfers[2]])
        let queue = TransferQueue(
            journal: { journal }, configuration: .init(connections: 2), passwords: { _ in Secret("x") },
            dialogue: { _ in }, events: { _ in })
        defer { queue.stop() }
        try eventually("both are fetched, though the rest was not read") {
            try rig.local.contents(of: "leased") != nil && rig.local.contents(of: "waiting") != nil
        }
        #expect(try rig.local.contents(of: "last") == nil)
        for _ in 0..<3 { journal.gate.signal() }
        try eventually("and the rest") { try rig.local.contents(of: "last") != nil }
    }

    /// What it had said last is believed: a file that it has ended is not fetched again.
    @Test func whatItSaidBeforeItDiedIsHeardFirst() throws {
        let rig = try Rig()
        for name in ["leased", "waiting"] { try rig.served.write([1, 2, 3], to: name) }
        let transfers = ["leased", "waiting"].enumerated().map { index, name in
            var transfer = rig.download(name)
            transfer.id = Int64(index + 1)
            transfer.position = Int64(index + 1) << 20
            return transfer
        }
        var contents = JournalContents(sites: [rig.site], transfers: transfers, nextID: 3)
        contents.isWhole = false
        contents.leases[1] = Lease(
            number: 7, worker: 9, onConflict: .overwrite, clockAhead: 0, mayHaveEnded: true)
        contents.reports = [
            LeftForWorker(number: 1, request: .report(lease: 7, .ended(.done(bytes: 3))))
        ]
        let journal = Slow(contents, rest: [])
        let queue = TransferQueue(
            journal: { journal }, configuration: .init(connections: 1), passwords: { _ in Secret("x") },
            dialogue: { _ in }, events: { _ in })
        defer { queue.stop() }
        try eventually("the other is fetched") { try rig.local.contents(of: "waiting") != nil }
        for _ in 0..<3 { journal.gate.signal() }
        #expect(queue.contents().first { $0.id == 1 }?.state == .done)
        #expect(rig.heard.all.count { $0.hasPrefix("RETR") } == 1)
    }
}
