import EmbeddedServer
import Engine
import FTPProtocol
import TestSupport
import Testing
import Transfers
import Transport

/// What few ask of TLS: commands in clear after the login, and servers that resume sessions of TLS 1.2 only.
@Suite struct EncryptionLeftoverTests {
    @Test func afterCCCCommandsCrossInClearAndFilesDoNot() throws {
        let rig = try EncryptedRig()
        try rig.served.write([1, 2, 3], to: "file")
        var site = rig.site
        site.security.clearsControl = true
        let session = rig.session(site)
        #expect(try rig.names(on: session) == ["file"], "\(rig.log.transcript)")
        var bytes: [UInt8] = []
        _ = try session.retrieve(RemotePath("/file"), progress: nil, limit: nil) { bytes += Array($0) }
        #expect(bytes == [1, 2, 3])
        session.quit()
        #expect(rig.heard.count(of: "CCC") == 1)
        #expect(rig.log.warnings.contains { $0.contains("not encrypted any more") })
        #expect(rig.log.transcript.contains("data: TLS"), "\(rig.log.transcript)")
    }

    @Test func whereCCCIsRefusedNothingGoesOn() throws {
        let rig = try EncryptedRig(faults: "no:CCC")
        var site = rig.site
        site.security.clearsControl = true
        let failure = #expect(throws: Failure.self) { try rig.session(site).connect() }
        #expect(
            failure?.message.contains("leave the control connection encrypted") == true,
            "\(failure?.message ?? "")")
    }

    @Test func pureFTPDTakesCCC() throws {
        let server = try RealServer.start(.pureFTPd, tls: "1.2")
        try Disk.write([1, 2, 3], to: "\(server.root)/file")
        var site = Site(host: server.host, port: server.port, user: server.user, encryption: .explicit)
        site.security.authorities = server.authority
        site.security.clearsControl = true
        site.timeout = 20
        let log = LineLog()
        let session = Session(
            site: site, name: ConnectionName(.browsing, 1), password: { _ in Secret("secret") },
            dialogue: log.sink)
        var names: [[UInt8]] = []
        _ = try session.list(.root) { names += $0.map(\.name) }
        session.quit()
        #expect(names == [Disk.bytes("file")], "\(log.transcript)")
        #expect(log.verbs().contains("CCC"))
    }

    @Test func aServerThatResumesTLS12OnlyIsSpokenWithInThat() throws {
        let rig = try EncryptedRig(faults: "session-reuse-tls-1.2")
        try rig.served.write([1], to: "file")
        let session = rig.session()
        #expect(try rig.names(on: session) == ["file"], "\(rig.log.transcript)")
        #expect(session.facts.security?.contains("1.2") == true)
        #expect(try rig.names(on: session) == ["file"])
        session.quit()
        #expect(rig.log.warnings.count { $0.contains("once more with TLS 1.2") } == 1)
        #expect(rig.heard.count(of: "AUTH") == 2, "\(rig.heard.all)")
    }

    @Test func aServerThatResumesNothingIsTriedOnceMoreAndNoMore() throws {
        let rig = try EncryptedRig(
            faults: "reply:MLSD=522 SSL connection failed; session reuse required", "no:EPRT", "no:PORT")
        let session = rig.session()
        #expect(throws: Failure.self) { _ = try rig.names(on: session) }
        session.quit()
        #expect(rig.heard.count(of: "AUTH") <= 2, "\(rig.heard.all)")
    }

    @Test(arguments: ["530 Login incorrect for s3cret-canary.", "421 s3cret-canary, go away"])
    func aServerThatRepeatsThePasswordDoesNotBringItIntoLogOrMessage(_ reply: String) throws {
        let rig = try Rig(faults: "reply:PASS=\(reply)")
        let session = rig.session(password: "s3cret-canary")
        let failure = #expect(throws: Failure.self) { try session.connect() }
        #expect(failure?.message.contains("canary") == false, "\(failure?.message ?? "")")
        #expect(!rig.log.transcript.contains("canary"), "\(rig.log.transcript)")
        #expect(failure?.reply?.summary.contains("canary") == false)
    }
}
