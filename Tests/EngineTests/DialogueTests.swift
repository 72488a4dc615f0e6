import Engine
import FTPProtocol
import TestSupport
import Testing
import Transfers

/// Servers as documents: `Tests/Dialogues/*.ftp` holds what each says and must hear.
@Suite struct DialogueTests {
    @Test(arguments: [
        ("iis-active", DataMode.active, ["dir", "a file.txt"]),
        ("iis-passive", .passive, ["dir", "a file.txt"]),
        ("226-before-the-data", .passive, ["a file.txt"]), ("no-preliminary", .passive, ["a file.txt"]),
        ("125-and-150", .passive, ["a file.txt"]), ("reset-after-completion", .passive, ["a file.txt"]),
        ("dead-epsv-port", .passive, ["a file.txt"]), ("nothing-found", .passive, []),
        ("os400", .passive, ["dir", "a file.txt"]), ("no-members", .passive, []),
        ("greeting-120", .passive, ["a file.txt"]), ("utf8-202", .passive, ["a file.txt"]),
        ("utf8-501", .passive, ["a file.txt"]), ("few-commands", .passive, ["a file.txt"]),
        ("503-unless-connected", .passive, ["a file.txt"]),
        ("hidden-files", .passive, [".hidden"]), ("dash-a-is-a-name", .passive, ["a file.txt"]),
    ])
    func listsAsTheDialogueSays(_ name: String, _ mode: DataMode, _ names: [String]) throws {
        let server = try ScriptedServer(playing: name)
        let log = LineLog()
        let session = server.session(log, mode: mode)
        var found: [String] = []
        _ = try session.list(RemotePath("/pub")) {
            found += $0.map { String(decoding: $0.name, as: UTF8.self) }
        }
        session.quit()
        #expect(found == names, "\(log.transcript)")
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    @Test func onVMSPathsAreMadeOfBrackets() throws {
        let server = try ScriptedServer(playing: "vms")
        let log = LineLog()
        let session = server.session(log)
        var found: [ListingEntry] = []
        let end = try session.list(RemotePath("SUB")) { found += $0 }
        #expect(found.map(\.name) == [Array("A.TXT;2".utf8), Array("DEEP".utf8)])
        #expect(end.directory == RemotePath("DKA0:[ME.SUB]"))
        try session.delete(end.directory.appending(Array("A.TXT;2".utf8)))
        try session.makeDirectory(RemotePath("SUB/NEW"))
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    @Test func onMVSThePlaceIsWhatTheServerMakesOfIt() throws {
        let server = try ScriptedServer(playing: "mvs")
        let log = LineLog()
        let session = server.session(log)
        var found: [ListingEntry] = []
        let end = try session.list(RemotePath("DATA")) { found += $0 }
        #expect(found.map(\.name) == [Array("JCL".utf8)])
        #expect(end.directory == RemotePath("'ME.DATA.'"))
        try session.delete(end.directory.appending(Array("JCL".utf8)).appending(Array("RUN".utf8)))
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    /// Servers whose line buffer has 512 bytes, and paths longer than Linux itself takes in one piece.
    @Test func aPathLongerThanALineIsGoneStepByStep() throws {
        let long = String(repeating: "x", count: 200)
        let server = try ScriptedServer(
            """
            < 220 ready
            > USER anonymous
            < 230 User logged in.
            > SYST
            < 215 UNIX Type: L8
            > FEAT
            < 500 'FEAT': command not understood
            > PWD
            < 257 "/" is current directory.
            > TYPE I
            < 200 Type set to I.
            > CWD /\(long)/\(long)
            < 250 here
            > CWD ./-\(long)
            < 250 here
            > DELE ./ file
            < 250 gone
            > DELE other
            < 250 gone
            > QUIT
            < 221
            """)
        let log = LineLog()
        let session = server.session(log)
        let directory = RemotePath("/\(long)/\(long)/-\(long)")
        try session.delete(directory.appending(Array(" file".utf8)))
        try session.delete(directory.appending(Array("other".utf8)))
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    @Test func whereThereAreNoPathsTheNameGoesAlone() throws {
        let server = try ScriptedServer(
            """
            < 220 ready
            > USER anonymous
            < 230 User logged in.
            > SYST
            < 215 VM is the operating system of this server.
            > FEAT
            < 500 'FEAT': command not understood
            > PWD
            < 257 "ME.191" is working directory
            > TYPE I
            < 200 Type set to I.
            > DELE NOTES.TXT
            < 250 gone
            > QUIT
            < 221
            """)
        let log = LineLog()
        let session = server.session(log)
        try session.connect()
        try session.delete(RemotePath("NOTES.TXT"))
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    @Test func listsWithSTATWhereThatIsWanted() throws {
        let server = try ScriptedServer(playing: "stat-listing")
        let log = LineLog()
        let session = server.session(log)
        session.listingMethod = .status
        var found: [String] = []
        let end = try session.list(RemotePath("/pub")) {
            found += $0.map { String(decoding: $0.name, as: UTF8.self) }
        }
        session.quit()
        #expect(found == ["a file.txt", "dir"])
        #expect(end.command == "STAT" && !end.isIncomplete)
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    @Test func aListingCutWithinALineFailsAndShowsNoHalfName() throws {
        let server = try ScriptedServer(playing: "listing-cut")
        let log = LineLog()
        let session = server.session(log)
        var found: [String] = []
        let failure = #expect(throws: Failure.self) {
            _ = try session.list(RemotePath("/pub")) {
                found += $0.map { String(decoding: $0.name, as: UTF8.self) }
            }
        }
        session.quit()
        #expect(found == ["whole.txt"], "\(log.transcript)")
        #expect(failure?.reply?.code == ReplyCode(rawValue: 426))
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    @Test func aPathBeginsAtTheLoginDirectoryFromTheFirstCommandOn() throws {
        let server = try ScriptedServer(playing: "login-directory")
        let log = LineLog()
        let session = server.session(log)
        try session.removeDirectory(RemotePath("old"))
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    @Test func theSecondOfTwoCompletionsAnswersNothing() throws {
        let server = try ScriptedServer(playing: "two-completions")
        let log = LineLog()
        let session = server.session(log)
        _ = try session.list(RemotePath("/pub")) { _ in }
        try session.noOperation()
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    @Test func aStrangerAtTheActivePortIsTurnedAway() throws {
        let server = try ScriptedServer(playing: "stranger-at-the-active-port")
        let log = LineLog()
        let session = server.session(log, mode: .active)
        var found: [String] = []
        _ = try session.list(RemotePath("/pub")) {
            found += $0.map { String(decoding: $0.name, as: UTF8.self) }
        }
        session.quit()
        #expect(found == ["dir", "a file.txt"])
        #expect(log.warnings.contains { $0.contains("127.0.0.2") })
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    @Test func aRefusalAtOnceIsNotWaitedBehind() throws {
        let server = try ScriptedServer(playing: "refused-at-once")
        let log = LineLog()
        let session = server.session(log)
        let failure = #expect(throws: Failure.self) { _ = try session.list(RemotePath("/pub")) { _ in } }
        #expect(failure?.kind == .permissionRefused)
        try session.noOperation()
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }
}
