import EmbeddedServer
import Foundation
import Glibc
import TestSupport
import Testing
import Transport

/// The machine itself is the trouble: it sleeps, its clock steps, its disk takes nothing any more.
@Suite struct MachineTroubleTests {
    private static let name = Array("big.bin".utf8)

    /// A queue of one slow file and a small one.
    private static func bench(_ more: Set<Fault> = []) throws -> Bench {
        let bench = try Bench(faults: more.union([.slow(name, bytesPerSecond: 150_000)]))
        let added = try bench.run(
            "queue", "add", "get", "--timeout", "2", "-o", bench.local.path + "/", bench.target("big.bin"),
            bench.target("a.txt"))
        #expect(added.status == 0, "\(added.complaint)")
        return bench
    }

    private static func arrived(_ bench: Bench) throws -> Int {
        try bench.local.contents(of: "big.bin.part")?.count ?? 0
    }

    private static func expectAllWhole(_ bench: Bench, _ outcome: Command.Outcome) throws {
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(try bench.local.contents(of: "big.bin") == Bench.big)
        #expect(try bench.local.contents(of: "a.txt") == Array("one\ntwo\n".utf8))
        #expect(try bench.states() == ["done", "done"])
        // Nothing was begun again.
        #expect(outcome.complaint.components(separatedBy: "RETR /big.bin").count == 2, "\(outcome.complaint)")
    }

    @Test func aProgramThatIsStoppedForLongerThanItsTimeOutGoesOnWithTheSameFile() throws {
        let bench = try Self.bench()
        let run = try bench.start(["queue", "run", "-v", "--progress", "none"])
        try eventually("some bytes", within: .seconds(20)) { try Self.arrived(bench) > 0 }
        run.signal(SIGSTOP)
        // Twice its time-out: the clock it goes by goes on, and what has arrived meanwhile is there when it looks.
        let stopped = monotonicNanoseconds()
        try eventually("twice the time-out", within: .seconds(20)) {
            monotonicNanoseconds() - stopped > 4_000_000_000
        }
        run.signal(SIGCONT)
        try Self.expectAllWhole(bench, try run.finish())
    }

    private static let clockLibrary = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"

    /// A day on and two days back, while bytes flow and while a file waits for its next try.
    @Test(.enabled(if: access(clockLibrary, R_OK) == 0, "libfaketime is not installed"))
    func aClockThatJumpsEndsNoTransferAndHoldsUpNoNextTry() throws {
        let bench = try Self.bench([.busyOnce(Array("a.txt".utf8))])
        let clock = bench.home.path(of: "clock")
        func set(_ offset: String) throws {
            try Data("\(offset)\n".utf8).write(to: URL(fileURLWithPath: clock))
        }
        try set("+0")
        let run = try Command(
            ["queue", "run", "-v", "--progress", "none"], home: bench.home.path,
            through: [
                "/usr/bin/env", "LD_PRELOAD=\(Self.clockLibrary)", "FAKETIME_TIMESTAMP_FILE=\(clock)",
                "FAKETIME_NO_CACHE=1", "DONT_FAKE_MONOTONIC=1", "FAKETIME_DONT_FAKE_MONOTONIC=1",
                // The library moves the environment of the first program, behind which Swift looks for the arguments.
                "/bin/sh", "-c", "exec \"$0\" \"$@\"",
            ])
        for (number, offset) in ["+1d", "-1d", "+10m", "-2d"].enumerated() {
            try eventually("more bytes", within: .seconds(20)) {
                try run.isOver || Self.arrived(bench) > 60_000 * (number + 1)
            }
            try set(offset)
        }
        try Self.expectAllWhole(bench, try run.finish())
        // The steps reached the program: what was done last was done the day before yesterday.
        let ends = try objects(bench.run("queue", "list", "--finished", "--json").lines)
            .compactMap { $0["ended"] as? String }
        #expect(ends.count == 2)
        let today = ISO8601DateFormatter().string(from: Date(timeIntervalSinceNow: -86_400))
        #expect(ends.contains { $0 < today }, "\(ends)")
    }

    private static let canForbid = (try? Immutable(TemporaryDirectory().path)) != nil

    /// A directory in which even root can make and rename nothing.
    private final class Immutable {
        private let path: String

        init?(_ path: String) throws {
            self.path = path
            guard try Program.run("/usr/bin/chattr", ["+i", path]).status == 0 else { return nil }
        }

        deinit { _ = try? Program.run("/usr/bin/chattr", ["-i", path]) }
    }

    @Test(.enabled(if: canForbid, "only root can forbid itself a directory, and not on every disk"))
    func aDestinationThatTurnsReadOnlyInTheMiddleHoldsTheFileAndSaysSo() throws {
        let bench = try Self.bench()
        do {
            let run = try bench.start(["queue", "run", "-v", "--progress", "none"])
            try eventually("some bytes", within: .seconds(20)) { try Self.arrived(bench) > 0 }
            let forbidden = try Immutable(bench.local.path)
            let outcome = try run.finish()
            // It is not done, and nothing stands under the final name.
            #expect(outcome.status != 0)
            #expect(outcome.complaint.contains("Operation not permitted"), "\(outcome.complaint)")
            #expect(try bench.local.contents(of: "big.bin") == nil)
            withExtendedLifetime(forbidden) {}
        }
        // As soon as it takes files again, the next start goes on with what is there.
        let outcome = try bench.run("queue", "run", "-v", "--progress", "none")
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(try bench.local.contents(of: "big.bin") == Bench.big)
        #expect(try bench.states() == ["done", "done"])
    }
}
