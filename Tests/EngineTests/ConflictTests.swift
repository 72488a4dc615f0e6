import EmbeddedServer
import Engine
import FTPProtocol
import TestSupport
import Testing
import Transfers
import Transport

/// Conflicts in the queue at work: answers for many, and clocks that differ.
@Suite struct ConflictTests {
    @Test func whatAsksStopsNothingElseAndOneAnswerLetsTheBatchGo() async throws {
        let rig = try Rig()
        for number in 0..<6 {
            try rig.served.write(Disk.noise(700, seed: UInt64(number)), to: "f\(number)")
            if number < 3 { try rig.local.write([1], to: "f\(number)") }
        }
        let bench = try rig.queue()
        bench.queue.perform(.add((0..<6).map { rig.download("f\($0)") }))
        await bench.idle()
        let rows = bench.queue.contents()
        #expect(rows.count { $0.state == .done } == 3, "\(rows.map(\.state))")
        let batch = try #require(rows.first?.batch)
        bench.queue.perform(.decide(.overwrite, for: .batch(batch), .download))
        await bench.idle()
        #expect(bench.queue.contents().allSatisfy { $0.state == .done }, "\(rig.log.transcript)")
        for number in 0..<3 {
            #expect(try rig.local.contents(of: "f\(number)") == Disk.noise(700, seed: UInt64(number)))
        }
    }

    @Test func theServersClockIsMeasuredOnceWithAnUploadAndReckonedIn() async throws {
        let rig = try Rig([.clockSkew(seconds: 3_600)])
        let now = wallClockNanoseconds() / 1_000_000_000
        try rig.local.write([1, 2, 3], to: "first")
        try rig.local.write([1, 2, 3], to: "second")
        // An hour and more older than what is here, by the true time.
        try Disk.write([7, 7], to: rig.served.path(of: "older"), modified: now - 1_200)
        try Disk.write([9, 9], to: rig.local.path(of: "older"), modified: now - 600)
        let bench = try rig.queue()
        await bench.run(rig.upload("first"), rig.upload("second"))
        let skew = try #require(bench.journal.load().settings.sites[rig.site.id]?.clockSkew)
        #expect((3_597...3_603).contains(skew), "\(skew)")
        let asked = rig.heard.count(of: "MDTM")
        #expect(asked == 1, "\(rig.heard.all)")
        await bench.run(rig.download("older", options: TransferOptions(onConflict: .newer)))
        #expect(try rig.local.contents(of: "older") == [9, 9], "\(rig.log.transcript)")
    }
}
