import EmbeddedServer
import Engine
import FTPProtocol
import TestSupport
import Testing
import Transfers
import Transport

/// A transfer is stopped in the middle; the session is in step afterwards, or is replaced without anybody noticing.
@Suite struct AbortTests {
    private static let size: Int64 = 256 << 20
    static let ways = Way.all + [Way(kind: .pyftpdlib, binding: .ipv4, mode: .passive)]

    /// Downloads until the first megabyte is here, then stops.
    private func stopDownload(_ path: RemotePath, _ session: Session) {
        var bytes = 0
        let failure = #expect(throws: Failure.self) {
            _ = try session.retrieve(path, from: 0, progress: nil, limit: nil) {
                bytes += $0.count
                if bytes > 1 << 20 { session.controls.cancellation.cancel() }
            }
        }
        #expect(failure?.kind == .cancelled)
        session.controls.cancellation.reset()
    }

    private func stopUpload(_ path: RemotePath, _ session: Session) {
        var bytes = 0
        let failure = #expect(throws: Failure.self) {
            _ = try session.store(as: path, progress: nil, limit: nil) { buffer in
                bytes += buffer.count
                if bytes > 8 << 20 { session.controls.cancellation.cancel() }
                return buffer.count
            }
        }
        #expect(failure?.kind == .cancelled)
        session.controls.cancellation.reset()
    }

    @Test(arguments: ways) func realServersAreInStepAfterwards(_ way: Way) throws {
        let ground = try Ground(way)
        try Disk.writeSparse("\(ground.served)/big", size: Self.size, spots: [:])
        try ground.put([1, 2, 3], "small")
        let session = ground.session()
        for _ in 1...2 {
            stopDownload(ground.remote("big"), session)
            // What is asked now is answered by its own answer.
            #expect(try session.size(of: ground.remote("small")) == 3, "\(ground.log.transcript)")
            var names: Set<[UInt8]> = []
            _ = try session.list(ground.directory) { names.formUnion($0.map(\.name)) }
            #expect(
                names.isSuperset(of: [Array("big".utf8), Array("small".utf8)]), "\(ground.log.transcript)")
            stopUpload(ground.remote("up"), session)
            #expect(try session.size(of: ground.remote("small")) == 3, "\(ground.log.transcript)")
        }
        session.quit()
    }

    @Test(arguments: [Personality.unix.name, Personality.iis.name], [DataMode.passive, .active])
    func personalitiesAreInStepAfterwards(_ name: String, _ mode: DataMode) throws {
        let rig = try Rig(as: try #require(Personality.named(name)), mode: mode)
        try Disk.writeSparse(rig.served.path(of: "big"), size: Self.size, spots: [:])
        try rig.served.write([1, 2, 3], to: "small")
        let session = rig.session()
        for _ in 1...2 {
            stopDownload(RemotePath("/big"), session)
            #expect(try session.size(of: RemotePath("/small")) == 3, "\(rig.log.transcript)")
            #expect(try rig.names(on: session).contains("small"))
            stopUpload(RemotePath("/up"), session)
            #expect(try session.size(of: RemotePath("/small")) == 3, "\(rig.log.transcript)")
        }
        #expect(rig.heard.count(of: "USER") == 1, "\(rig.log.transcript)")
        session.quit()
    }

    private static let transfer =
        Script.passive + """
            > RETR /a
            < 150 here
            = send 12345

            """

    /// What servers answer to ABOR, and what must follow.
    @Test(arguments: [
        "> ~~~ABOR\n< 426 cut\n< 226 aborted\n> NOOP\n< 200 ok\n",
        "> ~~~ABOR\n< 226 sent it all\n< 225 nothing to abort\n> NOOP\n< 200 ok\n",
        "> ~~~ABOR\n< 226 sent it all\n< 500 ABOR?\n> NOOP\n< 200 ok\n",
        "> ~~~ABOR\n< 426 nothing more\n> NOOP\n< 200 ok\n",
        "> ~~~ABOR\n< 451 nothing more\n> NOOP\n< 226 late\n< 200 ok\n",
        "> ~~~ABOR\n< 226 nothing more\n> NOOP\n< 500 NOOP?\n< 500 NOOP?\n",
        // Nothing, or the end: a new login is always right.
        "> ~~~ABOR\n= again\n\(Script.login)", "> ~~~ABOR\n< 421 goodbye\n= hangup\n= again\n\(Script.login)",
        "> ~~~ABOR\n= hangup\n= again\n\(Script.login)",
    ])
    func whateverIsAnsweredTheNextCommandGetsItsOwnAnswer(_ answers: String) throws {
        let log = LineLog()
        let server = try ScriptedServer(
            Script.login + Self.transfer + answers + "> SIZE /b\n< 213 7\n> QUIT\n< 221 bye\n")
        let session = server.session(log)
        stopAtOnce(session)
        #expect(try session.size(of: RemotePath("/b")) == 7, "\(log.transcript)")
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    @Test func aServerThatChokesOnTheTelnetBytesGetsAPlainABORTheNextTime() throws {
        let log = LineLog()
        let end = "< 200 ok\n"
        let server = try ScriptedServer(
            Script.login + Self.transfer + "> ~~~ABOR\n< 426 cut\n< 500 what?\n> NOOP\n" + end
                + Self.transfer + "> ABOR\n< 426 cut\n< 226 aborted\n> NOOP\n" + end + "> QUIT\n< 221 bye\n")
        let session = server.session(log)
        stopAtOnce(session)
        stopAtOnce(session)
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    private func stopAtOnce(_ session: Session) {
        let failure = #expect(throws: Failure.self) {
            _ = try session.retrieve(RemotePath("/a"), from: 0, progress: nil, limit: nil) { _ in
                session.controls.cancellation.cancel()
            }
        }
        #expect(failure?.kind == .cancelled)
        session.controls.cancellation.reset()
    }
}
