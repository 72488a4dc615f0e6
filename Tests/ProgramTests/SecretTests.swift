import EmbeddedServer
import Glibc
import TestSupport
import Testing

/// Where passwords come from, and where they are not to be seen.
struct SecretTests {
    @Test func thePasswordOfAURLIsNotInTheProcessList() throws {
        let bench = try Bench(faults: [.slow(Array("big.bin".utf8), bytesPerSecond: 150_000)])
        let run = try bench.start(["cat", bench.target("big.bin", user: "alice:s3cret@")])
        try eventually("the arguments are overwritten", within: .seconds(20)) {
            try arguments(of: run.process).contains("ftp://alice:******@127.0.0.1")
        }
        #expect(try !arguments(of: run.process).contains("s3cret"))
        run.signal(SIGTERM)
        _ = try run.finish()
    }

    /// Also where the rest of the line makes no sense: here the program stands before a standard error that takes nothing.
    @Test func thePasswordIsHiddenBeforeTheArgumentsAreMadeSenseOf() throws {
        let home = try TemporaryDirectory()
        let pipe = home.path(of: "pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        let reader = open(pipe, O_RDONLY | O_NONBLOCK)
        let filler = open(pipe, O_WRONLY | O_NONBLOCK)
        defer { for end in [reader, filler] { close(end) } }
        let block = [UInt8](repeating: 0, count: 4096)
        while write(filler, block, block.count) > 0 {}
        let run = try Command(
            ["ls", "ftp://alice:s3cret@127.0.0.1:1/", "--nonsense"], home: home.path,
            through: ["/bin/sh", "-c", "exec \"$0\" \"$@\" 2>'\(pipe)'"])
        try eventually("the arguments are overwritten", within: .seconds(20)) {
            try arguments(of: run.process).contains("ftp://alice:******@127.0.0.1")
        }
        run.signal(SIGKILL)
        _ = try run.finish()
    }

    @Test func theMemoryGoesIntoNoCoreFile() throws {
        let bench = try Bench(faults: [.slow(Array("big.bin".utf8), bytesPerSecond: 150_000)])
        let run = try bench.start(["cat", bench.target("big.bin", user: "alice:s3cret@")])
        try eventually("no core file", within: .seconds(20)) {
            let file = try #require(fopen("/proc/\(run.process)/limits", "r"))
            defer { fclose(file) }
            var buffer = [UInt8](repeating: 0, count: 8192)
            let count = fread(&buffer, 1, buffer.count, file)
            let text = String(decoding: buffer.prefix(count), as: UTF8.self)
            return text.contains(#/Max core file size +0 +0 /#)
        }
        run.signal(SIGTERM)
        _ = try run.finish()
    }

    private func arguments(of process: pid_t) throws -> String {
        let file = try #require(fopen("/proc/\(process)/cmdline", "r"))
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = fread(&buffer, 1, buffer.count, file)
        return String(decoding: buffer.prefix(count), as: UTF8.self)
    }

    @Test func aPasswordFileThatOthersMayReadIsUsedWithAWarning() throws {
        let bench = try Bench(.only(["alice": "right"]))
        try bench.home.write(Array("right\n".utf8), to: "password")
        let file = bench.home.path(of: "password")
        #expect(chmod(file, 0o644) == 0)
        let open = try bench.run(
            "stat", "--password-file", file, bench.target("a.txt", user: "alice@"),
            bench.target("sub", user: "alice@"))
        #expect(open.status == 0, "\(open.complaint)")
        #expect(open.complainsInOneLine && open.complaint.contains("chmod 600"), "\(open.complaint)")
        #expect(chmod(file, 0o600) == 0)
        let closed = try bench.run("ls", "--password-file", file, bench.target(user: "alice@"))
        #expect(closed.status == 0 && closed.errors.isEmpty, "\(closed.complaint)")
    }

    @Test func theQueueSaysThatItKeepsNoPassword() throws {
        let bench = try Bench(.only(["alice": "right"]))
        try bench.home.write(Array("right\n".utf8), to: "password")
        let file = bench.home.path(of: "password")
        #expect(chmod(file, 0o600) == 0)
        let added = try bench.run(
            "queue", "add", "get", "--password-file", file, "-o", bench.local.path(of: "a.txt"),
            bench.target("a.txt", user: "alice@"))
        #expect(added.status == 0)
        #expect(added.complainsInOneLine, "\(added.complaint)")
        #expect(added.complaint.contains("not stored") && added.complaint.contains("--password-file \(file)"))
        #expect(try bench.run("queue", "run", "--password-file", file).status == 0)
        #expect(try bench.local.contents(of: "a.txt") == Array("one\ntwo\n".utf8))
    }

    @Test func netrcIsOnlyNeededWhenTheQueueRuns() throws {
        let bench = try Bench(.only(["alice": "right"]))
        let added = try bench.run(
            "queue", "add", "get", "--netrc", "-o", bench.local.path(of: "a.txt"),
            bench.target("a.txt", user: "alice@"))
        #expect(added.status == 0, "\(added.complaint)")
        #expect(added.lines.count == 1)
        try bench.home.write(Array("machine 127.0.0.1 login alice password right\n".utf8), to: ".netrc")
        #expect(chmod(bench.home.path(of: ".netrc"), 0o600) == 0)
        let run = try bench.run("queue", "run", "--netrc")
        #expect(run.status == 0, "\(run.complaint)")
        #expect(try bench.local.contents(of: "a.txt") == Array("one\ntwo\n".utf8))
    }
}
