import FTPProtocol
import Foundation
import Testing

@testable import Transfers

/// What a screen and the process that has the queue say to each other arrives as it was said.
struct QueueTalkTests {
    private func crossing<Value: Codable>(_ value: Value) throws -> Value {
        try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value))
    }

    @Test func aSnapshotArrivesWholeAlsoWithNamesThatAreNoText() throws {
        var snapshot = QueueSnapshot()
        snapshot.counts.running = 1
        snapshot.bottleneck = .line
        snapshot.rateLimit = 5
        snapshot.secondsLeft = 7
        let states: [TransferState] = [
            .running, .waiting, .paused, .held("full"), .retrying(at: 5, reason: "450"),
            .asking(.destinationExists(size: 1, modified: nil)), .asking(.password), .failed("550"), .done,
            .skipped("there"),
        ]
        snapshot.rows = states.enumerated().map { number, state in
            var transfer = Transfer(
                id: Transfer.ID(number), direction: .upload, kind: .tree, site: "ftp://a@b:21",
                remoteDirectory: RemotePath(bytes: [0x2F, 0xFF]), remoteName: [0xFE, 0x0A],
                localDirectory: LocalPath("/ä"), localName: [0x80], size: .max, modified: .min,
                options: TransferOptions(onConflict: .resume, filter: FileFilter(exclude: [Glob("*.tmp")])),
                state: state)
            transfer.proof = HashProof(algorithm: .sha256, value: "00")
            var row = QueueSnapshot.Row(
                transfer: transfer, bytes: 3, rate: 1.5, secondsLeft: 2,
                connection: ConnectionName(.transfer, 4), activity: "connecting", waiting: .siteLimit(2))
            row.asking = 3
            return row
        }
        #expect(try crossing(snapshot) == snapshot)
    }

    @Test func aSiteArrivesWithItsSecretsWhichItsDocumentDoesNotHold() throws {
        var site = Site(host: "example.org", user: "alice", account: "secret-account", encryption: .explicit)
        site.dataMode = .active
        site.timeout = 77
        site.network.proxy = try Proxy("socks5://u:secret-proxy@proxy:1080")
        let arrived = try crossing(ScreenMessage.Login(site)).value
        #expect(arrived == site)
        let document = QueueDocument.ExportedSite(site, number: 0)
        let text = String(decoding: try JSONEncoder().encode(document), as: UTF8.self)
        #expect(!text.contains("secret"))
    }

    @Test func aLineOfTheDialogueArrivesHarmless() throws {
        let line = DialogueLine(
            connection: ConnectionName(.transfer, 2), direction: .received(.init(rawValue: 226)),
            bytes: [0x1B, 0x5B, 0x41], time: 5, duration: 6, remark: "3 entries")
        let arrived = try crossing(WorkerMessage.Line(line)).value
        #expect(arrived.text == line.text && !arrived.bytes.contains(0x1B))
        #expect(arrived.direction == line.direction && arrived.connection == line.connection)
        #expect(arrived.time == 5 && arrived.duration == 6 && arrived.remark == "3 entries")
    }

    @Test func everyRequestButThoseThatGoAnotherWayIsLeftAsTheSameOne() {
        let requests: [QueueRequest] = [
            .pause([1]), .resume([1]), .cancel([1]), .retry([1]), .place([1], .first),
            .setPriority([1], .high),
            .answer([1], .skip), .decide(.skip, for: .session, .upload), .pauseAll, .resumeAll,
            .pauseSite("s"),
            .resumeSite("s"), .setSiteRate("s", bytesPerSecond: 1), .setRate(bytesPerSecond: nil),
            .addRateWindow(.init(from: 0, to: 60, bytesPerSecond: 1)), .clearRateWindows, .retryFailed,
            .forgetDone, .forgetFailed,
        ]
        for request in requests { #expect(LeftRequest(request)?.queueRequest == request) }
        #expect(LeftRequest(.move(7, by: -2))?.queueRequest == .place([7], .by(-2)))
        for request in [QueueRequest.add([]), .setConnections(3), .show(firstRow: 0, count: 1)] {
            #expect(LeftRequest(request) == nil)
        }
    }

    @Test func aReportSaysWhatEndedAndNothingWhereNothingDid() {
        var report = BackgroundReport()
        #expect(report.text == nil)
        var transfer = Transfer(
            id: 1, direction: .upload, site: "s", remoteDirectory: .root, remoteName: [0x61],
            localDirectory: .root, localName: [0x61], state: .done)
        report.count(transfer)
        transfer.state = .failed("550")
        report.count(transfer)
        transfer.state = .paused
        report.count(transfer)
        #expect(report.text == "1 done, 1 failed")
    }
}
