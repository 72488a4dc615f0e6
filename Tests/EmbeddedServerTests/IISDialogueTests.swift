import EmbeddedServer
import TestSupport
import Testing
import Transport

/// The rows of the IIS documents that are about the server (KB 283679 and KB 2505047).
@Suite struct IISDialogueTests {
    @Test func speaksTheDialogueOfTheArticleInActiveMode() throws {
        let fixture = try Fixture(.iis)
        let client = try ScriptedClient(port: fixture.port)
        #expect(try client.reply() == "220 Microsoft FTP Service")
        #expect(
            try client.say("USER anonymous")
                == "331 Anonymous access allowed, send identity (e-mail name) as password.")
        #expect(try client.say("PASS me@") == "230 User logged in.")
        #expect(try client.say("SYST") == "215 Windows_NT")
        #expect(try client.say("CWD sub") == "250 CWD command successful.")
        let listener = try client.active()
        let reply = listener.reply
        #expect(reply == "200 PORT command successful.")
        try client.send(Array("LIST\r\n".utf8))
        #expect(
            [
                "125 Data connection already open; Transfer starting.",
                "150 Opening ASCII mode data connection.",
            ].contains(try client.reply()))
        let data = try listener.accept()
        #expect(text(try readAll(data)) == "11-20-26  05:31PM                    3 b.bin\r\n")
        #expect(try client.reply() == "226 Transfer complete.")
    }

    /// The same in passive mode, 125 because the connection stands.
    @Test func speaksTheDialogueOfTheArticleInPassiveMode() throws {
        let client = try Fixture(.iis).client()
        let data = try client.passive()
        #expect(try client.say("LIST") == "125 Data connection already open; Transfer starting.")
        #expect(
            text(try readAll(data))
                == "11-20-26  05:31PM                    8 a.txt\r\n11-20-26  05:31PM       <DIR>          sub\r\n"
        )
        #expect(try client.reply() == "226 Transfer complete.")
    }

    @Test func writesFourDigitYearsWhenSetSo() throws {
        let client = try Fixture(.iisFourDigitYears).client()
        #expect(
            text(try client.fetch("LIST sub").bytes) == "11-20-2026  05:31PM                    3 b.bin\r\n")
    }

    @Test func knowsSixOptionsOfNlstAndNoOthers() throws {
        let client = try Fixture(.iis).client()
        for option in ["-C", "-1", "-F", "-a", "-A"] {
            #expect(text(try client.fetch("NLST \(option)").bytes) == "a.txt\r\nsub\r\n", "\(option)")
        }
        #expect(text(try client.fetch("NLST -l").bytes).hasPrefix("11-20-26"))
        for option in ["-r", "-t"] {
            #expect(try client.say("NLST \(option)").hasPrefix("501"), "\(option)")
        }
    }

    /// The connection may arrive before the reply to PORT has been read, and does.
    @Test func dialsBeforeItAnswersPort() throws {
        let client = try Fixture(.iis).client()
        let listener = try client.active()
        let reply = listener.reply
        #expect(reply == "200 PORT command successful.")
        let hasArrival = listener.hasArrival
        #expect(hasArrival)
    }

    @Test(arguments: ["LIST", "RETR a.txt"])
    func saysTransferCompleteWhileTheDataConnectionStands(_ command: String) throws {
        let client = try Fixture(.iis).client()
        let data = try client.passive()
        #expect(try client.say(command).hasPrefix("125"))
        // Nothing has been read from the data connection, let alone its end.
        #expect(try client.reply() == "226 Transfer complete.")
        #expect(try readAll(data).isEmpty == false)
    }

    @Test func letsThePassiveConnectionWaitUntilTheOneBeforeHasEnded() throws {
        let client = try Fixture(.iis).client()
        let first = try client.passive()
        _ = try client.say("LIST")
        _ = try client.reply()
        let second = try client.passivePending()
        // Time-outs alone can show that nothing happens; half a second is one without a retry of the kernel.
        let isPending = second.isPending(for: .milliseconds(500))
        #expect(isPending)
        _ = try readAll(first)
        closeNow(first)
        let data = try second.finish(until: .after(ScriptedClient.patience), cancellation: nil)
        #expect(try client.say("NLST").hasPrefix("125"))
        #expect(text(try readAll(data)) == "a.txt\r\nsub\r\n")
    }

    /// 150 when the data connection does not stand yet, in either mode.
    @Test(arguments: ["STOR up.bin", "APPE up.bin", "STOU up.bin"])
    func says150WhenThePassiveConnectionIsStillToCome(_ command: String) throws {
        let fixture = try Fixture(.iis)
        let client = try fixture.client()
        let port = try client.passivePort()
        #expect(try client.say(command).hasPrefix("150"))
        let data = try client.connectData(to: port)
        try data.write([1, 2, 3], until: .after(ScriptedClient.patience), cancellation: nil)
        data.shutdownWriting()
        #expect(try client.reply() == "226 Transfer complete.")
        #expect(try fixture.files.contents(of: "up.bin") == [1, 2, 3])
    }

    @Test func refusesALineThatEndsInLineFeedAlone() throws {
        let client = try Fixture(.iis).client()
        try client.send(Array("NOOP\n".utf8))
        #expect(try client.reply() == "451 The parameter is incorrect.")
        #expect(try client.say("NOOP") == "200 noop command successful.")
    }

    /// Active mode with a port below 1024.
    @Test func resetsADataConnectionToAReservedPort() throws {
        let client = try Fixture(.iis).client()
        #expect(try client.say("PORT 127,0,0,1,3,255") == "200 PORT command successful.")
        #expect(try client.say("STOR up.bin") == "425 Cannot open data connection.")
    }

    @Test func refusesPortForAnotherHost() throws {
        let client = try Fixture(.iis).client()
        #expect(try client.say("PORT 192,0,2,1,40,0") == "501 Server cannot accept argument.")
    }

    @Test func saysSharingViolationForAFileThatAnotherProcessHasOpen() throws {
        let client = try Fixture(.iis, faults: [.inUse(Array("a.txt".utf8))]).client()
        let violation =
            "550 The process cannot access the file because it is being used by another process."
        #expect(try client.say("RETR a.txt") == violation)
        #expect(try client.say("DELE a.txt") == violation)
    }

    @Test func saysSharingViolationForAFileThatIsBeingUploaded() throws {
        let fixture = try Fixture(.iis)
        let uploading = try fixture.client()
        let other = try fixture.client()
        let data = try uploading.passive()
        _ = try uploading.say("STOR up.bin")
        let violation =
            "550 The process cannot access the file because it is being used by another process."
        #expect(try other.say("RETR up.bin") == violation)
        #expect(try other.say("STOR up.bin") == violation)
        #expect(try other.say("DELE up.bin") == violation)
        data.shutdownWriting()
        #expect(try uploading.reply() == "226 Transfer complete.")
        #expect(try other.say("DELE up.bin") == "250 DELE command successful.")
    }

    @Test func removesABrokenUpload() throws {
        let fixture = try Fixture(.iis)
        let client = try fixture.client()
        let data = try client.passive()
        _ = try client.say("STOR up.bin")
        try data.write([1, 2, 3], until: .after(ScriptedClient.patience), cancellation: nil)
        try client.sendAbort()
        #expect(try client.reply() == "426 Connection closed; transfer aborted.")
        #expect(try client.reply() == "225 ABOR command successful.")
        #expect(try client.say("SIZE up.bin").hasPrefix("550"))
    }

    @Test func doesNotReplaceOnRename() throws {
        let fixture = try Fixture(.iis)
        try fixture.files.write([1], to: "b.txt")
        let client = try fixture.client()
        _ = try client.say("RNFR b.txt")
        #expect(
            try client.say("RNTO a.txt").hasPrefix("550-Cannot create a file when that file already exists."))
        #expect(try fixture.files.contents(of: "a.txt")?.count == 8)
    }

    @Test func hasTheFeaturesOfIISAndNoMachineListing() throws {
        let client = try Fixture(.iis).client()
        #expect(
            try client.say("FEAT")
                == """
                211-Extended features supported:
                 LANG EN*
                 UTF8
                 AUTH TLS;TLS-C;SSL;TLS-P;
                 PBSZ
                 PROT C;P;
                 CCC
                 HOST
                 SIZE
                 MDTM
                 REST STREAM
                211 END
                """)
        #expect(try client.say("MLSD") == "500 Command not understood.")
        #expect(try client.say("AUTH TLS").hasPrefix("534"))
    }

    @Test func sendsNamesInLatin1UntilToldToUseUTF8() throws {
        let fixture = try Fixture(.iis)
        try fixture.files.write([1], to: "sub/né日.txt")
        let client = try fixture.client()
        #expect(
            try client.fetch("NLST sub").bytes == Array("b.bin\r\nn".utf8) + [0xE9] + Array("?.txt\r\n".utf8))
        #expect(
            try client.say("OPTS UTF8 ON")
                == "200 OPTS UTF8 command successful - UTF8 encoding now ON.")
        #expect(text(try client.fetch("NLST sub").bytes) == "b.bin\r\nné日.txt\r\n")
    }

    @Test func explainsErrorsInSeveralLines() throws {
        let client = try Fixture(.iis).client()
        let text = "The system cannot find the file specified. "
        #expect(
            try client.say("RETR none")
                == "550-\(text)\n Win32 error:   \(text)\n Error details: File system returned an error.\n550 End"
        )
    }
}
