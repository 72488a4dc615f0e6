import EmbeddedServer
import Glibc
import TestSupport
import Testing

/// What is said before the first byte.
@Suite struct PreflightTests {
    @Test func aTreeIsCountedAndItsConflictsNamedBeforeItIsTaken() throws {
        let bench = try Bench()
        try bench.local.makeDirectory("sub")
        try bench.local.write([9], to: "sub/b.bin")
        let look = try bench.run("get", "-r", "--dry-run", "-o", bench.local.path, bench.target())
        #expect(look.status == 0, "\(look.complaint)")
        #expect(look.complaint.contains("4 files in 1 directory, 390.6 KB"), "\(look.complaint)")
        #expect(look.complaint.contains("1 is there already: sub/b.bin"), "\(look.complaint)")
        #expect(try bench.local.contents(of: "a.txt") == nil)
        let taken = try bench.run(
            "get", "-r", "--preflight", "--on-conflict", "skip", "-o", bench.local.path, bench.target())
        #expect(taken.status == 0 && taken.complaint.contains("4 files"), "\(taken.complaint)")
        #expect(try bench.local.contents(of: "a.txt") != nil)
    }

    @Test func anUploadIsLookedAtOnTheServer() throws {
        let bench = try Bench()
        try bench.local.write([1], to: "a.txt")
        try bench.local.write([1], to: "new")
        let look = try bench.run(
            "queue", "add", "put", "--dry-run", bench.local.path(of: "a.txt"), bench.local.path(of: "new"),
            bench.target())
        #expect(look.complaint.contains("2 files, 2 B"), "\(look.complaint)")
        #expect(look.complaint.contains("1 is there already: a.txt"), "\(look.complaint)")
        #expect(try bench.states().isEmpty)
    }

    @Test(.enabled(if: getuid() != 0)) func aDirectoryThatMayNotBeWrittenStopsItBeforeTheFirstByte() throws {
        let bench = try Bench()
        chmod(bench.local.path, 0o500)
        defer { chmod(bench.local.path, 0o700) }
        let outcome = try bench.run("get", "--preflight", "-o", bench.local.path + "/", bench.target("a.txt"))
        #expect(outcome.status == 73 && outcome.complaint.contains("no permission"), "\(outcome.complaint)")
    }
}
