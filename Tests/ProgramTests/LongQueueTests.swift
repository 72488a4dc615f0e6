import EmbeddedServer
import Foundation
import Glibc
import TestSupport
import Testing

/// Commands that go through all of a queue take no more memory the longer it is, but for what the queue itself needs.
@Suite struct LongQueueTests {
    private static let rows = 20_000

    /// A document of so many transfers that nobody is asked to do, and its place.
    private func document(_ count: Int, in bench: Bench, lastLine: String? = nil) throws -> String {
        _ = try bench.run(
            "queue", "add", "get", "--retries", "0", "-o", bench.local.path(of: "name-0"),
            bench.target("name-0", user: "alice@"))
        let lines = try bench.run("queue", "export").lines
        _ = try bench.run("queue", "remove", "1")
        let pattern = try #require(lines.last)
        var text = lines.dropLast().joined(separator: "\n") + "\n"
        for number in 0..<count {
            text += pattern.replacingOccurrences(of: "name-0", with: "name-\(number)") + "\n"
        }
        try bench.local.write(Array((text + (lastLine ?? "")).utf8), to: "document")
        return bench.local.path(of: "document")
    }

    @Test func importListAndExportTakeLittleMemoryForALongQueue() throws {
        /// What each of them takes with so many rows, in KiB.
        func peaks(_ count: Int) throws -> [String: Int] {
            let bench = try Bench()
            var peaks: [String: Int] = [:]
            func run(_ name: String, _ words: String..., lines: Int) throws {
                let outcome = try bench.start(["queue"] + words).finish()
                #expect(outcome.status == 0 && outcome.lines.count == lines, "\(words): \(outcome.complaint)")
                peaks[name] = outcome.peak
            }
            let document = try document(count, in: bench)
            try run("import", "import", document, lines: count)
            try run("list", "list", "--json", lines: count)
            try run("export", "export", lines: count + 2)
            try run("manifest", "export", "--manifest", lines: count)
            return peaks
        }
        // A thousand rows at a time are read; two thousand take what any number should.
        let (few, many) = (try peaks(2_000), try peaks(Self.rows))
        #expect(many.count == 4)
        for (command, peak) in many {
            // Of an import the rows as the queue keeps them, 250 bytes each.
            let most = (command == "import" ? 15 : 6) << 10
            let usual = try #require(few[command])
            #expect(usual > 0 && peak < usual + most, "\(command): \(peak) KiB, \(usual) KiB for 2,000")
        }
    }

    @Test func aLongDocumentReachesAWorkingQueueWholeAndInItsOrder() throws {
        let bench = try Bench()
        let count = 2_500
        let path = try document(count, in: bench)
        #expect(try bench.run("queue", "pause").status == 0)
        let worker = try bench.start(["queue", "run", "--stay"])
        try eventually("the worker holds the queue", within: .seconds(20)) { try bench.holder() != nil }
        // On a busy machine the worker may take its time to answer.
        let outcome = try bench.run("queue", "import", path)
        #expect(outcome.status == 0, "\(outcome.complaint)")
        try eventually("all are there, in their order", within: .seconds(60)) {
            let rows = try objects(bench.run("queue", "list", "--json").lines)
            let names = rows.compactMap {
                ($0["source"] as? String)?.split(separator: "/").last.map(String.init)
            }
            return names == (0..<count).map { "name-\($0)" }
                && Set(outcome.lines).isSubset(of: rows.compactMap { ($0["id"] as? Int).map(String.init) })
        }
        worker.signal(SIGTERM)
        _ = try worker.finish()
    }

    /// Also where the line that cannot be comes long after the first was read.
    @Test func aDocumentThatEndsBadlyAddsNothing() throws {
        let bench = try Bench()
        let count = 3_000
        let outcome = try bench.run(
            "queue", "import", try document(count, in: bench, lastLine: "{\"transfer\":"))
        #expect(outcome.status == 66 && outcome.lines.isEmpty, "\(outcome.complaint)")
        #expect(
            outcome.complaint.contains("document:\(count + 3): ")
                && outcome.complaint.contains("nothing was added"),
            "\(outcome.complaint)")
        #expect(try bench.states().isEmpty)
    }
}
