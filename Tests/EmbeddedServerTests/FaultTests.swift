import EmbeddedServer
import TestSupport
import Testing
import Transport

@Suite struct FaultTests {
    @Test(arguments: [
        ("450-once:busy.dat", Fault.busyOnce(Array("busy.dat".utf8))),
        ("slow:a:b.bin:65536", .slow(Array("a:b.bin".utf8), bytesPerSecond: 65_536)),
        ("rst-data@1000", .resetData(after: 1_000)), ("no-mlsd", .noMachineListing),
        ("421-on:retr", .serviceNotAvailable(on: "RETR")), ("max-connections:2", .maxConnections(2)),
        ("stall-control", .stallControl(seconds: 60)), ("stall-control:5", .stallControl(seconds: 5)),
        ("disk-full", .diskFull(after: 0)), ("disk-full:10", .diskFull(after: 10)),
        ("endless-reply", .endlessReply(on: "FEAT")), ("226-late:1", .completionLate(seconds: 1)),
    ])
    func readsFaultsAsTheyAreTyped(_ text: String, _ fault: Fault) {
        #expect(Fault(text) == fault)
    }

    @Test(arguments: [
        "", "nonsense", "450-once", "450-once:", "slow:x", "slow:x:0", "slow:x:fast",
        "rst-data@-1", "max-connections:many", "no-mlsd:1", "421-on",
    ])
    func refusesFaultsThatItDoesNotKnow(_ text: String) {
        #expect(Fault(text) == nil)
    }

    private func client(_ faults: Fault...) throws -> ScriptedClient {
        try Fixture(faults: Set(faults)).client()
    }

    @Test func isBusyOnce() throws {
        let client = try client(.busyOnce(Array("a.txt".utf8)))
        #expect(try client.say("RETR a.txt") == "450 File busy. Try again.")
        #expect(try client.fetch("RETR a.txt").bytes.count == 8)
    }

    @Test func refusesTheWaysToADataConnection() throws {
        let client = try client(.passiveRefused, .extendedPassiveRefused, .activeRefused)
        for command in ["PASV", "EPSV", "PORT 127,0,0,1,40,0", "EPRT |1|127.0.0.1|10240|"] {
            #expect(try client.say(command).hasPrefix("500"), "\(command)")
        }
    }

    @Test func namesAForeignAddressOrALowPort() throws {
        #expect(
            try client(.passiveForeignAddress).say("PASV").hasPrefix("227 Entering Passive Mode (192,0,2,1,"))
        #expect(try client(.lowPassivePort).say("PASV") == "227 Entering Passive Mode (127,0,0,1,0,25).")
        #expect(try client(.lowPassivePort).say("EPSV") == "229 Entering Extended Passive Mode (|||25|)")
    }

    @Test func anAUTHThatIsNotAloneIsRefusedWithAuthStrict() throws {
        let served = try TemporaryDirectory()
        let server = try EmbeddedServer(
            serving: Array(served.path.utf8),
            ServerConfiguration(faults: [.authStrict], encryption: .init(.explicit)))
        let port = try server.start()
        for (text, answer) in [("AUTH TLS\r\n", "234"), ("AUTH TLS\r\nUSER x\r\n", "503")] {
            let client = try ScriptedClient(port: port)
            _ = try client.reply()
            try client.send(Array(text.utf8))
            #expect(try client.reply().hasPrefix(answer))
        }
        server.stop()
    }

    @Test func leavesFeaturesOut() throws {
        #expect(try client(.noFeatures).say("FEAT") == "500 Unknown command.")
        let client = try client(.noMachineListing)
        #expect(try client.say("MLSD") == "500 Unknown command.")
        #expect(try client.say("FEAT").contains("MLST") == false)
    }

    @Test func endsTheSessionOnAVerb() throws {
        let told = try client(.serviceNotAvailable(on: "SIZE"))
        #expect(try told.say("SIZE a.txt").hasPrefix("421"))
        #expect(try told.isAtEnd())
        let dropped = try client(.dropControl(on: "SIZE"))
        try dropped.send(Array("SIZE a.txt\r\n".utf8))
        #expect(try dropped.isAtEnd())
    }

    @Test func turnsAwayWhoIsTooMany() throws {
        let fixture = try Fixture(faults: [.maxConnections(1)])
        let first = try fixture.client()
        let second = try ScriptedClient(port: fixture.port)
        #expect(try second.reply().hasPrefix("421"))
        #expect(try first.say("NOOP") == "200 NOOP ok.")
    }

    @Test func leavesOutTheFirstReply() throws {
        let client = try client(.noPreliminary)
        let data = try client.passive()
        #expect(try client.say("RETR a.txt") == "226 Transfer complete.")
        #expect(try readAll(data).count == 8)
    }

    @Test func saysTheLastReplyTooEarlyTwiceOrNotAtAll() throws {
        let early = try client(.completionBeforeEndOfData)
        let data = try early.passive()
        #expect(try early.say("RETR a.txt").hasPrefix("150"))
        #expect(try early.reply() == "226 Transfer complete.")
        #expect(try readAll(data).count == 8)
        #expect(try early.say("NOOP") == "200 NOOP ok.")

        let twice = try client(.completionTwice)
        #expect(try twice.fetch("RETR a.txt").end == "226 Transfer complete.")
        #expect(try twice.reply() == "226 Transfer complete.")

        let never = try client(.completionMissing)
        let third = try never.passive()
        _ = try never.say("RETR a.txt")
        #expect(try readAll(third).count == 8)
        #expect(try never.say("NOOP") == "200 NOOP ok.")
    }

    @Test func cutsTheDataShortAsIfThatWereAll() throws {
        let client = try client(.truncatedData)
        let (bytes, end) = try client.fetch("RETR a.txt")
        #expect(bytes == Array("one\n".utf8))
        #expect(end == "226 Transfer complete.")
    }

    @Test func resetsTheDataConnection() throws {
        let client = try client(.resetData(after: 3))
        let data = try client.passive()
        _ = try client.say("RETR a.txt")
        #expect(try client.reply().hasPrefix("426"))
        #expect(throws: TransportError.self) {
            while try !readSome(data).isEmpty {}
        }
    }

    @Test func hasAFullDisk() throws {
        let fixture = try Fixture(faults: [.diskFull(after: 2)])
        let client = try fixture.client()
        let data = try client.passive()
        _ = try client.say("STOR up.bin")
        try data.write([1, 2, 3], until: .after(ScriptedClient.patience), cancellation: nil)
        #expect(try client.reply().hasPrefix("452"))
        #expect(try fixture.files.contents(of: "up.bin") == [1, 2])
    }

    @Test func refusesOrForgetsRestart() throws {
        #expect(try client(.restartRefused).say("REST 4").hasPrefix("502"))
        let client = try client(.restartIgnored)
        #expect(try client.say("REST 4").hasPrefix("350"))
        #expect(try client.fetch("RETR a.txt").bytes.count == 8)
    }

    @Test func listsHostileNames() throws {
        let escaping = try client(.escapeNames).fetch("MLSD").bytes
        #expect(escaping.contains(0x1B))
        let climbing = text(try client(.traversalNames).fetch("NLST").bytes)
        #expect(climbing.contains("../escaped\r\n"))
        #expect(climbing.contains("/etc/escaped\r\n"))
    }

    @Test func servesAFileSlowlyAndStillHearsAbort() throws {
        let fixture = try Fixture(faults: [.slow(Array("large".utf8), bytesPerSecond: 1_000)])
        try makeSparse(fixture.place("large"), 1 << 20)
        let client = try fixture.client()
        let data = try client.passive()
        _ = try client.say("RETR large")
        _ = try readSome(data)
        try client.sendAbort()
        #expect(try client.reply().hasPrefix("426"))
        #expect(try client.reply().hasPrefix("226"))
    }

    @Test func sendsAReplyWithoutEnd() throws {
        let client = try client(.endlessReply(on: "FEAT"))
        try client.send(Array("FEAT\r\n".utf8))
        #expect(try client.receiveBytes(atLeast: 1 << 20).contains(0x0A) == false)
    }

    @Test func staysSilentAndIsStoppedAtOnce() throws {
        let fixture = try Fixture(faults: [.stallControl(seconds: 3_600)])
        let client = try ScriptedClient(port: fixture.port)
        fixture.server.stop()
        // A connection that had not been accepted yet is reset instead: an end all the same.
        #expect((try? client.isAtEnd()) ?? true)
    }

    @Test func endsATransferInEachWay() throws {
        func cut(_ fault: Fault.Cut) throws -> (bytes: [UInt8], end: String?) {
            let client = try client(.cut(fault, after: 3))
            let data = try client.passive()
            _ = try client.say("RETR a.txt")
            let bytes = (try? readAll(data)) ?? []
            return (bytes, try? client.reply())
        }
        let start = Array("one".utf8)
        #expect(try cut(.orderly) == (start, "226 Transfer complete."))
        #expect(try cut(.refused) == (start, "426 Failure on the network stream."))
        #expect(try cut(.unavailable).end?.hasPrefix("421") == true)
        #expect(try cut(.death).end == nil)
        #expect(try cut(.drop) == (start, nil))
    }

    @Test func stallsUntilAbort() throws {
        let client = try client(.cut(.stall, after: 3))
        let data = try client.passive()
        _ = try client.say("RETR a.txt")
        #expect(try readSome(data) == Array("one".utf8))
        try client.sendAbort()
        #expect(try client.reply().hasPrefix("426"))
    }

    @Test func restartsOnceInTheMiddle() throws {
        let fixture = try Fixture(faults: [.once(.cut(.restart, after: 3))])
        let client = try fixture.client()
        let data = try client.passive()
        _ = try client.say("RETR a.txt")
        _ = try? readAll(data)
        #expect((try? client.isAtEnd()) ?? true)
        try eventually("it listens again") {
            guard let again = try? fixture.client() else { return false }
            return try again.fetch("RETR a.txt").bytes.count == 8
        }
    }

    @Test func liesAboutSizesAndTimes() throws {
        #expect(try client(.sizeLies(bytes: 5)).say("SIZE a.txt") == "213 13")
        #expect(try client(.sizeIs("-1")).say("SIZE a.txt") == "213 -1")
        #expect(try client(.clockSkew(seconds: 60)).say("MDTM a.txt") == "213 20261120173205")
        #expect(try client(.without("SIZE")).say("SIZE a.txt").hasPrefix("500"))
        #expect(try client(.without("SIZE")).say("FEAT").contains("SIZE") == false)
    }

    @Test func sendsAnotherFileThanBefore() throws {
        let changing = try client(.fileChanges)
        #expect(try changing.fetch("RETR a.txt").bytes == Array("one\ntwo\n".utf8))
        #expect(try changing.fetch("RETR a.txt").bytes == "one\ntwo\n".utf8.map { $0 ^ 0xFF })
        #expect(try changing.say("SIZE a.txt") == "213 8")
        let growing = try client(.fileGrows)
        #expect(try growing.say("SIZE a.txt") == "213 8")
        #expect(try growing.fetch("RETR a.txt").bytes.count == 1_008)
        #expect(try growing.say("SIZE a.txt") == "213 1008")
        let shrinking = try client(.fileShrinks)
        #expect(try shrinking.fetch("RETR a.txt").bytes.count == 4)
        #expect(try shrinking.say("SIZE a.txt") == "213 4")
        #expect(try client(.alwaysASCII).fetch("RETR a.txt").bytes == Array("one\r\ntwo\r\n".utf8))
        #expect(try client(.extraData(bytes: 2)).fetch("RETR a.txt").bytes == Array("one\ntwo\n++".utf8))
    }

    @Test func losesUploadsInEachWay() throws {
        let fixture = try Fixture(faults: [.storeShort(bytes: 1)])
        #expect(try fixture.client().deliver("STOR up", [1, 2, 3]).hasPrefix("226"))
        #expect(try fixture.files.contents(of: "up") == [1, 2])
        #expect(try client(.storeExceeded).deliver("STOR up", [1]).hasPrefix("552"))
        #expect(try client(.storeRefused).say("STOR up").hasPrefix("553"))
        let client = try client(.renameFails)
        #expect(try client.say("RNFR a.txt").hasPrefix("350"))
        #expect(try client.say("RNTO b.txt").hasPrefix("553"))
    }

    @Test func promisesWhatItRefuses() throws {
        let client = try client(.falseFeatures)
        #expect(try client.say("FEAT").contains("MLST"))
        for command in ["MLSD", "SIZE a.txt", "EPSV", "REST 1"] {
            #expect(try client.say(command).hasPrefix("500"), "\(command)")
        }
    }

    @Test func listsWithoutEndOrUpToANumber() throws {
        let many = text(try client(.hugeListing(1_234)).fetch("LIST").bytes)
        #expect(many.split(separator: "\r\n").count == 1_236)
        let long = try client(.longLine(bytes: 200_000)).fetch("LIST").bytes
        #expect(long.count > 200_000 && long.suffix(2) == [0x0D, 0x0A])
        let endless = try client(.endlessListing)
        let data = try endless.passive()
        _ = try endless.say("LIST")
        var count = 0
        while count < 4 << 20 { count += try readSome(data).count }
    }

    @Test func hasDirectoriesThatAreThemselves() throws {
        let client = try client(.directoryLoop)
        #expect(try client.say("CWD /loop/loop/sub/loop").hasPrefix("250"))
        #expect(try client.say("PWD").contains("/loop/loop/sub/loop"))
        #expect(text(try client.fetch("NLST").bytes) == "b.bin\r\nloop\r\n")
        let deep = try self.client(.deepTree(levels: 2))
        #expect(try deep.say("CWD /deeper/deeper").hasPrefix("250"))
        #expect(try deep.say("CWD deeper").hasPrefix("550"))
    }

    @Test func listsADirectoryAsALinkBefore() throws {
        let lines = text(try client(.linkThenDirectory(Array("/tmp/out".utf8))).fetch("LIST").bytes)
        #expect(lines.contains(" sub -> /tmp/out\r\n"))
        #expect(lines.contains(" sub\r\n"))
    }

    @Test func turnsAwayLoginsBeyondANumber() throws {
        let fixture = try Fixture(faults: [.maxLogins(1)])
        let first = try fixture.client()
        let second = try ScriptedClient(port: fixture.port)
        _ = try second.reply()
        _ = try second.say("USER demo")
        #expect(try second.say("PASS x").hasPrefix("530"))
        #expect(try first.say("NOOP").hasPrefix("200"))
    }

    @Test func endsAnIdleSession() throws {
        let fixture = try Fixture(faults: [.idleUnavailable(seconds: 0)])
        let told = try ScriptedClient(port: fixture.port)
        #expect(try told.reply().hasPrefix("220"))
        #expect(try told.reply().hasPrefix("421"))
    }

    @Test func sendsRepliesOfItsOwn() throws {
        #expect(try client(.fixedReply(on: "NOOP", text: "299 so")).say("NOOP") == "299 so")
        #expect(try client(.byteReplies(milliseconds: 0)).say("NOOP") == "200 NOOP ok.")
        #expect(try client(.nulReply(on: "NOOP")).say("NOOP").contains("\0"))
        #expect(try client(.oddDirectory(.unquoted)).say("PWD") == "257 /plain is the directory")
        #expect(try client(.once(.fixedReply(on: "NOOP", text: "299 so"))).say("NOOP") == "299 so")
    }
}
