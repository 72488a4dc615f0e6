import EmbeddedServer
import Engine
import FTPProtocol
import TestSupport
import Testing
import Transfers
import Transport

/// What servers do wrong, and what the engine makes of it.
@Suite struct FaultTests {
    private static let contents = Disk.noise(200_000, seed: 7)

    @Test(arguments: ["no-150", "double-226", "226-before-data-eof", "226-late:1"])
    func oddRepliesDoNotSpoilATransfer(_ name: String) async throws {
        let rig = try Rig([try #require(Fault(name))])
        try rig.served.write(Self.contents, to: "a")
        try rig.served.write(Self.contents.reversed(), to: "b")
        let bench = try rig.queue()
        let rows = await bench.run(rig.download("a"), rig.download("b"))
        #expect(rows.map(\.state) == [.done, .done], "\(rig.log.transcript)")
        #expect(Disk.print(of: rig.local.path(of: "a")) == fingerprint(Self.contents))
        #expect(Disk.print(of: rig.local.path(of: "b")) == fingerprint(Self.contents.reversed()))
        #expect(rows.allSatisfy { $0.attempts == 0 }, "\(rig.log.transcript)")
    }

    @Test(arguments: ["no-150", "double-226", "226-late:1"])
    func oddRepliesDoNotSpoilAnUpload(_ name: String) async throws {
        let rig = try Rig([try #require(Fault(name))])
        try rig.local.write(Self.contents, to: "a")
        try rig.local.write(Self.contents.reversed(), to: "b")
        let bench = try rig.queue()
        let rows = await bench.run(rig.upload("a"), rig.upload("b"))
        #expect(rows.map(\.state) == [.done, .done], "\(rig.log.transcript)")
        #expect(Disk.print(of: rig.served.path(of: "a")) == fingerprint(Self.contents))
        #expect(Disk.print(of: rig.served.path(of: "b")) == fingerprint(Self.contents.reversed()))
        #expect(rows.allSatisfy { $0.attempts == 0 }, "\(rig.log.transcript)")
    }

    @Test func aBusyFileIsTriedAgainByTheQueue() async throws {
        let rig = try Rig([.busyOnce(Disk.bytes("busy"))])
        try rig.served.write(Self.contents, to: "busy")
        let bench = try rig.queue()
        await bench.run(rig.download("busy"))
        #expect(try bench.only().state == .done)
        #expect(rig.heard.count(of: "RETR") == 2)
        #expect(Disk.print(of: rig.local.path(of: "busy")) == fingerprint(Self.contents))
    }

    @Test func truncatedDataIsNoticed() async throws {
        let rig = try Rig([.truncatedData])
        try rig.served.write(Self.contents, to: "short")
        let bench = try rig.queue()
        await bench.run(rig.download("short", options: TransferOptions(retries: 0)))
        guard case .failed(let message) = try bench.only().state else {
            Issue.record("\(try bench.only().state)")
            return
        }
        #expect(message.contains("100000") && message.contains("200000"))
        #expect(!Disk.exists(rig.local.path(of: "short")))
        #expect(Disk.exists(rig.local.path(of: "short.part")))
    }

    @Test func aResetDataConnectionIsGoneOnWith() async throws {
        let rig = try Rig([.resetData(after: 150_000)])
        try rig.served.write(Self.contents, to: "reset")
        let bench = try rig.queue()
        await bench.run(rig.download("reset"))
        #expect(try bench.only().state == .done, "\(rig.log.transcript)")
        #expect(Disk.print(of: rig.local.path(of: "reset")) == fingerprint(Self.contents))
        #expect(rig.heard.all.contains { $0.hasPrefix("REST ") })
    }

    @Test(arguments: [Fault.restartRefused, .restartIgnored])
    func restartThatIsNotHonouredBeginsAnew(_ fault: Fault) async throws {
        let rig = try Rig([fault])
        try rig.served.write(Self.contents, to: "file")
        try rig.local.write(Self.contents[..<100_000], to: "file.part")
        let transfer = rig.download("file", options: TransferOptions(onConflict: .resume))
        let bench = try rig.queue()
        await bench.run(transfer)
        #expect(try bench.only().state == .done, "\(rig.log.transcript)")
        #expect(Disk.print(of: rig.local.path(of: "file")) == fingerprint(Self.contents))
        #expect(rig.log.warnings.contains { $0.contains("/file: starting over: ") }, "\(rig.log.warnings)")
    }

    @Test func aFullDiskOnTheServerIsSaid() async throws {
        let rig = try Rig([.diskFull(after: 50_000)])
        try rig.local.write(Self.contents, to: "big")
        let bench = try rig.queue()
        await bench.run(rig.upload("big", options: TransferOptions(retries: 0)))
        guard case .failed(let message) = try bench.only().state else {
            Issue.record("\(try bench.only().state)")
            return
        }
        #expect(message.contains("space"), "\(message)")
    }

    @Test func a421InTheMiddleIsFollowedByANewLoginInTheSameDirectory() throws {
        let rig = try Rig()
        try rig.served.makeDirectory("inner")
        try rig.served.write([1], to: "inner/file")
        let session = rig.session()
        #expect(try rig.names(on: session, RemotePath("/inner")) == ["file"])
        rig.server.stop()
        // The same place, another server process: it shuts the door on EPSV once.
        let again = try EmbeddedServer(
            serving: Disk.bytes(rig.served.path),
            ServerConfiguration(addresses: [.loopback(port: rig.site.port)]))
        try again.start()
        defer { again.stop() }
        #expect(try rig.names(on: session, RemotePath("/inner")) == ["file"])
        #expect(rig.log.verbs().count { $0 == "USER" } == 2)
        #expect(rig.log.warnings.contains { $0.contains("connecting again") })
        #expect(rig.log.commands.last { $0.hasPrefix("CWD") } == "CWD /inner")
        session.quit()
    }

    @Test func aServerThatAlwaysSays421IsGivenUpAfterOneSecondTry() throws {
        let rig = try Rig([.serviceNotAvailable(on: "MLSD")])
        let session = rig.session()
        try session.connect()
        let failure = #expect(throws: Failure.self) { try rig.names(on: session) }
        #expect(failure?.reply?.code == .serviceNotAvailable && failure?.isTemporary == true)
        #expect(rig.heard.count(of: "USER") == 2)
        #expect(!session.isConnected)
    }

    @Test func aListingThatTheServerBreaksOffIsNotShownTwice() throws {
        let rig = try Rig([.dropControl(on: "MLSD")])
        let session = rig.session()
        let failure = #expect(throws: Failure.self) { try rig.names(on: session) }
        #expect(failure?.endsConnection == true)
    }

    @Test func aSilentServerIsGivenUpAtTheDeadline() throws {
        let rig = try Rig([.noGreeting], timeout: 1)
        let session = rig.session()
        let failure = #expect(throws: Failure.self) { try session.connect() }
        #expect(failure?.kind == .temporary && failure?.isTemporary == true)
        #expect(!session.isConnected)
    }

    @Test func anEndlessReplyIsCutOff() throws {
        let rig = try Rig([.endlessReply(on: "FEAT")])
        let session = rig.session()
        let failure = #expect(throws: Failure.self) { try session.connect() }
        #expect(failure?.kind == .protocolViolation)
    }

    @Test func aPasswordIsInNoLineOfTheDialogue() throws {
        let rig = try Rig(accounts: .only(["tester": "correct horse"]))
        let good = rig.session(password: "correct horse")
        try good.connect()
        good.quit()
        let bad = rig.session(password: "battery staple")
        let failure = #expect(throws: Failure.self) { try bad.connect() }
        #expect(failure?.kind == .loginRefused)
        #expect(!rig.log.transcript.contains("horse") && !rig.log.transcript.contains("staple"))
        #expect(rig.log.commands.contains { $0.hasPrefix("PASS ") })
        #expect(rig.heard.count(of: "PASS") == 2)
    }
}
