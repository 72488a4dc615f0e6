import Engine
import FTPProtocol
import Foundation
import Glibc
import TestSupport
import Testing
import Transfers
import Transport

/// Small files one after the other: what the next one needs is asked for together with what this one needs. A scripted
/// server answers only when it has heard what stands before its answer.
@Suite struct FastLaneTests {
    private static let login =
        "< 220 vsftpd\n" + Script.login.split(separator: "\n").dropFirst().joined(separator: "\n") + "\n"

    /// Asked for by itself.
    private static func plain(_ name: String) -> String {
        """
        = listen
        > MDTM /\(name)
        > EPSV
        < 213 20240102030405
        < 229 (|||{port}|)
        = accept
        > RETR /\(name)

        """ + bytes
    }

    private static let bytes = """
        < 150 here it comes
        = part abc
        = close
        < 226 sent

        """

    /// The third: the next data connection is asked for behind its RETR.
    private static let third = """
        = listen
        > MDTM /3
        > EPSV
        < 213 20240102030405
        < 229 (|||{port}|)
        = accept
        > RETR /3
        > EPSV

        """ + bytes

    /// From the fourth on: what EPSV was answered with before is dialled, then all is asked for in one piece.
    private static func fast(_ name: String, time: String = "213 20240102030405") -> String {
        """
        = listen
        < 229 (|||{port}|)
        = accept
        > MDTM /\(name)
        > RETR /\(name)
        > EPSV
        < \(time)

        """
    }

    private struct Run {
        var states: [TransferState]
        var trouble: String?
        var log: LineLog
        var local: TemporaryDirectory
    }

    private func retrieve(_ count: Int, _ script: String) async throws -> Run {
        let server = try ScriptedServer(script)
        let local = try TemporaryDirectory()
        let log = LineLog()
        let bench = try QueueBench(site: site(server), log: log, connections: 1)
        let transfers = (1...count).map { transfer($0, bench.site, local) }
        bench.queue.perform(.add(transfers))
        await bench.idle()
        let rows = bench.queue.contents().sorted { $0.remoteName.lexicographicallyPrecedes($1.remoteName) }
        return Run(states: rows.map(\.state), trouble: try server.finish(), log: log, local: local)
    }

    private func site(_ server: ScriptedServer) -> Site {
        var site = Site(host: "127.0.0.1", port: server.port, dataMode: .passive)
        site.timeout = 8
        return site
    }

    private func transfer(_ number: Int, _ site: Site, _ local: TemporaryDirectory) -> Transfer {
        Transfer(
            id: 0, direction: .download, site: site.id, remoteDirectory: .root,
            remoteName: Disk.bytes("\(number)"), localDirectory: LocalPath(local.path),
            localName: Disk.bytes("\(number)"), size: 3, options: TransferOptions(retries: 0))
    }

    private static let firstThree = login + plain("1") + plain("2") + third

    @Test func fromTheThirdSmallFileOnTheNextDataConnectionIsAskedForWithTheFileBefore() async throws {
        let run = try await retrieve(
            5, Self.firstThree + Self.fast("4") + Self.bytes + Self.fast("5") + Self.bytes)
        #expect(run.trouble == nil, "\(run.log.transcript)")
        #expect(run.states.allSatisfy { $0 == .done }, "\(run.log.transcript)")
        for number in 1...5 {
            #expect(try run.local.contents(of: "\(number)") == Disk.bytes("abc"))
            #expect(Disk.modified(run.local.path(of: "\(number)")) == 1_704_164_645)
        }
    }

    @Test func ofTwoFilesNoDataConnectionIsAskedForThatNobodyNeeds() async throws {
        let run = try await retrieve(2, Self.login + Self.plain("1") + Self.plain("2"))
        #expect(run.trouble == nil && run.states == [.done, .done], "\(run.log.transcript)")
        #expect(run.log.verbs().count { $0 == "EPSV" } == 2)
    }

    @Test func aTimeThatIsRefusedKeepsNoFileFromComing() async throws {
        let run = try await retrieve(4, Self.firstThree + Self.fast("4", time: "550 no") + Self.bytes)
        #expect(run.trouble == nil && run.states.last == .done, "\(run.log.transcript)")
        #expect(try run.local.contents(of: "4") == Disk.bytes("abc"))
    }

    @Test func aPortWhereNobodyListensIsAskedForAgainPlainly() async throws {
        // Nobody listens at a port of which the listener is gone: the next one takes another.
        let run = try await retrieve(
            5, Self.firstThree + "< 229 (|||\(try unusedPort())|)\n" + Self.plain("4") + Self.plain("5"))
        #expect(run.trouble == nil && run.states.allSatisfy { $0 == .done }, "\(run.log.transcript)")
    }

    private func unusedPort() throws -> UInt16 { try Listener(on: .loopback()).address.port }

    private static func broken(after bytes: String) -> String {
        """
        < 150 here it comes
        \(bytes)= reset
        < 426 broken
        = listen
        < 229 (|||{port}|)

        """
    }

    @Test func aTransferThatBreaksIsTriedOnceMoreOneCommandAtATimeAndSoAreTheNextHundred() async throws {
        // The one that was asked for ahead, and 99 more.
        let plain = (4...103).map { Self.plain("\($0)") }.joined()
        let next = Self.third.replacingOccurrences(of: "/3", with: "/104")
        let run = try await retrieve(
            105,
            Self.firstThree + Self.fast("4") + Self.broken(after: "") + plain + next + Self.fast("105")
                + Self.bytes)
        #expect(run.trouble == nil && run.states.allSatisfy { $0 == .done }, "\(run.log.transcript)")
        #expect(Disk.tree(run.local.path).count == 105, "\(Disk.tree(run.local.path).keys)")
        #expect(run.log.warnings.contains { $0.contains("once more, one command at a time") })
    }

    /// What has come is kept, and is the queue's to go on with.
    @Test func whatHasBegunToComeIsNotBegunAgainAtOnce() async throws {
        let run = try await retrieve(
            5, Self.firstThree + Self.fast("4") + Self.broken(after: "= part a\n") + Self.plain("5"))
        #expect(run.trouble == nil, "\(run.log.transcript)")
        #expect(run.states.count { $0 == .done } == 4, "\(run.log.transcript)")
        #expect(try run.local.contents(of: "4") == nil)
        #expect(try run.local.contents(of: "4.part") == Disk.bytes("a"))
    }

    @Test func aConnectionThatIsLostBetweenTwoFilesIsMadeAnew() async throws {
        let again = "= hangup\n= again\n" + Self.login
        let one = "> MDTM /4\n< 213 20240102030405\n" + Script.passive + "> RETR /4\n" + Self.bytes
        let run = try await retrieve(4, Self.firstThree + again + one)
        #expect(run.trouble == nil && run.states.allSatisfy { $0 == .done }, "\(run.log.transcript)")
    }

    @Test(arguments: ["< 229 (|||{port}|)\n", "< 500 not now\n"])
    func aServerThatLosesItsPlaceIsAskedPlainly(_ instead: String) async throws {
        let isLost = instead.hasPrefix("< 229")
        let before = "< 150 here it comes\n= close\n= listen\n"
        let said =
            isLost
            ? before + instead + "= again\n" + Self.login + "> MDTM /4\n< 213 20240102030405\n"
                + Script.passive
                + "> RETR /4\n" + Self.bytes
            : "= close\n" + instead + "= listen\n< 229 (|||{port}|)\n" + Self.plain("4")
        let run = try await retrieve(4, Self.firstThree + Self.fast("4") + said)
        #expect(run.trouble == nil && run.states.allSatisfy { $0 == .done }, "\(run.log.transcript)")
        #expect(try run.local.contents(of: "4") == Disk.bytes("abc"))
    }

    // MARK: - Real servers

    private static let count = 120

    /// Makes the files in a directory, and what brings those of the server.
    private func sow(_ ground: Ground, in directory: String) throws -> [Transfer] {
        let transfers = try (0..<Self.count).map { number in
            let contents = Disk.noise(number * 37 + 1, seed: UInt64(number + 1))
            try Disk.write(
                contents, to: "\(directory)/f \(number)", modified: 1_500_000_000 + Int64(number))
            var transfer = ground.download("f \(number)")
            transfer.size = Int64(contents.count)
            return transfer
        }
        ground.give()
        return transfers
    }

    /// The files are on their way; `wanted` is what shall have come.
    private func begin(
        _ way: Way, connections: Int = 1, _ change: (inout Transfer) -> Void = { _ in }
    ) throws -> (ground: Ground, bench: QueueBench, wanted: [String: String]) {
        let ground = try Ground(way)
        var transfers = try sow(ground, in: ground.served)
        let wanted = Disk.tree(ground.served)
        for index in transfers.indices { change(&transfers[index]) }
        let bench = try ground.queue(connections: connections)
        bench.queue.perform(.add(transfers))
        return (ground, bench, wanted)
    }

    /// So often did EPSV follow RETR at once.
    private func overlaps(_ log: LineLog, _ first: String = "RETR") -> Int {
        let names = Set(log.all.map(\.connection))
        return names.reduce(0) { sum, name in
            let verbs = log.verbs(of: name)
            return sum + zip(verbs, verbs.dropFirst()).count { $0 == first && $1 == "EPSV" }
        }
    }

    @Test(arguments: Way.servers) func manySmallFilesComeByteForByteWithTheirTimes(_ way: Way) async throws {
        let (ground, bench, wanted) = try begin(way, connections: 2)
        await bench.idle()
        #expect(bench.queue.contents().allSatisfy { $0.state == .done }, "\(ground.log.transcript)")
        #expect(Disk.tree(ground.local.path) == wanted)
        #expect(overlaps(ground.log) > Self.count / 2, "\(ground.log.transcript)")
        // Pure-FTPd lists it, and does nothing about it.
        #expect(!ground.log.verbs().contains("PRET"))
    }

    @Test(arguments: Way.servers) func manySmallFilesGoUpByteForByteWithTheirTimes(_ way: Way) async throws {
        let ground = try Ground(way)
        try Disk.makeDirectory(ground.local.path(of: "tree"))
        _ = try sow(ground, in: ground.local.path(of: "tree"))
        var up = ground.upload("tree")
        up.kind = .tree
        let bench = try ground.queue(connections: 2)
        await bench.run(up)
        #expect(bench.queue.contents().allSatisfy { $0.state == .done }, "\(ground.log.transcript)")
        #expect(Disk.tree("\(ground.served)/tree") == Disk.tree(ground.local.path(of: "tree")))
        #expect(overlaps(ground.log, "RNTO") > Self.count / 2, "\(ground.log.transcript)")
    }

    @Test(arguments: Way.servers) func aFileThatIsGoneFailsAloneAmongThem(_ way: Way) async throws {
        let ground = try Ground(way)
        let transfers = try sow(ground, in: ground.served)
        Disk.removeTree(Disk.bytes("\(ground.served)/f 60"))
        let bench = try ground.queue(connections: 1)
        bench.queue.perform(.add(transfers))
        await bench.idle()
        for row in bench.queue.contents() {
            let isGone = row.remoteName == Disk.bytes("f 60")
            guard case .failed(let why) = row.state else {
                #expect(row.state == .done && !isGone)
                continue
            }
            #expect(isGone && why.contains("f 60"), "\(why)")
        }
        #expect(overlaps(ground.log) > Self.count / 2)
    }

    @Test(arguments: Way.servers) func theModeMayChangeInTheMiddleOfThem(_ way: Way) async throws {
        let (ground, bench, wanted) = try begin(way)
        try eventually("some have come") { overlaps(ground.log) > 10 }
        bench.queue.setDataMode(.active, for: bench.site.id)
        await bench.idle()
        #expect(bench.queue.contents().allSatisfy { $0.state == .done }, "\(ground.log.transcript)")
        #expect(Disk.tree(ground.local.path) == wanted)
        #expect(ground.log.verbs().contains("PORT"))
    }

    @Test(arguments: Way.servers) func whatIsPausedInTheMiddleOfThemGoesOn(_ way: Way) async throws {
        let (ground, bench, wanted) = try begin(way)
        var wasInTheMiddle = false
        for limit in [5, 25, 50] {
            try eventually("more have come") { overlaps(ground.log) > limit }
            bench.queue.perform(.pauseAll)
            await bench.idle()
            if bench.queue.contents().contains(where: { $0.state == .waiting }) { wasInTheMiddle = true }
            bench.queue.perform(.resumeAll)
        }
        await bench.idle()
        #expect(wasInTheMiddle)
        #expect(bench.queue.contents().allSatisfy { $0.state == .done }, "\(ground.log.transcript)")
        #expect(Disk.tree(ground.local.path) == wanted)
    }

    @Test(arguments: Way.servers) func whatIsToBeSaidBeforeEachIsSaidBeforeItsRETR(_ way: Way) async throws {
        let (ground, bench, wanted) = try begin(way) { $0.options.before = ["NOOP"] }
        await bench.idle()
        #expect(Disk.tree(ground.local.path) == wanted, "\(ground.log.transcript)")
        let verbs = ground.log.verbs().filter { ["NOOP", "RETR"].contains($0) }
        let inTurn = [[String]](repeating: ["NOOP", "RETR"], count: Self.count)
        #expect(verbs == inTurn.flatMap { $0 }, "\(ground.log.transcript)")
    }

    @Test(arguments: Way.servers) func throughAProxyNothingIsAskedAhead(_ way: Way) async throws {
        let ground = try Ground(way)
        let transfers = try sow(ground, in: ground.served)
        let wanted = Disk.tree(ground.served)
        let proxy = try SmallProxy(.socks5)
        var site = ground.site
        site.network.proxy = try Proxy("socks5://127.0.0.1:\(proxy.port)")
        let bench = try QueueBench(
            site: site, password: ground.server.password, log: ground.log, connections: 1)
        bench.queue.perform(.add(transfers))
        await bench.idle()
        #expect(Disk.tree(ground.local.path) == wanted, "\(ground.log.transcript)")
        #expect(overlaps(ground.log) == 0)
        #expect(ground.log.verbs().count { $0 == "EPSV" } == Self.count)
    }
}
