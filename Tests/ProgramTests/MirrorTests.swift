import EmbeddedServer
import Foundation
import Glibc
import TestSupport
import Testing

struct MirrorTests {
    @Test func aMirrorFromAServerIsWholeAndTheSecondRunDoesNothing() throws {
        let bench = try Bench()
        let first = try bench.run("mirror", bench.target(), bench.local.path(of: "copy"))
        #expect(first.status == 0, "\(first.complaint)")
        #expect(try bench.local.contents(of: "copy/big.bin") == Bench.big)
        #expect(try bench.local.contents(of: "copy/sub/b.bin") == [1, 2, 3])
        let second = try bench.run("mirror", "--dry-run", bench.target(), bench.local.path(of: "copy"))
        #expect(
            second.lines.isEmpty && second.complaint.contains("4 equal"), "\(second.text)\(second.complaint)")
    }

    @Test func aMirrorToAServerDeletesLastAndOnlyWhenTold() throws {
        let bench = try Bench()
        try bench.local.makeDirectory("mine")
        try bench.local.makeDirectory("mine/new")
        try bench.local.write([9], to: "mine/new/n")
        try bench.local.write(Array("one\ntwo\n".utf8), to: "mine/a.txt")
        let mine = bench.local.path(of: "mine")
        #expect(try bench.run("mirror", mine, bench.target("")).status == 0)
        #expect(try bench.served.contents(of: "new/n") == [9])
        #expect(try bench.served.contents(of: "big.bin") != nil)
        let limited = try bench.run("mirror", "--delete", "--max-delete", "2", mine, bench.target(""))
        #expect(
            limited.status == 77 && limited.complaint.contains("nothing was done"), "\(limited.complaint)")
        #expect(try bench.served.contents(of: "sub/b.bin") != nil)
        let all = try bench.run("mirror", "--delete", mine, bench.target(""))
        #expect(all.status == 0, "\(all.complaint)")
        #expect(all.lines.count == 4 && all.lines.allSatisfy { $0.hasPrefix("deleted ") }, "\(all.text)")
        #expect(try bench.served.contents(of: "sub/b.bin") == nil)
        #expect(try bench.served.contents(of: "a.txt") != nil)
        #expect(try bench.run("mirror", "--delete", "--dry-run", mine, bench.target("")).lines.isEmpty)
    }

    /// A server that computes check sums, and a copy of all that it has; in one file of it, of the same size and a later
    /// time, another byte.
    private struct Tampered {
        let server: RealServer
        let local: TemporaryDirectory
        let url: String
        let copy: String
        static let file = (0..<400_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }

        init() throws {
            server = try RealServer.start(.proftpd)
            local = try TemporaryDirectory()
            url = "ftp://\(server.user):\(server.password)@\(server.host):\(server.port)/tree"
            copy = local.path(of: "copy")
            try local.makeDirectory("tree")
            try local.write(Self.file, to: "tree/file")
            try local.write([1, 2, 3], to: "tree/other")
            try #require(try run(local.path(of: "tree"), url).status == 0)
            try #require(try run(url, copy).status == 0)
            try local.write(tampered, to: "copy/file")
        }

        var tampered: [UInt8] {
            var bytes = Self.file
            bytes[200_000] ^= 1
            return bytes
        }

        func run(_ arguments: String...) throws -> Command.Outcome {
            try Command(["mirror", "--tls", "off"] + arguments, home: local.path).finish()
        }

        var served: [UInt8]? {
            FileManager.default.contents(atPath: server.root + "/tree/file").map(Array.init)
        }
    }

    @Test func checkSumsFindWhatSizeAndTimeDoNot() throws {
        let place = try Tampered()
        for comparison in ["size", "time"] {
            let blind = try place.run("--dry-run", "--compare", comparison, place.url, place.copy)
            #expect(blind.status == 0 && blind.lines.isEmpty, "\(blind.text)\(blind.complaint)")
        }
        let look = try place.run("--dry-run", "--compare", "hash", place.url, place.copy)
        #expect(
            look.lines == ["copy file (400000 bytes, another check sum)"], "\(look.text)\(look.complaint)")
        let run = try place.run("--compare", "hash", place.url, place.copy)
        #expect(run.status == 0, "\(run.complaint)")
        #expect(try place.local.contents(of: "copy/file") == Tampered.file)
        let again = try place.run("--dry-run", "--compare", "hash", place.url, place.copy)
        #expect(again.status == 0 && again.lines.isEmpty, "\(again.text)\(again.complaint)")
    }

    @Test func checkSumsAreComparedOnTheWayUpToo() throws {
        let place = try Tampered()
        let run = try place.run("--compare", "hash", place.copy, place.url)
        #expect(run.status == 0, "\(run.complaint)")
        #expect(place.served == place.tampered)
    }

    @Test func sizesAloneDoNotLookAtTimes() throws {
        let bench = try Bench()
        let copy = bench.local.path(of: "copy")
        #expect(try bench.run("mirror", bench.target(), copy).status == 0)
        try setModified(1_000_000_000, of: "copy/a.txt", in: bench.local)
        let byTime = try bench.run("mirror", "--dry-run", bench.target(), copy)
        #expect(byTime.lines == ["copy a.txt (8 bytes, newer)"], "\(byTime.text)")
        let bySize = try bench.run("mirror", "--dry-run", "--compare", "size", bench.target(), copy)
        #expect(bySize.lines.isEmpty, "\(bySize.text)")
    }

    @Test func aServerWithoutCheckSumsCannotBeComparedByThemAndSaysSo() throws {
        let bench = try Bench()
        let run = try bench.run("mirror", "--compare", "hash", bench.target(), bench.local.path(of: "copy"))
        #expect(
            run.status == 64 && run.complaint.contains("use --compare time"), "\(run.status) \(run.complaint)"
        )
        #expect(try bench.local.contents(of: "copy/a.txt") == nil)
    }

    private func setModified(_ seconds: Int, of name: String, in directory: TemporaryDirectory) throws {
        var times = [timespec(tv_sec: seconds, tv_nsec: 0), timespec(tv_sec: seconds, tv_nsec: 0)]
        #expect(utimensat(AT_FDCWD, directory.path(of: name), &times, 0) == 0)
    }

    @Test func aPlanIsLookedAtStoredAndCarriedOut() throws {
        let bench = try Bench()
        let copy = bench.local.path(of: "copy")
        try bench.local.makeDirectory("copy")
        try bench.local.write([1], to: "copy/extra")
        let file = bench.home.path(of: "plan.json")
        let look = try bench.run("mirror", "--delete", "--dry-run", "--save-plan", file, bench.target(), copy)
        #expect(look.status == 0 && look.lines.contains("delete extra"), "\(look.text)\(look.complaint)")
        #expect(try bench.local.contents(of: "copy/a.txt") == nil)
        let elsewhere = try bench.run("mirror", "--plan", file, bench.target("sub"), copy)
        #expect(elsewhere.status == 64)
        #expect(try bench.run("mirror", "--plan", file, bench.target(), copy).status == 64)
        let run = try bench.run("mirror", "--delete", "--plan", file, bench.target(), copy)
        #expect(run.status == 0, "\(run.complaint)")
        #expect(try bench.local.contents(of: "copy/extra") == nil)
        #expect(try bench.local.contents(of: "copy/big.bin") == Bench.big)
    }

    @Test func deletingNeverFollowsALinkOutOfTheTree() throws {
        let bench = try Bench()
        try bench.local.makeDirectory("canary")
        try bench.local.write([7], to: "canary/alive")
        try bench.local.makeDirectory("copy")
        #expect(symlink(bench.local.path(of: "canary"), bench.local.path(of: "copy/link")) == 0)
        let run = try bench.run("mirror", "--delete", bench.target(), bench.local.path(of: "copy"))
        #expect(run.status == 0, "\(run.complaint)")
        #expect(try bench.local.contents(of: "canary/alive") == [7])
        #expect(access(bench.local.path(of: "copy/link"), F_OK) != 0)
    }

    @Test func aMirrorOfTheQueueIsCarriedOutWhenItsTurnComes() throws {
        let bench = try Bench()
        try bench.local.makeDirectory("copy")
        try bench.local.write([1], to: "copy/extra")
        let added = try bench.run(
            "queue", "add", "mirror", "--delete", bench.target(), bench.local.path(of: "copy"))
        #expect(added.status == 0 && added.lines.count == 1, "\(added.complaint)")
        let run = try bench.run("queue", "run")
        #expect(run.status == 0, "\(run.complaint)")
        #expect(try bench.local.contents(of: "copy/big.bin") == Bench.big)
        #expect(try bench.local.contents(of: "copy/extra") == nil)
    }
}
