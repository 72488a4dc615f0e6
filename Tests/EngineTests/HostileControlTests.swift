import EmbeddedServer
import Engine
import FTPProtocol
import TestSupport
import Testing
import Transfers

/// What a server may do on the control connection, and what the engine makes of it (C1 to C10).
@Suite struct HostileControlTests {
    private static let contents = Disk.noise(5_000, seed: 3)

    /// A tree with one file, and a session that has nothing to fear from silence.
    private func rig(_ fault: String, timeout: Int = 25) throws -> Rig {
        let rig = try Rig([try #require(Fault(fault), "\(fault)")], timeout: timeout)
        try rig.served.write(Self.contents, to: "honest")
        return rig
    }

    @Test(arguments: ["crlf-names", "crlf-pwd"])
    func noNameOrPathAddsACommand(_ fault: String) async throws {
        let rig = try rig(fault)
        try rig.served.makeDirectory("tree")
        try rig.served.write(Self.contents, to: "tree/honest")
        let session = rig.session()
        _ = try? rig.names(on: session)
        session.quit()
        var tree = rig.download("tree", options: TransferOptions(retries: 0))
        tree.kind = .tree
        let bench = try rig.queue()
        await bench.run(tree)
        #expect(Disk.read(rig.local.path(of: "tree/honest")) == Self.contents)
        #expect(rig.heard.count(of: "DELE") == 0, "\(rig.heard.all)")
        #expect(rig.heard.all.allSatisfy { !$0.contains("\r") && !$0.contains("\n") && !$0.contains("\0") })
    }

    @Test(arguments: ["a\rDELE honest", "a\nDELE honest", "a\r\nDELE honest"])
    func aLocalNameWithALineEndIsRefusedAndNamed(_ name: String) async throws {
        let rig = try rig("no-mdtm")
        try Disk.write([1], to: Disk.bytes(rig.local.path) + [0x2F] + Disk.bytes(name))
        let complaint = try await rig.complaint(rig.upload(name))
        #expect(complaint?.contains(visible(name)) == true, "\(complaint ?? "done")")
        #expect(rig.heard.count(of: "DELE") == 0 && rig.heard.count(of: "STOR") == 0, "\(rig.heard.all)")
        #expect(Disk.read(rig.served.path(of: "honest")) == Self.contents)
    }

    @Test(arguments: [
        "infinite-reply:SYST", "infinite-multiline:FEAT", "infinite-multiline:PWD", "endless-banner",
        "infinite-reply:TYPE", "garbage-banner", "nul-reply:PWD", "nul-reply:FEAT",
    ])
    func whatDoesNotEndOrHasANULInItEndsTheConnection(_ fault: String) throws {
        let rig = try rig(fault)
        let session = rig.session()
        let failure = #expect(throws: Failure.self) { _ = try rig.names(on: session) }
        #expect(failure?.kind == .protocolViolation, "\(failure?.message ?? "")")
        #expect(!session.isConnected)
    }

    @Test(arguments: [
        "pwd-odd:unclosed", "pwd-odd:unquoted", "pwd-odd:empty", "pwd-odd:huge", "pwd-odd:control",
        "crlf-pwd",
        "120-first", "slow-banner:1", "byte-replies", "escape-banner", "feat-lies",
        "no-feat",
        "no:SYST", "no:PWD", "no:OPTS", "reply:SYST=200 VMS", "reply:FEAT=211 no features", "reply:PWD=257",
        "reply:FEAT=211-\r\n211-SIZE\r\n211-MDTM\r\n211 end",
    ])
    func oddAnswersAtTheLoginAreLivedWith(_ fault: String) async throws {
        let rig = try rig(fault)
        let session = rig.session()
        #expect(try rig.names(on: session, RemotePath("/")) == ["honest"], "\(rig.log.transcript)")
        session.quit()
        let bench = try rig.queue()
        var download = rig.download("honest")
        download.remoteDirectory = RemotePath("/")
        await bench.run(download)
        #expect(try bench.only().state == .done, "\(rig.log.transcript)")
        #expect(Disk.read(rig.local.path(of: "honest")) == Self.contents)
    }

    @Test(arguments: ["garbage-listing", "bad-mlsd-facts", "garbage-listing:", "long-line-listing:3000000"])
    func aListingOfNonsenseStillShowsWhatIsHonest(_ fault: String) throws {
        for machine in [true, false] {
            let name = fault.hasSuffix(":") ? String(fault.dropLast()) : fault
            let rig = try Rig(
                Set([Fault(name), machine ? nil : .noMachineListing].compactMap { $0 }))
            try rig.served.write(Self.contents, to: "honest")
            let session = rig.session()
            #expect(try rig.names(on: session).contains("honest"), "\(name)")
            try session.noOperation()
            session.quit()
        }
    }

    @Test(arguments: 0..<60) func randomRepliesFailTheCommandAndNotTheProcess(_ seed: Int) throws {
        let rig = try rig("garbage-replies:\(seed)", timeout: 1)
        let session = rig.session()
        // Any outcome is right but a crash, a wait without end, or a success that is none.
        if let names = try? rig.names(on: session) {
            #expect(names.isEmpty || names == ["honest"], "\(rig.log.transcript)")
        }
        session.disconnect()
    }

    @Test(arguments: ["SYST", "FEAT", "PWD", "TYPE", "CWD", "EPSV", "MLSD", "RETR", "SIZE"])
    func a421AtAnyTimeIsFollowedByANewLogin(_ verb: String) async throws {
        let rig = try rig("once:421-on:\(verb)")
        let bench = try rig.queue()
        let session = rig.session()
        do { _ = try rig.names(on: session) } catch {
            #expect((error as? Failure)?.isTemporary == true, "\(error)")
        }
        #expect(try rig.names(on: session) == ["honest"], "\(rig.log.transcript)")
        session.quit()
        await bench.run(rig.download("honest"))
        #expect(try bench.only().state == .done, "\(rig.log.transcript)")
        #expect(Disk.read(rig.local.path(of: "honest")) == Self.contents)
    }

    @Test(arguments: ["no-banner", "stall-control", "half-open:PWD", "half-open:TYPE", "half-open:MLSD"])
    func silenceEndsAfterTheTimeOutInOneSentence(_ fault: String) throws {
        let rig = try rig(fault, timeout: 1)
        let session = rig.session()
        let failure = #expect(throws: Failure.self) { _ = try rig.names(on: session) }
        #expect(failure?.kind == .temporary && failure?.isTemporary == true, "\(failure?.message ?? "")")
        #expect(failure?.message.contains("\n") == false)
        #expect(!session.isConnected)
    }

    @Test func aServerThatLiesInFEATIsTakenAtItsDeeds() async throws {
        let rig = try rig("feat-lies")
        try rig.local.write(Self.contents, to: "up")
        let bench = try rig.queue()
        let rows = await bench.run(rig.download("honest"), rig.upload("up"))
        #expect(rows.map(\.state) == [.done, .done], "\(rig.log.transcript)")
        #expect(Disk.read(rig.served.path(of: "up")) == Self.contents)
        // What was refused once is not asked for again.
        for verb in ["SIZE", "MDTM", "MFMT"] { #expect(rig.heard.count(of: verb) <= 1, "\(verb)") }
    }

    @Test(arguments: ["421-idle:0", "close-idle:0"])
    func aSessionThatWasEndedWhileIdleIsMadeAnew(_ fault: String) throws {
        let rig = try rig("once:\(fault)")
        let session = rig.session()
        // The first wait of the server for a command is the one that ends it: here or at the login.
        _ = try? session.connect()
        #expect(try rig.names(on: session) == ["honest"], "\(rig.log.transcript)")
        session.quit()
    }

    @Test func twoUsersOfOneServerHaveTheirOwnLogins() async throws {
        let rig = try rig("no-mdtm")
        var other = rig.site
        other.user = "another"
        let bench = try rig.queue(connections: 2)
        bench.queue.learn(other)
        var second = rig.download("honest")
        second.site = other.id
        second.localName = Disk.bytes("second")
        let rows = await bench.run(rig.download("honest"), second)
        #expect(rows.allSatisfy { $0.state == .done }, "\(rig.log.transcript)")
        #expect(rig.heard.all.contains("USER tester") && rig.heard.all.contains("USER another"))
    }
}
