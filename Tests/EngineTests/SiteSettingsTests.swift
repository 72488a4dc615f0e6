import EmbeddedServer
import Engine
import FTPProtocol
import TestSupport
import Testing
import Transfers

/// What was wanted of a connection stays with what was added for it.
@Suite struct SiteSettingsTests {
    @Test func theSameServerNamedAgainWithOtherOptionsChangesNothingForWhatWasAddedBefore() async throws {
        let rig = try Rig(mode: .active)
        try rig.served.write([1], to: "first")
        try rig.served.write([2], to: "second")
        let bench = try rig.queue()
        bench.queue.perform(.pauseAll)
        bench.add(rig.download("first"))
        var other = rig.site
        other.dataMode = .passive
        bench.queue.learn(other)
        bench.add(rig.download("second"))
        bench.queue.perform(.resumeAll)
        await bench.idle()
        #expect(bench.queue.contents().allSatisfy { $0.state == .done }, "\(rig.log.transcript)")
        let active = rig.heard.count(of: "EPRT") + rig.heard.count(of: "PORT")
        let passive = rig.heard.count(of: "EPSV") + rig.heard.count(of: "PASV")
        #expect(active == 1 && passive == 1, "\(rig.heard.all)")
        // Nor do the two share a connection.
        #expect(rig.heard.count(of: "USER") == 2)
        // The journal knows them apart too.
        let stored = try bench.journal.load().transfers.map(\.options.connection)
        #expect(Set(stored).count == 2)
    }

    @Test func withAndWithoutEncryptionTheSameServerIsTwo() throws {
        var site = Site(host: "example.org", user: "alice")
        let auto = site.id
        site.encryption = .none
        #expect(site.id != auto)
        #expect(try TargetURL(site.id).site.encryption == .none)
        #expect(try TargetURL(auto).site.encryption == .whenOffered)
    }

    @Test func thePasswordOfAProxyIsThereForWhatWasQueuedAndNotInTheJournal() async throws {
        for isNamedAgain in [true, false] {
            let rig = try Rig(mode: .passive)
            try rig.served.write([1], to: "first")
            let proxy = try SmallProxy(.socks5, login: ("me", "canary"))
            var site = rig.site
            site.network.proxy = try Proxy("socks5://me:canary@127.0.0.1:\(proxy.port)")
            let bench = try QueueBench(site: site, password: "secret", log: rig.log)
            bench.queue.perform(.pauseAll)
            bench.add(rig.download("first"))
            if isNamedAgain {
                // The next one is to go there straight.
                bench.queue.learn(rig.site)
            }
            bench.queue.perform(.resumeAll)
            await bench.idle()
            #expect(bench.queue.contents().first?.state == .done, "\(rig.log.transcript)")
            #expect(!proxy.destinations.isEmpty)
            let stored = try bench.journal.load()
            #expect(stored.sites.allSatisfy { !$0.network.stored.contains("canary") })
            #expect(stored.transfers.allSatisfy { !"\($0)".contains("canary") })
        }
    }
}
