import FTPProtocol
import Testing

struct EndpointTests {
    @Test(
        arguments: [
            (227, "Entering Passive Mode (192,168,4,29,9,227).", "192.168.4.29", 2531),
            (227, "Entering Passive Mode 192,168,4,29,9,227", "192.168.4.29", 2531),
            (227, "=192,168,4,29,9,227", "192.168.4.29", 2531),
            (227, "Entering passive mode; use PORT 161,115,147,1,10,31", "161.115.147.1", 2591),
            (227, "Data transfer will passively listen to 127,0,0,1,4,51", "127.0.0.1", 1075),
            (227, "Entering passive mode. 127,0,0,1,4,51", "127.0.0.1", 1075),
            (227, "Entering Passive Mode (10, 0, 0, 5, 200, 13)", "10.0.0.5", 51213),
            (227, "IPv4 mode (1,2,3,4,5,6)", "1.2.3.4", 1286),
            (227, "Port 7, 8: (1,2,3,4,255,255)", "1.2.3.4", 65535),
            (227, "Entering passive mode (|||6446|)", nil, 6446),
            (229, "Entering Extended Passive Mode (|||6446|)", nil, 6446),
            (229, "Entering Passive Mode (||6446|)", nil, 6446),
            (229, "Entering Extended Passive Mode (|1|132.235.1.2|6275|)", nil, 6275),
            (229, "Entering Extended Passive Mode (|2|2001:db8:1:2:3:4:5:6|6275|)", nil, 6275),
            (229, "Extended Passive Mode OK !!!65535!", nil, 65535),
            (229, "ok $$$1024$ 5 users", nil, 1024),
            (229, "Entering Passive Mode (10,0,0,5,200,13)", "10.0.0.5", 51213),
        ] as [(UInt16, String, String?, UInt16)])
    func readsTheEndpoint(_ code: UInt16, _ text: String, _ address: String?, _ port: UInt16) throws {
        let endpoint = try PassiveEndpoint(reply: Reply(ReplyCode(rawValue: code), text))
        #expect(endpoint.address?.description == address)
        #expect(endpoint.port == port)
    }

    @Test(
        arguments: [
            (227, "Entering Passive Mode"), (227, ""), (227, "(1,2,3,4,5)"), (227, "(256,2,3,4,5,6)"),
            (227, "(1,2,3,4,0,0)"), (227, "(1,2,3,4,5,99999999999999999999)"), (227, "1,,2,3,4,5,6"),
            (229, "(|||0|)"), (229, "(|||65536|)"), (229, "(|||99999999999999999999999|)"), (229, "(||||)"),
            (229, "|||6446"), (229, "6446"),
        ] as [(UInt16, String)])
    func refusesWhatHoldsNoEndpoint(_ code: UInt16, _ text: String) {
        #expect(throws: FTPError.self) { try PassiveEndpoint(reply: Reply(ReplyCode(rawValue: code), text)) }
    }

    @Test(
        arguments: [(227, "(192,168,4,29,0,25)"), (227, "(192,168,4,29,3,255)"), (229, "(|||1023|)")]
            as [(UInt16, String)])
    func refusesPortsBelow1024AndSaysWhy(_ code: UInt16, _ text: String) {
        do {
            let endpoint = try PassiveEndpoint(reply: Reply(ReplyCode(rawValue: code), text))
            Issue.record("took \(endpoint)")
        } catch {
            #expect(error.description.contains("below 1024"))
        }
    }

    @Test func refusesToListenBelow1024AndSaysWhy() {
        for range: ClosedRange<UInt16> in [0...2000, 1023...1023, 900...1100] {
            let error = #expect(throws: FTPError.self) { try DataPort.check(range) }
            #expect("\(String(describing: error))".contains("1024"))
        }
        #expect(throws: Never.self) { try DataPort.check(1024...65_535) }
    }

    @Test func takesPort1024() throws {
        #expect(try PassiveEndpoint(reply: Reply(.enteringPassiveMode, "(1,2,3,4,4,0)")).port == 1024)
    }

    @Test(
        arguments: [
            ("Network protocol not supported, use (1,2)", [.ipv4, .ipv6]), ("use (2)", [.ipv6]),
            ("use ( 1 )", [.ipv4]),
            ("use (1,7,22)", [.ipv4]), ("SSL connection failed; session reuse required", []), ("(", []),
            ("()", []),
        ] as [(String, [AddressFamily])])
    func readsTheFamiliesOf522(_ text: String, _ families: [AddressFamily]) {
        #expect(AddressFamily.supported(reply: Reply(.networkProtocolUnsupported, text)) == families)
    }

    @Test(
        arguments: [
            ("192.168.0.3", 5107, "PORT 192,168,0,3,19,243"),
            ("192.168.4.29", 8191, "PORT 192,168,4,29,31,255"),
            ("192.168.4.29", 2531, "PORT 192,168,4,29,9,227"),
            ("::ffff:10.0.0.1", 1024, "PORT 10,0,0,1,4,0"),
            ("1.2.3.4", 65535, "PORT 1,2,3,4,255,255"),
        ] as [(String, UInt16, String)])
    func writesPORT(_ address: String, _ port: UInt16, _ line: String) throws {
        let endpoint = try ActiveEndpoint(address: address, family: .ipv4, port: port)
        let wire = try endpoint.portCommand().wireBytes()
        #expect(String(decoding: wire, as: UTF8.self) == line + "\r\n")
        let parsed = ActiveEndpoint.parsePort(Array(line.utf8.dropFirst(5)))
        #expect(parsed?.port == port)
        #expect(parsed?.address == IPv4Address(address))
    }

    @Test(
        arguments: [
            ("132.235.1.2", AddressFamily.ipv4, 6275, "EPRT |1|132.235.1.2|6275|"),
            ("1080::8:800:200c:417a", .ipv6, 5282, "EPRT |2|1080::8:800:200c:417a|5282|"),
            ("fe80::1%eth0", .ipv6, 5282, "EPRT |2|fe80::1|5282|"),
        ] as [(String, AddressFamily, UInt16, String)])
    func writesEPRT(_ address: String, _ family: AddressFamily, _ port: UInt16, _ line: String) throws {
        let endpoint = try ActiveEndpoint(address: address, family: family, port: port)
        let wire = try endpoint.extendedPortCommand.wireBytes()
        #expect(String(decoding: wire, as: UTF8.self) == line + "\r\n")
        let parsed = ActiveEndpoint.parseExtendedPort(Array(line.utf8.dropFirst(5)))
        #expect(parsed?.family == family)
        #expect(parsed?.address == endpoint.address)
        #expect(parsed?.port == port)
    }

    @Test(
        arguments: [
            ("192.168.0.3", AddressFamily.ipv4, 1023), ("192.168.0.3", .ipv4, 0), ("192.168.0", .ipv4, 5000),
            ("192.168.0.256", .ipv4, 5000), ("::1", .ipv4, 5000), ("1.2.3.4\r\nDELE x", .ipv4, 5000),
            ("1.2.3.4", .ipv6, 5000), ("::1|2|x", .ipv6, 5000),
        ] as [(String, AddressFamily, UInt16)])
    func offersNeitherLowPortsNorWhatIsNoAddress(_ address: String, _ family: AddressFamily, _ port: UInt16) {
        #expect(throws: FTPError.self) { try ActiveEndpoint(address: address, family: family, port: port) }
    }

    @Test func doesNotPutIPv6IntoPORT() throws {
        let endpoint = try ActiveEndpoint(address: "::1", family: .ipv6, port: 5000)
        #expect(throws: FTPError.self) { try endpoint.portCommand() }
    }

    @Test(arguments: [
        "", "1,2,3,4,5", "1,2,3,4,5,6,7", "256,2,3,4,5,6", "1,2,3,4,5,a", "1, 2,3,4,5,6", "1,2,3,4,5,",
    ])
    func readsNoPORTFromWhatIsNone(_ argument: String) {
        #expect(ActiveEndpoint.parsePort(Array(argument.utf8)) == nil)
    }

    @Test(arguments: [
        "", "|", "|1|1.2.3.4|5", "|1|1.2.3.4||", "|x|1.2.3.4|5|", "|1|1.2.3.4|65536|", "|1|1.2.3.4|5|x",
    ])
    func readsNoEPRTFromWhatIsNone(_ argument: String) {
        #expect(ActiveEndpoint.parseExtendedPort(Array(argument.utf8)) == nil)
    }

    @Test func tellsAnUnknownFamilyFromANonsense() {
        let parsed = ActiveEndpoint.parseExtendedPort(Array("|9|whatever|5000|".utf8))
        #expect(parsed != nil)
        #expect(parsed?.family == nil)
    }
}

struct DialChoiceTests {
    @Test(
        arguments: [
            (nil, "198.51.100.7", false, "198.51.100.7", DialChoice.Reason.peer),
            ("198.51.100.7", "198.51.100.7", false, "198.51.100.7", .peer),
            ("198.51.100.7", "::ffff:198.51.100.7", false, "::ffff:198.51.100.7", .peer),
            ("0.0.0.0", "198.51.100.7", true, "198.51.100.7", .unusable(IPv4Address(0, 0, 0, 0))),
            ("127.0.0.1", "198.51.100.7", true, "198.51.100.7", .unusable(IPv4Address(127, 0, 0, 1))),
            ("169.254.1.1", "198.51.100.7", true, "198.51.100.7", .unusable(IPv4Address(169, 254, 1, 1))),
            ("224.0.0.1", "198.51.100.7", true, "198.51.100.7", .unusable(IPv4Address(224, 0, 0, 1))),
            ("255.255.255.255", "10.0.0.7", true, "10.0.0.7", .unusable(IPv4Address(255, 255, 255, 255))),
            ("10.0.0.5", "198.51.100.7", true, "198.51.100.7", .privateAddress(IPv4Address(10, 0, 0, 5))),
            (
                "172.16.0.5", "198.51.100.7", false, "198.51.100.7",
                .privateAddress(IPv4Address(172, 16, 0, 5))
            ),
            (
                "100.64.0.5", "198.51.100.7", false, "198.51.100.7",
                .privateAddress(IPv4Address(100, 64, 0, 5))
            ),
            ("172.32.0.5", "198.51.100.7", false, "198.51.100.7", .otherMachine(IPv4Address(172, 32, 0, 5))),
            ("10.0.0.5", "10.0.0.7", false, "10.0.0.7", .otherMachine(IPv4Address(10, 0, 0, 5))),
            ("10.0.0.5", "10.0.0.7", true, "10.0.0.5", .trusted(IPv4Address(10, 0, 0, 5))),
            (
                "203.0.113.9", "198.51.100.7", false, "198.51.100.7",
                .otherMachine(IPv4Address(203, 0, 113, 9))
            ),
            ("203.0.113.9", "198.51.100.7", true, "203.0.113.9", .trusted(IPv4Address(203, 0, 113, 9))),
            ("203.0.113.9", "2001:db8::7", true, "2001:db8::7", .otherMachine(IPv4Address(203, 0, 113, 9))),
            ("127.0.0.2", "127.0.0.1", false, "127.0.0.1", .otherMachine(IPv4Address(127, 0, 0, 2))),
            ("192.168.1.1", "fd00::7", false, "fd00::7", .otherMachine(IPv4Address(192, 168, 1, 1))),
        ] as [(String?, String, Bool, String, DialChoice.Reason)])
    func dialsThePeerUnlessTheReplyIsTrustedAndPlausible(
        _ offered: String?, _ peer: String, _ isTrusted: Bool, _ address: String, _ reason: DialChoice.Reason
    ) {
        let choice = DialChoice(offered: offered.flatMap(IPv4Address.init), peer: peer, isTrusted: isTrusted)
        #expect(choice.address == address)
        #expect(choice.reason == reason)
        #expect((choice.note == nil) == (reason == .peer))
    }

    @Test func onlyATrustedReplyGivesASecondAddress() {
        func alternative(_ offered: String, _ peer: String, _ isTrusted: Bool) -> String? {
            DialChoice(offered: IPv4Address(offered), peer: peer, isTrusted: isTrusted).alternative
        }
        #expect(alternative("203.0.113.9", "198.51.100.7", true) == "198.51.100.7")
        #expect(alternative("10.0.0.5", "198.51.100.7", true) == "10.0.0.5")
        #expect(alternative("203.0.113.9", "198.51.100.7", false) == nil)
        #expect(alternative("10.0.0.5", "198.51.100.7", false) == nil)
        #expect(alternative("0.0.0.0", "198.51.100.7", true) == nil)
    }
}
