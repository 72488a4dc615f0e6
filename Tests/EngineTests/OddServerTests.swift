import EmbeddedServer
import Engine
import FTPProtocol
import Glibc
import TestSupport
import Testing
import Transfers

/// Habits of single servers, most of them small ones in devices.
@Suite struct OddServerTests {
    private func session(_ server: ScriptedServer, _ log: LineLog, timeout: Int = 8) -> Session {
        _ = brokenPipesAreErrors
        var site = Site(host: "127.0.0.1", port: server.port, dataMode: .passive)
        site.timeout = timeout
        return Session(
            site: site, name: ConnectionName(.browsing, 1), password: { _ in nil }, dialogue: log.sink)
    }

    private let end = "> QUIT\n< 221"

    // MARK: - What is never answered

    @Test func aFEATThatIsNeverAnsweredIsLeftOutOfTheNextLogin() throws {
        let server = try ScriptedServer(
            """
            < 220 ready
            > USER anonymous
            < 230 in
            > SYST
            < 215 UNIX
            > FEAT
            = again
            < 220 ready
            > USER anonymous
            < 230 in
            > SYST
            < 215 UNIX
            > PWD
            < 257 "/"
            > TYPE I
            < 200 ok
            > NOOP
            < 200 here
            \(end)
            """)
        let log = LineLog()
        let session = session(server, log, timeout: 1)
        try session.noOperation()
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
        #expect(log.warnings.contains { $0.contains("no answer to FEAT") })
    }

    /// uftpd.
    @Test func anMLSTThatIsNeverAnsweredCostsANewLoginAndNoMore() throws {
        let login = Script.login(
            system: "UNIX", features: "< 211-Features\n<  MLST type*;size*;\n<  SIZE\n< 211 End")
        let server = try ScriptedServer(
            login + "> MLST /a\n= again\n" + login + "> SIZE /a\n< 213 5\n> MDTM /a\n< 550 no\n"
                + "> SIZE /b\n< 213 6\n> MDTM /b\n< 550 no\n" + end)
        let log = LineLog()
        let session = session(server, log, timeout: 1)
        #expect(try session.entry(at: RemotePath("/a"))?.size == 5)
        #expect(try session.entry(at: RemotePath("/b"))?.size == 6)
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    @Test func aServerThatAnswersNothingAtAllIsGivenUpAfterOneNewLogin() throws {
        let silence = "< 220 ready\n> USER anonymous\n< 230 in\n> SYST\n< 215 UNIX\n"
        // It goes on waiting for what never comes.
        let server = try ScriptedServer(silence + "> FEAT\n= again\n" + silence + "> PWD\n> NOOP")
        let log = LineLog()
        let session = session(server, log, timeout: 1)
        let failure = #expect(throws: Failure.self) { try session.noOperation() }
        #expect(failure?.kind == .temporary)
        #expect(log.commands.count { $0.hasPrefix("USER") } == 2, "\(log.transcript)")
    }

    // MARK: - What is not known

    @Test func aServerWithoutTypesHasFilesAsTheyAre() throws {
        let server = try ScriptedServer(
            Script.login(system: "UNIX").replacing(
                "> TYPE I\n< 200 I", with: "> TYPE I\n< 500 what\n> TYPE L 8\n< 502 what")
                + "> SIZE /a\n< 213 5\n" + end)
        let log = LineLog()
        let session = session(server, log)
        #expect(try session.size(of: RemotePath("/a")) == 5)
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    @Test func aTypeThatIsKnownAndRefusedIsAnError() throws {
        let server = try ScriptedServer(
            Script.login(system: "UNIX").replacing(
                "> TYPE I\n< 200 I", with: "> TYPE I\n< 504 not here\n> TYPE L 8\n< 504 no\n"))
        let log = LineLog()
        let session = session(server, log)
        #expect(throws: Failure.self) { try session.noOperation() }
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    @Test func aDirectoryThatIsNotListedCanBeNamed() throws {
        let server = try ScriptedServer(
            Script.login(system: "MULTICS") + """
                > CWD /virtual
                < 250 here
                = listen
                > EPSV
                < 229 Entering Extended Passive Mode (|||{port}|)
                = accept
                > LIST
                < 150 Opening.
                = send -rw-r--r-- 1 a b 1234 Jan  2  2020 file
                = close
                < 226 done
                \(end)
                """)
        let log = LineLog()
        let session = session(server, log)
        var names: [[UInt8]] = []
        _ = try session.list(RemotePath("/virtual")) { names += $0.map(\.name) }
        session.quit()
        #expect(names == [Array("file".utf8)])
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    /// wu-ftpd packs a directory whose name is asked for with `.tar.gz` behind it; z/OS has no SIZE for data sets.
    @Test func aFileThatNoListingHasAndWhoseSizeNobodyKnowsIsFetched() async throws {
        let server = try ScriptedServer(
            Script.login(system: "UNIX") + """
                > SIZE /dir.tar.gz
                < 550 no such file
                > MDTM /dir.tar.gz
                < 550 no such file
                = listen
                > EPSV
                < 229 Entering Extended Passive Mode (|||{port}|)
                = accept
                > RETR /dir.tar.gz
                < 150 Opening.
                = part packed
                = close
                < 226 done
                """)
        let log = LineLog()
        let session = session(server, log)
        try session.connect()
        #expect(try session.size(of: RemotePath("/dir.tar.gz")) == nil)
        #expect(try session.modificationTime(of: RemotePath("/dir.tar.gz")) == nil)
        var bytes: [UInt8] = []
        _ = try session.retrieve(RemotePath("/dir.tar.gz"), from: 0, progress: nil, limit: nil) {
            bytes += Array($0)
        }
        #expect(bytes == Array("packed".utf8))
        #expect(try server.finish() == nil, "\(log.transcript)")
        session.disconnect()
        // The same through the queue, on a server that tells no sizes.
        let rig = try Rig([.without("SIZE"), .without("MDTM"), .noMachineListing])
        try rig.served.write([1, 2, 3], to: "set")
        let bench = try rig.queue()
        await bench.run(rig.download("set"))
        #expect(try rig.local.contents(of: "set") == [1, 2, 3], "\(rig.log.transcript)")
    }

    /// What is stored on a printer is printed: once, and never looked at again.
    @Test func withNoTempAFileGoesToAPrinterOnceAndNothingElseIsAsked() async throws {
        let rig = try Rig([.without("SIZE"), .without("MDTM"), .without("RNFR"), .noMachineListing])
        try rig.local.write([1, 2, 3], to: "page")
        let bench = try rig.queue()
        await bench.run(
            rig.upload("page", options: TransferOptions(onConflict: .overwrite, writesInPlace: true)))
        #expect(try bench.only().state == .done, "\(rig.log.transcript)")
        #expect(rig.heard.count(of: "STOR") == 1 && rig.heard.count(of: "RNFR") == 0, "\(rig.heard.all)")
        #expect(rig.heard.count(of: "DELE") == 0)
    }

    // MARK: - What means something else

    @Test func aDirectoryThatExistsIsFineByAnyCode() throws {
        let server = try ScriptedServer(
            Script.login(system: "UNIX") + "> MKD /d\n< 521 \"/d\" directory exists\n> CWD /d\n< 250 here\n"
                + end)
        let log = LineLog()
        let session = session(server, log)
        #expect(try session.ensureDirectory(RemotePath("/d")) == false)
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    /// Serv-U refuses a new password with the code for “not logged in”.
    @Test func a530ToARawCommandDoesNotEndTheLogin() throws {
        let server = try ScriptedServer(
            Script.login(system: "UNIX")
                + "> SITE PSWD old new\n< 530 Password is not changed.\n> NOOP\n< 200 here\n" + end)
        let log = LineLog()
        let session = session(server, log)
        let replies = try session.raw(Array("SITE PSWD old new".utf8)) { _ in }
        #expect(replies.map(\.code) == [.notLoggedIn])
        try session.noOperation()
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    /// EFT answers so to what it knows and is not allowed to do.
    @Test func a202ToSITEIsNotDone() throws {
        let server = try ScriptedServer(
            Script.login(system: "UNIX") + "> SITE CHMOD 644 /a\n< 202 superfluous\n" + end)
        let log = LineLog()
        let session = session(server, log)
        let failure = #expect(throws: Failure.self) {
            try session.changeMode(of: RemotePath("/a"), to: "644")
        }
        #expect(failure?.kind == .permissionRefused && failure?.message.contains("did nothing") == true)
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    /// IIS; the password is not sent after it.
    @Test func aServerThatWantsTLSFirstSaysSoInOneSentence() throws {
        let server = try ScriptedServer(
            "< 220 Microsoft FTP Service\n> USER anonymous\n< 534 Policy requires SSL.\n")
        let log = LineLog()
        let session = session(server, log)
        let failure = #expect(throws: Failure.self) { try session.noOperation() }
        #expect(failure?.kind == .notTrusted)
        #expect(
            failure?.message
                == "the server wants encryption (TLS) first: it answered “534 Policy requires SSL.”; "
                + "use ftpes:// or, on port 990, ftps://")
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    /// z/OS writes names in UTF-8 in English only, and has no OPTS for it.
    @Test func onMVSUTF8ComesWithTheLanguage() throws {
        let server = try ScriptedServer(
            """
            < 220 ready
            > USER anonymous
            < 230 in
            > SYST
            < 215 MVS is the operating system of this server. FTP Server is running on z/OS.
            > FEAT
            < 211-Features
            <  LANG EN*
            <  UTF8
            < 211 End
            > LANG EN
            < 200 Language is EN
            > OPTS UTF8 ON
            < 501 no such option
            > PWD
            < 257 "/u/me"
            > TYPE I
            < 200 ok
            \(end)
            """)
        let log = LineLog()
        let session = session(server, log)
        try session.connect()
        #expect(session.facts.charset == "UTF-8")
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    @Test func onNonStopPermissionsAreNotSentAtAll() throws {
        let server = try ScriptedServer(
            Script.login(system: "Tandem NonStop Kernel Guardian", home: "\\SYS.$VOL.SUB") + end)
        let log = LineLog()
        let session = session(server, log)
        let failure = #expect(throws: Failure.self) { try session.changeMode(of: RemotePath("A"), to: "644") }
        #expect(failure?.message.contains("NonStop") == true)
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    // MARK: - Names that are patterns

    @Test func aPatternThatIsTypedIsNeverDeleted() throws {
        let rig = try Rig()
        for name in ["a.bat", "b.bat"] { try rig.served.write([1], to: name) }
        let session = rig.session()
        for pattern in ["*.bat", "?.bat"] {
            let failure = #expect(throws: Failure.self) {
                try session.delete(RemotePath(pattern), isTyped: true)
            }
            #expect(failure?.kind == .noSuchSource && failure?.message.contains(pattern) == true)
        }
        #expect(throws: Failure.self) { try session.removeDirectory(RemotePath("*"), isTyped: true) }
        session.quit()
        #expect(rig.heard.count(of: "DELE") == 0 && rig.heard.count(of: "RMD") == 0, "\(rig.heard.all)")
    }

    @Test func onUnixAFileThatIsCalledLikeAPatternIsDeletedAlone() throws {
        let rig = try Rig()
        for name in ["a.bat", "*.bat"] { try rig.served.write([1], to: name) }
        let session = rig.session()
        try session.delete(RemotePath("*.bat"), isTyped: true)
        session.quit()
        #expect(try rig.served.names() == [Array("a.bat".utf8)])
    }

    @Test func whereAPatternMayBeTakenForOneNotEvenAListedNameIsDeleted() throws {
        let server = try ScriptedServer(Script.login(system: "XROUTER") + end)
        let log = LineLog()
        let session = session(server, log)
        let failure = #expect(throws: Failure.self) { try session.delete(RemotePath("/*.BAT")) }
        #expect(failure?.kind == .permissionRefused && failure?.message.contains("rename it first") == true)
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    // MARK: - Who can reach us

    /// /proc/net/tcp has addresses in the machine's byte order, in hexadecimal, and 0A for a socket that listens.
    @Test func theListeningPortIsOpenToTheServersNetworkOnly() throws {
        let rig = try Rig(mode: .active)
        try rig.served.write([1], to: "a")
        let session = rig.session()
        try session.connect()
        let heard = rig.heard
        let places = Rig.Commands()
        heard.when("PORT") {
            guard let line = heard.all.last(where: { $0.hasPrefix("PORT ") }) else { return }
            let numbers = line.dropFirst(5).split(separator: ",").compactMap { Int($0) }
            guard numbers.count == 6 else { return }
            let port = String(numbers[4] * 256 + numbers[5], radix: 16, uppercase: true)
            let wanted = ":" + String(repeating: "0", count: 4 - port.count) + port
            for entry in tableOfSockets() where entry.state == "0A" && entry.local.hasSuffix(wanted) {
                places.append(Array(entry.local.utf8.prefix(8)))
            }
        }
        _ = try session.list(.root) { _ in }
        session.quit()
        #expect(places.all == ["0100007F"], "\(rig.heard.all)")
    }
}

private func tableOfSockets() -> [(local: String, state: String)] {
    let text = Disk.readToTheEnd("/proc/net/tcp").map { String(decoding: $0, as: UTF8.self) } ?? ""
    return text.split(separator: "\n").dropFirst().compactMap { line in
        let words = line.split(separator: " ")
        return words.count > 3 ? (String(words[1]), String(words[3])) : nil
    }
}
