import FTPProtocol
import Testing

struct CommandTests {
    @Test func writesVerbBlankArgumentAndLineEnd() throws {
        #expect(try Command.passive.wireBytes() == Array("PASV\r\n".utf8))
        #expect(try Command.user("anna").wireBytes() == Array("USER anna\r\n".utf8))
        #expect(try Command.password("").wireBytes() == Array("PASS \r\n".utf8))
        #expect(try Command.retrieve(RemotePath(" a ")).wireBytes() == Array("RETR  a \r\n".utf8))
        #expect(
            try Command.modifyTime(RemotePath("a b"), "20261120173100").wireBytes()
                == Array("MFMT 20261120173100 a b\r\n".utf8))
    }

    @Test(arguments: [0x0D, 0x0A, 0x00] as [UInt8])
    func refusesWhatWouldAddACommand(_ byte: UInt8) {
        for position in 0...3 {
            var name = Array("abc".utf8)
            name.insert(byte, at: position)
            let path = RemotePath(bytes: name)
            let text = String(decoding: name, as: UTF8.self)
            let commands: [Command] = [
                .retrieve(path), .store(path), .delete(path), .changeDirectory(path), .renameTo(path),
                .user(text), .password(text), .account(text), .options(text), .site(name),
                .modifyTime(path, "20261120173100"), .modifyTime(RemotePath("a"), text),
                Command(raw: Array("STAT ".utf8) + name),
            ]
            for command in commands {
                #expect(throws: FTPError.self, "\(command.verb) at \(position)") { try command.wireBytes() }
            }
        }
    }

    @Test(arguments: ["", "US ER", "USER\r\nDELE", "ÜSER", "A-B", "\0"])
    func refusesAVerbThatIsNone(_ verb: String) {
        #expect(throws: FTPError.self) { try Command(verb).wireBytes() }
    }

    @Test func doubles0xFF() throws {
        let path = RemotePath(bytes: [0x61, 0xFF, 0xFF, 0x62])
        #expect(
            try Command.delete(path).wireBytes()
                == Array("DELE a".utf8) + [0xFF, 0xFF, 0xFF, 0xFF] + Array("b\r\n".utf8))
    }

    @Test func refusesLinesLongerThanServersTake() throws {
        let longest = RemotePath(bytes: [UInt8](repeating: 0x61, count: Command.longestLine - 5))
        #expect(try Command.retrieve(longest).wireBytes().count == Command.longestLine + 2)
        #expect(throws: FTPError.self) { try Command.retrieve(longest.appending([0x62])).wireBytes() }
    }

    @Test(arguments: [
        Command.password("geheim"), .account("geheim"), Command("ADAT", "geheim"),
        Command(raw: Array("pass geheim".utf8)),
        Command(raw: Array("Acct geheim".utf8)), Command(raw: Array("SITE PSWD geheim neu".utf8)),
        Command(raw: Array("site pswd\tgeheim".utf8)),
    ])
    func showsNoSecret(_ command: Command) {
        #expect(command.isSecret)
        #expect(!String(decoding: command.logged, as: UTF8.self).contains("geheim"))
        let error = FTPError.refused(command, Reply(.notLoggedIn, "No"))
        #expect(!error.description.contains("geheim"))
    }

    @Test(arguments: ["PASS\tgeheim", " PASS geheim", "PASS gehe\rim"])
    func showsNoSecretWhereTheLineIsRefused(_ line: String) {
        let command = Command(raw: Array(line.utf8))
        #expect(!String(decoding: command.logged, as: UTF8.self).lowercased().contains("gehe"))
        do {
            _ = try command.wireBytes()
            Issue.record("was sent")
        } catch {
            #expect(!error.description.lowercased().contains("gehe"))
        }
    }

    @Test func aSecretOfAnyLengthLooksTheSame() {
        #expect(Command.password("a").logged == Command.password("a very long one").logged)
    }

    @Test func showsWhatIsNoSecret() {
        #expect(Command.user("anna").logged == Array("USER anna".utf8))
        #expect(Command.passive.logged == Array("PASV".utf8))
    }

    @Test func takesATypedLineAsItIs() throws {
        #expect(
            try Command(raw: Array("site  chmod 644 a".utf8)).wireBytes()
                == Array("SITE  chmod 644 a\r\n".utf8))
        #expect(try Command(raw: Array("noop".utf8)).wireBytes() == Array("NOOP\r\n".utf8))
    }
}
