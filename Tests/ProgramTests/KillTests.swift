import EmbeddedServer
import FTPProtocol
import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing
import Transport

/// `kill -9` at any moment: the queue is as it was, and every file comes out whole.
///
/// `PORTSIDE_KILLS` says how many there are; `make soak` has five thousand of them, and a report.
@Suite(.serialized) struct KillTests {
    private static let kills =
        ProcessInfo.processInfo.environment["PORTSIDE_KILLS"].flatMap { Int($0) } ?? 200
    /// What a run shows of its dialogue before it has nothing to do but wait, in bytes: each kill comes somewhere in it.
    private static let usualDialogue = 5_000
    private static let report = ProcessInfo.processInfo.environment["PORTSIDE_KILL_REPORT"]

    private static let begun = ContinuousClock.now

    /// How far it has come, for whoever waits for thousands of kills.
    private static func tell(_ progress: String) {
        guard let report, let file = fopen(report + "-progress", "a") else { return }
        defer { fclose(file) }
        fputs("\(progress), \((ContinuousClock.now - begun).components.seconds) s\n", file)
    }

    private final class Heard: Sendable {
        /// By connection.
        let lines = Mutex<[String: [String]]>([:])
    }

    /// What the server does wrong beside, one after the other.
    private static let troubles: [Set<Fault>] = [
        [], [.once(.cut(.reset, after: 400_000))], [.commandLimit(60)],
        [.once(.cut(.unavailable, after: 200_000))],
    ]

    /// Downloads and uploads, small and large, on a server that also breaks connections.
    private final class Field {
        let served: TemporaryDirectory
        let home: TemporaryDirectory
        let local: TemporaryDirectory
        let server: EmbeddedServer
        let port: UInt16
        let heard = Heard()
        var contents: [String: [UInt8]] = [:]

        init(round: Int) throws {
            served = try TemporaryDirectory()
            home = try TemporaryDirectory()
            local = try TemporaryDirectory()
            try served.makeDirectory("down")
            try local.makeDirectory("up")
            for number in 0..<12 {
                let size = [0, 1, 900, 40_000, 300_000, 1_500_000][number % 6] + number
                let bytes = (0..<size).map {
                    UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13 &+ $0 &* (number + round))
                }
                contents["file-\(number)"] = bytes
                try served.write(bytes, to: "down/file-\(number)")
                try local.write(bytes, to: "up/file-\(number)")
            }
            let heard = heard
            server = try EmbeddedServer(
                serving: Array(served.path.utf8),
                ServerConfiguration(
                    faults: KillTests.troubles[round % KillTests.troubles.count].union([
                        .slow(Array("file-5".utf8), bytesPerSecond: 2_500_000),
                        .slow(Array("file-11".utf8), bytesPerSecond: 2_500_000),
                        .busyOnce(Array("file-3".utf8)),
                    ]),
                    dialogue: { connection, direction, line in
                        guard case .sent = direction else { return }
                        heard.lines.withLock {
                            $0["\(connection)", default: []].append(String(decoding: line, as: UTF8.self))
                        }
                    }))
            port = try server.start()
        }

        deinit { server.stop() }

        func start(_ arguments: String...) throws -> Command { try Command(arguments, home: home.path) }

        func fill() throws {
            let url = "ftp://127.0.0.1:\(port)/"
            #expect(
                try start("queue", "add", "get", "-r", "-o", local.path, url + "down").finish().status == 0)
            #expect(try start("queue", "add", "put", "-r", local.path(of: "up"), url).finish().status == 0)
        }

        /// How often the bytes of a large file were asked for from the beginning.
        func timesFromTheStart(_ name: String) -> Int {
            heard.lines.withLock { Array($0.values) }.reduce(0) { sum, lines in
                sum
                    + lines.indices.count { index in
                        lines[index] == "RETR /down/\(name)"
                            && (index == 0 || !lines[index - 1].hasPrefix("REST "))
                    }
            }
        }
    }

    @Test func killedAtAnyMomentTheQueueGoesOnAndEveryFileIsWhole() throws {
        _ = Self.begun
        var random = SystemRandomNumberGenerator()
        var killed = 0
        var round = 0
        var fromStart = 0
        var reasons = 0
        while killed < Self.kills {
            round += 1
            let field = try Field(round: round)
            try field.fill()
            var isDone = false
            for attempt in 0..<400 where !isDone {
                let run = try field.start("queue", "run", "-v", "--progress", "none")
                // The last ones are let live, so that each round comes to its end.
                if killed < Self.kills && attempt < 40 {
                    let moment = Int.random(in: 0..<Self.usualDialogue, using: &random)
                    // What is tried again for the fifth time is so after 40 s at most.
                    do {
                        try eventually("so much of the dialogue was shown, or all", within: .seconds(60)) {
                            run.isOver || run.complaintSize >= moment
                        }
                    } catch {
                        Issue.record("it fell silent after: \(run.complaintSoFar().suffix(3_000))")
                    }
                    run.signal(SIGKILL)
                }
                let outcome = try run.finish()
                reasons += outcome.complaint.split(separator: "\n").count { $0.contains("starting over: ") }
                if outcome.status == 128 + SIGKILL {
                    killed += 1
                } else {
                    #expect(outcome.status == 0, "\(outcome.complaint.suffix(2_000))")
                    isDone = true
                }
            }
            for (name, bytes) in field.contents {
                let down = try field.local.contents(of: "down/\(name)")
                let up = try field.served.contents(of: "up/\(name)")
                #expect(down == bytes, "\(name): \(down?.count ?? -1) bytes of \(bytes.count) downloaded")
                #expect(up == bytes, "\(name): \(up?.count ?? -1) bytes of \(bytes.count) uploaded")
                if bytes.count >= 256 << 10 { fromStart += max(0, field.timesFromTheStart(name) - 1) }
            }
            // No litter, on either side, but for a part that was made and killed before the journal knew of it.
            for names in [try field.local.names(in: "down"), try field.served.names(in: "up")] {
                let names = names.map { String(decoding: $0, as: UTF8.self) }
                let left = Set(names).subtracting(field.contents.keys)
                #expect(left.allSatisfy { $0.hasSuffix(".part") }, "\(left)")
                #expect(left.count <= field.contents.count, "\(left)")
            }
            // The queue has each once, and all are done.
            let rows = try field.start("queue", "list", "--json").finish().lines
            #expect(rows.count == 2 * field.contents.count)
            #expect(rows.allSatisfy { $0.contains("\"state\":\"done\"") }, "\(rows)")
            Self.tell("embedded server, round \(round), \(killed) of \(Self.kills) kills")
        }
        // What was fetched again from its beginning, was so for a reason that was said.
        #expect(fromStart <= reasons, "\(fromStart) times from the start, \(reasons) reasons")
        if let report = Self.report {
            let line =
                "\(killed) kills in \(round) rounds: \(fromStart) files begun again, \(reasons) reasons said\n"
            try Data(line.utf8).write(to: URL(fileURLWithPath: report))
        }
    }

    // MARK: - A tree

    /// How many files the tree has, and how often the program is killed while it is fetched.
    private static let treeFiles = number("PORTSIDE_TREE_FILES") ?? 800
    private static let treeKills = number("PORTSIDE_TREE_KILLS") ?? 12
    private static let treeConnections = 8
    /// What one file makes the program say, in bytes.
    private static let dialogueOfFile = 200

    private static func number(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }

    /// What one run said: the files whose bytes it asked for from their beginning, and its reasons for that.
    private struct Said {
        var begun: [String] = []
        var reasons = ""
        /// The run before was killed: files it left no part of begin again.
        var knowsOfKill = false

        init(_ complaint: String) {
            var last: [Substring: Substring] = [:]
            for line in complaint.split(separator: "\n") {
                knowsOfKill = knowsOfKill || line.contains("was ended in the middle")
                if line.contains("starting over: ") { reasons += line + "\n" }
                guard let mark = line.firstRange(of: " > ") else { continue }
                let (connection, command) = (line[..<mark.lowerBound], line[mark.upperBound...])
                if command.hasPrefix("RETR "), last[connection]?.hasPrefix("REST ") != true {
                    begun.append(String(command.dropFirst(5)))
                }
                last[connection] = command
            }
        }
    }

    /// Real files of a real server: many small ones, some large.
    private static func makeTree(in served: TemporaryDirectory) throws {
        try served.makeDirectory("tree")
        for number in 0..<treeFiles {
            let folder = "tree/d\(number / 100)"
            if number % 100 == 0 { try served.makeDirectory(folder) }
            let size =
                number % 400 == 7 ? 3_000_000 : number % 50 == 3 ? 400_000 : number % 25 == 0 ? 0 : 1_024
            try served.write(
                (0..<size).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13 &+ number) },
                to: "\(folder)/f\(number)")
        }
    }

    /// `PORTSIDE_TREE_ROUNDS`: so many trees, of one server after the other.
    @Test(arguments: 0..<(number("PORTSIDE_TREE_ROUNDS") ?? 1))
    func aTreeKilledAgainAndAgainEqualsItsSourceAndNothingIsFetchedTwiceWithoutAReason(_ round: Int) throws {
        let kind = RealServer.Kind.common[round % RealServer.Kind.common.count]
        let served = try TemporaryDirectory()
        let local = try TemporaryDirectory()
        let home = try TemporaryDirectory()
        try Self.makeTree(in: served)
        let server = try RealServer.start(kind, root: served.path)
        defer { server.stop() }
        try home.write(Array((server.password + "\n").utf8), to: "password")
        chmod(home.path(of: "password"), 0o600)
        let url = "ftp://\(server.user)@\(server.host):\(server.port)/tree"
        _ = Self.begun
        let added = try Command(["queue", "add", "get", "-r", "-o", local.path, url], home: home.path)
            .finish()
        #expect(added.status == 0, "\(added.complaint)")

        var random = SystemRandomNumberGenerator()
        var begun: Set<String> = []
        var (killed, again, largeAgain, unexplained) = (0, 0, 0, [String]())
        let share = Self.treeFiles * Self.dialogueOfFile / Self.treeKills
        for _ in 0..<(4 * Self.treeKills) {
            let run = try Command(
                [
                    "queue", "run", "-v", "--progress", "none", "--connections", "\(Self.treeConnections)",
                    "--password-file", home.path(of: "password"),
                ], home: home.path)
            if killed < Self.treeKills {
                let moment = Int.random(in: 0..<(3 * share / 2), using: &random)
                try eventually("so much of the dialogue was shown, or all", within: .seconds(120)) {
                    run.isOver || run.complaintSize >= moment
                }
                run.signal(SIGKILL)
            }
            let outcome = try run.finish()
            let said = Said(outcome.complaint)
            for path in said.begun where !begun.insert(path).inserted {
                again += 1
                let isLarge =
                    (try served.contents(of: path.hasPrefix("/") ? String(path.dropFirst()) : path)?.count
                        ?? 0) > 256 << 10
                if isLarge { largeAgain += 1 }
                // Of a large one the journal knows; of a small one nothing is left to know of.
                let shown = path.hasPrefix("/") ? String(path.dropFirst()) : path
                let isSaid =
                    said.reasons.contains("\(shown): starting over") || (!isLarge && said.knowsOfKill)
                if !isSaid { unexplained.append(path) }
            }
            guard outcome.status == 128 + SIGKILL else {
                #expect(outcome.status == 0, "\(outcome.complaint.suffix(2_000))")
                break
            }
            killed += 1
            if killed % 10 == 0 {
                Self.tell("\(kind.rawValue), tree \(round + 1), \(killed) of \(Self.treeKills) kills")
            }
        }
        #expect(unexplained.isEmpty, "\(unexplained.prefix(10))")
        // At each kill some were at work.
        #expect(again <= killed * Self.treeConnections, "\(again) fetched twice, \(killed) kills")
        #expect(begun.count == Self.treeFiles)
        let difference = try Program.run(
            "/usr/bin/diff", ["-r", served.path(of: "tree"), local.path(of: "tree")])
        let lines = difference.output.split(separator: "\n").filter {
            // A part that was made and killed before the journal knew of it.
            !($0.hasPrefix("Only in \(local.path)") && $0.hasSuffix(".part"))
        }
        #expect(lines.isEmpty, "\(lines.prefix(10))")
        let counts = try Command(["queue", "list", "--json"], home: home.path).finish().lines
        #expect(counts.count == Self.treeFiles)
        #expect(counts.allSatisfy { $0.contains("\"state\":\"done\"") })
        if let report = Self.report {
            let line =
                "\(kind.rawValue): tree of \(Self.treeFiles) files, \(killed) kills: equal to its source; \(again) files fetched twice from the "
                + "start (\(largeAgain) large), \(unexplained.count) without a reason said\n"
            let file = try #require(fopen(report + "-trees", "a"))
            defer { fclose(file) }
            fputs(line, file)
        }
    }
}
