import Engine
import FTPProtocol
import TestSupport
import Testing
import Transfers
import Transport

/// Files, one at a time, on a session: every server, both families, both modes.
@Suite struct RealServerFileTests {
    @Test(arguments: Way.all) func listsWhatIsThere(_ way: Way) throws {
        let ground = try Ground(way)
        try ground.put(Disk.noise(1234), "a file.txt", modified: 1_600_000_000)
        try Disk.makeDirectory("\(ground.served)/inner")
        try ground.put([], "-leading dash")
        let session = ground.session()
        var entries: [ListingEntry] = []
        let end = try session.list(ground.directory) { entries += $0 }
        #expect(end.entryCount == 3 && !end.isIncomplete)
        let byName = Dictionary(grouping: entries) { String(decoding: $0.name, as: UTF8.self) }
        #expect(byName["a file.txt"]?.first?.size == 1234)
        #expect(byName["a file.txt"]?.first?.kind == .file)
        #expect(byName["inner"]?.first?.kind == .directory)
        #expect(byName["-leading dash"]?.first?.size == 0)
        #expect(session.lastMethod?.mode == way.mode)
        session.quit()
    }

    @Test(arguments: Way.all) func roundTripsBytesAndTimes(_ way: Way) async throws {
        let ground = try Ground(way)
        let contents = Disk.noise(700_001)
        try ground.put(contents, "down.bin", modified: 1_500_000_000)
        try Disk.write(contents.reversed(), to: ground.local.path(of: "up.bin"), modified: 1_400_000_000)
        let bench = try ground.queue()
        let rows = await bench.run(ground.download("down.bin"), ground.upload("up.bin"))
        #expect(rows.allSatisfy { $0.state == .done }, "\(rows.map(\.state))\n\(ground.log.transcript)")
        #expect(Disk.print(of: ground.local.path(of: "down.bin")) == fingerprint(contents))
        #expect(Disk.print(of: "\(ground.served)/up.bin") == fingerprint(contents.reversed()))
        #expect(Disk.modified(ground.local.path(of: "down.bin")) == 1_500_000_000)
        if way.kind != .pureFTPd {
            #expect(Disk.modified("\(ground.served)/up.bin") == 1_400_000_000, "\(ground.log.transcript)")
        }
        #expect(!Disk.exists(ground.local.path(of: "down.bin.part")))
        let data = Set(ground.log.verbs()).intersection(["PASV", "EPSV", "PORT", "EPRT"])
        #expect(data.isSubset(of: way.mode == .passive ? ["PASV", "EPSV"] : ["PORT", "EPRT"]))
    }

    @Test(arguments: Way.all) func movesEmptyFiles(_ way: Way) async throws {
        let ground = try Ground(way)
        try ground.put([], "down")
        try Disk.write([], to: ground.local.path(of: "up"))
        let bench = try ground.queue(connections: 1)
        let rows = await bench.run(ground.download("down"), ground.upload("up"))
        #expect(rows.allSatisfy { $0.state == .done }, "\(rows.map(\.state))\n\(ground.log.transcript)")
        #expect(Disk.size(ground.local.path(of: "down")) == 0)
        #expect(Disk.size("\(ground.served)/up") == 0)
    }

    @Test(arguments: Way.all) func goesOnInTheMiddleOfADownload(_ way: Way) async throws {
        let ground = try Ground(way)
        let contents = Disk.noise(300_000)
        try ground.put(contents, "big", modified: 1_500_000_000)
        // What an earlier command left, and the user wants to be gone on with.
        try Disk.write(Array(contents[..<123_456]), to: ground.local.path(of: "big.part"))
        let transfer = ground.download("big", options: TransferOptions(onConflict: .resume))
        let bench = try ground.queue()
        await bench.run(transfer)
        #expect(try bench.only().state == .done, "\(ground.log.transcript)")
        #expect(Disk.print(of: ground.local.path(of: "big")) == fingerprint(contents))
        // A block before that is compared.
        #expect(ground.log.commands.contains("REST \(123_456 - 4096)"))
    }

    @Test(arguments: Way.all) func goesOnInTheMiddleOfAnUpload(_ way: Way) async throws {
        let ground = try Ground(way)
        let contents = Disk.noise(300_000)
        try Disk.write(contents, to: ground.local.path(of: "big"))
        try ground.put(Array(contents[..<100_001]), "big")
        let bench = try ground.queue()
        await bench.run(ground.upload("big", options: TransferOptions(onConflict: .resume)))
        #expect(try bench.only().state == .done, "\(ground.log.transcript)")
        #expect(Disk.print(of: "\(ground.served)/big") == fingerprint(contents))
        #expect(ground.log.commands.contains("REST 100001"))
    }

    @Test(arguments: Way.servers) func appendsToWhatIsThere(_ way: Way) async throws {
        let ground = try Ground(way)
        try ground.put(Array("one ".utf8), "log")
        try Disk.write(Array("two".utf8), to: ground.local.path(of: "log"))
        let bench = try ground.queue()
        await bench.run(ground.upload("log", options: TransferOptions(appends: true)))
        #expect(Disk.read("\(ground.served)/log") == Array("one two".utf8))
        #expect(ground.log.verbs().contains("APPE"))
    }

    @Test(arguments: Way.servers) func renamesAndRefusesToReplaceSilently(_ way: Way) throws {
        let ground = try Ground(way)
        try ground.put([1], "old name")
        try ground.put([2], "taken")
        let session = ground.session()
        try session.rename(ground.remote("old name"), to: ground.remote("new \"name\""))
        #expect(Disk.read("\(ground.served)/new \"name\"") == [1])
        let failure = #expect(throws: Failure.self) {
            try session.rename(ground.remote("new \"name\""), to: ground.remote("taken"))
        }
        #expect(failure?.kind == .cannotCreate)
        #expect(Disk.read("\(ground.served)/taken") == [2])
        try session.rename(ground.remote("new \"name\""), to: ground.remote("taken"), replacing: true)
        #expect(Disk.read("\(ground.served)/taken") == [1])
        session.quit()
    }

    @Test(arguments: Way.servers) func makesAndRemovesDirectoriesAndDeletesTrees(_ way: Way) throws {
        let ground = try Ground(way)
        let session = ground.session()
        try session.makeDirectory(ground.remote("a b"))
        #expect(Disk.isDirectory(Disk.bytes("\(ground.served)/a b")))
        #expect(try session.ensureDirectory(ground.remote("a b")) == false)
        try session.removeDirectory(ground.remote("a b"))
        #expect(!Disk.exists("\(ground.served)/a b"))
        try Disk.makeDirectory("\(ground.served)/tree")
        try Disk.makeDirectory("\(ground.served)/tree/below")
        try ground.put([1], "tree/below/file")
        try ground.put([1], "tree/.hidden")
        try ground.put([1], "plain")
        try session.delete(ground.remote("plain"))
        do {
            try session.deleteTree(ground.remote("tree"), kind: .directory)
            #expect(!Disk.exists("\(ground.served)/tree"), "\(ground.log.transcript)")
        } catch {
            // vsftpd does not list hidden files unless asked, so the directory is not empty for it.
            #expect(way.kind == .vsftpd, "\(error)\n\(ground.log.transcript)")
            #expect(!Disk.exists("\(ground.served)/tree/below"))
        }
        #expect(!Disk.exists("\(ground.served)/plain"))
        session.quit()
    }

    static let oddNames: [[UInt8]] =
        [
            "with blank", " leading blank", "trailing blank ", "quote\"double", "single'quote", "-dash", "--",
            "a;b",
            "semi; colon", "$(x)`y`|z", "back\\slash", "*?[x]", "ünïcödé", "日本語", "🙂", "C:", "~", "%2e%2e",
            "#1",
        ].map { Array($0.utf8) }
        // Latin-1, and bytes that are no text at all.
        + [[0x66, 0xFC, 0x72], [0xFF, 0xFE, 0x41]]

    /// Pure-FTPd forbids backslashes and lists a blank at the end as `_`.
    static func oddNames(for kind: RealServer.Kind) -> [[UInt8]] {
        switch kind {
        case .vsftpd, .proftpd, .pyftpdlib: oddNames
        case .pureFTPd: oddNames.filter { !$0.contains(0x5C) && $0.last != 0x20 }
        }
    }

    @Test(arguments: Way.servers + [Way(kind: .pyftpdlib, binding: .ipv4, mode: .passive)])
    func carriesOddNamesBothWaysUnchanged(_ way: Way) async throws {
        let ground = try Ground(way)
        let names = Self.oddNames(for: way.kind)
        let bench = try ground.queue(connections: 1)
        var transfers: [Transfer] = []
        try Disk.makeDirectory("\(ground.served)/up")
        try Disk.makeDirectory(ground.local.path(of: "down"))
        for (number, name) in names.enumerated() {
            try Disk.write(Disk.noise(50 + number), to: Disk.bytes(ground.served + "/") + name)
            try Disk.write(Disk.noise(90 + number), to: Disk.bytes(ground.local.path + "/") + name)
            var down = ground.download("x")
            down.remoteName = name
            down.localName = name
            down.localDirectory = LocalPath(ground.local.path(of: "down"))
            var up = ground.upload("x")
            up.remoteName = name
            up.localName = name
            up.remoteDirectory = ground.remote("up")
            transfers += [down, up]
        }
        ground.give()
        bench.queue.perform(.add(transfers))
        await bench.idle()
        let bad = bench.queue.contents().map(\.state).filter { $0 != .done }
        #expect(bad.isEmpty, "\(bad)")
        for (number, name) in names.enumerated() {
            let down = Disk.print(of: Disk.bytes(ground.local.path(of: "down/")) + name)
            #expect(down == fingerprint(Disk.noise(50 + number)))
            let up = Disk.print(of: Disk.bytes(ground.served + "/up/") + name)
            #expect(up == fingerprint(Disk.noise(90 + number)))
        }
        let session = ground.session()
        var listed: [[UInt8]] = []
        _ = try session.list(ground.remote("up")) { listed += $0.map(\.name) }
        #expect(Set(listed) == Set(names), "\(way.kind)")
        session.quit()
    }

    @Test(arguments: Way.servers) func aFileIsNotPutInThePlaceOfADirectory(_ way: Way) async throws {
        let ground = try Ground(way)
        try Disk.makeDirectory("\(ground.served)/taken")
        ground.give()
        try Disk.write([1], to: ground.local.path(of: "taken"))
        let bench = try ground.queue()
        await bench.run(ground.upload("taken"))
        guard case .failed(let message) = try bench.only().state else {
            Issue.record("\(try bench.only().state)")
            return
        }
        #expect(message.contains("taken is a directory; end the target with /"), "\(message)")
        #expect(Disk.names(Disk.bytes(ground.served)) == [Disk.bytes("taken")])
    }

    @Test(arguments: Way.servers) func refusesANameWithANewlineByName(_ way: Way) async throws {
        let ground = try Ground(way)
        try Disk.write([1], to: ground.local.path(of: "two\nlines"))
        let bench = try ground.queue()
        await bench.run(ground.upload("two\nlines"))
        guard case .failed(let message) = try bench.only().state else {
            Issue.record("\(try bench.only().state)")
            return
        }
        #expect(message.contains("two") && message.contains("line break"))
        #expect(Disk.names(Disk.bytes(ground.served)).isEmpty)
        #expect(!ground.log.commands.contains { $0.contains("lines") })
    }

    @Test(arguments: Way.servers) func showsHiddenFilesWhereTheServerDoes(_ way: Way) throws {
        let ground = try Ground(way)
        try ground.put([1], ".hidden")
        try ground.put([1], "seen")
        let session = ground.session()
        var names: [String] = []
        _ = try session.list(ground.directory) {
            names += $0.map { String(decoding: $0.name, as: UTF8.self) }
        }
        #expect(names.contains("seen"))
        // vsftpd shows them with force_dot_files or -a only.
        if way.kind != .vsftpd { #expect(names.contains(".hidden"), "\(ground.log.transcript)") }
        session.quit()
    }

    @Test(arguments: Way.servers) func findsWhatIsAtAPath(_ way: Way) throws {
        let ground = try Ground(way)
        try ground.put(Disk.noise(77), "file", modified: 1_500_000_000)
        try Disk.makeDirectory("\(ground.served)/directory")
        ground.give()
        let session = ground.session()
        let file = try session.entry(at: ground.remote("file"))
        #expect(file?.kind == .file && file?.size == 77)
        #expect(file?.modified?.secondsSince1970 == 1_500_000_000)
        #expect(try session.entry(at: ground.remote("directory"))?.kind == .directory)
        #expect(try session.entry(at: ground.remote("nothing")) == nil)
        session.quit()
    }
}
