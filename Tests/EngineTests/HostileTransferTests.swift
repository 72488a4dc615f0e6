import EmbeddedServer
import Engine
import FTPProtocol
import TestSupport
import Testing
import Transfers

/// Transfers that do not go as they should: done means whole (Q1 to Q6, Q14, Q16).
@Suite struct HostileTransferTests {
    private static let contents = Disk.noise(200_000, seed: 5)

    private func rig(_ faults: String..., timeout: Int = 10) throws -> Rig {
        let set = try Set(faults.map { try #require(Fault($0), "\($0)") })
        let rig = try Rig(set, timeout: timeout)
        try rig.served.write(Self.contents, to: "file")
        Disk.setModified(1_700_000_000, of: Disk.bytes(rig.served.path(of: "file")))
        try rig.local.write(Self.contents, to: "up")
        return rig
    }

    /// Each of them leaves a part of the file, or none, but never the file.
    @Test(arguments: [
        "truncated-data", "truncated-426", "rst-data", "stall-data", "421-mid-transfer", "server-dies",
        "half-open-transfer", "drop-every:100000", "426-after-data", "550-after-150", "extra-data",
        "ascii-crlf", "size-lies",
    ])
    func aBrokenDownloadIsNeverCalledDone(_ fault: String) async throws {
        let rig = try rig(fault, timeout: 1)
        let complaint = try await rig.complaint(rig.download("file"))
        #expect(complaint != nil, "\(fault): \(rig.log.transcript)")
        #expect(complaint?.contains("\n") == false)
        #expect(!Disk.exists(rig.local.path(of: "file")))
        if fault != "550-after-150" { #expect(Disk.exists(rig.local.path(of: "file.part"))) }
    }

    @Test(arguments: [Transfer.Direction.download, .upload])
    func aMissingCompletionIsMadeUpForByTheSizeAndByNothingElse(_ way: Transfer.Direction) async throws {
        let known = try rig("no-226", timeout: 1)
        let bench = try known.queue()
        await bench.run(known.transfer(way, way == .download ? "file" : "up"))
        #expect(try bench.only().state == .done, "\(known.log.transcript)")
        #expect(known.heard.count(of: "USER") == 2)
        let unknown = try rig("no-226", "no-size", "no-mlsd", timeout: 1)
        let complaint = try await unknown.complaint(unknown.transfer(way, way == .download ? "file" : "up"))
        #expect(complaint != nil, "\(unknown.log.transcript)")
    }

    @Test(arguments: [
        "once:truncated-data", "once:truncated-426", "once:rst-data", "once:stall-data",
        "once:421-mid-transfer",
        "once:server-dies", "once:half-open-transfer", "once:server-restart", "once:426-after-data",
        "once:no-226",
        "drop-every:90000",
    ])
    func whatBrokeIsGoneOnWithAndEndsWhole(_ fault: String) async throws {
        let rig = try rig(fault, timeout: 1)
        let bench = try rig.queue()
        await bench.run(rig.download("file"))
        #expect(try bench.only().state == .done, "\(rig.log.transcript)")
        #expect(Disk.print(of: rig.local.path(of: "file")) == fingerprint(Self.contents))
    }

    @Test(arguments: [
        "truncated-426@50000", "rst-data@50000", "stall-data@50000", "421-mid-transfer@50000",
        "server-dies@50000",
        "half-open-transfer@50000", "drop-every:50000", "426-after-data", "550-after-150",
        "stor-short",
        "stor-552", "stor-553", "disk-full:50000", "truncated-data@50000",
    ])
    func aBrokenUploadIsNeverCalledDone(_ fault: String) async throws {
        let rig = try rig(fault, timeout: 1)
        let complaint = try await rig.complaint(rig.upload("up"))
        #expect(complaint != nil, "\(fault): \(rig.log.transcript)")
        #expect(complaint?.contains("\n") == false)
    }

    @Test(arguments: [
        "once:rst-data@50000", "once:421-mid-transfer@50000", "once:server-dies@50000",
        "once:server-restart@50000",
        "once:truncated-data@50000", "once:stor-short",
    ])
    func anUploadThatBrokeEndsWhole(_ fault: String) async throws {
        let rig = try rig(fault, timeout: 1)
        let bench = try rig.queue()
        await bench.run(rig.upload("up"))
        #expect(try bench.only().state == .done, "\(rig.log.transcript)")
        #expect(Disk.print(of: rig.served.path(of: "up")) == fingerprint(Self.contents))
    }

    @Test(arguments: ["rest-ignored", "rest-off", "rest-off:1", "no-rest"])
    func goingOnNeverSplices(_ fault: String) async throws {
        let rig = try rig(fault, "once:rst-data@100000")
        let bench = try rig.queue()
        await bench.run(rig.download("file"))
        #expect(try bench.only().state == .done, "\(rig.log.transcript)")
        #expect(Disk.print(of: rig.local.path(of: "file")) == fingerprint(Self.contents))
    }

    @Test func aFileThatChangedBetweenTwoTriesStartsOver() async throws {
        let rig = try rig("file-changes", "once:rst-data@100000")
        let bench = try rig.queue()
        await bench.run(rig.download("file"))
        #expect(try bench.only().state == .done, "\(rig.log.transcript)")
        // All of the second, nothing of the first.
        #expect(Disk.read(rig.local.path(of: "file")) == Self.contents.map { $0 ^ 0xFF })
    }

    @Test func aFileThatGrowsWhileItIsSentIsTakenAsItIsInTheEnd() async throws {
        let rig = try rig("file-grows")
        let bench = try rig.queue()
        await bench.run(rig.download("file"))
        #expect(try bench.only().state == .done, "\(rig.log.transcript)")
        #expect(Disk.size(rig.local.path(of: "file")) == 201_000)
    }

    @Test func aFileThatShrinksWhileItIsSentIsTakenAsItIsInTheEnd() async throws {
        let rig = try rig("file-shrinks")
        let bench = try rig.queue()
        await bench.run(rig.download("file"))
        #expect(try bench.only().state == .done, "\(rig.log.transcript)")
        #expect(Disk.size(rig.local.path(of: "file")) == 100_000)
    }

    @Test(arguments: [
        "-1", "99999999999999999999", "9223372036854775807", "9223372036854775808", "18446744073709551616",
        "0x10",
        "1e9", " 5", "5 bytes", "", "-9223372036854775808", "4294967296",
    ])
    func aSizeThatCannotBeIsNeverTrapped(_ size: String) async throws {
        guard !size.isEmpty, let fault = Fault("size-huge:\(size)") else { return }
        let rig = try Rig([fault, .noMachineListing])
        try rig.served.write(Self.contents, to: "file")
        let complaint = try await rig.complaint(rig.download("file"))
        // Where the size means nothing the file may be done; where it means another size it may not.
        if complaint == nil {
            #expect(Disk.read(rig.local.path(of: "file")) == Self.contents)
        } else {
            #expect(!Disk.exists(rig.local.path(of: "file")))
        }
        // No room was taken at the server's word.
        #expect((Disk.size(rig.local.path(of: "file.part")) ?? 0) <= 200_000)
    }

    @Test(arguments: ["max-connections:1", "max-connections-530:1"])
    func moreConnectionsThanAllowedAreWaitedFor(_ fault: String) async throws {
        let rig = try rig(fault)
        for name in ["a", "b", "c", "d"] { try rig.served.write(Self.contents, to: name) }
        let bench = try rig.queue(connections: 3)
        let rows = await bench.run(
            rig.download("a"), rig.download("b"), rig.download("c"), rig.download("d"))
        #expect(rows.allSatisfy { $0.state == .done }, "\(rows.map(\.state)) \(rig.log.transcript)")
    }

    @Test func aRefusedRenameLeavesBothNamesAndIsSaid() throws {
        let rig = try rig("rnto-fails")
        let session = rig.session()
        let failure = #expect(throws: Failure.self) {
            try session.rename(RemotePath("/file"), to: RemotePath("/new"))
        }
        #expect(failure?.kind == .cannotCreate && failure?.message.contains("RNTO") == true)
        #expect(Disk.read(rig.served.path(of: "file")) == Self.contents)
        session.quit()
    }

    @Test(arguments: [3_600, -3_600, 86_400 * 400])
    func aSkewedClockSpoilsNoTransfer(_ seconds: Int) async throws {
        let rig = try rig("clock-skew:\(seconds)")
        let bench = try rig.queue()
        let rows = await bench.run(rig.download("file"), rig.upload("up"))
        #expect(rows.allSatisfy { $0.state == .done }, "\(rig.log.transcript)")
        #expect(Disk.modified(rig.local.path(of: "file")) == 1_700_000_000 + Int64(seconds))
    }

    @Test(arguments: ["stall-data@1000", "half-open-transfer@1000", "abor-ignored"])
    func cancellingIsHeardInTheMiddleAndTheSessionIsOfUseAgain(_ fault: String) async throws {
        let rig = try rig(fault, "slow:file:10000", timeout: 60)
        let bench = try rig.queue()
        bench.add(rig.download("file"))
        try eventually("bytes move") { rig.heard.count(of: "RETR") == 1 }
        bench.queue.perform(.pause([try bench.only().id]))
        try eventually("it is paused") { bench.queue.contents().first?.state == .paused }
        // The other file does not stall before its thousandth byte.
        try rig.served.write([1, 2, 3], to: "small")
        bench.add(rig.download("small"))
        do {
            try eventually("the next one is done") {
                bench.queue.contents().contains { $0.remoteName == Disk.bytes("small") && $0.state == .done }
            }
        } catch {
            Issue.record("\(bench.queue.contents().map(\.state)) \(rig.log.transcript)")
        }
    }
}
