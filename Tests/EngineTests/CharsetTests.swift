import EmbeddedServer
import Engine
import FTPProtocol
import TestSupport
import Testing
import Transfers

/// Names on servers that write them in something else than UTF-8.
@Suite struct CharsetTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var charset: String
        /// A directory and a file in it.
        var text: (folder: String, file: String)
        var bytes: (folder: [UInt8], file: [UInt8])

        var testDescription: String { charset }
    }

    static let samples: [Sample] = [
        Sample(
            charset: "ISO-8859-1", text: ("Grüße", "é.txt"),
            bytes: ([0x47, 0x72, 0xFC, 0xDF, 0x65], [0xE9, 0x2E, 0x74, 0x78, 0x74])),
        Sample(
            charset: "KOI8-R", text: ("Привет", "Я"),
            bytes: ([0xF0, 0xD2, 0xC9, 0xD7, 0xC5, 0xD4], [0xF1])),
        // Backslashes in the middle and at the end of names.
        Sample(
            charset: "CP932", text: ("表示", "ソ"),
            bytes: ([0x95, 0x5C, 0x8E, 0xA6], [0x83, 0x5C])),
    ]

    private func tree(_ name: String, _ direction: Transfer.Direction, _ rig: Rig) throws -> Transfer {
        let charset = try NameCharset.named(rig.site.charset)
        var transfer = direction == .download ? rig.download(name) : rig.upload(name)
        transfer.kind = .tree
        transfer.remoteName = try charset.bytes(of: Array(name.utf8))
        return transfer
    }

    @Test(arguments: samples) func aTreeGoesThereInTheCharsetAndComesBackInUTF8(_ sample: Sample) async throws
    {
        let rig = try Rig(charset: sample.charset)
        let (folder, file) = sample.text
        try rig.local.makeDirectory(folder)
        try rig.local.write([1, 2, 3], to: "\(folder)/\(file)")
        let bench = try rig.queue()
        await bench.run(try tree(folder, .upload, rig))
        let there = sample.bytes.folder + [0x2F] + sample.bytes.file
        #expect(try rig.served.contents(ofBytes: there) == [1, 2, 3], "\(rig.log.transcript)")
        #expect(try rig.served.names() == [sample.bytes.folder])

        try rig.served.write([4, 5], toBytes: there)
        Disk.removeTree(Array(rig.local.path(of: folder).utf8))
        bench.queue.perform(.forgetDone)
        await bench.run(try tree(folder, .download, rig))
        #expect(try rig.local.contents(of: "\(folder)/\(file)") == [4, 5], "\(rig.log.transcript)")
        #expect(try rig.local.names() == [Array(folder.utf8)])
        // The log has the bytes, and shows the text.
        #expect(rig.log.commands.contains { $0.hasSuffix("\(folder)/\(file)") }, "\(rig.log.transcript)")
    }

    @Test(arguments: [Way(kind: .vsftpd, binding: .ipv4, mode: .passive)])
    func aTreeKeepsItsNamesOnARealServer(_ way: Way) async throws {
        for sample in Self.samples {
            let ground = try Ground(way)
            var site = ground.site
            site.charset = sample.charset
            let charset = try NameCharset.named(sample.charset)
            let (folder, file) = sample.text
            try Disk.makeDirectory(ground.local.path(of: folder))
            try Disk.write([7], to: ground.local.path(of: "\(folder)/\(file)"))
            let bench = try QueueBench(
                site: site, password: ground.server.password, log: ground.log, connections: 2)
            var up = ground.upload(folder)
            up.kind = .tree
            up.remoteName = try charset.bytes(of: Array(folder.utf8))
            await bench.run(up)
            let there = Array(ground.served.utf8) + [0x2F] + sample.bytes.folder
            #expect(Disk.read(there + [0x2F] + sample.bytes.file) == [7], "\(ground.log.transcript)")

            Disk.removeTree(Array(ground.local.path(of: folder).utf8))
            var down = ground.download(folder)
            down.kind = .tree
            down.remoteName = up.remoteName
            bench.queue.perform(.forgetDone)
            await bench.run(down)
            #expect(Disk.read(ground.local.path(of: "\(folder)/\(file)")) == [7], "\(ground.log.transcript)")
            #expect(ground.log.verbs().contains("STOR") && !ground.log.commands.contains("OPTS UTF8 ON"))
        }
    }

    @Test func aNameThatTheCharsetLacksIsLeftOutWithASentenceAndTheRestGoes() async throws {
        let rig = try Rig(charset: "KOI8-R")
        try rig.local.makeDirectory("t")
        for name in ["Я", "日本", "ü"] { try rig.local.write([1], to: "t/\(name)") }
        let bench = try rig.queue()
        await bench.run(try tree("t", .upload, rig))
        #expect(try rig.served.names(in: "t") == [[0xF1]])
        let states = bench.queue.contents().filter { $0.kind == .tree }.map(\.state)
        guard case .failed(let why) = try #require(states.first) else {
            Issue.record("\(states)")
            return
        }
        #expect(why.contains("2 names cannot be written in KOI8-R"), "\(why)")
        let notices = bench.notices
        #expect(notices.contains { $0.contains("t/日本: “日本” cannot be written in KOI8-R, which has no “日”") })
        #expect(notices.contains { $0.contains("which has no “ü”") }, "\(notices)")
    }

    @Test func bytesThatAreNotOfTheCharsetAreKeptHereAndGoBackAsTheyAre() async throws {
        let rig = try Rig(charset: "CP932")
        try rig.served.makeDirectory("t")
        let broken: [UInt8] = [0x61, 0xFF, 0x95]
        try rig.served.write([9], toBytes: Array("t/".utf8) + broken)
        let bench = try rig.queue()
        await bench.run(try tree("t", .download, rig))
        #expect(try rig.local.contents(ofBytes: Array("t/".utf8) + broken) == [9], "\(rig.log.transcript)")
        var back = rig.upload("t")
        (back.kind, back.remoteName) = (.tree, Array("u".utf8))
        bench.queue.perform(.forgetDone)
        await bench.run(back)
        #expect(try rig.served.names(in: "u") == [broken])
    }

    @Test func optsUTF8IsNotSentWhereNamesAreSomethingElse() throws {
        for (charset, isSent) in [("KOI8-R", false), (nil, true)] {
            let rig = try Rig(charset: charset)
            let session = rig.session()
            try session.connect()
            #expect(rig.log.commands.contains("OPTS UTF8 ON") == isSent, "\(rig.log.transcript)")
            #expect(session.facts.charset == charset ?? "UTF-8")
            session.quit()
        }
    }

    @Test func aCharsetThatIsNotThereIsSaidBeforeAnythingIsSent() throws {
        let rig = try Rig(charset: "KLINGON")
        let session = rig.session()
        let failure = #expect(throws: Failure.self) { try session.connect() }
        #expect(failure?.kind == .invalidRequest && failure?.message.contains("“KLINGON”") == true)
        #expect(rig.log.all.isEmpty)
    }

    @Test(arguments: ["mlsd", "list"]) func listingsHaveTheBytesOfTheServer(_ kind: String) throws {
        let rig = try Rig(as: kind == "mlsd" ? .unix : .vsftpd, charset: "CP932")
        try rig.served.write([1], toBytes: [0x83, 0x5C])
        let session = rig.session()
        var names: [[UInt8]] = []
        let end = try session.list(.root) { names += $0.map(\.name) }
        #expect(names == [[0x83, 0x5C]])
        #expect(end.command.hasPrefix(kind.uppercased()))
        session.quit()
    }

    // MARK: - Mirrors

    private func plan(_ direction: Transfer.Direction, _ rig: Rig, deletes: Bool = false) throws -> MirrorPlan
    {
        let session = rig.session()
        defer { session.quit() }
        return try MirrorScan(
            direction: direction, remote: .root, local: LocalPath(rig.local.path), filter: FileFilter(),
            options: MirrorOptions(deletes: deletes)
        ).plan(on: session)
    }

    @Test(arguments: samples) func aMirrorKnowsWhatIsTheSameNameOnBothSides(_ sample: Sample) async throws {
        let rig = try Rig(charset: sample.charset)
        let (folder, file) = sample.text
        try rig.local.makeDirectory(folder)
        try rig.local.write([1, 2], to: "\(folder)/\(file)")
        let up = try plan(.upload, rig)
        #expect(up.steps.map(\.names) == [[Array(folder.utf8)], [Array(folder.utf8), Array(file.utf8)]])
        var transfer = rig.upload("")
        (transfer.kind, transfer.options.mirror) = (.tree, MirrorOptions(deletes: true))
        transfer.remoteDirectory = .root
        transfer.localDirectory = LocalPath(rig.local.path).parent
        transfer.localName = LocalPath(rig.local.path).lastComponent
        let bench = try rig.queue()
        await bench.run(transfer)
        #expect(
            try rig.served.contents(ofBytes: sample.bytes.folder + [0x2F] + sample.bytes.file) == [1, 2],
            "\(rig.log.transcript)")
        #expect(try rig.served.names() == [sample.bytes.folder])
        for direction in [Transfer.Direction.upload, .download] {
            let again = try plan(direction, rig, deletes: true)
            #expect(again.isEmpty && again.equal == 1 && again.notes.isEmpty, "\(again)")
        }
    }

    @Test func aMirrorDeletesByTheBytesOfTheServer() async throws {
        let rig = try Rig(charset: "KOI8-R")
        try rig.local.write([1], to: "kept")
        try rig.served.write([1], to: "kept")
        try rig.served.write([2], toBytes: [0xF1])
        let plan = try plan(.upload, rig, deletes: true)
        #expect(plan.deletions.map(\.names) == [[Array("Я".utf8)]])
        let session = rig.session()
        var gone: [String] = []
        try plan.delete(on: session) { gone.append($0) }
        session.quit()
        #expect(gone == ["/Я"])
        #expect(try rig.served.names() == [Array("kept".utf8)])
    }

    @Test func aMirrorLeavesOutWhatTheServerCannotNameAndDeletesNothingForIt() throws {
        let rig = try Rig(charset: "KOI8-R")
        try rig.local.write([1], to: "日本")
        let plan = try plan(.upload, rig)
        #expect(plan.isEmpty && plan.isIncomplete)
        #expect(plan.notes.contains { $0.contains("which has no “日”") }, "\(plan.notes)")
    }

    /// Bytes from a time before the charset was known would come back as another name.
    @Test func aMirrorWithBytesThatAreNoUTF8HereDeletesNothingThere() throws {
        let rig = try Rig(charset: "ISO-8859-1")
        try rig.local.write([1], toBytes: [0xE9])
        try rig.served.write([1], toBytes: [0xE9])
        let plan = try plan(.upload, rig, deletes: true)
        #expect(plan.deletions.isEmpty && plan.isIncomplete, "\(plan)")
    }

    // MARK: - What else carries names

    @Test func rawCommandsAroundATransferAreWrittenInTheCharset() async throws {
        let rig = try Rig(charset: "KOI8-R")
        try rig.served.write([1], to: "a")
        var transfer = rig.download("a")
        transfer.options.after = ["MKD Я"]
        let bench = try rig.queue()
        await bench.run(transfer)
        #expect(try rig.served.names().contains([0xF1]), "\(rig.log.transcript)")
    }

    @Test func theJournalKeepsTheCharsetOfEachTransfer() async throws {
        let rig = try Rig(charset: "KOI8-R")
        try rig.served.write([5], toBytes: [0xF1])
        let bench = try rig.queue()
        bench.queue.perform(.pauseAll)
        var transfer = rig.download("Я")
        transfer.remoteName = [0xF1]
        bench.add(transfer)
        _ = bench.queue.stop()
        let stored = try #require(try bench.journal.load().transfers.first)
        #expect(stored.options.connection?.charset == "KOI8-R")
        #expect(stored.remoteName == [0xF1] && stored.shownName == "Я")
        #expect((stored.options.connection ?? .usual).applied(to: Site(host: "h")).charset == "KOI8-R")
    }
}
