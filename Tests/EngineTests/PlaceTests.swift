import EmbeddedServer
import Engine
import FTPProtocol
import Glibc
import Synchronization
import TestSupport
import Testing
import Transfers
import Transport

/// Nothing is written outside the chosen directory, and nothing there is replaced against the policy.
@Suite struct PlaceTests {
    private static let contents = Disk.noise(600_000, seed: 12)

    private func tree(_ rig: Rig, options: TransferOptions = TransferOptions()) -> Transfer {
        Transfer(
            id: 0, direction: .download, kind: .tree, site: rig.site.id, remoteDirectory: .root,
            remoteName: Disk.bytes("tree"), localDirectory: LocalPath(rig.local.path),
            localName: Disk.bytes("tree"), options: options, depth: 1)
    }

    @Test func aLinkWhereTheTreeHasADirectoryIsNotFollowed() async throws {
        let rig = try Rig()
        try rig.served.makeDirectory("tree")
        try rig.served.makeDirectory("tree/sub")
        try rig.served.write([1], to: "tree/sub/canary")
        try rig.served.write([2], to: "tree/file")
        let outside = try TemporaryDirectory()
        try rig.local.makeDirectory("tree")
        #expect(symlink(outside.path, rig.local.path(of: "tree/sub")) == 0)
        let bench = try rig.queue()
        await bench.run(tree(rig))
        #expect(try outside.names().isEmpty)
        #expect(try rig.local.contents(of: "tree/file") == [2])
        let failed = bench.queue.contents().filter { if case .failed = $0.state { true } else { false } }
        #expect(!failed.isEmpty, "\(bench.queue.contents().map(\.state))")
    }

    @Test func aDirectoryThatContainsItselfEndsTheTreeWithASentence() async throws {
        let rig = try Rig()
        // Each level is like the one above it, down to the last second.
        var path = "tree"
        var all = [path]
        for _ in 0..<12 {
            try rig.served.makeDirectory(path)
            path += "/loop"
            all.append(path)
        }
        try rig.served.makeDirectory(path)
        for place in all.reversed() {
            try Disk.write([1], to: rig.served.path(of: place + "/file"), modified: 1_500_000_000)
            Disk.setModified(1_500_000_000, of: Disk.bytes(rig.served.path(of: place)))
        }
        let bench = try rig.queue()
        await bench.run(tree(rig))
        let failures = bench.queue.contents().compactMap { row -> String? in
            if case .failed(let why) = row.state { why } else { nil }
        }
        #expect(failures.count == 1 && failures[0].contains("contain itself"), "\(failures)")
        #expect(rig.heard.count(of: "MLSD") == 8, "\(rig.heard.all)")
        #expect(try rig.local.contents(of: "tree/loop/file") == [1])
    }

    @Test func aPipeWhereTheTreeHasAFileIsAConflictLikeAnythingElse() async throws {
        let rig = try Rig()
        try rig.served.makeDirectory("tree")
        try rig.served.write([1], to: "tree/file")
        try rig.local.makeDirectory("tree")
        #expect(mkfifo(rig.local.path(of: "tree/file"), 0o600) == 0)
        let bench = try rig.queue()
        await bench.run(tree(rig))
        guard case .asking(.destinationExists) = try bench.only().state else {
            Issue.record("\(try bench.only().state)")
            return
        }
    }

    @Test func whoeverSwapsDirectoriesForLinksNeverLeadsAFileOutside() throws {
        let place = try TemporaryDirectory()
        let outside = try TemporaryDirectory()
        try place.makeDirectory("target")
        try place.makeDirectory("target/sub")
        let swaps = Atomic<Int>(0)
        let ends = Atomic<Bool>(false)
        let swapper = Thread { [path = place.path, out = outside.path] in
            while !ends.load(ordering: .relaxed) {
                rename("\(path)/target/sub", "\(path)/target/away")
                symlink(out, "\(path)/target/sub")
                unlink("\(path)/target/sub")
                rename("\(path)/target/away", "\(path)/target/sub")
                swaps.wrappingAdd(1, ordering: .relaxed)
            }
        }
        var written = 0
        var number = 0
        while swaps.load(ordering: .relaxed) < 10_000 || written < 100 {
            number += 1
            let name = Disk.bytes("f\(number % 50)")
            do throws(TransportError) {
                let directory = try OpenDirectory.open(
                    Disk.bytes(place.path(of: "target/sub")), depth: 1, making: false)
                let file = try directory.create(name + Disk.bytes(".part"))
                try file.write([1], at: 0)
                try directory.rename(name + Disk.bytes(".part"), to: name, replacing: true)
                written += 1
            } catch {
                // A link was there at that moment, or nothing.
            }
        }
        ends.store(true, ordering: .relaxed)
        swapper.join()
        #expect(try outside.names().isEmpty)
        #expect(written >= 100)
    }

    @Test(arguments: [ConflictPolicy.ask, .skip, .rename, .newer, .overwrite])
    func thePolicyDecidesAgainWhenTheDestinationAppearsMeanwhile(_ policy: ConflictPolicy) async throws {
        let rig = try Rig([.slow(Disk.bytes("file"), bytesPerSecond: 500_000)])
        try Disk.write(Self.contents, to: rig.served.path(of: "file"), modified: 1_500_000_000)
        let bench = try rig.queue()
        bench.add(rig.download("file", options: TransferOptions(onConflict: policy)))
        try eventually("it runs") { (Disk.size(rig.local.path(of: "file.part")) ?? 0) > 0 }
        try Disk.write([7], to: rig.local.path(of: "file"), modified: 1_600_000_000)
        await bench.idle()
        let state = try bench.only().state
        let isNew = Disk.print(of: rig.local.path(of: "file")) == fingerprint(Self.contents)
        #expect(isNew == (policy == .overwrite))
        if !isNew { #expect(try rig.local.contents(of: "file") == [7]) }
        switch policy {
        case .ask:
            guard case .asking(.destinationExists(size: 1, modified: 1_600_000_000)) = state else {
                Issue.record("\(state)")
                return
            }
            bench.queue.perform(.answer([try bench.only().id], .overwrite))
            await bench.idle()
            #expect(Disk.print(of: rig.local.path(of: "file")) == fingerprint(Self.contents))
            // What had arrived was not fetched again.
            #expect(rig.heard.all.contains("REST \(600_000 - 4096)"), "\(rig.heard.all)")
        case .skip, .newer:
            guard case .skipped = state else {
                Issue.record("\(state)")
                return
            }
        case .rename:
            #expect(Disk.print(of: rig.local.path(of: "file (1)")) == fingerprint(Self.contents))
        default: #expect(state == .done)
        }
        #expect(!Disk.exists(rig.local.path(of: "file.part")))
    }

    @Test func whatChangedAfterTheAnswerIsAskedAboutAgain() async throws {
        let rig = try Rig([.slow(Disk.bytes("file"), bytesPerSecond: 500_000)])
        try Disk.write(Self.contents, to: rig.served.path(of: "file"), modified: 1_600_000_000)
        try Disk.write([1, 2], to: rig.local.path(of: "file"), modified: 1_500_000_000)
        let bench = try rig.queue()
        bench.add(rig.download("file", options: TransferOptions(onConflict: .newer)))
        try eventually("it runs") { (Disk.size(rig.local.path(of: "file.part")) ?? 0) > 0 }
        try Disk.write([7], to: rig.local.path(of: "file"), modified: 1_700_000_000)
        await bench.idle()
        guard case .skipped = try bench.only().state else {
            Issue.record("\(try bench.only().state)")
            return
        }
        #expect(try rig.local.contents(of: "file") == [7])
    }
}

/// A thread of a test's own.
private final class Thread {
    private var thread = pthread_t()

    init(_ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Box(body))
        pthread_create(
            &thread, nil,
            { pointer in
                guard let pointer else { return nil }
                Unmanaged<Box>.fromOpaque(pointer).takeRetainedValue().body()
                return nil
            }, box.toOpaque())
    }

    func join() { pthread_join(thread, nil) }

    private final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
