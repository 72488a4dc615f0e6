import Engine
import FTPProtocol
import TestSupport
import Testing
import Transfers
import Transport

/// HOST before the login, and ALLO before an upload: where they are wanted.
@Suite struct HostTests {
    /// After AUTH, as `Script.login` has it after the greeting.
    private static let login = Script.login.replacing("< 220 ready\n", with: "") + "> QUIT\n< 221 bye"

    private func connect(_ script: String, host: String = "ftp.example.org") throws -> Failure? {
        let server = try ScriptedServer(script)
        let log = LineLog()
        let session = server.session(log) { $0.network.virtualHost = host }
        do {
            try session.connect()
            session.quit()
        } catch {
            #expect(try server.finish() == nil, "\(log.transcript)")
            return error
        }
        #expect(try server.finish() == nil, "\(log.transcript)")
        return nil
    }

    @Test(arguments: ["220 Host accepted", "200 yes", "500 what?", "502 no"])
    func theHostIsNamedBeforeAnythingElseAndAServerWithoutHOSTHasOnlyOne(_ reply: String) throws {
        let failure = try connect(
            "< 220 ready\n> HOST ftp.example.org\n< \(reply)\n> AUTH TLS\n< 502 no\n" + Self.login)
        #expect(failure == nil, "\(failure?.message ?? "")")
    }

    @Test func anIPv6AddressIsNamedInBrackets() throws {
        #expect(
            try connect(
                "< 220 ready\n> HOST [2001:db8::1]\n< 220 yes\n> AUTH TLS\n< 502 no\n" + Self.login,
                host: "2001:db8::1") == nil)
    }

    @Test(arguments: ["501 bad name", "503 too late", "504 no such host", "530 no", "421 go away"])
    func aHostThatTheServerDoesNotHaveIsSaidAndNobodyLogsIn(_ reply: String) throws {
        let failure = try connect("< 220 ready\n> HOST ftp.example.org\n< \(reply)")
        #expect(failure != nil)
        if !reply.hasPrefix("421") {
            #expect(failure?.message.contains("check the virtual host") == true, "\(failure?.message ?? "")")
        }
    }

    @Test func theCertificateHasToBeForTheHostThatWasNamed() throws {
        let root = try TLSIdentity.make(for: ["Test authority"])
        let folder = try TemporaryDirectory()
        try folder.write(root.certificates, to: "ca.pem")
        let rig = try EncryptedRig(
            identity: TLSIdentity.make(for: ["virtual.example"], signedBy: root),
            authorities: folder.path(of: "ca.pem"))
        let stranger = rig.session(rig.site)
        let failure = #expect(throws: Failure.self) { try stranger.connect() }
        #expect(failure?.kind == .notTrusted)
        var site = rig.site
        site.network.virtualHost = "virtual.example"
        let session = rig.session(site)
        try session.connect()
        _ = try session.list(.root) { _ in }
        #expect(session.facts.security?.hasSuffix("verified") == true)
        session.quit()
        #expect(rig.heard.all.contains("HOST virtual.example"))
    }

    @Test func theSizeOfAnUploadIsSaidBeforeItWhereThatIsWanted() async throws {
        for wanted in [true, false] {
            let rig = try Rig()
            try rig.local.write([1, 2, 3, 4, 5], to: "up")
            var site = rig.site
            site.network.allocates = wanted
            let bench = try QueueBench(site: site, log: rig.log, connections: 1)
            await bench.run(rig.upload("up"))
            #expect(try bench.only().state == .done, "\(rig.log.transcript)")
            #expect(rig.heard.all.contains("ALLO 5") == wanted, "\(rig.heard.all)")
        }
    }

    @Test func whereThereIsNoRoomNothingIsSent() async throws {
        let rig = try Rig(faults: "reply:ALLO=552 Disk quota exceeded.")
        try rig.local.write([1, 2, 3, 4, 5], to: "up")
        var site = rig.site
        site.network.allocates = true
        let bench = try QueueBench(site: site, log: rig.log, connections: 1)
        await bench.run(rig.upload("up", options: TransferOptions(retries: 0)))
        guard case .failed(let why) = try bench.only().state else {
            Issue.record("\(try bench.only().state)")
            return
        }
        #expect(why.contains("Disk quota exceeded"), "\(why)")
        #expect(rig.heard.count(of: "STOR") == 0)
    }
}
