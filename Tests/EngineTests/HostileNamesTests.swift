import EmbeddedServer
import Engine
import FTPProtocol
import Glibc
import TestSupport
import Testing
import Transfers
import Transport

/// What names a server may send, and where their files end up (N1 to N13).
@Suite struct HostileNamesTests {
    private static let ghost = Disk.bytes("ghost\n")

    /// `outer/inner` is where the tree goes; nothing else of `local` may change.
    private func takeTree(_ rig: Rig) async throws -> [Transfer] {
        try rig.served.makeDirectory("tree")
        try rig.served.write([1], to: "tree/honest")
        try rig.local.makeDirectory("outer")
        try rig.local.makeDirectory("outer/inner")
        var tree = rig.download("tree", options: TransferOptions(retries: 0))
        tree.kind = .tree
        tree.localDirectory = LocalPath(rig.local.path(of: "outer/inner"))
        let bench = try rig.queue()
        await bench.run(tree)
        #expect(Disk.names(Disk.bytes(rig.local.path)) == [Disk.bytes("outer")])
        #expect(Disk.names(Disk.bytes(rig.local.path(of: "outer"))) == [Disk.bytes("inner")])
        #expect(Disk.names(Disk.bytes(rig.local.path(of: "outer/inner"))) == [Disk.bytes("tree")])
        #expect(Disk.read(rig.local.path(of: "outer/inner/tree/honest")) == [1], "\(rig.log.transcript)")
        return bench.queue.contents()
    }

    private func taken(_ rig: Rig, _ name: String) -> [UInt8]? {
        Disk.read(Disk.bytes(rig.local.path(of: "outer/inner/tree/")) + Disk.bytes(name))
    }

    @Test(arguments: [[], ["no-mlsd"]])
    func namesThatLeadOutOfTheTargetAreNeverWrittenAndOthersAreJustBytes(_ more: [String]) async throws {
        let rig = try Rig(Set((["traversal-names"] + more).compactMap { Fault($0) }))
        let rows = try await takeTree(rig)
        for name in [
            "-rf", "|touch escaped", "`touch escaped`", "$(touch escaped)", "~", "file:", "%2e%2e%2fescaped",
            "..\\escaped", "C:\\escaped",
        ] {
            #expect(taken(rig, name) == Self.ghost, "\(name)")
        }
        #expect(taken(rig, "escaped") == nil)
        let failed = rows.compactMap { if case .failed(let message) = $0.state { message } else { nil } }
        #expect(failed.contains { $0.contains("../escaped") }, "\(failed)")
    }

    @Test func aDirectoryThatWasListedAsALinkBeforeStaysInTheTarget() async throws {
        for machine in [true, false] {
            let outside = try TemporaryDirectory()
            let rig = try Rig(
                Set(
                    [.linkThenDirectory(Disk.bytes(outside.path)), machine ? nil : .noMachineListing]
                        .compactMap { $0 }))
            try rig.served.makeDirectory("tree")
            try rig.served.makeDirectory("tree/swap")
            try rig.served.write([2], to: "tree/swap/planted")
            try rig.served.write([1], to: "tree/honest")
            var tree = rig.download("tree", options: TransferOptions(retries: 0))
            tree.kind = .tree
            let bench = try rig.queue()
            await bench.run(tree)
            #expect(Disk.names(Disk.bytes(outside.path)).isEmpty)
            #expect(Disk.isDirectory(Disk.bytes(rig.local.path(of: "tree/swap"))))
            #expect(Disk.read(rig.local.path(of: "tree/swap/planted")) == [2], "\(rig.log.transcript)")
        }
    }

    @Test func namesTooLongForTheDiskFailAloneAndSaySo() async throws {
        let rig = try Rig(faults: "long-names")
        let rows = try await takeTree(rig)
        for letter in ["b", "c"] {
            let name = Array(letter.utf8)[0]
            let row = rows.first { $0.localName.first == name && $0.localName.last == name }
            guard case .failed(let message)? = row?.state else {
                Issue.record("\(letter): \(String(describing: row?.state))")
                continue
            }
            #expect(message.contains("255"), "\(message)")
        }
    }

    @Test func namesThatDifferInCaseAllArrive() async throws {
        let rig = try Rig(faults: "case-collisions")
        _ = try await takeTree(rig)
        #expect(taken(rig, "README") == Disk.bytes("0"))
        #expect(taken(rig, "readme") == Disk.bytes("00"))
        #expect(taken(rig, "ReadMe") == Disk.bytes("000"))
    }

    @Test(arguments: [
        Disk.bytes("caf") + [0xE9], [0x83, 0x65, 0x83, 0x58], [0x80, 0x61], [0xED, 0xA0, 0x80],
        [0x61, 0xC0, 0xAF, 0x62], [0x78, 0xFF, 0xFE], Disk.bytes("50% \"quoted\" *?[x] ;type=a"),
        Disk.bytes(" blanks "),
    ])
    func aNameGoesBackAsTheBytesItCameAs(_ name: [UInt8]) async throws {
        let rig = try Rig()
        let root = Disk.bytes(rig.served.path) + [0x2F]
        try Disk.write([1, 2, 3], to: root + name)
        let session = rig.session()
        var listed: [[UInt8]] = []
        _ = try session.list(.root) { listed += $0.map(\.name) }
        #expect(listed == [name])
        let path = RemotePath(bytes: [0x2F] + name)
        #expect(try session.size(of: path) == 3)
        let other = RemotePath(bytes: [0x2F] + name + [0x7E])
        try session.rename(path, to: other)
        #expect(Disk.names(Disk.bytes(rig.served.path)) == [name + [0x7E]])
        try session.rename(other, to: path)
        session.quit()
        var download = rig.download("x")
        download.remoteName = name
        download.localName = name
        #expect(try await rig.complaint(download) == nil, "\(rig.log.transcript)")
        #expect(Disk.read(Disk.bytes(rig.local.path) + [0x2F] + name) == [1, 2, 3])
        let again = rig.session()
        try again.delete(path)
        again.quit()
        #expect(Disk.names(Disk.bytes(rig.served.path)).isEmpty)
        var upload = rig.upload("x")
        upload.remoteName = name
        upload.localName = name
        #expect(try await rig.complaint(upload) == nil, "\(rig.log.transcript)")
        #expect(Disk.read(root + name) == [1, 2, 3])
    }

    @Test(arguments: ["symlink-loop", "deep-tree"])
    func aTreeWithoutEndEndsAndSaysSo(_ fault: String) async throws {
        let rig = try Rig(faults: fault)
        let rows = try await takeTree(rig)
        let failed = rows.compactMap { if case .failed(let message) = $0.state { message } else { nil } }
        #expect(failed.contains { $0.contains("seems to contain itself") }, "\(failed)")
        #expect(rig.heard.count(of: "MLSD") < 200)
    }

    /// Every directory holds something else than the one above it, so only the depth can tell.
    @Test func aTreeDeeperThanAnyHonestOneEndsAndSaysSo() async throws {
        let rig = try Rig()
        var path = "tree"
        try rig.served.makeDirectory(path)
        try rig.served.write([1], to: "tree/honest")
        for level in 0...Session.deepestTree {
            path += "/\(level)"
            try rig.served.makeDirectory(path)
        }
        var tree = rig.download("tree", options: TransferOptions(retries: 0))
        tree.kind = .tree
        let bench = try rig.queue()
        let rows = await bench.run(tree)
        let failed = rows.compactMap { if case .failed(let message) = $0.state { message } else { nil } }
        #expect(failed.contains { $0.contains("directories deep") }, "\(failed)")
        #expect(Disk.read(rig.local.path(of: "tree/honest")) == [1], "\(rig.log.transcript)")
    }

    @Test func recursiveDeletionRemovesALinkAndNotWhatIsBehindIt() throws {
        for faults: Set<Fault> in [[], [.noMachineListing]] {
            let rig = try Rig(faults)
            try rig.served.makeDirectory("canary")
            try rig.served.write([7], to: "canary/alive")
            try rig.served.makeDirectory("doomed")
            try rig.served.write([1], to: "doomed/file")
            try LocalDirectory.makeLink(
                at: Disk.bytes(rig.served.path(of: "doomed/link")), to: Disk.bytes("../canary"))
            let session = rig.session()
            try session.deleteTree(RemotePath("/doomed"), kind: .directory)
            session.quit()
            #expect(!Disk.exists(rig.served.path(of: "doomed")), "\(rig.log.transcript)")
            #expect(Disk.read(rig.served.path(of: "canary/alive")) == [7])
        }
    }

    /// N13. `served/tree/link` leads to `served/precious`, and MLSD shows it as a directory.
    private func rigWithLink(_ faults: String...) throws -> Rig {
        let rig = try Rig(Set((["links-as-dirs"] + faults).compactMap { Fault($0) }))
        for name in ["tree", "tree/real", "precious"] { try rig.served.makeDirectory(name) }
        try rig.served.write([1], to: "tree/real/file")
        try rig.served.write([2], to: "precious/canary")
        #expect(symlink("../precious", rig.served.path(of: "tree/link")) == 0)
        return rig
    }

    @Test func aLinkThatIsListedAsADirectoryIsDeletedAndNotEntered() throws {
        for top in ["tree", "tree/link"] {
            let rig = try rigWithLink()
            let session = rig.session()
            try session.deleteTree(RemotePath(top), kind: .directory)
            session.quit()
            #expect(!Disk.exists(rig.served.path(of: top)), "\(rig.log.transcript)")
            #expect(Disk.read(rig.served.path(of: "precious/canary")) == [2])
            #expect(rig.log.commands.allSatisfy { !$0.contains("canary") })
        }
    }

    @Test func aLinkThatMayNotBeDeletedIsNotEnteredEither() throws {
        let rig = try rigWithLink("reply:DELE=550 Permission denied.")
        let session = rig.session()
        let failure = #expect(throws: Failure.self) {
            try session.deleteTree(RemotePath("tree/link"), kind: .directory)
        }
        #expect(failure?.message.contains("link") == true, "\(failure?.message ?? "")")
        session.quit()
        #expect(Disk.read(rig.served.path(of: "precious/canary")) == [2])
        #expect(rig.heard.count(of: "MLSD") == 0 && rig.heard.count(of: "DELE") == 1, "\(rig.heard.all)")
    }

    @Test func permissionsBehindALinkThatIsListedAsADirectoryStayAsTheyAre() throws {
        let rig = try rigWithLink()
        let path = rig.served.path(of: "precious/canary")
        #expect(chmod(path, 0o640) == 0)
        let session = rig.session()
        #expect(throws: Failure.self) {
            try session.changeModeOfTree(RemotePath("tree"), kind: .directory, to: "600")
        }
        session.quit()
        #expect(Disk.status(Disk.bytes(path)).map { $0.st_mode & 0o777 } == 0o640)
    }
}
