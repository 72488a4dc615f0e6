import EmbeddedServer
import Engine
import FTPProtocol
import TestSupport
import Testing
import Transfers
import Transport

/// TLS when asked means TLS or nothing, whatever the server does (T1 to T8, T11).
@Suite struct HostileTLSTests {
    private static let contents = Disk.noise(100_000, seed: 21)

    /// A server with TLS, and a site that demands it.
    private final class Ground: Sendable {
        let served: TemporaryDirectory
        let local: TemporaryDirectory
        let server: EmbeddedServer
        let log = LineLog()
        let heard = Rig.Commands()
        let site: Site

        init(
            _ faults: [String], kind: ServerConfiguration.EncryptionKind = .explicit,
            policy: Site.Encryption = .explicit, trustsAnyone: Bool = false, authority: TLSIdentity? = nil,
            timeout: Int = 10
        ) throws {
            _ = brokenPipesAreErrors
            served = try TemporaryDirectory()
            local = try TemporaryDirectory()
            try served.write(HostileTLSTests.contents, to: "file")
            try local.write(HostileTLSTests.contents, to: "up")
            let heard = heard
            let root = try authority ?? TLSIdentity.make(for: ["Test authority"])
            let identity = try TLSIdentity.make(for: ["localhost", "127.0.0.1"], signedBy: root)
            try local.write(root.certificates, to: "ca.pem")
            server = try EmbeddedServer(
                serving: Disk.bytes(served.path),
                ServerConfiguration(
                    faults: Set(try faults.map { try #require(Fault($0), "\($0)") }),
                    encryption: .init(kind, identity: identity),
                    dialogue: { _, direction, line in if case .sent = direction { heard.append(line) } }))
            var site = Site(
                host: "127.0.0.1", port: try server.start(), user: "tester", encryption: policy)
            site.timeout = timeout
            site.security.trustsAnyone = trustsAnyone
            site.security.authorities = local.path(of: "ca.pem")
            self.site = site
        }

        deinit { server.stop() }

        func session(trust: Trust = Trust()) -> Session {
            Session(
                site: site, name: ConnectionName(.browsing, 1), password: { _ in Secret("canary") },
                trust: trust,
                dialogue: log.sink)
        }

        func run(_ direction: Transfer.Direction, _ name: String) async throws -> TransferState {
            let bench = try QueueBench(site: site, log: log, connections: 1)
            await bench.run(
                Transfer(
                    id: 0, direction: direction, site: site.id, remoteDirectory: .root,
                    remoteName: Disk.bytes(name), localDirectory: LocalPath(local.path),
                    localName: Disk.bytes(name), options: TransferOptions(retries: 0)))
            return try bench.only().state
        }
    }

    @Test(arguments: [ServerConfiguration.EncryptionKind.explicit, .implicit, .required])
    func filesCrossEncryptedBothWays(_ kind: ServerConfiguration.EncryptionKind) async throws {
        for faults in [
            [], ["session-reuse-required"], ["session-reuse-required", "tls-1.2"], ["tls-tickets-on-upload"],
        ] {
            let ground = try Ground(faults, kind: kind, policy: kind == .implicit ? .implicit : .explicit)
            #expect(try await ground.run(.download, "file") == .done, "\(faults): \(ground.log.transcript)")
            #expect(Disk.read(ground.local.path(of: "file")) == Self.contents)
            #expect(try await ground.run(.upload, "up") == .done, "\(faults): \(ground.log.transcript)")
            #expect(Disk.read(ground.served.path(of: "up")) == Self.contents)
            #expect(ground.heard.all.contains("PROT P"))
        }
    }

    @Test(arguments: [
        "auth-refused", "auth-stall", "auth-tls-injection", "self-signed", "wrong-host-cert", "expired-cert",
        "prot-refused", "no:AUTH",
    ])
    func nothingSecretIsSaidBeforeTheServerIsTrusted(_ fault: String) throws {
        let ground = try Ground([fault], timeout: 2)
        let session = ground.session()
        #expect(throws: Failure.self) { _ = try session.list(.root) { _ in } }
        session.disconnect()
        if fault != "prot-refused" {
            #expect(
                ground.heard.count(of: "USER") == 0 && ground.heard.count(of: "PASS") == 0,
                "\(ground.heard.all)")
        }
        for verb in ["LIST", "MLSD", "RETR"] {
            #expect(ground.heard.count(of: verb) == 0, "\(ground.heard.all)")
        }
    }

    @Test func aHandshakeThatIsNotAnsweredIsSaidToBeOne() async throws {
        let stalled = try Ground(["auth-stall"], timeout: 1)
        let failure = #expect(throws: Failure.self) { try stalled.session().connect() }
        #expect(
            failure?.message.contains("no end of the TLS handshake in time") == true,
            "\(failure?.message ?? "")")
        let plain = try Ground(["tls-data-plain"], timeout: 1)
        let session = plain.session()
        try Disk.write(Disk.noise(1_000), to: plain.local.path(of: "up"))
        let file = try LocalFile.openForReading(Disk.bytes(plain.local.path(of: "up")))
        var silent: Failure?
        do throws(Failure) {
            _ = try session.store(file, from: 0, as: RemotePath("/up"), progress: nil, limit: nil)
        } catch {
            silent = error
        }
        #expect(
            silent?.message.contains("had no answer to its TLS handshake") == true, "\(silent?.message ?? "")"
        )
        session.disconnect()
    }

    @Test(arguments: ["data-cert-differs", "tls-data-plain"])
    func aDataConnectionThatIsNotTheServersIsAnError(_ fault: String) async throws {
        let ground = try Ground([fault], timeout: 2)
        let session = ground.session()
        #expect(throws: Failure.self) { _ = try session.list(.root) { _ in } }
        session.disconnect()
        let download = try await ground.run(.download, "file")
        #expect(download != .done, "\(ground.log.transcript)")
        #expect(!Disk.exists(ground.local.path(of: "file")))
    }

    @Test(arguments: [["tls-truncation"], ["tls-truncation", "no-size"]])
    func dataCutOffIsNeverCalledDone(_ faults: [String]) async throws {
        let ground = try Ground(faults, timeout: 2)
        #expect(try await ground.run(.download, "file") != .done, "\(ground.log.transcript)")
        #expect(!Disk.exists(ground.local.path(of: "file")))
    }

    @Test func aMissingCloseNotifyIsMadeUpForByTheSize() async throws {
        let ground = try Ground(["missing-close-notify"])
        #expect(try await ground.run(.download, "file") == .done, "\(ground.log.transcript)")
        #expect(Disk.read(ground.local.path(of: "file")) == Self.contents)
    }

    @Test func anUploadEndsAsStrictServersWant() async throws {
        let ground = try Ground(["strict-upload-eof"])
        #expect(try await ground.run(.upload, "up") == .done, "\(ground.log.transcript)")
        #expect(Disk.read(ground.served.path(of: "up")) == Self.contents)
    }
}
