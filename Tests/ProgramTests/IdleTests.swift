import Glibc
import TestSupport
import Testing

/// What waits for more to do does nothing meanwhile.
@Suite struct IdleTests {
    /// Everything that happens at a certain time hangs on a timer of the kernel's, which proc(5) shows: at zero when none is
    /// set. A second of silence proves less: one in which nothing fell due.
    @Test func aWorkerThatStaysSetsNoAlarm() throws {
        let bench = try Bench()
        let worker = try bench.start(["queue", "run", "--stay"])
        try eventually("the worker holds the queue", within: .seconds(20)) { try bench.holder() != nil }
        let destination = bench.local.path(of: "a.txt")
        _ = try bench.run("queue", "add", "get", "-o", destination, bench.target("a.txt"))
        try eventually("it is done", within: .seconds(20)) { try bench.states() == ["done"] }
        try eventually("no alarm is set", within: .seconds(60)) {
            try alarms(of: worker.process).allSatisfy { $0.hasSuffix("(0, 0)") }
        }
        worker.signal(SIGTERM)
        #expect(try worker.finish().status == 143)
    }

    /// When each timer goes off, as proc(5) says it.
    private func alarms(of process: pid_t) throws -> [String] {
        let found = try Program.run("/bin/sh", ["-c", "cat /proc/\(process)/fdinfo/*"])
        return found.output.split(separator: "\n").filter { $0.hasPrefix("it_value:") }.map(String.init)
    }
}
