import Engine
import FTPProtocol
import Glibc
import TestSupport
import Testing
import Transfers
import Transport

/// Trees, many files and very long ones.
@Suite struct RealServerTreeTests {
    /// 120 files in a few directories, some empty, with names of several kinds.
    private static func grow(_ root: String) throws {
        try Disk.makeDirectory(root)
        for directory in ["a", "a/b", "a/b/c d", "empty", "ümlaut"] {
            try Disk.makeDirectory("\(root)/\(directory)")
        }
        for number in 0..<120 {
            let directory = ["a", "a/b", "a/b/c d", "ümlaut", "."][number % 5]
            try Disk.write(
                Disk.noise(number * 37, seed: UInt64(number + 1)), to: "\(root)/\(directory)/file \(number)",
                modified: 1_500_000_000 + Int64(number))
        }
    }

    @Test(arguments: Way.all) func bringsATreeDownAndUpByteForByte(_ way: Way) async throws {
        let ground = try Ground(way)
        try Self.grow("\(ground.served)/tree")
        ground.give()
        let wanted = Disk.tree("\(ground.served)/tree")
        var down = ground.download("tree")
        down.kind = .tree
        let bench = try ground.queue(connections: 3)
        await bench.run(down)
        let bad = bench.queue.contents().map(\.state).filter { $0 != .done }
        #expect(bad.isEmpty)
        #expect(Disk.tree(ground.local.path(of: "tree")) == wanted)

        var up = ground.upload("tree")
        up.kind = .tree
        up.remoteName = Disk.bytes("tree up")
        bench.queue.perform(.forgetDone)
        await bench.run(up)
        #expect(bench.queue.contents().allSatisfy { $0.state == .done })
        #expect(Disk.tree("\(ground.served)/tree up") == wanted)
        #expect(Disk.modified(ground.local.path(of: "tree/a/file 0")) == 1_500_000_000)
    }

    @Test(arguments: Way.servers) func listsTenThousandFiles(_ way: Way) throws {
        let ground = try Ground(way)
        for number in 0..<10_000 { try Disk.write([], to: "\(ground.served)/file \(number)") }
        ground.give()
        let session = ground.session()
        var names: Set<[UInt8]> = []
        let end = try session.list(ground.directory) { names.formUnion($0.map(\.name)) }
        #expect(names.count == 10_000 && end.entryCount == 10_000 && !end.isIncomplete)
        session.quit()
    }

    /// 4 GiB and a little; mostly holes here, but all of it crosses the wire.
    private static let long: Int64 = (4 << 30) + 12_345
    private static let spots: [Int64: [UInt8]] = [
        0: Array("begin".utf8), (2 << 30) - 2: Array("at 2 GiB".utf8), (4 << 30) - 3: Array("at 4 GiB".utf8),
        long - 3: Array("end".utf8),
    ]

    /// The last megabytes only: the offsets are what breaks at 2 and 4 GiB, the bytes before them are not sent again.
    @Test(arguments: Way.servers) func goesOnBeyondFourGibibytes(_ way: Way) async throws {
        let ground = try Ground(way)
        try Disk.writeSparse("\(ground.served)/long", size: Self.long, spots: Self.spots)
        try Disk.writeSparse(
            ground.local.path(of: "long.part"), size: (4 << 30) - 5_000_000, spots: [0: Array("begin".utf8)])
        ground.give()
        var down = ground.download("long")
        down.bytes = (4 << 30) - 5_000_000
        let bench = try ground.queue()
        await bench.run(down)
        #expect(try bench.only().state == .done, "\(ground.log.transcript)")
        let path = ground.local.path(of: "long")
        #expect(Disk.size(path) == Self.long)
        #expect(Disk.read(path, at: (4 << 30) - 3, count: 8) == Array("at 4 GiB".utf8))
        #expect(Disk.read(path, at: Self.long - 3, count: 3) == Array("end".utf8))

        try Disk.writeSparse("\(ground.served)/up", size: (4 << 30) - 5_000_000, spots: [:])
        ground.give()
        var up = ground.upload("long", options: TransferOptions(onConflict: .resume))
        up.remoteName = Disk.bytes("up")
        await bench.run(up)
        #expect(bench.queue.contents().allSatisfy { $0.state == .done }, "\(ground.log.transcript)")
        #expect(Disk.size("\(ground.served)/up") == Self.long)
        #expect(Disk.read("\(ground.served)/up", at: (4 << 30) - 3, count: 8) == Array("at 4 GiB".utf8))
        #expect(Disk.read("\(ground.served)/up", at: Self.long - 3, count: 3) == Array("end".utf8))
    }
}

/// Both directions of a mirror, against servers with and without MLSD.
@Suite struct RealServerMirrorTests {
    @Test(arguments: Way.servers) func aSecondMirrorFindsNothingToDo(_ way: Way) async throws {
        let ground = try Ground(way)
        for directory in ["tree", "tree/a b", "tree/empty"] {
            try Disk.makeDirectory("\(ground.served)/\(directory)")
        }
        for number in 0..<20 {
            let directory = ["tree", "tree/a b"][number % 2]
            try Disk.write(
                Disk.noise(number * 37, seed: UInt64(number + 1)),
                to: "\(ground.served)/\(directory)/f \(number)",
                modified: 1_500_000_000 + Int64(number))
        }
        ground.give()
        var down = ground.download("tree", options: TransferOptions(mirror: MirrorOptions(deletes: true)))
        down.kind = .tree
        let bench = try ground.queue(connections: 3)
        await bench.run(down)
        #expect(Disk.tree(ground.local.path(of: "tree")) == Disk.tree("\(ground.served)/tree"))

        let session = ground.session()
        func plan(_ direction: Transfer.Direction, _ remote: String) throws -> MirrorPlan {
            try MirrorScan(
                direction: direction, remote: ground.remote(remote),
                local: LocalPath(ground.local.path(of: "tree")), filter: FileFilter(),
                options: MirrorOptions(deletes: true)
            ).plan(on: session)
        }
        let again = try plan(.download, "tree")
        #expect(again.isEmpty && again.equal == 20, "\(again.steps) \(again.notes)")

        var up = ground.upload("tree", options: TransferOptions(mirror: MirrorOptions(deletes: true)))
        up.kind = .tree
        up.remoteName = Disk.bytes("copy")
        await bench.run(up)
        #expect(Disk.tree("\(ground.served)/copy") == Disk.tree("\(ground.served)/tree"))
        let upAgain = try plan(.upload, "copy")
        #expect(upAgain.isEmpty && upAgain.equal == 20, "\(upAgain.steps) \(upAgain.notes)")

        // What is too many goes, a link among it, and what the link leads to stays.
        try Disk.makeDirectory("\(ground.served)/canary")
        try ground.put([7], "canary/alive")
        try Disk.makeDirectory("\(ground.served)/copy/extra")
        try ground.put([1], "copy/extra/x")
        #expect(symlink("../canary", "\(ground.served)/copy/link") == 0)
        ground.give()
        await bench.run(up)
        #expect(Disk.tree("\(ground.served)/copy") == Disk.tree("\(ground.served)/tree"))
        #expect(Disk.read("\(ground.served)/canary/alive") == [7])
        session.quit()
    }
}
