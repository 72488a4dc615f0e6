import TestSupport
import Testing
import Transport

private let versions = [TLSVersion.tls12, .tls13]

@Suite struct TLSTests {
    private let limit = Deadline.after(soon)

    @Test(arguments: versions)
    func bothSidesAgreeAndBytesCrossInBothDirections(_ version: TLSVersion) throws {
        let pair = try TLSGround { $0.maximumVersion = version }.pair()
        try pair.shakeHands()
        let bytes = pattern(100_000)
        let echo = Background {
            try pair.far.write(readSome(pair.far), until: .after(soon), cancellation: nil)
        }
        try pair.near.write([1, 2, 3], until: limit, cancellation: nil)
        #expect(try readSome(pair.near) == [1, 2, 3])
        try echo.value()
        let writing = Background {
            try pair.far.write(bytes, until: .after(soon), cancellation: nil)
            try pair.far.endWriting(until: .after(soon), cancellation: nil)
        }
        #expect(try readAll(pair.near) == bytes)
        try writing.value()
        let tls = try #require(pair.nearTLS)
        #expect(tls.version == version)
        #expect(tls.cipher.isEmpty == false)
        #expect(pair.farTLS?.requestedName == "localhost")
    }

    @Test func aCertificateOfATrustedAuthorityIsTrusted() throws {
        let authority = try TLSIdentity.make(for: ["Test Authority"])
        let pair = try TLSGround(authority: authority).pair()
        try pair.shakeHands()
        let tls = try #require(pair.nearTLS)
        #expect(tls.verification?.isTrusted == true)
        let certificate = try #require(tls.peerCertificate)
        #expect(certificate.subject == "CN=localhost")
        #expect(certificate.issuer == "CN=Test Authority")
        #expect(certificate.names == ["localhost", "127.0.0.1"])
        #expect(certificate.notAfter - certificate.notBefore == 7_200)
    }

    @Test func aCertificateThatNobodySignedIsNot() throws {
        let ground = try TLSGround()
        let stranger = try TLSContext.client(TLSSettings())
        let pair = try EncryptedPair(stranger, ground.server)
        try pair.shakeHands()
        let verification = try #require(pair.nearTLS?.verification)
        #expect(verification.chainProblem != nil)
        #expect(verification.matchesHost)
        #expect(verification.isInTime)
        #expect(pair.nearTLS?.peerCertificate?.fingerprint == ground.identity.fingerprint)
        #expect(pair.nearTLS?.peerCertificate?.isSelfSigned == true)
    }

    @Test(arguments: [
        ("localhost", true), ("LOCALHOST", true), ("127.0.0.1", true), ("127.0.0.2", false),
        ("localhost.example.org", false), ("a.wild.example.org", true), ("a.b.wild.example.org", false),
    ])
    func theNameHasToBeTheOneThatWasAskedFor(_ host: String, _ matches: Bool) throws {
        let pair = try TLSGround(["localhost", "127.0.0.1", "*.wild.example.org"]).pair(host: host)
        try pair.shakeHands()
        #expect(pair.nearTLS?.verification?.matchesHost == matches)
        #expect(pair.nearTLS?.verification?.isTrusted == matches)
    }

    @Test(arguments: [-7_200 ... -3_600, 3_600...7_200])
    func aCertificateOutOfItsTimeIsNotTrusted(_ seconds: ClosedRange<Int>) throws {
        let authority = try TLSIdentity.make(for: ["Test Authority"])
        let pair = try TLSGround(authority: authority, validFor: seconds).pair()
        try pair.shakeHands()
        let verification = try #require(pair.nearTLS?.verification)
        #expect(!verification.isInTime)
        #expect(verification.chainProblem == nil)
        #expect(!verification.isTrusted)
    }

    @Test(arguments: versions)
    func dataConnectionsResumeTheSessionOfTheControlConnectionAgainAndAgain(_ version: TLSVersion) throws {
        let ground = try TLSGround { $0.maximumVersion = version }
        let control = try ground.pair()
        try control.shakeHands()
        #expect(control.nearTLS?.isResumed == false)
        // Tickets come behind the handshake: the first bytes bring them.
        try control.far.write([1], until: limit, cancellation: nil)
        _ = try readSome(control.near)
        for _ in 0..<10 {
            let data = try ground.pair(resuming: true)
            try data.shakeHands()
            #expect(data.nearTLS?.isResumed == true)
            #expect(data.farTLS?.isResumed == true)
            try data.far.endWriting(until: limit, cancellation: nil)
            #expect(try readAll(data.near) == [])
        }
    }

    @Test func aServerThatGivesOneTicketIsOfferedItAgain() throws {
        let ground = try TLSGround { $0.ticketCount = 1 }
        let control = try ground.pair()
        try control.shakeHands()
        try control.far.write([1], until: limit, cancellation: nil)
        _ = try readSome(control.near)
        for _ in 0..<3 {
            let data = try ground.pair(resuming: true)
            try data.shakeHands()
            #expect(data.farTLS?.isResumed == true)
            // Closed without being read: no new ticket, and no end said either.
        }
    }

    @Test func sessionsAreNotSharedBetweenContexts() throws {
        let ground = try TLSGround()
        let control = try ground.pair()
        try control.shakeHands()
        try control.far.write([1], until: limit, cancellation: nil)
        _ = try readSome(control.near)
        let other = try TLSContext.client(TLSSettings())
        let data = try EncryptedPair(other, ground.server, expecting: ground.identity.fingerprint)
        try data.shakeHands()
        #expect(data.farTLS?.isResumed == false)
    }

    @Test func aDataConnectionWithAnotherCertificateIsRefused() throws {
        let ground = try TLSGround()
        let other = try TLSGround()
        let data = try EncryptedPair(ground.client, other.server, expecting: ground.identity.fingerprint)
        let serving = Background { try data.far.finishHandshake(until: .after(soon), cancellation: nil) }
        #expect(throws: TransportError.tls(.certificateDiffers, peer: "\(data.near.peer)")) {
            try data.near.finishHandshake(until: limit, cancellation: nil)
        }
        try? serving.value()
    }

    @Test func aStreamWithoutCloseNotifyIsCutOff() throws {
        let pair = try TLSGround().pair()
        try pair.shakeHands()
        try pair.far.write([1], until: limit, cancellation: nil)
        pair.far.shutdownWriting()
        #expect(try readSome(pair.near) == [1])
        #expect(throws: TransportError.tls(.endedWithoutCloseNotify, peer: "\(pair.near.peer)")) {
            try readSome(pair.near)
        }
    }

    @Test func clearTextIsNoTLS() throws {
        let listener = try Listener(on: .loopback(.ipv4))
        var near = try Socket.connect(to: listener.address, until: limit, cancellation: nil)
        let far = try listener.accept(until: limit, cancellation: nil)
        try near.startTLS(try TLSGround().client, host: "localhost")
        try far.write(Array("220 Hello\r\n".utf8), until: limit, cancellation: nil)
        #expect(throws: TransportError.tls(.notTLS, peer: "\(near.peer)")) {
            try near.finishHandshake(until: limit, cancellation: nil)
        }
    }

    @Test func aServerThatHangsUpInTheHandshakeIsToldFromOneThatCutsOff() throws {
        let listener = try Listener(on: .loopback(.ipv4))
        var near = try Socket.connect(to: listener.address, until: limit, cancellation: nil)
        let far = try listener.accept(until: limit, cancellation: nil)
        try near.startTLS(try TLSGround().client, host: "localhost")
        _ = try readSome(far)
        far.shutdownWriting()
        #expect(throws: TransportError.tls(.endedInHandshake, peer: "\(near.peer)")) {
            try near.finishHandshake(until: limit, cancellation: nil)
        }
    }

    @Test func aHandshakeThatNeverEndsIsCancelledAtOnce() throws {
        let listener = try Listener(on: .loopback(.ipv4))
        let address = listener.address
        let client = try TLSGround().client
        let cancellation = Cancellation()
        let waiting = Background {
            var near = try Socket.connect(to: address, until: .after(soon), cancellation: nil)
            try near.startTLS(client, host: "localhost")
            try near.finishHandshake(until: .never, cancellation: cancellation)
        }
        let far = try listener.accept(until: limit, cancellation: nil)
        _ = try readSome(far)
        cancellation.cancel()
        #expect(throws: TransportError.cancelled) { try waiting.value() }
    }

    @Test func versionsBelowTheLeastAreRefused() throws {
        var old = TLSSettings()
        old.identity = try TLSIdentity.make(for: ["localhost"])
        old.maximumVersion = .tls12
        var new = TLSSettings()
        new.minimumVersion = .tls13
        let pair = try EncryptedPair(try .client(new), try .server(old))
        let serving = Background { try pair.far.finishHandshake(until: .after(soon), cancellation: nil) }
        #expect(throws: TransportError.tls(.versionTooOld, peer: "\(pair.near.peer)")) {
            try pair.near.finishHandshake(until: limit, cancellation: nil)
        }
        #expect(throws: (any Error).self) { try serving.value() }
    }

    @Test func afterTheEndOfTLSTheSameConnectionGoesOnInClear() throws {
        let listener = try Listener(on: .loopback(.ipv4))
        let address = listener.address
        let ground = try TLSGround()
        let client = Background {
            var near = try Socket.connect(to: address, until: .after(soon), cancellation: nil)
            try near.startTLS(ground.client, host: "localhost")
            let first = try readSome(near)
            try near.endTLS(until: .after(soon), cancellation: nil)
            return try first + readSome(near)
        }
        var far = try listener.accept(until: limit, cancellation: nil)
        try far.startTLS(ground.server)
        try far.finishHandshake(until: limit, cancellation: nil)
        try far.write([1], until: limit, cancellation: nil)
        try far.endTLS(until: limit, cancellation: nil)
        try far.write([2], until: limit, cancellation: nil)
        #expect(try client.value() == [1, 2])
    }
}
