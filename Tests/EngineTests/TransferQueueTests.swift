import EmbeddedServer
import Engine
import FTPProtocol
import TestSupport
import Testing
import Transfers
import Transport

/// The queue at work: what the user asks of it, and what exists already.
@Suite struct TransferQueueTests {
    private static let old = Disk.noise(500, seed: 3)
    private static let new = Disk.noise(2_000, seed: 4)

    private func state(of bench: QueueBench) -> TransferState? { bench.queue.contents().first?.state }

    @Test func askingIsTheStateOfAFileThatExists() async throws {
        for direction in [Transfer.Direction.download, .upload] {
            let rig = try Rig()
            let (source, target) = direction == .download ? (rig.served, rig.local) : (rig.local, rig.served)
            try source.write(Self.new, to: "file")
            try target.write(Self.old, to: "file")
            let bench = try rig.queue()
            await bench.run(rig.transfer(direction, "file"))
            guard case .asking(.destinationExists(let size, let modified)) = try bench.only().state else {
                Issue.record("\(try bench.only().state)")
                return
            }
            #expect(size == 500 && modified != nil)
            #expect(try target.contents(of: "file") == Self.old)
            bench.queue.perform(.answer([try bench.only().id], .overwrite))
            await bench.idle()
            #expect(try bench.only().state == .done, "\(rig.log.transcript)")
            #expect(Disk.print(of: target.path(of: "file")) == fingerprint(Self.new))
        }
    }

    @Test(arguments: [Transfer.Direction.download, .upload])
    func thePolicyDecidesWhatHappensToAFileThatExists(_ direction: Transfer.Direction) async throws {
        let rig = try Rig()
        let (source, target) = direction == .download ? (rig.served, rig.local) : (rig.local, rig.served)
        for name in ["skip", "overwrite", "rename.txt", "resume", "older", "newer"] {
            try Disk.write(Self.new, to: source.path(of: name), modified: 1_500_000_000)
        }
        for name in ["skip", "overwrite", "rename.txt"] { try target.write(Self.old, to: name) }
        try target.write(Self.new[..<700], to: "resume")
        try Disk.write(Self.old, to: target.path(of: "older"), modified: 1_400_000_000)
        try Disk.write(Self.old, to: target.path(of: "newer"), modified: 1_600_000_000)
        func with(_ policy: ConflictPolicy, _ name: String) -> Transfer {
            rig.transfer(direction, name, options: TransferOptions(onConflict: policy))
        }
        let bench = try rig.queue()
        await bench.run(
            with(.skip, "skip"), with(.overwrite, "overwrite"), with(.rename, "rename.txt"),
            with(.resume, "resume"), with(.newer, "older"), with(.newer, "newer"))
        #expect(try target.contents(of: "skip") == Self.old)
        #expect(Disk.print(of: target.path(of: "overwrite")) == fingerprint(Self.new))
        #expect(try target.contents(of: "rename.txt") == Self.old)
        #expect(
            Disk.print(of: target.path(of: "rename (1).txt")) == fingerprint(Self.new),
            "\(rig.log.transcript)")
        #expect(Disk.print(of: target.path(of: "resume")) == fingerprint(Self.new))
        #expect(Disk.print(of: target.path(of: "older")) == fingerprint(Self.new))
        #expect(try target.contents(of: "newer") == Self.old)
        let states = bench.queue.contents().map(\.state)
        #expect(states.count { if case .skipped = $0 { true } else { false } } == 2, "\(states)")
        #expect(states.count { $0 == .done } == 4, "\(states)")
        #expect(!Disk.exists(target.path(of: "overwrite.part")))
    }

    @Test func aReplacedFileKeepsItsTightMode() async throws {
        let rig = try Rig()
        try rig.served.write(Self.new, to: "secret")
        try rig.local.write(Self.old, to: "secret")
        try LocalDirectory.setMode(0o600, of: Disk.bytes(rig.local.path(of: "secret")))
        let bench = try rig.queue()
        await bench.run(rig.download("secret", options: TransferOptions(onConflict: .overwrite)))
        #expect(try LocalDirectory.status(of: Disk.bytes(rig.local.path(of: "secret")))?.mode == 0o600)
        #expect(Disk.print(of: rig.local.path(of: "secret")) == fingerprint(Self.new))
    }

    @Test func pausesAtOnceAndGoesOnWhereItStopped() async throws {
        let contents = Disk.noise(400_000)
        let rig = try Rig([.slow(Disk.bytes("slow"), bytesPerSecond: 150_000)])
        try rig.served.write(contents, to: "slow")
        let bench = try rig.queue()
        bench.add(rig.download("slow"))
        try eventually("some bytes have come") {
            (Disk.size(rig.local.path(of: "slow.part")) ?? 0) > 20_000
        }
        let id = try bench.only().id
        bench.queue.perform(.pause([id]))
        await bench.idle()
        let paused = try bench.only()
        #expect(paused.state == .paused && paused.bytes > 0 && paused.bytes < 400_000)
        #expect(Disk.size(rig.local.path(of: "slow.part")) == paused.bytes)
        #expect(try bench.journal.load().transfers.first?.state == .paused)
        bench.queue.perform(.resume([id]))
        await bench.idle()
        #expect(try bench.only().state == .done, "\(rig.log.transcript)")
        #expect(Disk.print(of: rig.local.path(of: "slow")) == fingerprint(contents))
        // A block before that is compared.
        #expect(rig.heard.all.contains { $0 == "REST \(max(0, paused.bytes - 4096))" }, "\(paused.bytes)")
    }

    @Test func cancelsWhatIsAtWorkAndLeavesTheRest() async throws {
        let rig = try Rig([.slow(Disk.bytes("slow"), bytesPerSecond: 100_000)])
        try rig.served.write(Disk.noise(5_000_000), to: "slow")
        try rig.served.write([1], to: "quick")
        let bench = try rig.queue()
        bench.add(rig.download("slow"), rig.download("quick"))
        try eventually("it runs") { (Disk.size(rig.local.path(of: "slow.part")) ?? 0) > 0 }
        let slow = try #require(bench.queue.contents().first { $0.remoteName == Disk.bytes("slow") })
        bench.queue.perform(.cancel([slow.id]))
        await bench.idle()
        let rows = bench.queue.contents()
        #expect(rows.count == 1 && rows.first?.state == .done)
        #expect(!Disk.exists(rig.local.path(of: "slow")))
        #expect(try rig.local.contents(of: "quick") == [1])
    }

    @Test func aFailedTransferIsTriedAgainWhenAsked() async throws {
        let rig = try Rig()
        let bench = try rig.queue()
        await bench.run(rig.download("late"))
        guard case .failed(let message) = try bench.only().state else {
            Issue.record("\(try bench.only().state)")
            return
        }
        #expect(message.contains("late"))
        #expect(!Disk.exists(rig.local.path(of: "late.part")))
        try rig.served.write(Self.new, to: "late")
        bench.queue.perform(.retryFailed)
        await bench.idle()
        #expect(try bench.only().state == .done)
    }

    @Test func whenIdleHearsOfAQueueEmptiedByHand() async throws {
        let rig = try Rig()
        let bench = try rig.queue()
        bench.queue.perform(.pauseAll)
        bench.add(rig.download("a"))
        bench.queue.perform(.cancel(bench.queue.contents().map(\.id)))
        bench.queue.perform(.resumeAll)
        await bench.idle()
        #expect(bench.queue.contents().isEmpty)
    }

    @Test func aQueueGoesOnFromItsJournal() async throws {
        let contents = Disk.noise(400_000)
        let rig = try Rig([.slow(Disk.bytes("slow"), bytesPerSecond: 200_000)])
        try rig.served.write(contents, to: "slow")
        let journal = InMemoryJournal()
        do {
            let first = try QueueBench(site: rig.site, log: rig.log, connections: 1, journal: journal)
            first.add(rig.download("slow"))
            try eventually("some bytes have come") {
                (Disk.size(rig.local.path(of: "slow.part")) ?? 0) > 20_000
            }
            first.queue.stop()
        }
        let kept = try #require(try journal.load().transfers.first)
        #expect(kept.state == .waiting && kept.bytes > 0, "\(kept.state) \(kept.bytes)")
        let second = try QueueBench(site: rig.site, log: rig.log, connections: 1, journal: journal)
        await second.idle()
        #expect(try second.only().state == .done)
        #expect(Disk.print(of: rig.local.path(of: "slow")) == fingerprint(contents))
        #expect(rig.heard.count(of: "REST") == 1)
    }

    @Test func anUploadNeverGoesOnBehindAStrangersFile() async throws {
        // The journal says: tried before, in vain, without a byte. What is there now is not ours.
        let rig = try Rig()
        try rig.local.write(Self.new, to: "file")
        try rig.served.write(Self.old, to: "file")
        let journal = InMemoryJournal()
        var transfer = rig.upload("file")
        transfer.id = 1
        transfer.attempts = 2
        transfer.position = 1
        try journal.remember(sites: [rig.site], transfers: [transfer], forgotten: [])
        let bench = try QueueBench(site: rig.site, log: rig.log, connections: 1, journal: journal)
        await bench.idle()
        guard case .asking = try bench.only().state else {
            Issue.record("\(try bench.only().state)")
            return
        }
        #expect(try rig.served.contents(of: "file") == Self.old)
    }

    @Test func aSourceThatChangedMeanwhileIsFetchedFromTheBeginning() async throws {
        let rig = try Rig()
        try Disk.write(Self.new, to: rig.served.path(of: "file"), modified: 1_500_000_000)
        try rig.local.write(Self.old, to: "file.part")
        var transfer = rig.download("file")
        transfer.bytes = 500
        transfer.size = 2_000
        transfer.modified = 1_400_000_000
        let bench = try rig.queue()
        await bench.run(transfer)
        #expect(Disk.print(of: rig.local.path(of: "file")) == fingerprint(Self.new))
        #expect(rig.heard.count(of: "REST") == 0)
    }
}
