import EmbeddedServer
import TestSupport
import Testing
import Transport

@Suite struct TransferTests {
    @Test(arguments: [Personality.unix, .iis])
    func carriesTheSameBytesBothWaysInBothModes(_ personality: Personality) throws {
        let fixture = try Fixture(personality)
        let client = try fixture.client()
        let bytes = pattern(5 << 20)
        #expect(try client.deliver("STOR passive.bin", bytes) == "226 Transfer complete.")
        #expect(try fixture.files.contents(of: "passive.bin") == bytes)

        let listener = try client.active()
        _ = try client.say("RETR passive.bin")
        let down = try listener.accept()
        #expect(try readAll(down) == bytes)
        #expect(try client.reply() == "226 Transfer complete.")

        let second = try client.active()
        _ = try client.say("STOR active.bin")
        let up = try second.accept()
        try up.write(bytes, until: .after(ScriptedClient.patience), cancellation: nil)
        up.shutdownWriting()
        #expect(try client.reply() == "226 Transfer complete.")
        #expect(try fixture.files.contents(of: "active.bin") == bytes)
    }

    @Test func carriesAnEmptyFile() throws {
        let fixture = try Fixture()
        let client = try fixture.client()
        #expect(try client.deliver("STOR empty", []) == "226 Transfer complete.")
        #expect(try fixture.files.contents(of: "empty") == [])
        #expect(try client.fetch("RETR empty").bytes == [])
    }

    @Test func resumesDownloadAndUploadWhereRestSays() throws {
        let fixture = try Fixture()
        let client = try fixture.client()
        #expect(try client.say("REST 4") == "350 Restart position accepted (4).")
        #expect(text(try client.fetch("RETR a.txt").bytes) == "two\n")
        #expect(text(try client.fetch("RETR a.txt").bytes) == "one\ntwo\n")
        _ = try client.say("REST 4")
        _ = try client.deliver("STOR a.txt", Array("TWO\n".utf8))
        #expect(try fixture.files.contents(of: "a.txt").map(text) == "one\nTWO\n")
        _ = try client.deliver("APPE a.txt", Array("three\n".utf8))
        #expect(try fixture.files.contents(of: "a.txt").map(text) == "one\nTWO\nthree\n")
    }

    @Test func aShorterUploadLeavesNothingOfTheLongerFile() throws {
        let fixture = try Fixture()
        _ = try fixture.client().deliver("STOR a.txt", Array("x".utf8))
        #expect(try fixture.files.contents(of: "a.txt").map(text) == "x")
    }

    @Test func findsANameOfItsOwnForStou() throws {
        let fixture = try Fixture()
        let client = try fixture.client()
        let data = try client.passive()
        #expect(try client.say("STOU a.txt") == "150 FILE: a.txt.1")
        data.shutdownWriting()
        #expect(try client.reply() == "226 Transfer complete.")
        #expect(try fixture.exists("a.txt.1"))
        #expect(try fixture.files.contents(of: "a.txt").map(text) == "one\ntwo\n")
    }

    @Test func convertsLineEndsInAsciiOnly() throws {
        let fixture = try Fixture()
        let client = try fixture.client()
        _ = try client.say("TYPE A")
        #expect(text(try client.fetch("RETR a.txt").bytes) == "one\r\ntwo\r\n")
        _ = try client.deliver("STOR b.txt", Array("x\r\ny\rz\r\n\r".utf8))
        #expect(try fixture.files.contents(of: "b.txt").map(text) == "x\ny\rz\n\r")
        _ = try client.say("TYPE I")
        #expect(text(try client.fetch("RETR b.txt").bytes) == "x\ny\rz\n\r")
    }

    /// Larger than what the sockets buffer, so that the server is in the middle of it.
    @Test(arguments: [Personality.unix, .iis])
    func abortsInMidTransferAndGoesOnAfterwards(_ personality: Personality) throws {
        let fixture = try Fixture(personality)
        try makeSparse(fixture.place("large"), 1 << 30)
        let client = try fixture.client()
        let data = try client.passive()
        #expect(try client.say("RETR large").hasPrefix("1"))
        _ = try readSome(data)
        try client.sendAbort()
        #expect(try client.reply().hasPrefix("426 "))
        #expect(try client.reply().hasPrefix("22"))
        closeNow(data)
        #expect(try client.fetch("NLST").bytes.isEmpty == false)
    }

    @Test func answersStatWhileATransferRuns() throws {
        let fixture = try Fixture()
        try makeSparse(fixture.place("large"), 1 << 28)
        let client = try fixture.client()
        let data = try client.passive()
        _ = try client.say("RETR large")
        try client.send(Array("STAT\r\nNOOP\r\n".utf8))
        #expect(try client.reply().contains("Transfer in progress"))
        var count = 0
        while true {
            let bytes = try readSome(data)
            if bytes.isEmpty { break }
            count += bytes.count
        }
        #expect(count == 1 << 28)
        // What came besides waits for its turn.
        #expect(try client.reply() == "226 Transfer complete.")
        #expect(try client.reply() == "200 NOOP ok.")
    }

    @Test func abortsBeforeTheDataConnectionStands() throws {
        let client = try Fixture().client()
        _ = try client.say("EPSV")
        try client.send(Array("LIST\r\nABOR\r\n".utf8))
        #expect(try client.reply().hasPrefix("426 "))
        #expect(try client.reply().hasPrefix("226 "))
        #expect(try client.say("ABOR") == "225 No transfer to ABOR.")
    }

    @Test func namesAreBytes() throws {
        let fixture = try Fixture()
        let client = try fixture.client()
        let latin1 = Array("STOR caf".utf8) + [0xE9, 0xFF, 0xFF]  // 0xFF goes doubled
        let data = try client.passive()
        #expect(try client.say(latin1) == "150 Ok to send data.")
        data.shutdownWriting()
        _ = try client.reply()
        #expect(try fixture.files.names().contains(Array("caf".utf8) + [0xE9, 0xFF]))
        for name in ["日本 語", "e\u{301}", " leading", "trailing ", "-dash", "a;b=c"] {
            #expect(try client.deliver("STOR \(name)", [1]) == "226 Transfer complete.", "\(name)")
            #expect(try fixture.files.contents(of: name) == [1], "\(name)")
        }
    }
}

func makeSparse(_ path: [UInt8], _ size: Int64) throws {
    let file = try LocalFile.create(path)
    try file.truncate(to: size)
    try file.close()
}

func closeNow(_ socket: consuming Socket) {
    socket.resetOnClose()
}
