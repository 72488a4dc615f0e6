import FTPProtocol
import TestSupport
import Testing
import Transfers

@testable import Engine

/// Where the server stands, and by which verbs it gets there.
@Suite struct DirectoryTests {
    @Test func theOlderVerbIsSentOnceThePlainOneIsUnknownAndRemembered() throws {
        let server = try ScriptedServer(playing: "older-verbs")
        let log = LineLog()
        let session = server.session(log, mode: .auto)
        try session.makeDirectory(RemotePath("/new"))
        _ = try session.ask(.printWorkingDirectory)
        #expect(throws: Failure.self) { try session.makeDirectory(RemotePath("/other")) }
        try session.changeDirectory(to: RemotePath("/a/b"))
        try session.changeDirectory(to: RemotePath("/a"))
        _ = try session.require(.removeDirectory(RemotePath("/a/b")))
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    @Test func oneStepUpIsProvenByPWD() throws {
        let server = try ScriptedServer(playing: "up")
        let log = LineLog()
        let session = server.session(log, mode: .auto)
        try session.connect()
        for place in ["/a/b", "/a", "/a/link", "/a", "/a/b", "/a"] {
            try session.changeDirectory(to: RemotePath(place))
        }
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    /// 1yz upon 1yz: each comes in time, and there is no last.
    @Test(arguments: [0, 1, 2]) func preliminaryRepliesWithoutEndAreGivenUp(_ when: Int) throws {
        let flood = String(repeating: "< 120 soon\n", count: 30)
        let login = [
            "", "< 220 ready\n> USER anonymous\n", "< 220 ready\n> USER anonymous\n< 230 in\n> SYST\n",
        ]
        let server = try ScriptedServer(login[when] + flood)
        let log = LineLog()
        let session = server.session(log, mode: .auto)
        let failure = #expect(throws: Failure.self) { try session.connect() }
        #expect(failure?.kind == .protocolViolation, "\(log.transcript)")
        session.disconnect()
    }
}
