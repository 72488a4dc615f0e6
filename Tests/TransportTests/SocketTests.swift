import TestSupport
import Testing
import Transport

@Suite struct SocketTests {
    @Test(arguments: [Address.Family.ipv4, .ipv6])
    func carriesBytesBothWays(_ family: Address.Family) throws {
        let pair = try ConnectedPair.make(family)
        try pair.near.write(Array("hello".utf8), until: .after(soon), cancellation: nil)
        #expect(try readSome(pair.far) == Array("hello".utf8))
        try pair.far.write(Array("you".utf8), until: .after(soon), cancellation: nil)
        pair.far.shutdownWriting()
        #expect(try readAll(pair.near) == Array("you".utf8))
        let (local, peer) = (pair.near.local, pair.far.peer)
        #expect(local == peer)
    }

    @Test func saysWhoRefused() throws {
        let address: Address
        do {
            let listener = try Listener(on: .loopback())
            address = listener.address
        }
        let error = #expect(throws: TransportError.self) {
            _ = try Socket.connect(to: address, until: .after(soon), cancellation: nil)
        }
        guard case .network("connect", let peer, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(peer == address.description)
    }

    @Test func aReadEndsAtItsDeadline() throws {
        let pair = try ConnectedPair.make()
        let error = #expect(throws: TransportError.self) {
            var byte: UInt8 = 0
            _ = try withUnsafeMutableBytes(of: &byte) { buffer in
                try pair.near.read(into: buffer, until: .after(.milliseconds(5)), cancellation: nil)
            }
        }
        guard case .timedOut = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func aCancelledReadEndsAtOnce() throws {
        let shared = try SharedPair()
        let cancellation = Cancellation()
        let reading = Background {
            var byte: UInt8 = 0
            return try withUnsafeMutableBytes(of: &byte) { buffer in
                try shared.pair.near.read(into: buffer, until: .never, cancellation: cancellation)
            }
        }
        cancellation.cancel()
        #expect(throws: TransportError.cancelled) { try reading.value() }
    }

    @Test func aResetIsAnErrorAndNotAnEnd() throws {
        let listener = try Listener(on: .loopback())
        let near = try Socket.connect(to: listener.address, until: .after(soon), cancellation: nil)
        do {
            let far = try listener.accept(until: .after(soon), cancellation: nil)
            far.resetOnClose()
        }
        #expect(throws: TransportError.self) { try readSome(near) }
    }

    @Test func urgentBytesStayInTheirPlaceWhenAskedTo() throws {
        let pair = try ConnectedPair.make()
        pair.far.receiveUrgentInline()
        try pair.near.write([1], until: .after(soon), cancellation: nil)
        pair.near.writeUrgent(2)
        try pair.near.write([3], until: .after(soon), cancellation: nil)
        pair.near.shutdownWriting()
        #expect(try readAll(pair.far) == [1, 2, 3])
    }
}

@Suite struct ListenerTests {
    @Test func takesAFreePortOfItsRangeAndSaysWhenThereIsNone() throws {
        let taken = try Listener(on: .loopback())
        let port = taken.address.port
        #expect(port >= 1024)
        let error = #expect(throws: TransportError.self) {
            _ = try Listener(on: .loopback(), ports: port...port)
        }
        #expect(error == .unusable("no free port in \(port)-\(port)"))
    }

    @Test func anAcceptEndsAtItsDeadlineAndByCancellation() throws {
        let listener = try Listener(on: .loopback())
        #expect(throws: TransportError.self) {
            _ = try listener.accept(until: .after(.milliseconds(5)), cancellation: nil)
        }
        let cancellation = Cancellation()
        cancellation.cancel()
        #expect(throws: TransportError.cancelled) {
            _ = try listener.accept(until: .never, cancellation: cancellation)
        }
    }

    @Test func letsArrivalsWaitAndThenIn() throws {
        let listener = try Listener(on: .loopback())
        listener.holdArrivals()
        let pending = try PendingConnection(to: listener.address)
        let isPending = pending.isPending(for: .milliseconds(50))
        #expect(isPending)
        listener.admitArrivals()
        let near = try pending.finish(until: .after(soon), cancellation: nil)
        _ = try listener.accept(until: .after(soon), cancellation: nil)
        let peer = near.peer
        let address = listener.address
        #expect(peer == address)
    }
}

@Suite struct ResolverTests {
    @Test func knowsNumbersWithoutAsking() throws {
        let addresses = try Resolver.addresses(
            of: "::1", port: 21, family: nil, until: .after(soon), cancellation: nil)
        #expect(addresses == [.loopback(.ipv6, port: 21)])
    }

    @Test func findsThisMachine() throws {
        let addresses = try Resolver.addresses(
            of: "localhost", port: 21, family: .ipv4, until: .after(soon), cancellation: nil)
        #expect(addresses.contains(.loopback(port: 21)))
    }

    @Test func saysThatAHostIsUnknown() {
        // No name server gives an address for .invalid (RFC 6761 §6.4).
        let error = #expect(throws: TransportError.self) {
            try Resolver.addresses(
                of: "no-such-host.invalid", port: 21, family: nil, until: .after(.seconds(60)),
                cancellation: nil)
        }
        guard case .unknownHost("no-such-host.invalid", _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func refusesANumberOfTheOtherFamily() {
        #expect(throws: TransportError.self) {
            try Resolver.addresses(
                of: "127.0.0.1", port: 21, family: .ipv6, until: .after(soon), cancellation: nil)
        }
    }

    @Test func doesNotWaitWhenCancelled() {
        let cancellation = Cancellation()
        cancellation.cancel()
        #expect(throws: TransportError.cancelled) {
            try Resolver.addresses(
                of: "no-such-host.invalid", port: 21, family: nil, until: .never, cancellation: cancellation)
        }
    }
}
