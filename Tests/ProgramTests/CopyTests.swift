import EmbeddedServer
import Foundation
import TestSupport
import Testing

/// A file from one server to another.
@Suite struct CopyTests {
    @Test func serversThatAllowItCopyAmongThemselves() throws {
        let (from, to) = (try Bench(), try Bench())
        let outcome = try from.run("copy", from.target("big.bin"), to.target("sub/"), "-v", "--tls", "off")
        #expect(outcome.status == 0 && outcome.output.isEmpty, "\(outcome.complaint)")
        #expect(try to.served.contents(of: "sub/big.bin") == Bench.big)
        // No data connection of ours: one was told to listen, the other where.
        #expect(outcome.complaint.contains("a1 > PASV") && outcome.complaint.contains("a2 > PORT"))
        #expect(!outcome.complaint.contains("a1 > EPSV"))
    }

    @Test func theOtherWayRoundIsTriedToo() throws {
        let (from, to) = (try Bench(), try Bench(faults: [.activeRefused]))
        let outcome = try from.run("copy", from.target("big.bin"), to.target("copy"), "-v", "--tls", "off")
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(try to.served.contents(of: "copy") == Bench.big)
        #expect(outcome.complaint.contains("a2 > PASV") && outcome.complaint.contains("a1 > PORT"))
    }

    @Test func whereTheyRefuseTheFileGoesThroughThisMachine() throws {
        let (from, to) = (try Bench(faults: [.activeRefused]), try Bench(faults: [.activeRefused]))
        let outcome = try from.run("copy", from.target("big.bin"), to.target("copy"), "--tls", "off")
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(outcome.complainsInOneLine && outcome.complaint.contains("through this machine"))
        #expect(try to.served.contents(of: "copy") == Bench.big)
    }

    /// ProFTPD with its mod_copy; the others are asked and know nothing of it.
    @Test(arguments: [RealServer.Kind.proftpd, .vsftpd])
    func aServerThatCopiesByItselfIsLeftToIt(_ kind: RealServer.Kind) throws {
        let server = try RealServer.start(kind)
        let bench = try Bench()
        try Data(Bench.big).write(to: URL(filePath: "\(server.root)/big"))
        try bench.home.write(Array(server.password.utf8), to: "password")
        let url = "ftp://\(server.user)@\(server.host):\(server.port)"
        let outcome = try bench.run(
            "copy", "\(url)/big", "\(url)/again", "-v", "--tls", "off", "--password-file",
            bench.home.path(of: "password"))
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(outcome.complaint.contains("SITE CPFR"))
        #expect(outcome.complaint.contains("SITE CPTO") == (kind == .proftpd), "\(outcome.complaint)")
        #expect(outcome.complaint.contains("> RETR") == (kind == .vsftpd))
        #expect(try Array(Data(contentsOf: URL(filePath: "\(server.root)/again"))) == Bench.big)
    }

    @Test func withinOneServerAndByWishThroughThisMachine() throws {
        let bench = try Bench()
        let outcome = try bench.run(
            "copy", "--relay", bench.target("big.bin"), bench.target("again"), "--tls", "off")
        #expect(outcome.status == 0 && outcome.complaint.isEmpty, "\(outcome.complaint)")
        #expect(try bench.served.contents(of: "again") == Bench.big)
    }

    @Test func whatIsThereIsNotReplacedUnasked() throws {
        let (from, to) = (try Bench(), try Bench())
        let refused = try from.run("copy", from.target("big.bin"), to.target("a.txt"), "--tls", "off")
        #expect(refused.status == 73 && refused.complainsInOneLine)
        #expect(try to.served.contents(of: "a.txt") == Array("one\ntwo\n".utf8))
        let outcome = try from.run(
            "copy", "--overwrite", from.target("big.bin"), to.target("a.txt"), "--tls", "off")
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(try to.served.contents(of: "a.txt") == Bench.big)
    }

    @Test(arguments: [[], ["--relay"]]) func aSourceThatIsNotThereIsSaid(_ options: [String]) throws {
        let (from, to) = (try Bench(), try Bench())
        let outcome = try from.start(
            ["copy", from.target("nothing"), to.target("copy"), "--tls", "off"] + options
        ).finish()
        #expect(outcome.status == 66, "\(outcome.complaint)")
        #expect(outcome.complaint.contains("nothing"))
    }
}
