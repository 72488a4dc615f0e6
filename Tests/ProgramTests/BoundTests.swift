import EmbeddedServer
import Glibc
import TestSupport
import Testing

/// P9 and P10 for the whole program: memory that no server can make grow, and a password that is nowhere.
@Suite struct BoundTests {
    /// What `ls` needs for an honest listing, in KiB.
    private static let idle: Result<Int, any Error> = Result {
        let bench = try Bench()
        return try bench.run("ls", bench.target(), "--tls", "off").peak
    }

    @Test(arguments: [
        ("infinite-reply:FEAT", "ls"), ("infinite-multiline:FEAT", "ls"), ("infinite-reply:PWD", "quote"),
        ("endless-banner", "ls"), ("garbage-replies:7", "ls"), ("long-line-listing:200000000", "ls"),
        ("endless-listing", "ls"), ("extra-data:150000000", "cat"), ("infinite-multiline:STAT", "quote"),
    ])
    func whateverAServerSendsTheMemoryStaysWithin64MiBOfIdle(_ fault: String, _ command: String) throws {
        let idle = try Self.idle.get()
        let bench = try Bench(faults: [try #require(Fault(fault), "\(fault)")])
        let target = command == "cat" ? "a.txt" : ""
        var words = [command, bench.target(target), "--tls", "off", "--retries", "0", "--max-time", "8"]
        if command == "quote" { words += [fault.contains("PWD") ? "PWD" : "STAT"] }
        let outcome = try bench.start(words).finish()
        #expect(
            idle > 0 && outcome.peak > 0 && outcome.peak < idle + 64 << 10,
            "\(outcome.peak) KiB, idle \(idle) KiB")
        #expect(outcome.status != 139 && outcome.status != 132 && outcome.status != 137, "\(outcome.status)")
    }

    @Test func thePasswordIsNowhere() throws {
        let canary = "c4n4ry-in-the-mine"
        let bench = try Bench(.only(["alice": canary]))
        let keys = try TemporaryDirectory()
        try keys.write(Array("\(canary)\n".utf8), to: "password")
        let file = keys.path(of: "password")
        #expect(chmod(file, 0o600) == 0)
        let record = bench.home.path(of: "record")
        var said = ""
        func run(_ words: [String], _ status: Int32 = 0) throws {
            let outcome = try bench.start(words).finish()
            #expect(outcome.status == status, "\(words.first ?? ""): \(outcome.complaint)")
            said += outcome.text + outcome.complaint
        }
        let alice = bench.target(user: "alice@")
        try run(["ls", alice, "-v", "--record", record, "--password-file", file])
        try run(["ls", bench.target(user: "alice:\(canary)@"), "-v", "--tls", "off"])
        try run(["get", alice + "a.txt", "-o", bench.local.path(of: "a"), "--password-file", file, "-v"])
        try run(["quote", alice, "PASS \(canary)", "-v", "--password-file", file], 64)
        // A wrong one, which is a secret all the same, in a URL.
        try run(["ls", bench.target(user: "alice:\(canary)x@"), "-v"], 77)
        try run([
            "queue", "add", "get", bench.target("a.txt", user: "alice:\(canary)@"), "-o",
            bench.local.path(of: "b"), "--proxy", "socks5://me:\(canary)@127.0.0.1:9",
        ])
        try run(["queue", "list", "--json"])
        try run(["queue", "run", "--password-file", file, "--max-time", "20", "--retries", "0"], 1)
        #expect(!said.contains(canary), "\(said)")
        for (path, bytes) in try files(below: bench.home.path) + files(below: bench.local.path) {
            #expect(bytes.firstRange(of: Array(canary.utf8)) == nil, "\(path)")
        }
    }

    private func files(below directory: String) throws -> [(path: String, bytes: [UInt8])] {
        let found = try Program.run("/usr/bin/find", [directory, "-type", "f"])
        return found.output.split(separator: "\n").compactMap { path in
            guard let file = fopen(String(path), "r") else { return nil }
            defer { fclose(file) }
            var bytes: [UInt8] = []
            var piece = [UInt8](repeating: 0, count: 65_536)
            while case let count = fread(&piece, 1, piece.count, file), count > 0 { bytes += piece[..<count] }
            return (String(path), bytes)
        }
    }
}
