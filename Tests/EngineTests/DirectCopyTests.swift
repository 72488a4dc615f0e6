import Engine
import FTPProtocol
import TestSupport
import Testing
import Transfers
import Transport

/// Between two servers that encrypt: one of them has to be the TLS client.
@Suite struct DirectCopyTests {
    private static let contents = Disk.noise(2_000_000, seed: 9)

    @Test(arguments: [
        ([], "CPSV"), (["no:CPSV"], "SSCN"), (["no:CPSV", "pasv-refused"], "SSCN"),
        (["reply:CPSV=502 not me"], "SSCN"),
    ])
    func encryptedServersCopyAmongThemselves(_ faults: [String], _ verb: String) throws {
        // What the first cannot, it cannot in either role.
        let (from, to) = (try EncryptedRig(manyFaults: faults), try EncryptedRig(faults: "no:CPSV"))
        try from.served.write(Self.contents, to: "a")
        let (near, far) = (from.session(), to.session())
        let why = try DirectCopy(of: RemotePath("/a"), on: near, to: RemotePath("/b"), on: far).run()
        #expect(why == nil, "\(why ?? "")\n\(from.log.transcript)\n\(to.log.transcript)")
        #expect(Disk.print(of: to.served.path(of: "b")) == fingerprint(Self.contents))
        #expect(
            from.heard.count(of: verb) + to.heard.count(of: verb) > 0, "\(from.heard.all) \(to.heard.all)")
        // Afterwards each is TLS's server for us again.
        #expect(try from.names(on: near) == ["a"], "\(from.log.transcript)")
        #expect(try to.names(on: far) == ["b"], "\(to.log.transcript)")
        near.quit()
        far.quit()
    }

    private func session(_ server: RealServer, _ log: LineLog, trusting authority: String?) -> Session {
        var site = Site(host: server.host, port: server.port, user: server.user, encryption: .explicit)
        site.timeout = 20
        site.security.authorities = authority
        return Session(
            site: site, name: ConnectionName(.browsing, 1), password: { _ in Secret("secret") },
            dialogue: log.sink)
    }

    /// One of the two is TLS's client on the data connection, by SSCN.
    @Test(arguments: ["1.2", "1.3"])
    func twoRealServersCopyEncryptedAmongThemselves(_ version: String) throws {
        let from = try RealServer.start(.proftpd, tls: version, foreignAddresses: true)
        let to = try RealServer.start(.proftpd, tls: version, foreignAddresses: true, friend: from)
        try Disk.write(Self.contents, to: "\(from.root)/a")
        let log = LineLog()
        let near = session(from, log, trusting: from.authority)
        let far = session(to, log, trusting: from.authority)
        let why = try DirectCopy(of: RemotePath("/a"), on: near, to: RemotePath("/b"), on: far).run()
        #expect(why == nil, "\(why ?? "")\n\(log.transcript)")
        #expect(Disk.print(of: "\(to.root)/b") == fingerprint(Self.contents))
        #expect(log.transcript.contains("SSCN:CLIENT METHOD"), "\(log.transcript)")
        near.quit()
        far.quit()
    }

    /// ProFTPD hangs up on us when it does not know the authority of the other's certificate.
    @Test func whereTheServersDoNotTrustEachOtherTheReasonIsSaidAndTheyGoOn() throws {
        let from = try RealServer.start(.proftpd, tls: "1.3", foreignAddresses: true)
        let to = try RealServer.start(.proftpd, tls: "1.3", foreignAddresses: true)
        try Disk.write(Self.contents, to: "\(from.root)/a")
        let log = LineLog()
        let near = session(from, log, trusting: from.authority)
        let far = session(to, log, trusting: to.authority)
        let why = try DirectCopy(of: RemotePath("/a"), on: near, to: RemotePath("/b"), on: far).run()
        #expect(why != nil, "\(log.transcript)")
        #expect(try near.size(of: RemotePath("/a")) == 2_000_000)
        try far.noOperation()
        near.quit()
        far.quit()
    }

    @Test func whereNeitherCanTheReasonIsSaid() throws {
        let (from, to) = (
            try EncryptedRig(faults: "no:CPSV", "no:SSCN"), try EncryptedRig(faults: "no:CPSV", "no:SSCN")
        )
        try from.served.write(Self.contents, to: "a")
        let (near, far) = (from.session(), to.session())
        let why = try DirectCopy(of: RemotePath("/a"), on: near, to: RemotePath("/b"), on: far).run()
        #expect(why?.contains("SSCN") == true, "\(why ?? "done")")
        #expect(from.heard.count(of: "RETR") == 0 && to.heard.count(of: "STOR") == 0)
        near.quit()
        far.quit()
    }

    @Test func anEncryptedFileDoesNotGoToAServerInClear() throws {
        let (from, to) = (try EncryptedRig(), try Rig())
        try from.served.write(Self.contents, to: "a")
        let (near, far) = (from.session(), to.session())
        let why = try DirectCopy(of: RemotePath("/a"), on: near, to: RemotePath("/b"), on: far).run()
        #expect(why?.contains("only one") == true, "\(why ?? "done")")
        #expect(from.heard.count(of: "RETR") == 0)
        near.quit()
        far.quit()
    }
}
