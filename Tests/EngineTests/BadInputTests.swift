import EmbeddedServer
import Engine
import FTPProtocol
import Glibc
import TestSupport
import Testing
import Transfers

/// Sources and destinations that are not what they were, and servers that refuse what they are asked: each has a result
/// and a sentence.
@Suite struct BadInputTests {
    private func reason(_ bench: QueueBench) throws -> String {
        guard case .failed(let reason) = try bench.only().state else {
            Issue.record("\(try bench.only().state)")
            return ""
        }
        return reason
    }

    @Test func anEmptyFileArrivesEmptyInBothDirections() async throws {
        let rig = try Rig()
        try rig.served.write([], to: "down")
        try rig.local.write([], to: "up")
        let bench = try rig.queue()
        let rows = await bench.run(rig.download("down"), rig.upload("up"))
        #expect(rows.allSatisfy { $0.state == .done }, "\(rig.log.transcript)")
        #expect(try rig.local.contents(of: "down") == [] && rig.served.contents(of: "up") == [])
    }

    @Test func aSourceOnTheServerThatVanishesFailsWithItsNameAndLeavesNothing() async throws {
        let rig = try Rig()
        try rig.served.write(Disk.noise(4_000, seed: 1), to: "gone")
        let path = rig.served.path(of: "gone")
        rig.heard.when("RETR") { unlink(path) }
        let bench = try rig.queue()
        await bench.run(rig.download("gone"))
        #expect(try reason(bench).contains("gone"), "\(rig.log.transcript)")
        #expect(!Disk.exists(rig.local.path(of: "gone")) && !Disk.exists(rig.local.path(of: "gone.part")))
    }

    @Test func aSourceHereThatVanishesFailsWithItsNameAndSendsNothing() async throws {
        let rig = try Rig()
        let bench = try rig.queue()
        await bench.run(rig.upload("gone"))
        #expect(try reason(bench).contains("gone"))
        #expect(rig.heard.count(of: "STOR") == 0)
    }

    @Test func aSourceHereThatShrinksWhileItIsSentIsNotTakenForWhole() async throws {
        let rig = try Rig()
        try rig.local.write(Disk.noise(300_000, seed: 2), to: "file")
        let path = rig.local.path(of: "file")
        rig.heard.when("STOR") { truncate(path, 1_000) }
        let bench = try rig.queue()
        let rows = await bench.run(rig.upload("file"))
        // The next try sends what is there then, and no less.
        #expect(rows.map(\.state) == [.done], "\(rig.log.transcript)")
        #expect(rig.heard.count(of: "STOR") == 2)
        #expect(try rig.served.contents(of: "file") == Array(Disk.noise(300_000, seed: 2)[..<1_000]))
    }

    @Test func aServerWithoutSizeAndTimeIsBelievedAboutTheEndOfTheData() async throws {
        let rig = try Rig([.without("SIZE"), .without("MDTM"), .noMachineListing])
        try rig.served.write(Disk.noise(5_000, seed: 3), to: "down")
        try rig.local.write(Disk.noise(5_000, seed: 4), to: "up")
        let bench = try rig.queue()
        let rows = await bench.run(rig.download("down"), rig.upload("up"))
        #expect(rows.allSatisfy { $0.state == .done }, "\(rows.map(\.state)) \(rig.log.transcript)")
        #expect(try rig.local.contents(of: "down") == Disk.noise(5_000, seed: 3))
        #expect(try rig.served.contents(of: "up") == Disk.noise(5_000, seed: 4))
    }

    @Test func aServerThatEndsALoginAfterSoManyCommandsIsLoggedInAtAgain() async throws {
        let rig = try Rig([.commandLimit(30)])
        for number in 0..<40 { try rig.served.write([UInt8(number)], to: "f\(number)") }
        let bench = try rig.queue()
        bench.queue.perform(.add((0..<40).map { rig.download("f\($0)") }))
        await bench.idle()
        let rows = bench.queue.contents()
        #expect(rows.allSatisfy { $0.state == .done }, "\(rows.map(\.state)) \(rig.log.transcript)")
        for number in 0..<40 { #expect(try rig.local.contents(of: "f\(number)") == [UInt8(number)]) }
        #expect(rig.heard.count(of: "USER") > 2)
    }

    @Test func a452InTheMiddleKeepsWhatIsThereAndSaysWhatIsMissing() async throws {
        let rig = try Rig([.diskFull(after: 1_000)])
        try rig.local.write(Disk.noise(50_000, seed: 5), to: "up")
        try rig.served.write([1, 2, 3], to: "up")
        let bench = try rig.queue()
        await bench.run(rig.upload("up", options: TransferOptions(onConflict: .overwrite, retries: 0)))
        let said = try reason(bench)
        #expect(said.contains("452") || said.contains("552"), "\(said)")
        #expect(try rig.served.contents(of: "up") == [1, 2, 3])
    }

    @Test func linksThatLeadInACircleAreNotEnteredByAnUpload() async throws {
        let rig = try Rig()
        try rig.local.makeDirectory("tree")
        try rig.local.write([1], to: "tree/file")
        symlink(rig.local.path(of: "tree"), rig.local.path(of: "tree/again"))
        symlink("nowhere", rig.local.path(of: "tree/nowhere"))
        var tree = rig.upload("tree")
        tree.kind = .tree
        let bench = try rig.queue()
        await bench.run(tree)
        #expect(try rig.served.contents(of: "tree/file") == [1])
        #expect(!Disk.exists(rig.served.path(of: "tree/again")))
        #expect(bench.notices.contains { $0.contains("again") }, "\(bench.notices)")
    }

    @Test func namesThatDifferInCaseOnlyAreAllSent() async throws {
        let rig = try Rig()
        for (number, name) in ["README", "readme", "ReadMe"].enumerated() {
            try rig.local.write([UInt8(number)], to: name)
        }
        let bench = try rig.queue()
        await bench.run(rig.upload("README"), rig.upload("readme"), rig.upload("ReadMe"))
        for (number, name) in ["README", "readme", "ReadMe"].enumerated() {
            #expect(try rig.served.contents(of: name) == [UInt8(number)])
        }
    }
}
