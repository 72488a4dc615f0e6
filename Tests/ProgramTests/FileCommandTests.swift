import EmbeddedServer
import Glibc
import TestSupport
import Testing

/// What the commands leave on either side.
struct FileCommandTests {
    @Test func aTreeGoesUpAndComesBack() throws {
        let bench = try Bench()
        try bench.local.makeDirectory("tree")
        try bench.local.makeDirectory("tree/inner")
        try bench.local.write([], to: "tree/empty")
        try bench.local.write(Bench.big, to: "tree/inner/a b.bin")
        #expect(try bench.run("put", "-r", bench.local.path(of: "tree"), bench.target("sub/")).status == 0)
        #expect(try bench.served.contents(of: "sub/tree/inner/a b.bin") == Bench.big)
        try bench.local.makeDirectory("back")
        let outcome = try bench.run("get", "-r", "-o", bench.local.path(of: "back"), bench.target("sub/tree"))
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(try bench.local.contents(of: "back/tree/inner/a b.bin") == Bench.big)
        #expect(try bench.local.contents(of: "back/tree/empty") == [])
    }

    @Test func oneFileGoesToStandardOutputAndComesFromStandardInput() throws {
        let bench = try Bench()
        #expect(try bench.run("put", "-", bench.target("new"), input: [0, 13, 10, 255]).status == 0)
        #expect(try bench.served.contents(of: "new") == [0, 13, 10, 255])
        #expect(try bench.run("get", "-o", "-", bench.target("new")).output == [0, 13, 10, 255])
    }

    @Test func anExistingDestinationIsNotOverwritten() throws {
        let bench = try Bench()
        try bench.local.write([7], to: "a.txt")
        _ = try bench.run("get", "-o", bench.local.path(of: "a.txt"), bench.target("a.txt"))
        #expect(try bench.local.contents(of: "a.txt") == [7])
        _ = try bench.run("put", bench.local.path(of: "a.txt"), bench.target("a.txt"))
        #expect(try bench.served.contents(of: "a.txt") == Array("one\ntwo\n".utf8))
    }

    @Test func directoriesAndNamesChange() throws {
        let bench = try Bench()
        #expect(try bench.run("mkdir", bench.target("new")).status == 0)
        #expect(try bench.run("rmdir", bench.target("new")).status == 0)
        #expect(try bench.run("mv", bench.target("a.txt"), bench.target("sub/c.txt")).status == 0)
        #expect(try bench.served.names() == [".hidden", "big.bin", "sub"].map { Array($0.utf8) })
        #expect(try bench.run("rm", "-r", bench.target("sub")).status == 0)
        #expect(try bench.served.names() == [".hidden", "big.bin"].map { Array($0.utf8) })
    }

    @Test func passwordsComeFromAFileAndFromNetrc() throws {
        let bench = try Bench(.only(["alice": "right"]))
        try bench.home.write(Array("right\n".utf8), to: "password")
        try bench.home.write(Array("machine 127.0.0.1 login alice password right\n".utf8), to: ".netrc")
        let file = bench.home.path(of: "password")
        let byFile = try bench.run("ls", "--user", "alice", "--password-file", file, bench.target())
        #expect(byFile.status == 0, "\(byFile.complaint)")
        // Others may read it: it is not used.
        #expect(try bench.run("ls", "--netrc", bench.target()).status == 77)
        #expect(chmod(bench.home.path(of: ".netrc"), 0o600) == 0)
        let byNetrc = try bench.run("ls", "--netrc", bench.target())
        #expect(byNetrc.status == 0, "\(byNetrc.complaint)")
    }
}
