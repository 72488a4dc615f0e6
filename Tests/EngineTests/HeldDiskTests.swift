import EmbeddedServer
import Engine
import FTPProtocol
import Glibc
import TestSupport
import Testing
import Transfers
import Transport

/// A disk that takes nothing holds what is to go there, and nothing else.
@Suite struct HeldDiskTests {
    /// A disk of one mebibyte; only root can have one.
    private final class SmallDisk {
        let place: TemporaryDirectory

        init?() throws {
            place = try TemporaryDirectory()
            guard mount("tmpfs", place.path, "tmpfs", 0, "size=1m") == 0 else { return nil }
        }

        deinit { umount2(place.path, 2) }
    }

    private static let canMount = (try? SmallDisk()) != nil

    @Test(.enabled(if: canMount, "a small disk can only be mounted by root"))
    func aFullDiskHoldsItsDownloadsAndNoOthersAndGoesOnWhenItHasRoom() async throws {
        let disk = try #require(try SmallDisk())
        let rig = try Rig()
        let large = Disk.noise(900_000, seed: 5)
        try rig.served.write(large, to: "first")
        try rig.served.write(large, to: "second")
        try rig.served.write([1, 2, 3], to: "elsewhere")
        try Disk.write(Disk.noise(600_000), to: disk.place.path(of: "filler"))
        func download(_ name: String) -> Transfer {
            var transfer = rig.download(name)
            transfer.localDirectory = LocalPath(disk.place.path)
            return transfer
        }
        let bench = try rig.queue()
        await bench.run(download("first"), download("second"), rig.download("elsewhere"))
        let rows = bench.queue.contents().sorted { $0.id < $1.id }
        for row in rows[..<2] {
            guard case .held(let reason) = row.state else {
                Issue.record("\(row.state)")
                return
            }
            #expect(reason.contains("No space left"), "\(reason)")
        }
        #expect(rows[2].state == .done)
        // The second was not even begun.
        #expect(rig.heard.count(of: "RETR") == 2, "\(rig.heard.all)")
        #expect(bench.events.count { if case .diskHeld = $0 { true } else { false } } == 1)
        #expect(Disk.exists(disk.place.path(of: "first.part")))
        #expect(!Disk.exists(disk.place.path(of: "first")))
        // After a restart they are tried again: here at once.
        unlink(disk.place.path(of: "filler"))
        bench.queue.perform(.resume([rows[0].id]))
        await bench.idle()
        #expect(Disk.print(of: disk.place.path(of: "first")) == fingerprint(large), "\(rig.log.transcript)")
        #expect(rig.heard.all.contains { $0.hasPrefix("REST ") })
    }

    @Test(.enabled(if: canMount, "a small disk can only be mounted by root"))
    func aDiskThatTurnsReadOnlyInTheMiddleHoldsTheRestAndGoesOnWhenItTakesFilesAgain() async throws {
        let disk = try #require(try SmallDisk())
        let rig = try Rig()
        let names = (0..<1_000).map { "file-\($0)" }
        // Empty ones, which take no room.
        for name in names { try rig.served.write([], to: name) }
        let path = disk.place.path
        let bench = try rig.queue()
        bench.queue.perform(
            .add(
                names.map { name in
                    var transfer = rig.download(name)
                    transfer.localDirectory = LocalPath(path)
                    return transfer
                }))
        try eventually("some are done") { Disk.exists(disk.place.path(of: names[20])) }
        // As soon as the kernel lets it: between two files, since none may be open for writing.
        let begun = monotonicNanoseconds()
        while mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), "size=1m") != 0 {
            try #require(monotonicNanoseconds() - begun < 20_000_000_000)
        }
        await bench.idle()
        let held = bench.queue.contents().compactMap { row -> String? in
            if case .held(let reason) = row.state { reason } else { nil }
        }
        let done = bench.queue.contents().count { $0.state == .done }
        #expect(!held.isEmpty && done >= 20 && done + held.count == names.count)
        #expect(held.allSatisfy { $0.contains("Read-only file system") }, "\(held.first ?? "")")
        #expect(bench.events.count { if case .diskHeld = $0 { true } else { false } } == 1)
        #expect(mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT), "size=1m") == 0)
        bench.queue.perform(.resumeAll)
        await bench.idle()
        #expect(bench.queue.contents().allSatisfy { $0.state == .done })
        #expect(names.allSatisfy { Disk.exists(disk.place.path(of: $0)) })
    }
}
