import EmbeddedServer
import TestSupport
import Testing
import Transport

@Suite struct UnixDialogueTests {
    @Test func greetsLogsInAndSaysGoodbye() throws {
        let fixture = try Fixture()
        let client = try ScriptedClient(port: fixture.port)
        #expect(try client.reply() == "220 Portside FTP server ready.")
        #expect(try client.say("PWD") == "530 Please login with USER and PASS.")
        #expect(try client.say("PASS x") == "503 Login with USER first.")
        #expect(try client.say("user anonymous") == "331 Please specify the password.")
        #expect(try client.say("PASS me@") == "230 Login successful.")
        #expect(try client.say("SYST") == "215 UNIX Type: L8")
        #expect(try client.say("PWD") == "257 \"/\" is the current directory")
        #expect(try client.say("NONSENSE") == "500 Unknown command.")
        #expect(try client.say("QUIT") == "221 Goodbye.")
        #expect(try client.isAtEnd())
    }

    @Test func refusesAWrongPasswordAndTakesTheRightOne() throws {
        let fixture = try Fixture(ServerConfiguration(accounts: .only(["kim": "s3cret"])))
        let client = try ScriptedClient(port: fixture.port)
        _ = try client.reply()
        _ = try client.say("USER kim")
        #expect(try client.say("PASS wrong") == "530 Login incorrect.")
        _ = try client.say("USER nobody")
        #expect(try client.say("PASS s3cret") == "530 Login incorrect.")
        _ = try client.say("USER kim")
        #expect(try client.say("PASS s3cret") == "230 Login successful.")
    }

    @Test func listsItsFeaturesOneBlankIn() throws {
        let client = try Fixture().client()
        let lines = try client.say("FEAT").split(separator: "\n")
        #expect(lines.first == "211-Features:")
        #expect(lines.last == "211 End")
        #expect(lines.contains(" REST STREAM"))
        #expect(lines.contains(" MLST type*;size*;modify*;perm*;UNIX.mode*;UNIX.owner*;UNIX.group*;"))
        #expect(lines.dropFirst().dropLast().allSatisfy { $0.hasPrefix(" ") && !$0.hasPrefix("  ") })
    }

    @Test func listsInTheWayOfLs() throws {
        let fixture = try Fixture()
        let (bytes, end) = try fixture.client().fetch("LIST")
        let lines = text(bytes).split(separator: "\r\n").map(String.init)
        #expect(lines.count == 2)
        #expect(lines[0].hasPrefix("-rw-r--r--    1 "))
        #expect(lines[0].hasSuffix("            8 Nov 20 17:31 a.txt"))
        #expect(lines[1].hasPrefix("drwxr-xr-x    2 "))
        #expect(end == "226 Directory send OK.")
    }

    @Test func listsFactsForMachines() throws {
        let fixture = try Fixture()
        let client = try fixture.client()
        #expect(try client.say("OPTS MLST type;size;modify;") == "200 MLST OPTS type;size;modify;")
        let (bytes, _) = try client.fetch("MLSD")
        #expect(
            text(bytes)
                == "type=file;size=8;modify=20261120173105; a.txt\r\ntype=dir;modify=20261120173105; sub\r\n")
        #expect(
            try client.say("MLST sub/b.bin")
                == "250-Listing follows\n type=file;size=3;modify=20261120173105; /sub/b.bin\n250 End")
    }

    @Test func namesOnlyWithNlst() throws {
        let fixture = try Fixture()
        #expect(text(try fixture.client().fetch("NLST").bytes) == "a.txt\r\nsub\r\n")
    }

    @Test func hidesDotFilesUnlessAsked() throws {
        let fixture = try Fixture()
        try fixture.files.write([], to: ".hidden")
        let client = try fixture.client()
        #expect(text(try client.fetch("NLST").bytes) == "a.txt\r\nsub\r\n")
        #expect(text(try client.fetch("NLST -a").bytes) == ".hidden\r\na.txt\r\nsub\r\n")
    }

    @Test func walksMakesRenamesAndRemoves() throws {
        let fixture = try Fixture()
        let client = try fixture.client()
        #expect(try client.say("MKD new \"dir\"") == "257 \"/new \"\"dir\"\"\" created")
        #expect(try client.say("CWD new \"dir\"") == "250 Directory successfully changed.")
        #expect(try client.say("PWD") == "257 \"/new \"\"dir\"\"\" is the current directory")
        #expect(try client.say("CDUP") == "250 Directory successfully changed.")
        #expect(try client.say("RNFR new \"dir\"") == "350 Ready for RNTO.")
        #expect(try client.say("RNTO other") == "250 Rename successful.")
        #expect(try client.say("RNTO other") == "503 Bad sequence of commands.")
        #expect(try client.say("RMD other") == "250 Remove directory operation successful.")
        #expect(try client.say("DELE a.txt") == "250 Delete operation successful.")
        #expect(try client.say("DELE a.txt") == "550 Delete operation failed.")
        #expect(try fixture.exists("a.txt") == false)
    }

    @Test func tellsAndSetsSizesTimesAndModes() throws {
        let fixture = try Fixture()
        let client = try fixture.client()
        #expect(try client.say("SIZE a.txt") == "213 8")
        #expect(try client.say("MDTM a.txt") == "213 20261120173105")
        #expect(try client.say("MFMT 20200229120000 a.txt") == "213 Modify=20200229120000; a.txt")
        #expect(try client.say("MDTM a.txt") == "213 20200229120000")
        #expect(try client.say("SITE CHMOD 640 a.txt") == "200 SITE CHMOD command ok.")
        #expect(try LocalDirectory.status(of: fixture.place("a.txt"))?.mode == 0o640)
        #expect(
            try client.say("SITE UTIME a.txt 20200101000000 20210101000000 20200101000000 UTC")
                == "200 SITE UTIME command ok.")
        #expect(try client.say("MDTM a.txt") == "213 20210101000000")
        #expect(try client.say("SIZE sub") == "550 Could not get file size.")
    }

    @Test func changesNothingWhenReadOnly() throws {
        let fixture = try Fixture(ServerConfiguration(isReadOnly: true))
        let client = try fixture.client()
        for command in ["DELE a.txt", "RMD sub", "MKD x", "RNFR a.txt", "STOR x", "SITE CHMOD 600 a.txt"] {
            #expect(try client.say(command) == "550 Permission denied.", "\(command)")
        }
        #expect(try client.fetch("RETR a.txt").bytes.count == 8)
    }

    @Test func acceptsALineThatEndsInLineFeedAlone() throws {
        let client = try Fixture().client()
        try client.send(Array("NOOP\n".utf8))
        #expect(try client.reply() == "200 NOOP ok.")
    }

    @Test func refusesToActForAnotherHost() throws {
        let client = try Fixture().client()
        #expect(try client.say("PORT 192,0,2,1,40,0") == "500 Illegal PORT command.")
        #expect(try client.say("PORT 127,0,0,1,0,25") == "500 Illegal PORT command.")
        #expect(try client.say("EPRT |1|192.0.2.1|4000|") == "500 Illegal PORT command.")
        #expect(try client.say("EPRT |7|x|4000|") == "522 Network protocol not supported, use (1,2)")
        #expect(try client.say("LIST") == "425 Use PORT or PASV first.")
    }

    @Test func holdsToExtendedPassiveWhenToldSo() throws {
        let client = try Fixture().client()
        #expect(try client.say("EPSV ALL") == "200 EPSV ALL ok.")
        #expect(try client.say("PASV").hasPrefix("500"))
        #expect(try client.say("PORT 127,0,0,1,40,0").hasPrefix("500"))
        let data = try client.extendedPassive()
        #expect(try client.say("NLST") == "150 Here comes the directory listing.")
        #expect(text(try readAll(data)) == "a.txt\r\nsub\r\n")
    }

    @Test func servesIPv6() throws {
        let fixture = try Fixture(ServerConfiguration(addresses: [.loopback(.ipv6)]))
        let client = try ScriptedClient.loggedIn(port: fixture.port, family: .ipv6)
        #expect(try client.say("PASV").hasPrefix("500"))
        let data = try client.extendedPassive()
        _ = try client.say("NLST")
        #expect(text(try readAll(data)) == "a.txt\r\nsub\r\n")
    }

    @Test func hangsUpOnALineThatDoesNotEnd() throws {
        let client = try Fixture().client()
        try client.send([UInt8](repeating: UInt8(ascii: "x"), count: 10_000))
        #expect(try client.reply() == "500 Input line too long.")
    }

    @Test func hangsUpOnAClientThatSaysNothing() throws {
        let fixture = try Fixture(ServerConfiguration(idlePatience: .milliseconds(50)))
        let client = try ScriptedClient(port: fixture.port)
        _ = try client.reply()
        #expect(try client.reply() == "421 Timeout.")
        #expect(try client.isAtEnd())
    }
}
