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
}
