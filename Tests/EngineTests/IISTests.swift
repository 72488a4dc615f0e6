import EmbeddedServer
import Engine
import FTPProtocol
import TestSupport
import Testing
import Transfers
import Transport

/// The engine against what IIS 7.5 and later does differently (Microsoft KB 2505047).
@Suite struct IISTests {
    @Test(arguments: [DataMode.passive, .active])
    func listsAndMovesFilesOneAfterTheOther(_ mode: DataMode) async throws {
        let rig = try Rig(as: .iis, mode: mode)
        let contents = Disk.noise(300_000)
        for name in ["a", "b"] { try rig.served.write(contents, to: name) }
        for name in ["c", "d"] { try rig.local.write(contents, to: name) }
        let session = rig.session()
        // Each PASV is served only when the data connection before it has ended.
        for _ in 0..<3 { #expect(try rig.names(on: session) == ["a", "b"]) }
        session.quit()
        let bench = try rig.queue()
        let rows = await bench.run(
            rig.download("a"), rig.download("b"), rig.upload("c"), rig.upload("d"))
        #expect(rows.allSatisfy { $0.state == .done && $0.attempts == 0 }, "\(rig.log.transcript)")
        for name in ["a", "b"] {
            #expect(Disk.print(of: rig.local.path(of: name)) == fingerprint(contents))
        }
        for name in ["c", "d"] {
            #expect(Disk.print(of: rig.served.path(of: name)) == fingerprint(contents))
        }
    }

    @Test func aFileInUseIsTriedAgainLater() async throws {
        let rig = try Rig([.inUse(Disk.bytes("open"))], as: .iis)
        try rig.served.write([1], to: "open")
        let bench = try rig.queue()
        bench.add(rig.download("open"))
        try eventually("it waits for its next try") {
            if case .retrying(_, let reason)? = bench.queue.contents().first?.state {
                return reason.contains("in use")
            }
            return false
        }
        #expect(!Disk.exists(rig.local.path(of: "open")))
    }

    @Test func renamingOntoAFileIsRefused() throws {
        let rig = try Rig(as: .iis)
        try rig.served.write([1], to: "old")
        try rig.served.write([2], to: "taken")
        let session = rig.session()
        let failure = #expect(throws: Failure.self) {
            try session.rename(RemotePath("/old"), to: RemotePath("/taken"))
        }
        #expect(failure?.kind == .cannotCreate)
        #expect(throws: Failure.self) {
            try session.rename(RemotePath("/old"), to: RemotePath("/taken"), replacing: true)
        }
        #expect(try rig.served.contents(of: "taken") == [2])
        try session.rename(RemotePath("/old"), to: RemotePath("/new"))
        #expect(try rig.served.contents(of: "new") == [1])
        session.quit()
    }
}
