import Engine
import FTPProtocol
import Glibc
import TestSupport
import Testing
import Transfers

/// What is asked in one piece of servers that are known to read on, and of no others. A scripted server answers only when it
/// has heard what stands before its answer.
@Suite struct AskAheadTests {
    private static func login(_ greeting: String) -> String {
        "< 220 \(greeting)\n" + Script.login.split(separator: "\n").dropFirst().joined(separator: "\n") + "\n"
    }

    /// What is asked in one piece, and the answers.
    private static func together(_ name: String, time: String = "213 20240102030405") -> String {
        """
        = listen
        > MDTM /\(name)
        > EPSV
        < \(time)
        < 229 (|||{port}|)
        = accept

        """
    }

    private static func apart(_ name: String) -> String {
        """
        > MDTM /\(name)
        < 213 20240102030405

        """ + Script.passive
    }

    /// A file of three bytes over a data connection that stands.
    private static func file(_ name: String) -> String {
        """
        > RETR /\(name)
        < 150 here it comes
        = part abc
        = close
        < 226 sent

        """
    }

    private func retrieveTwo(
        _ script: String, timed: [String] = ["first", "second"]
    ) async throws {
        let server = try ScriptedServer(script)
        let local = try TemporaryDirectory()
        let log = LineLog()
        var site = Site(host: "127.0.0.1", port: server.port, dataMode: .passive)
        site.timeout = 8
        let bench = try QueueBench(site: site, log: log, connections: 1)
        let transfers = ["first", "second"].map { name in
            Transfer(
                id: 0, direction: .download, site: site.id, remoteDirectory: .root,
                remoteName: Disk.bytes(name), localDirectory: LocalPath(local.path),
                localName: Disk.bytes(name), size: 3, options: TransferOptions(retries: 0))
        }
        let rows = await bench.run(transfers[0], transfers[1])
        #expect(rows.allSatisfy { $0.state == .done }, "\(log.transcript)")
        #expect(try server.finish() == nil, "\(log.transcript)")
        for name in ["first", "second"] {
            #expect(try local.contents(of: name) == Disk.bytes("abc"))
            let time = Disk.status(Disk.bytes(local.path(of: name)))?.st_mtim.tv_sec
            #expect((time == 1_704_164_645) == timed.contains(name))
        }
    }

    @Test(arguments: ["vsftpd 3.0.3", "ProFTPD Server", "Pure-FTPd"])
    func theTimeOfASmallFileAndItsDataConnectionAreAskedForInOnePiece(_ server: String) async throws {
        try await retrieveTwo(
            Self.login(server) + Self.together("first") + Self.file("first") + Self.together("second")
                + Self.file("second"))
    }

    @Test func ofAServerThatIsNotKnownToReadOnEachIsAskedInItsTurn() async throws {
        try await retrieveTwo(
            Self.login("ready") + Self.apart("first") + Self.file("first") + Self.apart("second")
                + Self.file("second"))
    }

    @Test func aFileWhoseTimeIsRefusedIsRetrievedAllTheSame() async throws {
        try await retrieveTwo(
            Self.login("vsftpd") + Self.together("first", time: "550 no") + Self.file("first")
                + Self.together("second") + Self.file("second"), timed: ["second"])
    }
}
