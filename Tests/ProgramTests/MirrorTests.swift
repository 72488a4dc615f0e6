import EmbeddedServer
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
