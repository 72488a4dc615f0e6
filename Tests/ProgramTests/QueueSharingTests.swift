import EmbeddedServer
import Glibc
import TestSupport
import Testing

/// Commands that change the queue reach it also while another portside works on it.
struct QueueSharingTests {
    @Test func whatIsAddedWhileAnotherWorksIsDoneByThatOne() throws {
        let bench = try Bench()
        let worker = try bench.start(["queue", "run", "--stay"])
        let destination = bench.local.path(of: "a.txt")
        try eventually("the worker holds the queue", within: .seconds(20)) { try bench.holder() != nil }
        let added = try bench.run("queue", "add", "get", "-o", destination, bench.target("a.txt"))
        #expect(added.status == 0 && added.lines.count == 1, "\(added.complaint)")
        try eventually("the file", within: .seconds(20)) {
            try bench.local.contents(of: "a.txt") == Array("one\ntwo\n".utf8)
        }
        let again = try bench.run(
            "queue", "add", "get", "-o", bench.local.path(of: "b"), bench.target("sub/b.bin"))
        #expect(again.lines != added.lines)
        worker.signal(SIGTERM)
        #expect(try worker.finish().status == 143)
        #expect(try bench.run("queue", "run").status == 0)
        #expect(try bench.states() == ["done", "done"])
    }

    @Test func aPausedQueueStaysPausedUntilItIsResumed() throws {
        let bench = try Bench()
        let destination = bench.local.path(of: "a.txt")
        _ = try bench.run("queue", "add", "get", "-o", destination, bench.target("a.txt"))
        #expect(try bench.run("queue", "pause").status == 0)
        let held = try bench.run("queue", "run")
        #expect(held.status == 0 && held.complaint.contains("paused"), "\(held.complaint)")
        #expect(try bench.states() == ["waiting"])
        let list = try bench.run("queue", "list")
        #expect(list.text.contains("the queue is paused"), "\(list.text)")
        #expect(try bench.run("queue", "resume").status == 0)
        #expect(try bench.run("queue", "run").status == 0)
        #expect(try bench.local.contents(of: "a.txt") == Array("one\ntwo\n".utf8))
    }

    @Test func aTransferAtWorkElsewhereIsPausedMovedAndRemovedByCommand() throws {
        let bench = try Bench(faults: [.slow(Array("big.bin".utf8), bytesPerSecond: 50_000)])
        let first = try bench.run(
            "queue", "add", "get", "-o", bench.local.path(of: "big.bin"), bench.target("big.bin"))
        let id = try #require(first.lines.first)
        let worker = try bench.start(["queue", "run", "--stay"])
        try eventually("bytes", within: .seconds(20)) {
            try bench.local.contents(of: "big.bin.part")?.isEmpty == false
        }
        #expect(try bench.run("queue", "pause", id).status == 0)
        try eventually("paused", within: .seconds(20)) { try bench.states() == ["paused"] }
        #expect(try bench.run("queue", "move", id, "--first", "--priority", "high").status == 0)
        // On a busy machine it may be told first that the other one has not answered yet.
        var unknown = try bench.run("queue", "pause", "4711")
        try eventually("an answer", within: .seconds(60)) {
            if unknown.complaint.contains("has not answered") {
                unknown = try bench.run("queue", "pause", "4711")
            }
            return !unknown.complaint.contains("has not answered")
        }
        #expect(unknown.status == 66 && unknown.complaint.contains("4711"), "\(unknown.complaint)")
        #expect(try bench.run("queue", "remove", id).status == 0)
        try eventually("removed", within: .seconds(20)) { try bench.states().isEmpty }
        worker.signal(SIGTERM)
        _ = try worker.finish()
        // What has arrived stays.
        #expect(try bench.local.contents(of: "big.bin.part")?.isEmpty == false)
    }

    @Test func aRequestLeftForAProcessThatDiesIsCarriedOutByTheNext() throws {
        let bench = try Bench(faults: [.slow(Array("big.bin".utf8), bytesPerSecond: 50_000)])
        _ = try bench.run(
            "queue", "add", "get", "-o", bench.local.path(of: "big.bin"), bench.target("big.bin"))
        let worker = try bench.start(["queue", "run"])
        try eventually("bytes", within: .seconds(20)) {
            try bench.local.contents(of: "big.bin.part")?.isEmpty == false
        }
        // It answers nobody any more.
        worker.signal(SIGSTOP)
        let left = try bench.start([
            "queue", "add", "get", "-o", bench.local.path(of: "a.txt"), bench.target("a.txt"),
        ])
        let outcome = try left.finish()
        #expect(outcome.status == 0 && outcome.complaint.contains("has not answered"), "\(outcome.complaint)")
        worker.signal(SIGKILL)
        _ = try worker.finish()
        #expect(try bench.run("queue", "run").status == 0)
        #expect(try bench.local.contents(of: "a.txt") == Array("one\ntwo\n".utf8))
        #expect(try bench.states() == ["done", "done"])
    }

    @Test func onlyAfterAKillTheNextRunSaysThatTheLastOneWasEndedInTheMiddle() throws {
        let bench = try Bench(faults: [.slow(Array("big.bin".utf8), bytesPerSecond: 10_000)])
        _ = try bench.run(
            "queue", "add", "get", "-o", bench.local.path(of: "big.bin"), bench.target("big.bin"))
        func ended(by signal: Int32) throws -> String {
            let worker = try bench.start(["queue", "run", "-v", "--progress", "none"])
            // It has the queue, and speaks with the server.
            try eventually("a dialogue", within: .seconds(20)) { worker.complaintSize > 500 }
            worker.signal(signal)
            return try worker.finish().complaint
        }
        let sentence = "was ended in the middle"
        #expect(try !ended(by: SIGTERM).contains(sentence))
        #expect(try !ended(by: SIGKILL).contains(sentence))
        // Nobody works on it, whatever the dead one left.
        #expect(try bench.run("queue", "list").text.contains("portside queue run begins it"))
        #expect(try ended(by: SIGTERM).contains(sentence))
        #expect(try !ended(by: SIGTERM).contains(sentence))
    }

    @Test func aTransferThatIsNotToBeginYetWaitsAndSaysSo() throws {
        let bench = try Bench()
        let outcome = try bench.run(
            "queue", "add", "get", "--at", "2h", "-o", bench.local.path(of: "a.txt"), bench.target("a.txt"))
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(try bench.run("queue", "list").text.contains("begins at"))
    }
}

extension Bench {
    /// Who holds the queue's lock, as its file says.
    func holder() throws -> String? {
        let text = try home.contents(of: "state/portside/queue.lock").map {
            String(decoding: $0, as: UTF8.self)
        }
        return text?.isEmpty == false ? text : nil
    }

    /// Of all that is in the queue, in its order.
    func states() throws -> [String] {
        try objects(run("queue", "list", "--json").lines).compactMap { $0["state"] as? String }
    }
}
