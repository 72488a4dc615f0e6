import EmbeddedServer
import Engine
import FTPProtocol
import TestSupport
import Testing
import Transfers
import Transport

/// Files as text (TYPE A) and the commands around a transfer.
@Suite struct TextTests {
    private static let wire = Array("one\r\ntwo\rand a half\r\n\r\nlast".utf8)
    private static let text = Array("one\ntwo\rand a half\n\nlast".utf8)

    private func options(
        _ type: TypeChoice, _ policy: ConflictPolicy = .ask, before: [String] = [], after: [String] = []
    ) -> TransferOptions {
        var options = TransferOptions(onConflict: policy, retries: 0)
        options.type = type
        options.before = before
        options.after = after
        return options
    }

    @Test(arguments: Way.servers) func aTextComesWithTheLineEndsOfThisSide(_ way: Way) async throws {
        let ground = try Ground(way)
        // A server of Unix has LF on its disk and makes CR LF of it; one CR LF of its own stays one line.
        try ground.put(Array("one\ntwo\nlast".utf8), "a.txt")
        let bench = try ground.queue(connections: 1)
        let rows = await bench.run(ground.download("a.txt", options: options(.ascii)))
        #expect(rows.map(\.state) == [.done], "\(rows.map(\.state)) \(ground.log.transcript)")
        #expect(Disk.read(ground.local.path(of: "a.txt")) == Array("one\ntwo\nlast".utf8))
        #expect(ground.log.commands.contains("TYPE A"))
    }

    @Test(arguments: Way.servers) func aTextGoesWithBothAndComesBackTheSame(_ way: Way) async throws {
        let ground = try Ground(way)
        let text = (0..<20_000).map { "line \($0)\n" }.joined()
        try Disk.write(Array(text.utf8), to: ground.local.path(of: "a.txt"))
        let bench = try ground.queue(connections: 1)
        let rows = await bench.run(ground.upload("a.txt", options: options(.auto)))
        #expect(rows.map(\.state) == [.done], "\(rows.map(\.state)) \(ground.log.transcript)")
        // vsftpd says yes to TYPE A and changes nothing, unless ascii_upload_enable is set: what crossed is there.
        let stored = way.kind == .vsftpd ? text.replacing("\n", with: "\r\n") : text
        #expect(Disk.read("\(ground.served)/a.txt") == Array(stored.utf8))
        #expect(ground.log.commands.contains("TYPE A"))
    }

    @Test func autoGoesByTheExtension() async throws {
        let rig = try Rig()
        try rig.served.write(Self.text, to: "a.TXT")
        try rig.served.write(Self.wire, to: "b.bin")
        let bench = try rig.queue()
        await bench.run(
            rig.download("a.TXT", options: options(.auto)), rig.download("b.bin", options: options(.auto)))
        #expect(Disk.read(rig.local.path(of: "a.TXT")) == Self.text)
        #expect(Disk.read(rig.local.path(of: "b.bin")) == Self.wire)
        #expect(rig.heard.count(of: "TYPE A") == 1)
    }

    @Test func aTextIsNotGoneOnWith() async throws {
        let rig = try Rig()
        try rig.served.write(Self.text, to: "a.txt")
        try rig.local.write(Array("one\n".utf8), to: "a.txt")
        let bench = try rig.queue()
        let rows = await bench.run(rig.download("a.txt", options: options(.ascii, .resume)))
        #expect(rows.map(\.state) == [.done], "\(rig.log.transcript)")
        #expect(Disk.read(rig.local.path(of: "a.txt")) == Self.text)
        #expect(rig.heard.count(of: "REST") == 0)
        #expect(rig.log.warnings.contains { $0.contains("cannot be gone on with") })
    }

    @Test func theNextFileIsAnImageAgain() async throws {
        let rig = try Rig()
        try rig.served.write(Self.text, to: "a.txt")
        try rig.served.write(Self.wire, to: "b.bin")
        let session = rig.session()
        var text: [UInt8] = []
        _ = try session.retrieveText(RemotePath("a.txt"), progress: nil, limit: nil) { bytes, offset in
            #expect(offset == Int64(text.count))
            text += bytes
        }
        #expect(text == Self.text)
        var image: [UInt8] = []
        _ = try session.retrieve(RemotePath("b.bin"), progress: nil, limit: nil) { image += $0 }
        #expect(image == Self.wire)
        _ = try rig.names(on: session)
        session.quit()
        #expect(rig.heard.all.filter { $0.hasPrefix("TYPE") } == ["TYPE I", "TYPE A", "TYPE I"])
    }

    @Test func theUsersCommandsSurroundTheTransfer() async throws {
        let rig = try Rig()
        try rig.served.write(Self.wire, to: "a")
        let bench = try rig.queue()
        let rows = await bench.run(
            rig.download(
                "a", options: options(.image, before: ["NOOP", "SITE CHMOD 600 a"], after: ["NOOP"])))
        #expect(rows.map(\.state) == [.done], "\(rig.log.transcript)")
        let heard = rig.heard.all.filter { ["NOOP", "SITE CHMOD 600 a", "RETR /a"].contains($0) }
        #expect(heard == ["NOOP", "SITE CHMOD 600 a", "RETR /a", "NOOP"])
    }

    @Test func aCommandThatIsRefusedBeforeStopsTheTransfer() async throws {
        let rig = try Rig()
        try rig.served.write(Self.wire, to: "a")
        let bench = try rig.queue()
        await bench.run(rig.download("a", options: options(.image, before: ["SITE NONSENSE"])))
        guard case .failed(let message) = try bench.only().state else {
            Issue.record("\(try bench.only().state)")
            return
        }
        #expect(message.contains("SITE NONSENSE: the server answered"), "\(message)")
        #expect(rig.heard.count(of: "RETR") == 0)
        #expect(!Disk.exists(rig.local.path(of: "a")))
    }

    @Test(arguments: ["NOOP\r\nDELE a", "RETR a", "QUIT", "x-y", "", "NOOP\n", "SITE \0"])
    func whatCannotBeSentAroundATransferIsRefused(_ line: String) {
        let failure = #expect(throws: Failure.self) { try Session.rawCommands([line]) }
        #expect(failure?.kind == .invalidRequest)
    }
}
