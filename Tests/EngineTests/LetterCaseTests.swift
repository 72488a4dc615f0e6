import EmbeddedServer
import Engine
import FTPProtocol
import TestSupport
import Testing
import Transfers
import Transport

/// Servers tell `README` from `readme`; a stick, a card or a Windows machine's disk does not (N10).
@Suite struct LetterCaseTests {
    private func take(
        _ rig: Rig, to disk: CaseBlindDisk, _ policy: ConflictPolicy
    ) async throws -> [Transfer] {
        var tree = rig.download("tree", options: TransferOptions(onConflict: policy, retries: 0))
        tree.kind = .tree
        tree.localDirectory = LocalPath(disk.path)
        let bench = try rig.queue()
        await bench.run(tree)
        return bench.queue.contents()
    }

    private func failures(_ rows: [Transfer]) -> [String] {
        rows.compactMap { if case .failed(let why) = $0.state { why } else { nil } }
    }

    /// README holds one byte, readme two, ReadMe three.
    @Test(arguments: [ConflictPolicy.overwrite, .newer, .resume, .skip])
    func ofNamesThatAreOneToTheDiskTheFirstStaysAndTheOthersAreNamed(_ policy: ConflictPolicy) async throws {
        let disk = try CaseBlindDisk.mount()
        let rig = try Rig(faults: "case-collisions")
        try rig.served.makeDirectory("tree")
        let rows = try await take(rig, to: disk, policy)
        let names = Disk.names(Disk.bytes("\(disk.path)/tree"))
        #expect(names.count == 1, "\(names)")
        let first = try #require(names.first.map { String(decoding: $0, as: UTF8.self) })
        let size = try #require(["README": 1, "readme": 2, "ReadMe": 3][first])
        #expect(Disk.read("\(disk.path)/tree/\(first)") == [UInt8](repeating: UInt8(ascii: "0"), count: size))
        let told =
            policy == .skip
            ? rows.compactMap { if case .skipped(let why) = $0.state { why } else { nil } } : failures(rows)
        #expect(told.count == 2, "\(rows.map(\.state))")
        for why in told { #expect(why.contains("“\(first)” is there"), "\(why)") }
    }

    @Test func withAPolicyToRenameAllOfThemArrive() async throws {
        let disk = try CaseBlindDisk.mount()
        let rig = try Rig(faults: "case-collisions")
        try rig.served.makeDirectory("tree")
        let rows = try await take(rig, to: disk, .rename)
        #expect(failures(rows).isEmpty, "\(failures(rows))")
        let sizes = Disk.names(Disk.bytes("\(disk.path)/tree")).map {
            Disk.read(Disk.bytes("\(disk.path)/tree/") + $0)?.count ?? 0
        }
        #expect(sizes.sorted() == [1, 2, 3])
    }

    @Test func directoriesThatAreOneToTheDiskAreNotMixed() async throws {
        let disk = try CaseBlindDisk.mount()
        let rig = try Rig()
        try rig.served.makeDirectory("tree")
        for (name, byte) in [("Dir", UInt8(1)), ("dir", 2)] {
            try rig.served.makeDirectory("tree/\(name)")
            try rig.served.write([byte], to: "tree/\(name)/file")
        }
        let rows = try await take(rig, to: disk, .overwrite)
        let names = Disk.names(Disk.bytes("\(disk.path)/tree"))
        #expect(names.count == 1, "\(names)")
        let first = try #require(names.first.map { String(decoding: $0, as: UTF8.self) })
        #expect(Disk.read("\(disk.path)/tree/\(first)/file") == [first == "Dir" ? 1 : 2])
        #expect(failures(rows).contains { $0.contains("one with “\(first)”") }, "\(rows.map(\.state))")
    }

    @Test func whatHasThatVeryNameIsReplacedAsThePolicySays() async throws {
        let disk = try CaseBlindDisk.mount()
        let rig = try Rig()
        try rig.served.makeDirectory("tree")
        try rig.served.write(Disk.noise(400_000), to: "tree/ReadMe")
        try Disk.makeDirectory("\(disk.path)/tree")
        try Disk.write([7], to: "\(disk.path)/tree/ReadMe")
        let rows = try await take(rig, to: disk, .overwrite)
        #expect(failures(rows).isEmpty, "\(failures(rows))")
        #expect(Disk.read("\(disk.path)/tree/ReadMe") == Disk.noise(400_000))
    }

    @Test func aDiskThatTellsThemApartHasNoOtherSpellings() throws {
        let folder = try TemporaryDirectory()
        for name in ["README", "readme", "Ünder", "üNDER", "123"] { try folder.write([1], to: name) }
        let directory = try OpenDirectory.open(Disk.bytes(folder.path))
        for name in ["README", "readme", "ReadMe", "Ünder", "üNDER", "123", "nothing"] {
            #expect(try directory.otherSpelling(of: Disk.bytes(name)) == nil, "\(name)")
        }
    }

    @Test func aDiskThatDoesNotTellsHowItSpells() throws {
        let disk = try CaseBlindDisk.mount()
        try Disk.write([1], to: "\(disk.path)/ReadMe")
        let directory = try OpenDirectory.open(Disk.bytes(disk.path))
        for name in ["README", "readme"] {
            #expect(try directory.otherSpelling(of: Disk.bytes(name)) == Disk.bytes("ReadMe"), "\(name)")
        }
        #expect(try directory.otherSpelling(of: Disk.bytes("ReadMe")) == nil)
    }
}
