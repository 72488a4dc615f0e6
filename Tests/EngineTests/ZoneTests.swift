import EmbeddedServer
import Engine
import FTPProtocol
import Glibc
import TestSupport
import Testing
import Transfers

/// T107: listings in the server's own time, and what UTC makes of them.
@Suite struct ZoneTests {
    private final class Ground {
        let served: TemporaryDirectory
        let server: EmbeddedServer
        let log = LineLog()
        let site: Site

        init(ahead: Int64, _ personality: Personality = .vsftpd, faults: Set<Fault> = []) throws {
            _ = brokenPipesAreErrors
            served = try TemporaryDirectory()
            server = try EmbeddedServer(
                serving: Disk.bytes(served.path),
                ServerConfiguration(personality: personality, faults: faults, listingOffset: ahead))
            var site = Site(host: "127.0.0.1", port: try server.start())
            site.timeout = 10
            self.site = site
        }

        deinit { server.stop() }

        func times(on session: Session, _ path: String = "/") throws -> [String: String] {
            var times: [String: String] = [:]
            _ = try session.list(RemotePath(path)) { entries in
                for entry in entries {
                    times[String(decoding: entry.name, as: UTF8.self)] = entry.modified?.iso8601
                }
            }
            return times
        }

        func session(memory: ServerMemory = ServerMemory()) -> Session {
            Session(
                site: site, name: ConnectionName(.browsing, 1), memory: memory, password: { _ in nil },
                dialogue: log.sink)
        }
    }

    private static let hour: Int64 = 3_600

    /// A minute of an hour ago, and what UTC it is then.
    private func recent() -> (seconds: Int64, text: String) {
        let seconds = (wallClock() - Self.hour) / 60 * 60 + 17
        var date = CivilDate(secondsSince1970: seconds)
        date.second = nil
        return (seconds, date.iso8601)
    }

    private func wallClock() -> Int64 { Int64(time(nil)) }

    @Test(arguments: [0, 2 * hour, -5 * hour, 5 * hour + 1_800])
    func timesOfLISTBecomeUTCWhereOneFileTellsTheZone(_ ahead: Int64) throws {
        let ground = try Ground(ahead: ahead)
        let now = recent()
        try ground.served.makeDirectory("sub")
        try Disk.write([1], to: ground.served.path(of: "file"), modified: now.seconds)
        try Disk.write([1], to: ground.served.path(of: "sub/other"), modified: now.seconds)
        let memory = ServerMemory()
        let session = ground.session(memory: memory)
        #expect(try ground.times(on: session)["file"] == now.text, "\(ground.log.transcript)")
        #expect(try ground.times(on: session, "/sub")["other"] == now.text)
        session.quit()
        // Neither this session nor the next asks again.
        let next = ground.session(memory: memory)
        #expect(try ground.times(on: next)["file"] == now.text)
        next.quit()
        #expect(ground.log.verbs().count { $0 == "MDTM" } == 1, "\(ground.log.transcript)")
    }

    @Test func whereMDTMTellsNothingTheTimesStayTheServersOwn() throws {
        let ground = try Ground(
            ahead: 2 * Self.hour, faults: [.fixedReply(on: "MDTM", text: "550 no")])
        let now = recent()
        for name in ["a", "b"] {
            try Disk.write([1], to: ground.served.path(of: name), modified: now.seconds)
        }
        let session = ground.session()
        for _ in 0..<5 {
            #expect(try ground.times(on: session)["a"]?.hasSuffix("Z") == false)
        }
        session.quit()
        #expect(ground.log.verbs().count { $0 == "MDTM" } == 3, "\(ground.log.transcript)")
    }

    @Test func aDirectoryWithoutFilesIsShownAndAskedAboutNothing() throws {
        let ground = try Ground(ahead: 2 * Self.hour)
        try ground.served.makeDirectory("sub")
        let session = ground.session()
        #expect(try ground.times(on: session)["sub"] != nil)
        #expect(try ground.times(on: session, "/sub").isEmpty)
        session.quit()
        #expect(!ground.log.verbs().contains("MDTM"))
    }
}
