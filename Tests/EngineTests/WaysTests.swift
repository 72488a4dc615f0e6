import EmbeddedServer
import Engine
import FTPProtocol
import Synchronization
import TestSupport
import Testing
import Transfers
import Transport

/// The ways to a data connection, and what is remembered of them.
@Suite struct WaysTests {
    private func session(_ site: Site, _ log: LineLog, memory: ServerMemory = ServerMemory()) -> Session {
        _ = brokenPipesAreErrors
        return Session(
            site: site, name: ConnectionName(.browsing, 1), memory: memory, password: { _ in Secret("x") },
            dialogue: log.sink)
    }

    private static let listing = """
        = listen
        > PASV
        < 227 Passive (127,0,0,1,{p1},{p2})
        = accept
        > LIST
        < 150 here
        = send -rw-r--r-- 1 a b 1234 Jan  2  2020 a file.txt
        = close
        < 226 done

        """

    @Test func anEPSVThatIsNotAnsweredIsGivenUpForANewLogin() throws {
        let server = try ScriptedServer(
            Script.login + "> EPSV\n= again\n" + Script.login + Self.listing + Self.listing
                + "> QUIT\n< 221 bye\n")
        let log = LineLog()
        var site = Site(host: "127.0.0.1", port: server.port, dataMode: .passive)
        site.timeout = 1
        let session = session(site, log)
        for _ in 1...2 {
            var names: [[UInt8]] = []
            _ = try session.list(.root) { names += $0.map(\.name) }
            #expect(names == [Array("a file.txt".utf8)])
        }
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    @Test func whatWorkedIsKeptForTheNextSession() throws {
        let kept = Mutex<[String: DataMethod]>([:])
        let rig = try Rig([.extendedPassiveRefused, .passiveRefused])
        try rig.served.write([1], to: "file")
        let first = session(
            rig.site, rig.log, memory: ServerMemory { all in kept.withLock { $0 = all } })
        _ = try rig.names(on: first)
        first.quit()
        #expect(kept.withLock { Array($0.values) } == [.port])
        let before = rig.heard.count(of: "EPSV")
        let second = session(rig.site, rig.log, memory: ServerMemory(known: kept.withLock { $0 }))
        #expect(try rig.names(on: second) == ["file"])
        #expect(rig.heard.count(of: "EPSV") == before)
        second.quit()
    }

    @Test func theUsualWayIsNotWorthANote() throws {
        let kept = Mutex(0)
        let rig = try Rig()
        let session = session(rig.site, rig.log, memory: ServerMemory { _ in kept.withLock { $0 += 1 } })
        _ = try rig.names(on: session)
        session.quit()
        #expect(kept.withLock { $0 } == 0)
    }

    @Test func theSiteDecidesAboutEPSV() throws {
        for (wish, verb) in [(NetworkOptions.ExtendedPassive.on, "EPSV"), (.off, "PASV")] {
            let rig = try Rig([.noFeatures], mode: .passive)
            var site = rig.site
            site.network.extendedPassive = wish
            let session = session(site, rig.log)
            _ = try rig.names(on: session)
            session.quit()
            #expect(rig.heard.count(of: verb) > 0)
            #expect(rig.heard.count(of: verb == "EPSV" ? "PASV" : "EPSV") == 0)
        }
    }

    @Test func anActiveAddressIsNotToldToAServerOfTheOwnNetwork() throws {
        let rig = try Rig(mode: .active)
        var site = rig.site
        site.activeAddress = "198.51.100.7"
        let session = session(site, rig.log)
        _ = try rig.names(on: session)
        session.quit()
        #expect(rig.heard.all.contains { $0.hasPrefix("PORT 127,0,0,1,") })
    }
}
