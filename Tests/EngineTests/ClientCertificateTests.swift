import Engine
import FTPProtocol
import TestSupport
import Testing
import Transfers
import Transport

/// Servers that let nobody in without a certificate of the client's.
@Suite struct ClientCertificateTests {
    private static let kinds: [RealServer.Kind] = [.vsftpd, .proftpd]
    private static let versions = ["1.2", "1.3"]

    private func session(
        _ server: RealServer, _ log: LineLog, trust: Trust = Trust(), _ change: (inout Site) -> Void
    ) -> Session {
        var site = Site(host: server.host, port: server.port, user: server.user, encryption: .explicit)
        site.timeout = 20
        site.security.authorities = server.authority
        change(&site)
        return Session(
            site: site, name: ConnectionName(.browsing, 1), password: { _ in Secret("secret") }, trust: trust,
            dialogue: log.sink)
    }

    private func names(_ session: Session) throws -> [[UInt8]] {
        var names: [[UInt8]] = []
        _ = try session.list(.root) { names += $0.map(\.name) }
        return names
    }

    @Test(arguments: kinds, versions)
    func aClientWithACertificateIsLetIn(_ kind: RealServer.Kind, _ version: String) throws {
        let server = try RealServer.start(kind, tls: version, certifiedClients: true)
        let client = try #require(server.client)
        try Disk.write([1, 2, 3], to: "\(server.root)/file")
        for key in [client.key, client.encryptedKey] {
            let log = LineLog()
            let trust = Trust()
            if key == client.encryptedKey { trust.setPassphrase(Secret(server.password), ofKey: key) }
            let session = session(server, log, trust: trust) {
                $0.security.certificate = client.certificate
                $0.security.key = key
            }
            #expect(try names(session) == [Disk.bytes("file")], "\(log.transcript)")
            var bytes: [UInt8] = []
            _ = try session.retrieve(RemotePath("/file"), progress: nil, limit: nil) { bytes += Array($0) }
            #expect(bytes == [1, 2, 3])
            #expect(!log.transcript.contains("NOT resumed"), "\(log.transcript)")
            session.quit()
        }
    }

    @Test(arguments: kinds, versions)
    func withoutOneTheServerIsSaidToWantIt(_ kind: RealServer.Kind, _ version: String) throws {
        let server = try RealServer.start(kind, tls: version, certifiedClients: true)
        let log = LineLog()
        let failure = #expect(throws: Failure.self) { try names(session(server, log) { _ in }) }
        #expect(failure?.kind == .notTrusted, "\(log.transcript)")
        #expect(failure?.message.contains("client certificate") == true, "\(failure?.message ?? "")")
        #expect(!log.verbs().contains("PASS"), "\(log.transcript)")
    }

    @Test(arguments: kinds, versions)
    func oneOfAnotherAuthorityIsSaidToBeRefused(_ kind: RealServer.Kind, _ version: String) throws {
        let server = try RealServer.start(kind, tls: version, certifiedClients: true)
        let local = try TemporaryDirectory()
        let stranger = try TLSIdentity.make(for: ["tester"])
        try local.write(stranger.certificates + stranger.key, to: "stranger.pem")
        let log = LineLog()
        let failure = #expect(throws: Failure.self) {
            try names(session(server, log) { $0.security.certificate = local.path(of: "stranger.pem") })
        }
        #expect(failure?.kind == .notTrusted, "\(log.transcript)")
        #expect(failure?.message.contains("client certificate") == true, "\(failure?.message ?? "")")
        #expect(!log.verbs().contains("PASS"), "\(log.transcript)")
    }

    @Test func anEncryptedKeyWithoutItsPassphraseIsSaidSo() throws {
        let server = try RealServer.start(.vsftpd, tls: "1.3", certifiedClients: true)
        let client = try #require(server.client)
        for passphrase in [nil, Secret("wrong")] {
            let trust = Trust()
            if let passphrase { trust.setPassphrase(passphrase, ofKey: client.encryptedKey) }
            let log = LineLog()
            let failure = #expect(throws: Failure.self) {
                try names(
                    session(server, log, trust: trust) {
                        $0.security.certificate = client.certificate
                        $0.security.key = client.encryptedKey
                    })
            }
            #expect(failure?.message.contains("passphrase") == true, "\(failure?.message ?? "")")
        }
    }
}
