import EmbeddedServer
import Foundation
import TestSupport
import Testing

/// The order in which the program brings a download to the disk, as the kernel sees it (Q10): whatever is lost with the
/// power, no name ever stands for a file that is not whole, and the queue never says “done” of what has no name.
@Suite struct SyncOrderTests {
    /// One call of the trace: when it began and when it had ended, by the lines.
    private struct Call {
        var text: String
        var begun: Int
        var ended: Int
    }

    /// The calls of `strace -f -y`, those that were interrupted by another thread's put together again.
    private func calls(_ trace: String) -> [Call] {
        var found: [Call] = []
        var open: [Substring: Call] = [:]
        for (number, line) in trace.split(separator: "\n").enumerated() {
            let thread = line.prefix { $0.isNumber }
            let text = line.dropFirst(thread.count).drop { $0 == " " }
            if let cut = text.firstRange(of: " <unfinished ...>") {
                open[thread] = Call(text: String(text[..<cut.lowerBound]), begun: number, ended: number)
            } else if text.hasPrefix("<... "), var call = open.removeValue(forKey: thread) {
                call.ended = number
                if let rest = text.firstRange(of: "resumed>") { call.text += text[rest.upperBound...] }
                found.append(call)
            } else {
                found.append(Call(text: String(text), begun: number, ended: number))
            }
        }
        return found
    }

    private func trace(_ bench: Bench, _ arguments: [String]) throws -> [Call] {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/strace") else {
            try Test.cancel("there is no strace")
        }
        let file = bench.home.path(of: "trace")
        let run = try Command(
            arguments, home: bench.home.path,
            through: [
                "/usr/bin/strace", "-f", "-y", "-qq", "-s", "4096", "-e",
                "trace=fsync,fdatasync,rename,renameat,renameat2,linkat", "-o", file,
            ])
        let outcome = try run.finish()
        if outcome.complaint.contains("ptrace") { try Test.cancel("strace is not allowed here") }
        #expect(outcome.status == 0, "\(outcome.complaint)")
        return calls(String(decoding: try #require(try bench.home.contents(of: "trace")), as: UTF8.self))
    }

    /// `big.bin` grows in `big.bin.part`; `a.txt` has no name until it is whole.
    @Test(arguments: ["big.bin", "a.txt"])
    func aDownloadIsOnTheDiskBeforeItHasItsNameAndItsNameBeforeTheQueueSaysDone(_ name: String) throws {
        let bench = try Bench()
        let added = try bench.run(
            "queue", "add", "get", bench.target(name), "-o", "\(bench.local.path)/\(name)")
        #expect(added.status == 0, "\(added.complaint)")
        let calls = try trace(bench, ["queue", "run"])
        let all = calls.map(\.text).joined(separator: "\n")
        let place = "<\(bench.local.path)"
        let named = try #require(
            calls.first {
                $0.text.hasPrefix("rename") && $0.text.contains("\"\(name)\"")
                    || $0.text.hasPrefix("linkat") && $0.text.contains("\"\(name)\"")
            }, "\(all)")
        let file = try #require(
            calls.last {
                $0.text.hasPrefix("fsync(") && $0.text.contains("\(place)/") && $0.ended < named.begun
            },
            "\(all)")
        #expect(file.text.hasSuffix("= 0"), "\(file.text)")
        let directory = try #require(
            calls.first {
                $0.text.hasPrefix("fsync(") && $0.text.contains("\(place)>") && $0.begun > named.ended
            }, "\(all)")
        #expect(directory.text.hasSuffix("= 0"), "\(directory.text)")
        // The queue learns of it in a transaction, which is synced; the last one before its end.
        #expect(
            calls.contains {
                $0.text.hasPrefix("fdatasync(") && $0.text.contains("queue.sqlite")
                    && $0.begun > directory.ended
            }, "\(all)")
        // Nothing of the file is written to the disk's care behind its name.
        #expect(
            !calls.contains {
                ($0.text.hasPrefix("fsync(") || $0.text.hasPrefix("fdatasync("))
                    && $0.text.contains("\(place)/")
                    && $0.begun > named.ended
            }, "\(all)")
        #expect(try bench.run("queue", "list", "--finished").text.contains(name))
    }
}
