import EmbeddedServer
import Engine
import FTPProtocol
import Glibc
import TestSupport
import Testing
import Transfers
import Transport

/// MODE Z: what crosses is compressed, what arrives is what was sent.
@Suite struct CompressionTests {
    private static let contents: [String: [UInt8]] = [
        "empty": [], "text": Array(String(repeating: "all work and no play\n", count: 200_000).utf8),
        "noise": Disk.noise(3_000_000, seed: 5),
    ]

    private func site(_ rig: Rig) -> Site {
        var site = rig.site
        site.network.compresses = true
        return site
    }

    private func session(_ site: Site, _ log: LineLog) -> Session {
        Session(
            site: site, name: ConnectionName(.browsing, 1), password: { _ in Secret("secret") },
            dialogue: log.sink)
    }

    @Test(arguments: [DataMode.passive, .active])
    func listingsAndFilesGoBothWaysCompressed(_ mode: DataMode) async throws {
        let rig = try Rig(mode: mode)
        for (name, bytes) in Self.contents {
            try rig.served.write(bytes, to: name)
            try rig.local.write(bytes, to: "up-\(name)")
        }
        let browsing = session(site(rig), rig.log)
        #expect(try rig.names(on: browsing) == Self.contents.keys.sorted(), "\(rig.log.transcript)")
        browsing.quit()
        let bench = try QueueBench(site: site(rig), log: rig.log, connections: 1)
        for name in Self.contents.keys {
            bench.add(rig.download(name))
            bench.add(rig.upload("up-\(name)"))
        }
        await bench.idle()
        #expect(bench.queue.contents().allSatisfy { $0.state == .done }, "\(rig.log.transcript)")
        for (name, bytes) in Self.contents {
            #expect(Disk.print(of: rig.local.path(of: name)) == fingerprint(bytes), "\(name)")
            #expect(Disk.print(of: rig.served.path(of: "up-\(name)")) == fingerprint(bytes), "\(name)")
        }
        // Said once a connection, and worth it.
        #expect(rig.heard.count(of: "MODE") == 2, "\(rig.heard.all)")
        let worth = rig.log.all.map(\.text).filter { $0.contains("4200000 bytes crossed as") }
        #expect(worth.count == 2, "\(rig.log.transcript)")
    }

    @Test func aTextCrossesAsOneToo() throws {
        let rig = try Rig()
        try rig.served.write(Array("one\ntwo\n".utf8), to: "a.txt")
        let session = session(site(rig), rig.log)
        var text: [UInt8] = []
        _ = try session.retrieveText(RemotePath("/a.txt"), progress: nil, limit: nil) { bytes, _ in
            text += bytes
        }
        session.quit()
        #expect(text == Array("one\ntwo\n".utf8))
        #expect(rig.heard.count(of: "MODE") == 1)
    }

    @Test func aDownloadGoesOnFromWhereItWasCutOff() async throws {
        let rig = try Rig(faults: "once:rst-data@1000000")
        try rig.served.write(Self.contents["noise"] ?? [], to: "noise")
        let bench = try QueueBench(site: site(rig), log: rig.log, connections: 1)
        await bench.run(rig.download("noise", options: TransferOptions(retries: 1)))
        #expect(try bench.only().state == .done, "\(rig.log.transcript)")
        #expect(Disk.print(of: rig.local.path(of: "noise")) == fingerprint(Self.contents["noise"] ?? []))
        #expect(rig.heard.count(of: "REST") > 0, "\(rig.heard.all)")
    }

    @Test func aStreamWithoutItsEndIsNoWholeFileWhateverTheReplySays() async throws {
        // Without SIZE nothing else would tell.
        let rig = try Rig(faults: "mode-z-cut", "no:SIZE", "no-mlsd")
        try rig.served.write(Self.contents["text"] ?? [], to: "text")
        let bench = try QueueBench(site: site(rig), log: rig.log, connections: 1)
        await bench.run(rig.download("text", options: TransferOptions(retries: 0)))
        guard case .failed(let why) = try bench.only().state else {
            Issue.record("\(try bench.only().state)")
            return
        }
        #expect(why.contains("compressed") && why.contains("early"), "\(why)")
        #expect(!Disk.exists(rig.local.path(of: "text")))
    }

    @Test func aFewBytesThatStandForVeryManyAreCutOff() async throws {
        let rig = try Rig(faults: "extra-data:70000000")
        try rig.served.write([1, 2, 3], to: "bomb")
        let bench = try QueueBench(site: site(rig), log: rig.log, connections: 1)
        await bench.run(rig.download("bomb", options: TransferOptions(retries: 0)))
        guard case .failed(let why) = try bench.only().state else {
            Issue.record("\(try bench.only().state)")
            return
        }
        #expect(why.contains("fill the disk"), "\(why)")
        let folder = Disk.bytes(rig.local.path)
        let left = Disk.names(folder).compactMap { Disk.status(folder + [0x2F] + $0)?.st_size }.reduce(0, +)
        #expect(left <= 80 << 20, "\(left)")
    }

    @Test(arguments: ["reply:MODE=504 Unable to handle MODE Z at this time", "no:MODE"])
    func whereTheServerDoesNotWantToTheDataCrossAsTheyAre(_ fault: String) throws {
        let rig = try Rig(faults: fault)
        try rig.served.write([1], to: "file")
        let session = session(site(rig), rig.log)
        #expect(try rig.names(on: session) == ["file"], "\(rig.log.transcript)")
        #expect(try rig.names(on: session) == ["file"], "\(rig.log.transcript)")
        session.quit()
        #expect(rig.heard.count(of: "MODE") == (fault == "no:MODE" ? 0 : 1))
    }

    @Test func nobodyIsAskedToCompressUnlessItIsWanted() throws {
        let rig = try Rig()
        let session = rig.session()
        _ = try rig.names(on: session)
        session.quit()
        #expect(rig.heard.count(of: "MODE") == 0)
    }

    @Test func aRawMODEHoldsForWhatFollows() throws {
        let rig = try Rig()
        try rig.served.write([1], to: "file")
        let session = rig.session()
        for mode in ["Z", "S"] {
            _ = try session.raw(Array("MODE \(mode)".utf8)) { _ in }
            #expect(try rig.names(on: session) == ["file"], "\(rig.log.transcript)")
        }
        session.quit()
    }

    /// Downloads and listings: ProFTPD 1.3.8 takes no compressed upload of more than 128 KiB whole, from nobody.
    @Test func whatProFTPDCompressesArrives() async throws {
        let server = try RealServer.start(.proftpd)
        let local = try TemporaryDirectory()
        let log = LineLog()
        var site = Site(host: server.host, port: server.port, user: server.user)
        site.timeout = 20
        site.network.compresses = true
        for (name, bytes) in Self.contents { try Disk.write(bytes, to: "\(server.root)/\(name)") }
        let bench = try QueueBench(site: site, log: log, connections: 1)
        for name in Self.contents.keys {
            bench.add(
                Transfer(
                    id: 0, direction: .download, site: site.id, remoteDirectory: .root,
                    remoteName: Disk.bytes(name), localDirectory: LocalPath(local.path),
                    localName: Disk.bytes(name)))
        }
        await bench.idle()
        #expect(bench.queue.contents().allSatisfy { $0.state == .done }, "\(log.transcript)")
        for (name, bytes) in Self.contents {
            #expect(Disk.print(of: local.path(of: name)) == fingerprint(bytes), "\(name)")
        }
        let browsing = session(site, log)
        var names: [String] = []
        _ = try browsing.list(.root) { names += $0.map { String(decoding: $0.name, as: UTF8.self) } }
        browsing.quit()
        #expect(names.sorted() == Self.contents.keys.sorted())
        #expect(log.transcript.contains("MLSD: ") && log.transcript.contains("(MODE Z)"), "\(log.transcript)")
    }
}
