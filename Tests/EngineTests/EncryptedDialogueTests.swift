import EmbeddedServer
import Engine
import FTPProtocol
import TestSupport
import Testing
import Transfers
import Transport

/// What servers do with TLS at odd moments: the order of handshakes and commands, ends that are not answered, refusals
/// that are not meant.
@Suite struct EncryptedDialogueTests {
    private static let contents = Disk.noise(100_000, seed: 33)

    private func list(_ name: String, times: Int = 1) throws -> [String] {
        let server = try ScriptedServer(playing: name)
        let log = LineLog()
        let session = server.session(log) { $0.demandTLS() }
        var found: [String] = []
        do {
            for _ in 0..<times {
                _ = try session.list(RemotePath("/pub")) {
                    found += $0.map { String(decoding: $0.name, as: UTF8.self) }
                }
            }
        } catch {
            Issue.record(error)
        }
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
        return found
    }

    @Test func theHandshakeOfADataConnectionWaitsForNothingAndNothingForIt() throws {
        #expect(try list("tls-data-after-the-command", times: 2) == ["a file.txt", "another.txt"])
    }

    @Test func a334ToAUTHTLSIsTakenForYes() throws {
        #expect(try list("tls-334") == ["a file.txt"])
    }

    @Test func afterAUTHSSLToProtectionIsSaidAllTheSame() throws {
        #expect(try list("tls-auth-ssl") == ["a file.txt"])
    }

    /// The server hears the end, and neither says its own nor hangs up; IIS confirms only when we have hung up.
    @Test(arguments: ["= said-end", "= finished"])
    func anUploadDoesNotWaitForTheServersCloseNotify(_ end: String) throws {
        let server = try ScriptedServer(
            Script.encryptedLogin + Script.passive + """
                > STOR /file
                < 150 go on
                = protect
                = expect hello
                \(end)
                < 226 stored
                > NOOP
                < 200 fine
                > QUIT
                < 221
                """)
        let log = LineLog()
        let session = server.session(log) { $0.demandTLS() }
        let local = try TemporaryDirectory()
        try local.write(Array("hello\r\n".utf8), to: "file")
        let file = try LocalFile.openForReading(Disk.bytes(local.path(of: "file")))
        #expect(try session.store(file, from: 0, as: RemotePath("/file"), progress: nil, limit: nil) == 7)
        try session.noOperation()
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    // MARK: - Data connections in clear

    @Test(arguments: [
        "clear-data-refused", "once:reply:MLSD=522 Data connection must be encrypted (PROT P)",
        "once:reply:MLSD=550 PROT P required",
    ])
    func aServerThatMovesNothingInClearIsObeyed(_ fault: String) throws {
        let rig = try EncryptedRig(faults: fault)
        try rig.served.write([1], to: "file")
        var site = rig.site
        site.security.protectsData = false
        let session = rig.session(site)
        #expect(try rig.names(on: session) == ["file"], "\(rig.log.transcript)")
        #expect(rig.heard.all.filter { $0.hasPrefix("PROT") } == ["PROT C", "PROT P"], "\(rig.heard.all)")
        #expect(rig.log.warnings.contains { $0.contains("nothing in clear") })
        // And so it stays, also after another login.
        session.disconnect()
        #expect(try rig.names(on: session) == ["file"])
        #expect(rig.heard.all.filter { $0.hasPrefix("PROT") } == ["PROT C", "PROT P", "PROT P"])
        session.quit()
    }

    @Test func aRefusedPROTCIsFollowedByPROTP() throws {
        let rig = try EncryptedRig(faults: "once:reply:PROT=534 Policy requires protection")
        try rig.served.write([1], to: "file")
        var site = rig.site
        site.security.protectsData = false
        let session = rig.session(site)
        #expect(try rig.names(on: session) == ["file"], "\(rig.log.transcript)")
        #expect(session.facts.security?.contains("control only") == false)
        session.quit()
    }

    // MARK: - Refusals that are not meant, and completions that are not true

    private func upload(_ rig: EncryptedRig, retries: Int = 0) async throws -> TransferState {
        let local = try TemporaryDirectory()
        try local.write(Self.contents, to: "up")
        let bench = try QueueBench(site: rig.site, log: rig.log, connections: 1)
        await bench.run(
            Transfer(
                id: 0, direction: .upload, site: rig.site.id, remoteDirectory: .root,
                remoteName: Disk.bytes("up"), localDirectory: LocalPath(local.path),
                localName: Disk.bytes("up"), options: TransferOptions(retries: retries)))
        return try bench.only().state
    }

    @Test func a426ToAnUploadThatIsThereAsAWholeIsNoFailure() async throws {
        let rig = try EncryptedRig(faults: "upload-426")
        #expect(try await upload(rig) == .done, "\(rig.log.transcript)")
        #expect(Disk.read(rig.served.path(of: "up")) == Self.contents)
        #expect(rig.heard.count(of: "STOR") == 1, "\(rig.heard.all)")
        #expect(rig.log.warnings.contains { $0.contains("all of it was sent") })
    }

    @Test func a426ToAnUploadThatIsNotThereAsAWholeIsAFailure() async throws {
        let rig = try EncryptedRig(faults: "upload-426", "stor-short:1")
        guard case .failed(let why) = try await upload(rig) else {
            Issue.record("\(rig.log.transcript)")
            return
        }
        #expect(why.contains("426"), "\(why)")
        #expect(!Disk.exists(rig.served.path(of: "up")))
    }

    @Test func anUploadOfWhichNothingWasStoredIsSentAgain() async throws {
        let rig = try EncryptedRig(faults: "unresumed-upload-lost", "no-tickets")
        guard case .failed(let why) = try await upload(rig) else {
            Issue.record("\(rig.log.transcript)")
            return
        }
        #expect(why.contains("0 of 100000"), "\(why)")
        let once = try EncryptedRig(faults: "once:stor-short:1000000")
        #expect(try await upload(once, retries: 2) == .done, "\(once.log.transcript)")
        #expect(Disk.read(once.served.path(of: "up")) == Self.contents)
        #expect(once.heard.count(of: "STOR") == 2, "\(once.heard.all)")
    }

    @Test func whenAllTicketsAreTooOldANewLoginBringsNewOnes() throws {
        let rig = try EncryptedRig(faults: "short-tickets", "unresumed-upload-lost")
        let session = rig.session()
        #expect(try rig.names(on: session) == [])
        try eventually("the tickets are too old", within: .seconds(20)) { session.sessionsHaveExpired }
        let local = try TemporaryDirectory()
        try local.write(Self.contents, to: "up")
        let file = try LocalFile.openForReading(Disk.bytes(local.path(of: "up")))
        _ = try session.store(file, from: 0, as: RemotePath("/up"), progress: nil, limit: nil)
        session.quit()
        #expect(Disk.read(rig.served.path(of: "up")) == Self.contents, "\(rig.log.transcript)")
        #expect(rig.heard.count(of: "AUTH") == 2, "\(rig.heard.all)")
        #expect(!rig.log.transcript.contains("NOT resumed"))
    }

    // MARK: - Who else may be there

    @Test func nothingFollowsAUTHBeforeItsAnswer() throws {
        let rig = try EncryptedRig(faults: "auth-strict")
        let session = rig.session()
        #expect(try rig.names(on: session) == [], "\(rig.log.transcript)")
        session.quit()
    }

    /// TLS that was meant for another service, which has a certificate that fits (CVE-2021-3618).
    @Test(arguments: [
        "* OK IMAP4rev1 ready", "+OK POP3 ready", "HTTP/1.1 400 Bad Request", "SSH-2.0-OpenSSH_9.2",
        "<html>", "220-", "XYZZY",
    ])
    func anotherServiceBehindTLSIsToldNoName(_ words: String) throws {
        let server = try ScriptedServer("= secure\n< \(words)\n= hangup")
        let log = LineLog()
        let session = server.session(log, timeout: 2) {
            $0.demandTLS()
            $0.encryption = .implicit
        }
        #expect(throws: Failure.self) { try session.connect() }
        #expect(log.verbs() == [], "\(log.transcript)")
        session.disconnect()
        #expect(try server.finish() == nil)
    }
}
