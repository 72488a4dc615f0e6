import EmbeddedServer
import Engine
import FTPProtocol
import Glibc
import TestSupport
import Testing
import Transfers
import Transport

/// Uploads get their name when they are whole, and go on only behind what is proven to be their beginning.
@Suite struct UploadTests {
    private static let contents = Disk.noise(600_000, seed: 21)
    private static let old = Disk.noise(5_000, seed: 22)

    private func temporaryName(_ rig: Rig) -> String? {
        rig.heard.all.first { $0.hasPrefix("RNFR ") }.map { String($0.dropFirst(6)) }
    }

    @Test func anUploadIsRenamedWhenItIsWhole() async throws {
        let rig = try Rig()
        try rig.local.write(Self.contents, to: "file")
        let bench = try rig.queue()
        await bench.run(rig.upload("file"))
        #expect(try bench.only().state == .done, "\(rig.log.transcript)")
        let temporary = try #require(temporaryName(rig))
        #expect(temporary.hasPrefix("file.") && temporary.hasSuffix(".part"))
        #expect(rig.heard.all.contains("STOR /\(temporary)") && rig.heard.all.contains("RNTO /file"))
        #expect(try rig.served.names() == [Disk.bytes("file")])
        #expect(Disk.print(of: rig.served.path(of: "file")) == fingerprint(Self.contents))
    }

    /// While the upload runs: a kill at any moment finds this in the journal.
    @Test func whatTheServerConfirmedOfSegmentsIsInTheJournalAndNotSentAgain() async throws {
        let rig = try Rig()
        let contents = Disk.noise(48 << 20, seed: 23)
        try rig.local.write(contents, to: "file")
        let bench = try rig.queue(connections: 2)
        bench.queue.perform(.setRate(bytesPerSecond: 16 << 20))
        bench.add(rig.upload("file", options: TransferOptions(retries: 0, segments: 2)))
        try eventually("16 MiB that are confirmed", within: .seconds(60)) {
            (try bench.journal.load().transfers.first?.part?.safeBytes ?? 0) >= 16 << 20
        }
        bench.queue.stop()
        let left = try bench.journal.load()
        let part = try #require(left.transfers.first?.part)
        #expect(part.name.suffix(14).elementsEqual(Disk.bytes(".segments.part")))
        let heard = rig.heard.all.count
        let again = try QueueBench(site: rig.site, log: rig.log, connections: 1, journal: bench.journal)
        await again.idle()
        #expect(try again.only().state == .done, "\(rig.log.transcript)")
        #expect(Disk.print(of: rig.served.path(of: "file")) == fingerprint(contents))
        let asked = rig.heard.all[heard...]
        let first = try #require(asked.firstIndex { $0.hasPrefix("STOR ") })
        #expect(asked[..<first].contains("REST \(part.safeBytes)"), "\(asked)")
        #expect(try rig.served.names() == [Disk.bytes("file")])
    }

    @Test func whatIsThereSurvivesAnUploadThatFails() async throws {
        let rig = try Rig([.diskFull(after: 50_000)])
        try rig.local.write(Self.contents, to: "file")
        try rig.served.write(Self.old, to: "file")
        let bench = try rig.queue()
        await bench.run(rig.upload("file", options: TransferOptions(onConflict: .overwrite, retries: 0)))
        guard case .failed(let why) = try bench.only().state else {
            Issue.record("\(try bench.only().state)")
            return
        }
        // What is left over is named.
        #expect(why.contains(".part"), "\(why)")
        #expect(Disk.print(of: rig.served.path(of: "file")) == fingerprint(Self.old))
    }

    @Test func noTempGoesStraightToTheName() async throws {
        let rig = try Rig()
        try rig.local.write(Self.contents, to: "file")
        let bench = try rig.queue()
        await bench.run(rig.upload("file", options: TransferOptions(writesInPlace: true)))
        #expect(try bench.only().state == .done)
        #expect(rig.heard.count(of: "RNFR") == 0 && rig.heard.all.contains("STOR /file"))
    }

    @Test func aServerThatRenamesOntoNothingIsAskedToDeleteOnlyWhenThatIsAllowed() async throws {
        let rig = try Rig(as: .iis)
        try rig.local.write(Self.contents, to: "file")
        try rig.served.write(Self.old, to: "file")
        let bench = try rig.queue()
        await bench.run(rig.upload("file"))
        guard case .asking = try bench.only().state else {
            Issue.record("\(try bench.only().state)")
            return
        }
        #expect(rig.heard.count(of: "DELE") == 0)
        bench.queue.perform(.answer([try bench.only().id], .overwrite))
        await bench.idle()
        #expect(try bench.only().state == .done, "\(rig.log.transcript)")
        #expect(rig.heard.count(of: "DELE") == 1)
        #expect(Disk.print(of: rig.served.path(of: "file")) == fingerprint(Self.contents))
        #expect(try rig.served.names() == [Disk.bytes("file")])
    }

    @Test func whatAppearsMeanwhileIsNotReplaced() async throws {
        let rig = try Rig([.slow(Disk.bytes("never"), bytesPerSecond: 1)])
        try rig.local.write(Self.contents, to: "file")
        let bench = try QueueBench(site: rig.site, log: rig.log, connections: 1)
        let served = rig.served
        rig.heard.when("STOR") { try? served.write([7], to: "file") }
        await bench.run(rig.upload("file"))
        guard case .asking(.destinationExists(size: 1, _)) = try bench.only().state else {
            Issue.record("\(try bench.only().state) \(rig.log.transcript)")
            return
        }
        #expect(try rig.served.contents(of: "file") == [7])
    }

    @Test(arguments: ["same", "time", "bytes", "gone"])
    func anUploadGoesOnOnlyBehindItsProvenBeginning(_ trouble: String) async throws {
        let rig = try Rig()
        try Disk.write(Self.contents, to: rig.local.path(of: "file"), modified: 1_500_000_000)
        // The name is the same with each try.
        do {
            let first = try rig.queue()
            await first.run(rig.upload("file"))
        }
        let temporary = try #require(temporaryName(rig))
        try #require(unlink(rig.served.path(of: "file")) == 0)
        var begun = Array(Self.contents[..<400_000])
        if trouble == "bytes" { begun[399_990] ^= 0xFF }
        if trouble != "gone" { try rig.served.write(begun, to: temporary) }
        var transfer = rig.upload("file")
        transfer.id = 1
        transfer.size = 600_000
        transfer.modified = 1_500_000_000
        transfer.part = Part(
            name: Disk.bytes(temporary), sourceSize: 600_000,
            sourceModified: trouble == "time" ? 1_400_000_000 : 1_500_000_000)
        let journal = InMemoryJournal()
        try journal.remember(sites: [rig.site], transfers: [transfer], forgotten: [])
        let before = rig.heard.all.count
        let bench = try QueueBench(site: rig.site, log: rig.log, connections: 1, journal: journal)
        await bench.idle()
        #expect(try bench.only().state == .done, "\(rig.log.transcript)")
        #expect(Disk.print(of: rig.served.path(of: "file")) == fingerprint(Self.contents))
        let goesOn = rig.heard.all.dropFirst(before).contains("REST 400000")
        #expect(goesOn == (trouble == "same"), "\(rig.heard.all)")
        let isSaid = rig.log.warnings.contains { $0.contains("starting over: ") }
        #expect(isSaid == (trouble != "same"), "\(rig.log.warnings)")
        #expect(try rig.served.names() == [Disk.bytes("file")])
    }

    @Test(arguments: ["grows", "shrinks", "changes", "vanishes"])
    func aSourceThatDoesNotRestIsNeverTakenForWhole(_ what: String) async throws {
        let rig = try Rig()
        let path = rig.local.path(of: "file")
        try Disk.write(Self.contents, to: path, modified: 1_500_000_000)
        let bench = try rig.queue()
        rig.heard.when("STOR") {
            switch what {
            case "grows": try? Disk.write(Self.contents + [1, 2, 3], to: path)
            case "shrinks": try? Disk.write(Array(Self.contents[..<1_000]), to: path)
            case "changes": try? Disk.write(Array(Self.contents.reversed()), to: path)
            default: unlink(path)
            }
        }
        await bench.run(rig.upload("file", options: TransferOptions(retries: 0)))
        let state = try bench.only().state
        if what == "vanishes" {
            // It was open, and all of it was sent.
            #expect(state == .done)
            #expect(Disk.print(of: rig.served.path(of: "file")) == fingerprint(Self.contents))
        } else {
            guard case .failed(let why) = state else {
                Issue.record("\(state)")
                return
            }
            #expect(why.contains("changed while it was sent"))
            #expect(!Disk.exists(rig.served.path(of: "file")))
        }
    }
}
