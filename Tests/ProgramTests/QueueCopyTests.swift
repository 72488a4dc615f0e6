import EmbeddedServer
import Foundation
import Glibc
import TestSupport
import Testing

/// Copies between two servers, in the queue that everything else is in.
struct QueueCopyTests {
    private func add(_ from: Bench, _ to: Bench, _ path: String, _ target: String, _ more: String...) throws {
        let outcome = try from.start(
            ["queue", "add", "copy", "--tls", "off", from.target(path), to.target(target)] + more
        ).finish()
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(outcome.lines.count == 1)
    }

    /// What lies under temporary names at the destination.
    private func parts(_ bench: Bench) throws -> [String] {
        try bench.served.names().map { String(decoding: $0, as: UTF8.self) }.filter { $0.hasSuffix(".part") }
    }

    @Test func aTreeGoesFromOneServerToTheOtherWithoutADetour() throws {
        let (from, to) = (try Bench(), try Bench())
        try from.served.makeDirectory("sub/empty")
        try add(from, to, "", "new/copy", "-r")
        let outcome = try from.run("queue", "run", "-v", "--tls", "off")
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(try to.served.contents(of: "new/copy/big.bin") == Bench.big)
        #expect(try to.served.contents(of: "new/copy/a.txt") == Array("one\ntwo\n".utf8))
        #expect(try to.served.contents(of: "new/copy/sub/b.bin") == [1, 2, 3])
        #expect(FileManager.default.fileExists(atPath: to.served.path(of: "new/copy/sub/empty")))
        // Each was told where the other listens; only listings come here.
        #expect(outcome.complaint.contains("> PORT"))
        #expect(!outcome.complaint.contains("copying through this machine"))
        let done = try objects(from.run("queue", "list", "--json").lines)
        #expect(done.count == 4 && done.allSatisfy { $0["state"] as? String == "done" })
        #expect(done.allSatisfy { ($0["source"] as? String)?.contains(":\(from.port)/") == true })
        #expect(done.allSatisfy { ($0["destination"] as? String)?.contains(":\(to.port)/") == true })
    }

    @Test func theTimeOfTheSourceIsKept() throws {
        let (from, to) = (try Bench(), try Bench())
        let path = from.served.path(of: "a.txt")
        let time = Date(timeIntervalSince1970: 1_700_000_000)
        try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: path)
        try add(from, to, "a.txt", "sub/")
        #expect(try from.run("queue", "run", "--tls", "off").status == 0)
        let copy = try FileManager.default.attributesOfItem(atPath: to.served.path(of: "sub/a.txt"))
        #expect(copy[.modificationDate] as? Date == time)
    }

    @Test func whereTheServersRefuseItGoesThroughThisMachine() throws {
        let (from, to) = (try Bench(faults: [.activeRefused]), try Bench(faults: [.activeRefused]))
        try add(from, to, "big.bin", "copy")
        let outcome = try from.run("queue", "run", "-v", "--tls", "off")
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(outcome.complaint.contains("copying through this machine"))
        #expect(try to.served.contents(of: "copy") == Bench.big)
        #expect(try parts(to).isEmpty)
    }

    @Test(arguments: [("skip", Array("one\ntwo\n".utf8)), ("overwrite", Bench.big)])
    func whatIsThereIsReplacedOnlyWhereThatIsWanted(_ policy: String, _ expected: [UInt8]) throws {
        let (from, to) = (try Bench(), try Bench())
        try add(from, to, "big.bin", "a.txt", "--on-conflict", policy)
        _ = try from.run("queue", "run", "--tls", "off")
        #expect(try to.served.contents(of: "a.txt") == expected)
        #expect(try parts(to).isEmpty)
    }

    @Test func aSourceThatIsNotThereFailsAndLeavesNothing() throws {
        let (from, to) = (try Bench(), try Bench())
        try add(from, to, "nothing", "copy")
        try add(from, to, "a.txt", "other")
        let outcome = try from.run("queue", "run", "--tls", "off")
        #expect(outcome.status == 1)
        let sentence = "portside: /nothing: 127.0.0.1:\(from.port) has no such file"
        #expect(outcome.complaint.hasPrefix(sentence), "\(outcome.complaint)")
        #expect(try to.served.contents(of: "copy") == nil)
        #expect(try to.served.contents(of: "other") == Array("one\ntwo\n".utf8))
        #expect(try parts(to).isEmpty)
    }

    /// What a refused login costs is paid once, and not by each file.
    @Test(arguments: [[], ["--relay"]])
    func aSourceThatAllowsOneConnectionIsAskedForNoMoreOnceThatIsKnown(_ options: [String]) throws {
        let (from, to) = (try Bench(faults: [.maxConnections(1)]), try Bench())
        try from.served.makeDirectory("many")
        for number in 0..<20 { try from.served.write([UInt8(number)], to: "many/\(number)") }
        let outcome = try from.start(
            ["queue", "add", "copy", "-r", "--tls", "off"] + options
                + [from.target("many"), to.target("many")]
        ).finish()
        #expect(outcome.status == 0, "\(outcome.complaint)")
        let run = try from.run("queue", "run", "-v", "--tls", "off", "--connections", "6")
        #expect(run.status == 0, "\(run.complaint)")
        for number in 0..<20 { #expect(try to.served.contents(of: "many/\(number)") == [UInt8(number)]) }
        let refusals = run.complaint.split(separator: "\n").count { $0.contains(" < 421 ") }
        #expect(refusals <= 5, "\(run.complaint)")
    }

    @Test func killedInTheMiddleItIsDoneOverAndTheBytesAreRight() throws {
        let from = try Bench(faults: [.slow(Array("big.bin".utf8), bytesPerSecond: 150_000)])
        let to = try Bench()
        try add(from, to, "big.bin", "copy", "--relay")
        let run = try from.start(["queue", "run", "--tls", "off"])
        try eventually("bytes at the other server", within: .seconds(30)) {
            try parts(to).contains { try to.served.contents(of: $0)?.isEmpty == false }
        }
        run.signal(SIGKILL)
        #expect(try run.finish().status == 128 + SIGKILL)
        #expect(try to.served.contents(of: "copy") == nil)
        let again = try from.run("queue", "run", "--tls", "off")
        #expect(again.status == 0, "\(again.complaint)")
        #expect(try to.served.contents(of: "copy") == Bench.big)
        #expect(try parts(to).isEmpty)
    }

    @Test func betweenRealServersWithPasswords() throws {
        let (from, to) = (try RealServer.start(.proftpd), try RealServer.start(.vsftpd))
        let bench = try Bench()
        try FileManager.default.createDirectory(
            atPath: "\(from.root)/tree/below", withIntermediateDirectories: true)
        try Data(Bench.big).write(to: URL(filePath: "\(from.root)/tree/below/big"))
        try bench.home.write(Array(from.password.utf8), to: "password")
        let file = bench.home.path(of: "password")
        #expect(chmod(file, 0o600) == 0)
        let added = try bench.run(
            "queue", "add", "copy", "-r", "ftp://\(from.user)@\(from.host):\(from.port)/tree",
            "ftp://\(to.user)@\(to.host):\(to.port)/new/")
        #expect(added.status == 0, "\(added.complaint)")
        let asked = try bench.run("queue", "run")
        #expect(asked.status == 1 || asked.status == 77, "\(asked.complaint)")
        let outcome = try bench.run("queue", "run", "--password-file", file)
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(try Array(Data(contentsOf: URL(filePath: "\(to.root)/new/tree/below/big"))) == Bench.big)
    }

    @Test func anExportedCopyIsTheSameWhereItIsImported() throws {
        let (from, to) = (try Bench(), try Bench())
        try add(from, to, "big.bin", "copy")
        let document = try from.run("queue", "export").output
        try to.home.write(Array(document), to: "queue.json")
        #expect(try to.run("queue", "import", to.home.path(of: "queue.json")).status == 0)
        #expect(try to.run("queue", "run", "--tls", "off").status == 0)
        #expect(try to.served.contents(of: "copy") == Bench.big)
    }
}
