import Glibc
import TestSupport
import Testing

/// What `ls` and `stat` print, whichever way the server lists.
struct ListingOutputTests {
    private func bench() throws -> Bench {
        let bench = try Bench()
        #expect(chmod(bench.served.path(of: "a.txt"), 0o640) == 0)
        #expect(chmod(bench.served.path(of: "sub"), 0o1755) == 0)
        return bench
    }

    @Test func permissionsComeFromTheModeOfMLSD() throws {
        let bench = try bench()
        let lines = try bench.run("ls", "-l", bench.target()).lines
        #expect(lines.contains { $0.hasPrefix("-rw-r-----") && $0.hasSuffix(" a.txt") }, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("drwxr-xr-t") && $0.hasSuffix(" sub") }, "\(lines)")
        for command in ["ls", "stat"] {
            let file = try #require(
                try objects(bench.run(command, "--json", bench.target("a.txt")).lines).first)
            #expect(file["perms"] as? String == "rw-r-----", "\(file)")
            #expect(file["mode"] as? String == "640", "\(file)")
        }
        let found = try objects(bench.run("ls", "--json", bench.target()).lines)
        let directory = try #require(found.first { $0["name"] as? String == "sub" })
        #expect(directory["mode"] as? String == "1755")
    }

    @Test func permissionsThatNobodyKnowsAreQuestionMarks() throws {
        let server = try ScriptedServer(
            """
            < 220 ready
            > USER anonymous
            < 230 User logged in.
            > SYST
            < 215 Windows_NT
            > FEAT
            < 500 'FEAT': command not understood
            > PWD
            < 257 "/" is current directory.
            > TYPE I
            < 200 Type set to I.
            = listen
            > EPSV
            < 229 Entering Extended Passive Mode (|||{port}|)
            = accept
            > LIST
            < 150 Here it comes.
            = send 01-02-20  03:04PM                 1234 a.txt
            = close
            < 226 Transfer complete.
            > QUIT
            < 221 Goodbye.
            """)
        let home = try TemporaryDirectory()
        let run = try Command(["ls", "-l", "ftp://127.0.0.1:\(server.port)/"], home: home.path)
        let outcome = try run.finish()
        #expect(outcome.text.hasPrefix("-????????? "), "\(outcome.text) \(outcome.complaint)")
        #expect(try server.finish() == nil)
    }

    @Test func namesAreSorted() throws {
        let bench = try Bench()
        for name in ["zz", "B", "b", "a", "\u{E9}", "10", "9"] { try bench.served.write([], to: name) }
        let sorted = ["10", "9", "B", "a", "a.txt", "b", "big.bin", "sub", "zz", "\u{E9}"]
        #expect(try bench.run("ls", bench.target()).lines == sorted)
        let found = try objects(bench.run("ls", "--json", bench.target()).lines)
        #expect(found.map { $0["name"] as? String } == sorted)
        #expect(try bench.run("ls", "-R", bench.target()).lines == sorted + ["sub/b.bin"])
    }

    @Test func aReaderThatHasSeenEnoughEndsTheProgramQuietly() throws {
        let bench = try Bench()
        let program = try PseudoTerminal.builtProgram("portside")
        // dash has no PIPESTATUS, so the first command of the pipe tells its own status.
        let script =
            "('\(program)' cat \(bench.target("big.bin")); echo $? >'\(bench.local.path)/status') 2>'\(bench.local.path)/errors' | head -c 10 >/dev/null"
        let shell = try PseudoTerminal("/bin/sh", ["-c", script])
        #expect(try shell.waitForExit() == 0)
        #expect(try bench.local.contents(of: "errors") == [])
        #expect(try bench.local.contents(of: "status") == Array("141\n".utf8))
    }
}
