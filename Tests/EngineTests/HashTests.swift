import FTPProtocol
import TestSupport
import Testing
import Transfers
import Transport

@testable import Engine

/// Check sums after transfers, and what servers set of a file.
@Suite struct HashTests {
    private var options: TransferOptions {
        var options = TransferOptions(retries: 0)
        options.verification = .hash
        return options
    }

    @Test func theSumsOfBothSidesAreCompared() throws {
        let server = try ScriptedServer(
            Self.login.replacing("<  HASH SHA-1*;SHA-256\n", with: "").replacing("<  MD5\n", with: "") + """
                > XCRC "/a b"
                < 250 352441C2
                > XCRC /c
                < 250 352441C3
                > QUIT
                < 221
                """)
        let log = LineLog()
        let session = server.session(log, mode: .auto)
        let directory = try TemporaryDirectory()
        try directory.write(Array("abc".utf8), to: "abc")
        let file = try LocalFile.openForReading(Disk.bytes(directory.path(of: "abc")))
        let proof = try session.compareHash(of: RemotePath("/a b"), size: 3, with: file.lent)
        #expect(proof == HashProof(algorithm: .crc32, value: "352441c2"))
        let failure = #expect(throws: Failure.self) {
            _ = try session.compareHash(of: RemotePath("/c"), size: 3, with: file.lent)
        }
        #expect(failure?.kind == .doesNotVerify)
        #expect(failure?.message.contains("352441c2 here, 352441c3 on the server") == true)
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    @Test func aServerWithoutCheckSumsIsSaidToHaveNone() async throws {
        let rig = try Rig()
        try rig.served.write([1, 2, 3], to: "a")
        let bench = try rig.queue()
        let rows = await bench.run(rig.download("a", options: options))
        #expect(rows.map(\.state) == [.done], "\(rig.log.transcript)")
        #expect(
            rig.log.warnings.contains { $0.contains("computes no check sums, so only the size is compared") })
    }

    private static let login = Script.login(
        system: "UNIX", features: "< 211-Features\n<  HASH SHA-1*;SHA-256\n<  XCRC\n<  MD5\n< 211 End")

    @Test func theAlgorithmIsChosenOnceAndTheNextOneTriedWhenItIsRefused() throws {
        let sum = String(repeating: "ab", count: 32)
        let server = try ScriptedServer(
            Self.login + """
                > OPTS HASH SHA-256
                < 200 SHA-256
                > HASH /a
                < 213-Computing
                < 213 SHA-256 0-3 \(sum) /a
                > HASH /b
                < 213 SHA-256 0-3 \(sum) /b
                > HASH /c
                < 504 not so
                > OPTS HASH SHA-1
                < 501 no
                > MD5 /c
                < 502 no
                > XCRC /c
                < 250 1F
                > QUIT
                < 221
                """)
        let log = LineLog()
        let session = server.session(log, mode: .auto)
        #expect(try session.hash(of: RemotePath("/a"), size: 4) == HashProof(algorithm: .sha256, value: sum))
        #expect(try session.hash(of: RemotePath("/b"), size: 4)?.value == sum)
        #expect(
            try session.hash(of: RemotePath("/c"), size: 4) == HashProof(algorithm: .crc32, value: "0000001f")
        )
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    @Test func timesAreSetByTheFirstWayThatIsSeenToWork() throws {
        let server = try ScriptedServer(
            Self.login.replacing("<  MD5", with: "<  MDTM") + """
                > MDTM 20200102030405 /a
                < 213 20200102030405
                > MDTM /a
                < 550 no
                > SITE UTIME 20200102030405 /a
                < 500 what
                > SITE UTIME /a 20200102030405 20200102030405 20200102030405 UTC
                < 200 ok
                > MDTM /a
                < 213 20200102030405
                > SITE UTIME /b 20200102030405 20200102030405 20200102030405 UTC
                < 200 ok
                > QUIT
                < 221
                """)
        let log = LineLog()
        let session = server.session(log, mode: .auto)
        let time = try #require(CivilDate(timeVal: Array("20200102030405".utf8))?.secondsSince1970)
        try session.setModificationTime(of: RemotePath("/a"), to: time)
        try session.setModificationTime(of: RemotePath("/b"), to: time)
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    @Test func permissionsGoBySITEOrByFact() throws {
        let server = try ScriptedServer(
            Self.login.replacing("<  MD5", with: "<  MFF modify;UNIX.mode;") + """
                > SITE CHMOD 644 /a
                < 502 no
                > MFF UNIX.mode=0644; /a
                < 213 UNIX.mode=0644; /a
                > QUIT
                < 221
                """)
        let log = LineLog()
        let session = server.session(log, mode: .auto)
        try session.changeMode(of: RemotePath("/a"), to: "644")
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    @Test func theServerIsToldOfATransferBeforeItListensAndMayRefuseIt() throws {
        let server = try ScriptedServer(
            Self.login.replacing("<  MD5", with: "<  PRET\n<  AVBL\n<  SIZE") + """
                > AVBL /
                < 213 12345
                > PRET RETR /a
                < 550 not here
                > QUIT
                < 221
                """)
        let log = LineLog()
        let session = server.session(log, mode: .auto)
        #expect(try session.freeSpace(at: .root) == 12345)
        let failure = #expect(throws: Failure.self) {
            _ = try session.retrieve(RemotePath("/a"), progress: nil, limit: nil) { _ in }
        }
        #expect(failure?.kind == .noSuchSource)
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    @Test func theServerCopiesAndLinks() throws {
        let server = try ScriptedServer(
            Self.login + """
                > SITE CPFR /a b
                < 350 go on
                > SITE CPTO /c d
                < 250 done
                > SITE SYMLINK /a /link
                < 200 done
                > QUIT
                < 221
                """)
        let log = LineLog()
        let session = server.session(log, mode: .auto)
        try session.copy(RemotePath("/a b"), to: RemotePath("/c d"))
        try session.makeLink(at: RemotePath("/link"), to: Array("a".utf8))
        #expect(throws: Failure.self) { try session.makeLink(at: RemotePath("/l k"), to: Array("a".utf8)) }
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    @Test func permissionsOfATree() throws {
        let rig = try Rig()
        try rig.served.makeDirectory("tree")
        try rig.served.makeDirectory("tree/inner")
        try rig.served.write([1], to: "tree/inner/file")
        let session = rig.session()
        try session.changeModeOfTree(RemotePath("tree"), kind: .directory, to: "750")
        session.quit()
        let changed = rig.heard.all.filter { $0.hasPrefix("SITE CHMOD") }
        #expect(
            changed == [
                "SITE CHMOD 750 /tree/inner/file", "SITE CHMOD 750 /tree/inner", "SITE CHMOD 750 /tree",
            ])
    }
}
