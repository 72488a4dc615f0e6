import Engine
import FTPProtocol
import TestSupport
import Testing
import Transfers
import Transport

/// Both connections of a transfer, when one of them says something out of turn or nothing more.
@Suite struct ConversationTests {
    private func retrieve(_ script: String, _ log: LineLog, from offset: Int64 = 0) throws -> Int64 {
        let server = try ScriptedServer(script)
        let session = server.session(log)
        defer { session.quit() }
        var bytes: Int64 = 0
        _ = try session.retrieve(RemotePath("/a"), from: offset, progress: nil, limit: nil) {
            bytes += Int64($0.count)
        }
        session.quit()
        let departure = try server.finish()
        #expect(departure == nil, "\(log.transcript)")
        return bytes
    }

    @Test func aStrayLineDoesNotStopTheData() throws {
        // The server goes on only when its data is read.
        let log = LineLog()
        let bytes = try retrieve(
            Self.opening + """
                > RETR /a
                < 150 here
                = send first
                < the printer is on fire
                = fill 32
                = close
                < 226 done
                > QUIT
                < 221 bye
                """, log)
        #expect(bytes == 7 + 32 << 20)
    }

    @Test func preliminaryRepliesHaveAnEnd() throws {
        let log = LineLog()
        let server = try ScriptedServer(
            Self.opening + "> LIST\n" + String(repeating: "< 150 soon\n", count: 40))
        let session = server.session(log)
        let failure = #expect(throws: Failure.self) { _ = try session.list(.root) { _ in } }
        #expect(failure?.kind == .protocolViolation)
        session.disconnect()
    }

    @Test func aListingThatWasCutIsIncompleteWhateverTheReplySays() throws {
        let log = LineLog()
        let server = try ScriptedServer(playing: "reset-after-completion")
        let session = server.session(log)
        let end = try session.list(RemotePath("/pub")) { _ in }
        session.quit()
        #expect(end.isIncomplete)
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    @Test func anOffsetThatWasNotUsedIsTakenBack() throws {
        let log = LineLog()
        let server = try ScriptedServer(
            Self.opening + """
                > REST 7
                < 350 go on
                > RETR /a
                < 550 no such file
                > REST 0
                < 350 go on

                """ + Script.passive + """
                    > LIST
                    < 150 here
                    = send -rw-r--r-- 1 a b 1234 Jan  2  2020 a file.txt
                    = close
                    < 226 done
                    > QUIT
                    < 221 bye
                    """)
        let session = server.session(log)
        #expect(throws: Failure.self) {
            _ = try session.retrieve(RemotePath("/a"), from: 7, progress: nil, limit: nil) { _ in }
        }
        var names: [[UInt8]] = []
        _ = try session.list(.root) { names += $0.map(\.name) }
        session.quit()
        #expect(names == [Array("a file.txt".utf8)])
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    private static let opening = Script.login + Script.passive
    private static let settled = "= again\n" + Script.login + "> SIZE /a\n"

    @Test(arguments: ["= hangup", "< 421 shutting down\n= hangup"])
    func aTransferWhoseConfirmationIsLostIsSettledBySize(_ loss: String) throws {
        let log = LineLog()
        let bytes = try retrieve(
            Self.opening + """
                > RETR /a
                < 150 here
                = send 12345678
                = close
                \(loss)

                """ + Self.settled + """
                    < 213 10
                    > QUIT
                    < 221 bye
                    """, log)
        #expect(bytes == 10)
    }

    @Test func theDataIsReadToItsEndWhenTheControlConnectionIsLostBefore() throws {
        let log = LineLog()
        let bytes = try retrieve(
            Self.opening + """
                > RETR /a
                < 150 here
                = hangup
                = fill 16
                = close

                """ + Self.settled + """
                    < 213 \(16 << 20)
                    > QUIT
                    < 221 bye
                    """, log)
        #expect(bytes == 16 << 20)
    }

    @Test func aSizeThatDiffersLeavesTheTransferFailed() throws {
        let log = LineLog()
        let failure = #expect(throws: Failure.self) {
            _ = try retrieve(
                Self.opening + """
                    > RETR /a
                    < 150 here
                    = send 12345678
                    = close
                    = hangup

                    """ + Self.settled + """
                        < 213 11
                        > QUIT
                        < 221 bye
                        """, log)
        }
        #expect(failure?.isTemporary == true)
    }

    /// The dialogue of an upload of six bytes whose confirmation is lost.
    private func settleUpload(features: String, _ questions: String) throws -> (Failure?, LineLog) {
        let login = Script.login(features: features)
        let server = try ScriptedServer(
            login + Script.passive + """
                > STOR /a
                < 150 go on
                = expect hello
                = close
                = hangup
                = again

                """ + login + questions + "\n> QUIT\n< 221 bye")
        let log = LineLog()
        let folder = try TemporaryDirectory()
        try folder.write(Array("hello\n".utf8), to: "file")
        let file = try LocalFile.openForReading(Disk.bytes(folder.path(of: "file")))
        let session = server.session(log)
        do {
            _ = try session.store(file, from: 0, as: RemotePath("/a"), progress: nil, limit: nil)
        } catch {
            session.quit()
            #expect(try server.finish() == nil, "\(log.transcript)")
            return (error, log)
        }
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
        return (nil, log)
    }

    // CRC 32 of "hello" and a line feed.
    @Test(arguments: ["< 250 363a3020", "< 213 363A3020"])
    func aCheckSumSettlesWhatSizeCannot(_ answer: String) throws {
        let (failure, log) = try settleUpload(
            features: "< 211-Features\n<  EPSV\n<  XCRC\n< 211 End",
            "> SIZE /a\n< 500 no\n> XCRC /a\n\(answer)")
        #expect(failure == nil, "\(log.transcript)")
    }

    @Test func aCheckSumIsAskedForWhereTheSizeIsRightToo() throws {
        let (failure, log) = try settleUpload(
            features: "< 211-Features\n<  EPSV\n<  SIZE\n<  XMD5\n< 211 End",
            "> SIZE /a\n< 213 6\n> XMD5 /a\n< 250 b1946ac92492d2347c6235b4d2611184")
        #expect(failure == nil, "\(log.transcript)")
    }

    @Test func aCheckSumThatDiffersLeavesTheTransferFailed() throws {
        let (failure, log) = try settleUpload(
            features: "< 211-Features\n<  EPSV\n<  XMD5\n< 211 End",
            "> SIZE /a\n< 213 6\n> XMD5 /a\n< 250 00000000000000000000000000000000")
        #expect(failure?.kind == .doesNotVerify, "\(log.transcript)")
    }
}
