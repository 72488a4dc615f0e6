import EmbeddedServer
import Glibc
import TestSupport
import Testing

/// One large file over several connections.
struct SegmentTests {
    static let large = (0..<(12 << 20)).map {
        UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8 &+ $0 >> 16)
    }

    private func bench(_ faults: Set<Fault>) throws -> Bench {
        let bench = try Bench(faults: faults)
        try bench.served.write(Self.large, to: "large")
        return bench
    }

    /// The restart offsets that the server was asked for.
    private func offsets(_ bench: Bench, _ file: String) throws -> [Int] {
        let text = String(decoding: try bench.home.contents(of: file) ?? [], as: UTF8.self)
        return try objects(text.split(separator: "\n").map(String.init)).compactMap { line in
            guard let command = line["line"] as? String, command.hasPrefix("REST ") else { return nil }
            return Int(command.dropFirst(5))
        }
    }

    @Test func allItsConnectionsAreUsedAndTheBytesAreRight() throws {
        let bench = try bench([.slow(Array("large".utf8), bytesPerSecond: 6 << 20)])
        let outcome = try bench.run(
            "get", "--segments", "3", "--record", bench.home.path(of: "log"), "-o", bench.local.path(of: "x"),
            bench.target("large"))
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(try bench.local.contents(of: "x") == Self.large)
        #expect(try Set(offsets(bench, "log")).isSuperset(of: [4 << 20, 8 << 20]))
        #expect(try bench.local.contents(of: "x.segments.part") == nil)
    }

    @Test func killedInTheMiddleItGoesOnWithEachSegment() throws {
        let bench = try bench([.slow(Array("large".utf8), bytesPerSecond: 1 << 20)])
        let add = try bench.run(
            "queue", "add", "get", "--segments", "3", "-o", bench.local.path(of: "x"), bench.target("large"))
        #expect(add.status == 0, "\(add.complaint)")
        let run = try bench.start(["queue", "run"])
        // A second line: the map was written again after the first.
        try eventually("a map that tells of bytes", within: .seconds(30)) {
            guard let part = try bench.local.contents(of: "x.segments.part"), part.count > Self.large.count
            else {
                return false
            }
            return String(decoding: part[Self.large.count...], as: UTF8.self).contains(" 0-0-") == false
        }
        run.signal(SIGKILL)
        _ = try run.finish()
        let again = try bench.run("queue", "run", "--record", bench.home.path(of: "log"))
        #expect(again.status == 0, "\(again.complaint)")
        #expect(try bench.local.contents(of: "x") == Self.large)
        let asked = try offsets(bench, "log")
        #expect(!asked.isEmpty && asked.allSatisfy { $0 > 0 && $0 % (4 << 20) != 0 }, "\(asked)")
    }

    @Test(arguments: [Fault.restartRefused, .restartIgnored])
    func whereAServerCannotBeginInTheMiddleOneConnectionFetchesIt(fault: Fault) throws {
        let bench = try bench([fault])
        let outcome = try bench.run(
            "get", "--segments", "3", "-o", bench.local.path(of: "x"), bench.target("large"))
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(try bench.local.contents(of: "x") == Self.large)
        #expect(try bench.local.contents(of: "x.segments.part") == nil)
    }

    @Test func aServerThatTakesOneConnectionGivesTheFileAllTheSame() throws {
        let bench = try bench([.maxConnections(1)])
        let outcome = try bench.run(
            "get", "--segments", "4", "-o", bench.local.path(of: "x"), bench.target("large"))
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(try bench.local.contents(of: "x") == Self.large)
    }
}
