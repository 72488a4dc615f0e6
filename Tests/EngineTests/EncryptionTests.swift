import Engine
import FTPProtocol
import Synchronization
import TestSupport
import Testing
import Transfers
import Transport

/// TLS with servers that demand it, and that every data connection resumes its control connection's session.
@Suite struct EncryptionTests {
    private static let versions = ["1.2", "1.3"]
    private static let kinds: [RealServer.Kind] = [.vsftpd, .proftpd, .pureFTPd, .pyftpdlib]

    private func site(_ server: RealServer, _ mode: DataMode = .passive) -> Site {
        var site = Site(
            host: server.host, port: server.port, user: server.user, encryption: .explicit, dataMode: mode)
        site.security.authorities = server.authority
        site.timeout = 20
        return site
    }

    private func session(_ site: Site, _ log: LineLog, trust: Trust = Trust()) -> Session {
        Session(
            site: site, name: ConnectionName(.browsing, 1), password: { _ in Secret("secret") }, trust: trust,
            dialogue: log.sink)
    }

    @Test(arguments: kinds, versions)
    func filesGoBothWays(_ kind: RealServer.Kind, _ version: String) async throws {
        let server = try RealServer.start(kind, tls: version)
        let local = try TemporaryDirectory()
        let contents = ["empty": [], "small": Disk.noise(100), "large": Disk.noise(10_000_000)]
        for mode in [DataMode.passive, .active] {
            let site = site(server, mode)
            let log = LineLog()
            let bench = try QueueBench(site: site, log: log, connections: 3)
            func transfer(
                _ direction: Transfer.Direction, _ remote: String, _ local: TemporaryDirectory, _ name: String
            )
                -> Transfer
            {
                Transfer(
                    id: 0, direction: direction, site: site.id, remoteDirectory: .root,
                    remoteName: Disk.bytes(remote), localDirectory: LocalPath(local.path),
                    localName: Disk.bytes(name))
            }
            for (name, bytes) in contents {
                try Disk.write(bytes, to: local.path(of: name))
                bench.add(transfer(.upload, "\(mode.rawValue)-\(name)", local, name))
            }
            await bench.idle()
            for (name, bytes) in contents {
                #expect(Disk.print(of: "\(server.root)/\(mode.rawValue)-\(name)") == fingerprint(bytes))
                bench.add(transfer(.download, "\(mode.rawValue)-\(name)", local, "\(mode.rawValue)-\(name)"))
            }
            await bench.idle()
            for (name, bytes) in contents {
                #expect(Disk.print(of: local.path(of: "\(mode.rawValue)-\(name)")) == fingerprint(bytes))
            }
            let rows = bench.queue.contents()
            #expect(rows.allSatisfy { $0.state == .done }, "\(rows.map(\.state))\n\(log.transcript)")
            #expect(log.transcript.contains("TLS \(version)"))
            // Pure-FTPd gives no tickets.
            if kind != .pureFTPd { #expect(!log.transcript.contains("NOT resumed"), "\(log.transcript)") }
        }
    }

    @Test(arguments: [RealServer.Kind.vsftpd, .proftpd])
    func manyListingsInARowNeverRunOutOfTickets(_ kind: RealServer.Kind) throws {
        let server = try RealServer.start(kind, tls: "1.3")
        let log = LineLog()
        let session = session(site(server), log)
        for _ in 0..<12 { _ = try session.list(.root) { _ in } }
        #expect(session.facts.security == "TLS 1.3 verified")
        #expect(!log.transcript.contains("NOT resumed"), "\(log.transcript)")
        session.quit()
    }

    @Test func whoIsNotTrustedGetsNeitherUserNorPassword() throws {
        let server = try RealServer.start(.vsftpd, tls: "1.3")
        var stranger = site(server)
        stranger.security.authorities = nil
        let log = LineLog()
        let failure = #expect(throws: Failure.self) { try session(stranger, log).connect() }
        #expect(failure?.kind == .notTrusted)
        #expect(failure?.message.contains("pin the fingerprint") == true)
        #expect(log.verbs() == ["AUTH"], "\(log.transcript)")
        let doubt = try #require(failure?.certificate)
        #expect(doubt.matchesHost && doubt.isInTime)

        stranger.security.fingerprint = doubt.fingerprint
        let pinned = session(stranger, log)
        try pinned.connect()
        #expect(pinned.facts.security == "TLS 1.3 pinned")
        pinned.quit()

        stranger.security.fingerprint = String(repeating: "0", count: 64)
        stranger.security.trustsAnyone = true
        #expect(throws: Failure.self) { try session(stranger, log).connect() }
        stranger.security.fingerprint = nil
        let anyone = session(stranger, log)
        try anyone.connect()
        #expect(anyone.facts.security == "TLS 1.3, not verified")
        anyone.quit()
    }

    @Test func whatTheUserTrustsIsPinnedAndAnotherIsAnAlarm() throws {
        let server = try RealServer.start(.pureFTPd, tls: "1.3")
        var site = site(server)
        site.security.authorities = nil
        let log = LineLog()
        let known = Remembered()
        let first = #expect(throws: Failure.self) {
            try session(site, log, trust: Trust(known: known)).connect()
        }
        #expect(Trust(known: known).trust(try #require(first?.certificate), forever: true) == nil)
        let later = session(site, log, trust: Trust(known: known))
        try later.connect()
        later.quit()
        _ = known.remember(
            KnownServer(fingerprint: String(repeating: "AB", count: 32)), site.host, site.port)
        // Not even a certificate that an authority has signed passes in place of a pinned one.
        site.security.authorities = server.authority
        let alarm = #expect(throws: Failure.self) {
            try session(site, log, trust: Trust(known: known)).connect()
        }
        #expect(alarm?.kind == .notTrusted)
        #expect(alarm?.message.contains("CHANGED") == true)
        #expect(alarm?.certificate?.pinned == String(repeating: "AB", count: 32))
    }

    @Test func aServerThatSpokeTLSBeforeIsNotBelievedThatItCannot() throws {
        for (knows, encryption) in [(true, Site.Encryption.whenOffered), (false, .explicit)] {
            let server = try ScriptedServer("< 220 hello\n> AUTH TLS\n< 502 What is AUTH?")
            var site = Site(host: "127.0.0.1", port: server.port, encryption: encryption)
            site.timeout = 8
            let known = Remembered()
            if knows { _ = known.remember(KnownServer(), site.host, site.port) }
            let log = LineLog()
            let failure = #expect(throws: Failure.self) {
                try session(site, log, trust: Trust(known: known)).connect()
            }
            #expect(failure?.kind == .notTrusted, "\(log.transcript)")
            #expect(log.verbs() == ["AUTH"])
        }
    }

    @Test func aMechanismThatIsNotKnownIsNotTheEndOfIt() throws {
        let server = try ScriptedServer(
            "< 220 hello\n> AUTH TLS\n< 504 no\n> AUTH TLS-C\n< 504 no\n> AUTH SSL\n< 504 no\n> USER anonymous\n"
                + "< 530 Non-anonymous sessions must use encryption.")
        let log = LineLog()
        var site = Site(host: "127.0.0.1", port: server.port)
        site.timeout = 8
        let failure = #expect(throws: Failure.self) { try session(site, log).connect() }
        #expect(failure?.kind == .notTrusted, "\(log.transcript)")
        #expect(failure?.message.contains("ftpes://") == true)
        #expect(try server.finish() == nil)
    }
}

/// What is remembered of servers, for the length of a test.
private final class Remembered: KnownServers {
    private let servers = Mutex<[String: KnownServer]>([:])

    func server(_ host: String, _ port: UInt16) -> KnownServer? { servers.withLock { $0["\(host) \(port)"] } }

    func remember(_ server: KnownServer, _ host: String, _ port: UInt16) -> String? {
        servers.withLock { $0["\(host) \(port)"] = server }
        return nil
    }
}
