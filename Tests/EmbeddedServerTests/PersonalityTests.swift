import EmbeddedServer
import TestSupport
import Testing
import Transport

/// What tells the personalities apart on the wire.
@Suite struct PersonalityTests {
    @Test func iis6Says125InPassiveAnd150InActiveMode() throws {
        let client = try Fixture(.iis6).client()
        let passive = try client.passive()
        #expect(try client.say("STOR new.txt").hasPrefix("125"))
        passive.shutdownWriting()
        #expect(try client.reply().hasPrefix("226"))
        let active = try client.active()
        try client.send(Array("STOR new.txt\r\n".utf8))
        #expect(try client.reply().hasPrefix("150"))
        let data = try active.accept()
        data.shutdownWriting()
        #expect(try client.reply().hasPrefix("226"))
    }

    @Test func iis6KnowsNeitherExtendedPortsNorTLSNorUTF8() throws {
        let client = try Fixture(.iis6).client()
        for command in ["EPSV", "EPRT |1|127.0.0.1|10240|", "AUTH TLS", "OPTS UTF8 ON", "MLSD"] {
            #expect(try client.say(command).hasPrefix("500"), "\(command)")
        }
        #expect(try client.say("FEAT") == "211-FEAT\n SIZE\n MDTM\n211 END")
        #expect(try client.say("SYST") == "215 Windows_NT version 6.0")
    }

    @Test func iis6TakesALineThatEndsInLineFeedAlone() throws {
        let client = try Fixture(.iis6).client()
        try client.send(Array("NOOP\n".utf8))
        #expect(try client.reply().hasPrefix("200"))
    }

    @Test func iis6ChangesItsListingByDirstyle() throws {
        let client = try Fixture(.iis6).client()
        #expect(text(try client.fetch("LIST sub").bytes).hasPrefix("11-20-26  05:31PM"))
        #expect(try client.say("SITE DIRSTYLE") == "200 MSDOS-like directory output is off")
        #expect(text(try client.fetch("LIST sub").bytes).hasPrefix("-rw"))
        #expect(try client.say("SITE DIRSTYLE") == "200 MSDOS-like directory output is on")
    }

    @Test func aDeviceKnowsRFC959Alone() throws {
        let client = try Fixture(.withoutFeatures).client()
        for command in ["FEAT", "SYST", "EPSV", "MLSD", "SIZE a.txt", "MDTM a.txt", "REST 1", "OPTS UTF8 ON"]
        {
            #expect(try client.say(command).hasPrefix("502"), "\(command)")
        }
        #expect(try client.fetch("RETR a.txt").bytes.count == 8)
    }

    @Test func vsftpdHasNoMachineListingAndTellsSizesOfTheImageTypeOnly() throws {
        let client = try Fixture(.vsftpd).client()
        #expect(try client.say("MLSD").hasPrefix("500"))
        #expect(try client.say("SIZE a.txt") == "213 8")
        _ = try client.say("TYPE A")
        #expect(try client.say("SIZE a.txt").hasPrefix("550"))
    }

    @Test func fileZillaTakesAnOptionForAName() throws {
        let client = try Fixture(.fileZilla).client()
        #expect(try client.say("OPTS UTF8 ON").hasPrefix("202"))
        let data = try client.passive()
        #expect(try client.say("LIST -a").hasPrefix("550"))
        _ = consume data
    }
}
