import TestSupport
import Transport

/// Both ends of an encrypted TCP connection over loopback, usable from several threads.
final class EncryptedPair: Sendable {
    let near: Socket
    let far: Socket

    /// Both have said hello, and nothing more.
    init(
        _ client: TLSContext, _ server: TLSContext, host: String? = "localhost", expecting: [UInt8]? = nil
    ) throws {
        let listener = try Listener(on: .loopback(.ipv4))
        var near = try Socket.connect(to: listener.address, until: .after(soon), cancellation: nil)
        var far = try listener.accept(until: .after(soon), cancellation: nil)
        try near.startTLS(client, host: host, expecting: expecting)
        try far.startTLS(server)
        self.near = near
        self.far = far
    }

    var nearTLS: TLSConnection? { near.tls }
    var farTLS: TLSConnection? { far.tls }

    /// Blocks until both have agreed.
    func shakeHands() throws {
        let serving = Background { [self] in try far.finishHandshake(until: .after(soon), cancellation: nil) }
        try near.finishHandshake(until: .after(soon), cancellation: nil)
        try serving.value()
    }
}

/// A server for `localhost`, known to nobody, and a client that trusts what it is told to.
struct TLSGround {
    let identity: TLSIdentity
    let server: TLSContext
    let client: TLSContext

    init(
        _ names: [String] = ["localhost", "127.0.0.1"], authority: TLSIdentity? = nil,
        validFor seconds: ClosedRange<Int> = -3_600...3_600, _ change: (inout TLSSettings) -> Void = { _ in }
    ) throws {
        identity = try TLSIdentity.make(for: names, validFor: seconds, signedBy: authority)
        var settings = TLSSettings()
        change(&settings)
        settings.identity = identity
        server = try TLSContext.server(settings)
        var trusting = TLSSettings()
        change(&trusting)
        trusting.authorities = (authority ?? identity).certificates
        client = try TLSContext.client(trusting)
    }

    func pair(host: String = "localhost", resuming: Bool = false) throws -> EncryptedPair {
        try EncryptedPair(client, server, host: host, expecting: resuming ? identity.fingerprint : nil)
    }
}
