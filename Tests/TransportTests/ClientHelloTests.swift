import TestSupport
import Testing
import Transport

/// What a client says first: for whom it is, and for which protocol, so that no other service can take it for its own
/// (CVE-2021-3618).
@Suite struct ClientHelloTests {
    /// The extensions of the ClientHello that `client` opens a connection with, by their numbers (RFC 8446 §4.2).
    private func extensions(
        _ client: TLSContext, host: String, expecting: [UInt8]? = nil
    ) throws -> [Int: [UInt8]] {
        let listener = try Listener(on: .loopback(.ipv4))
        var near = try Socket.connect(to: listener.address, until: .after(soon), cancellation: nil)
        let far = try listener.accept(until: .after(soon), cancellation: nil)
        try near.startTLS(client, host: host, expecting: expecting)
        var bytes: [UInt8] = []
        func number(_ place: Int, _ count: Int) -> Int {
            bytes[place..<(place + count)].reduce(0) { $0 << 8 | Int($1) }
        }
        while bytes.count < 5 || bytes.count < 5 + number(3, 2) { bytes += try readSome(far) }
        #expect(bytes.first == 22 && bytes[5] == 1)
        // Version and random, session, cipher suites, compression.
        var place = 9 + 34
        place += 1 + number(place, 1)
        place += 2 + number(place, 2)
        place += 1 + number(place, 1)
        let end = place + 2 + number(place, 2)
        place += 2
        var found: [Int: [UInt8]] = [:]
        while place < end {
            let length = number(place + 2, 2)
            found[number(place, 2)] = Array(bytes[(place + 4)..<(place + 4 + length)])
            place += 4 + length
        }
        return found
    }

    private static let name = 0
    private static let protocols = 16

    @Test func namesTheHostAndFTPOnControlAndDataConnections() throws {
        let ground = try TLSGround()
        for expecting in [nil, ground.identity.fingerprint] {
            let said = try extensions(ground.client, host: "ftp.example.org", expecting: expecting)
            let host = Array("ftp.example.org".utf8)
            #expect(said[Self.name] == [0, UInt8(host.count + 3), 0, 0, UInt8(host.count)] + host)
            // Nothing but FTP, so that a server that looks at it hangs up where it speaks something else.
            #expect(said[Self.protocols] == [0, 4, 3] + Array("ftp".utf8))
        }
    }

    @Test func anAddressIsNoName() throws {
        #expect(try extensions(try TLSGround().client, host: "127.0.0.1")[Self.name] == nil)
    }
}
