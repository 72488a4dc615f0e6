import EmbeddedServer
import Engine
import FTPProtocol
import Glibc
import TestSupport
import Testing
import Transfers
import Transport

/// What grows beside the destination until it is whole: whose it is, how much of it counts, and what proves it.
@Suite struct PartTests {
    private static let contents = Disk.noise(600_000, seed: 11)

    /// A queue that finds in its journal a download that was begun with `part`.
    private func bench(
        _ rig: Rig, _ name: String, _ part: Part, options: TransferOptions = TransferOptions()
    ) throws -> QueueBench {
        var transfer = rig.download(name, options: options)
        transfer.id = 1
        transfer.size = part.sourceSize
        transfer.modified = part.sourceModified
        transfer.bytes = part.safeBytes
        transfer.part = part
        let journal = InMemoryJournal()
        try journal.remember(sites: [rig.site], transfers: [transfer], forgotten: [])
        return try QueueBench(site: rig.site, log: rig.log, connections: 1, journal: journal)
    }

    private func inode(_ path: String) throws -> UInt64 {
        UInt64(try #require(Disk.status(Disk.bytes(path))).st_ino)
    }

    @Test func aDownloadGoesOnBehindTheLastCheckpointNotBehindWhatTheFileIsLongAs() async throws {
        let rig = try Rig()
        try Disk.write(Self.contents, to: rig.served.path(of: "file"), modified: 1_500_000_000)
        // What a power cut leaves: the length of what was written, and zeros where nothing was synced.
        let part = Self.contents[..<300_000] + [UInt8](repeating: 0, count: 200_000)
        try rig.local.write(part, to: "file.part")
        let record = Part(
            name: Disk.bytes("file.part"), inode: try inode(rig.local.path(of: "file.part")),
            sourceSize: 600_000, sourceModified: 1_500_000_000, safeBytes: 300_000)
        let bench = try bench(rig, "file", record)
        await bench.idle()
        #expect(try bench.only().state == .done, "\(rig.log.transcript)")
        #expect(Disk.print(of: rig.local.path(of: "file")) == fingerprint(Self.contents))
        #expect(rig.heard.all.contains("REST \(300_000 - 4096)"), "\(rig.heard.all)")
        #expect(try rig.local.names() == [Disk.bytes("file")])
    }

    @Test func checkpointsAreMadeWhileBytesFlow() async throws {
        let rig = try Rig([.slow(Disk.bytes("slow"), bytesPerSecond: 300_000)])
        try rig.served.write(Disk.noise(5_000_000), to: "slow")
        let bench = try rig.queue()
        bench.add(rig.download("slow"))
        try eventually("a checkpoint is in the journal", within: .seconds(20)) {
            (try bench.journal.load().transfers.first?.part?.safeBytes ?? 0) > 0
        }
        let part = try #require(try bench.journal.load().transfers.first?.part)
        #expect(part.name == Disk.bytes("slow.part"))
        #expect(part.inode == (try inode(rig.local.path(of: "slow.part"))))
        #expect(part.safeBytes <= Disk.size(rig.local.path(of: "slow.part")) ?? 0)
        bench.queue.stop()
    }

    @Test(arguments: ["time", "size", "bytes", "gone", "another file", "hard link", "symbolic link"])
    func aPartThatProvesNothingIsNotGoneOnWithAndTheReasonIsSaid(_ trouble: String) async throws {
        let rig = try Rig()
        try Disk.write(Self.contents, to: rig.served.path(of: "file"), modified: 1_500_000_000)
        let path = rig.local.path(of: "file.part")
        var begun = Array(Self.contents[..<400_000])
        if trouble == "bytes" { begun[399_000] ^= 0xFF }
        try rig.local.write(begun, to: "file.part")
        var record = Part(
            name: Disk.bytes("file.part"), inode: try inode(path), sourceSize: 600_000,
            sourceModified: 1_500_000_000, safeBytes: 400_000)
        var kept: String?
        switch trouble {
        case "time": record.sourceModified = 1_400_000_000
        case "size": record.sourceSize = 700_000
        case "gone": unlink(path)
        case "another file":
            record.inode += 1
            kept = path
        case "hard link":
            kept = rig.local.path(of: "mine")
            #expect(link(path, rig.local.path(of: "mine")) == 0)
        case "symbolic link":
            kept = rig.local.path(of: "mine")
            #expect(
                rename(path, rig.local.path(of: "mine")) == 0
                    && symlink(rig.local.path(of: "mine"), path) == 0)
        default: break
        }
        let bench = try bench(rig, "file", record)
        await bench.idle()
        #expect(try bench.only().state == .done, "\(rig.log.transcript)")
        #expect(Disk.print(of: rig.local.path(of: "file")) == fingerprint(Self.contents))
        #expect(rig.log.warnings.contains { $0.contains("starting over: ") }, "\(rig.log.warnings)")
        // What is not ours is as it was.
        if let kept { #expect(Disk.print(of: kept) == fingerprint(begun)) }
    }

    @Test func aPartThatIsWholeOnlyNeedsItsProofAndItsName() async throws {
        let rig = try Rig()
        try Disk.write(Self.contents, to: rig.served.path(of: "file"), modified: 1_500_000_000)
        try rig.local.write(Self.contents, to: "file.part")
        let record = Part(
            name: Disk.bytes("file.part"), inode: try inode(rig.local.path(of: "file.part")),
            sourceSize: 600_000, sourceModified: 1_500_000_000, safeBytes: 600_000)
        let bench = try bench(rig, "file", record)
        await bench.idle()
        #expect(try bench.only().state == .done, "\(rig.log.transcript)")
        #expect(Disk.print(of: rig.local.path(of: "file")) == fingerprint(Self.contents))
        #expect(rig.heard.all.contains("REST \(600_000 - 4096)"))
    }

    @Test func aFileRenamedJustBeforeACrashIsKnownAsOursWhateverThePolicy() async throws {
        let rig = try Rig()
        try Disk.write(Self.contents, to: rig.served.path(of: "file"), modified: 1_500_000_000)
        try Disk.write(Self.contents, to: rig.local.path(of: "file"), modified: 1_500_000_000)
        let record = Part(
            name: Disk.bytes("file.part"), inode: try inode(rig.local.path(of: "file")),
            sourceSize: 600_000, sourceModified: 1_500_000_000, safeBytes: 300_000)
        let bench = try bench(rig, "file", record, options: TransferOptions(onConflict: .overwrite))
        await bench.idle()
        #expect(try bench.only().state == .done)
        #expect(rig.heard.count(of: "RETR") == 0)
    }

    @Test func namesThatOthersHavePreparedAreNeitherFollowedNorUsed() async throws {
        let rig = try Rig()
        try rig.served.write(Self.contents, to: "file")
        let victim = rig.served.path(of: "../victim-\(getpid())-\(rig.site.port)")
        defer { unlink(victim) }
        try Disk.write([1, 2, 3], to: victim)
        for name in ["file.part"] + (0...200).map({ "file.\($0).part" }) {
            #expect(symlink(victim, rig.local.path(of: name)) == 0)
        }
        let bench = try rig.queue()
        await bench.run(rig.download("file"))
        #expect(try bench.only().state == .done, "\(rig.log.transcript)")
        #expect(Disk.print(of: rig.local.path(of: "file")) == fingerprint(Self.contents))
        #expect(Disk.read(Disk.bytes(victim)) == [1, 2, 3])
        #expect(try rig.local.names().count == 203)
    }

    @Test func onlyTheOwnerReadsAPartAndTheFileHasTheUsualMode() async throws {
        let rig = try Rig([.slow(Disk.bytes("slow"), bytesPerSecond: 400_000)])
        try rig.served.write(Self.contents, to: "slow")
        try rig.served.write([1], to: "small")
        let bench = try rig.queue()
        bench.add(rig.download("slow"), rig.download("small"))
        try eventually("the part is there") { (Disk.size(rig.local.path(of: "slow.part")) ?? 0) > 0 }
        #expect(Disk.status(Disk.bytes(rig.local.path(of: "slow.part")))?.st_mode == S_IFREG | 0o600)
        await bench.idle()
        for name in ["slow", "small"] {
            #expect(
                Disk.status(Disk.bytes(rig.local.path(of: name))).map { UInt32($0.st_mode & 0o7777) }
                    == usualFileMode)
        }
    }

    @Test func aPartOfAnEarlierCommandThatIsNoBeginningOfTheFileIsLeftAlone() async throws {
        let rig = try Rig()
        try rig.served.write(Self.contents, to: "file")
        let other = Disk.noise(100_000, seed: 99)
        try rig.local.write(other, to: "file.part")
        let bench = try rig.queue()
        await bench.run(rig.download("file", options: TransferOptions(onConflict: .resume)))
        #expect(try bench.only().state == .done, "\(rig.log.transcript)")
        #expect(Disk.print(of: rig.local.path(of: "file")) == fingerprint(Self.contents))
        #expect(Disk.print(of: rig.local.path(of: "file.part")) == fingerprint(other))
        #expect(
            rig.log.warnings.contains { $0.contains("is not what the server has") }, "\(rig.log.warnings)")
    }

    @Test func aShorterFileThatIsNoBeginningIsReplacedOnlyByTheWholeNewOne() async throws {
        let rig = try Rig([.truncatedData])
        try rig.served.write(Self.contents, to: "file")
        let other = Disk.noise(100_000, seed: 99)
        try rig.local.write(other, to: "file")
        let bench = try rig.queue()
        await bench.run(rig.download("file", options: TransferOptions(onConflict: .resume, retries: 0)))
        guard case .failed = try bench.only().state else {
            Issue.record("\(try bench.only().state)")
            return
        }
        #expect(Disk.print(of: rig.local.path(of: "file")) == fingerprint(other))
    }

    @Test func theLongestNameIsTakenAndALongerOneRefusedByNameWhileTheRestGoesOn() async throws {
        let rig = try Rig()
        let longest = String(repeating: "n", count: 255)
        try rig.served.write(Self.contents, to: longest)
        let bench = try rig.queue()
        var longer = rig.download(longest)
        longer.localName.append(0x6E)
        await bench.run(longer, rig.download(longest))
        let rows = bench.queue.contents().sorted { $0.id < $1.id }
        guard case .failed(let why) = rows[0].state else {
            Issue.record("\(rows[0].state)")
            return
        }
        #expect(why.contains("256 bytes") && why.contains("255"))
        #expect(rows[1].state == .done, "\(rig.log.transcript)")
        #expect(try rig.local.names() == [Disk.bytes(longest)])
    }
}
