import TestSupport
import Testing
import Transport

@Suite struct DialerTests {
    private func address(_ last: UInt8, _ port: UInt16) -> Address {
        Address(ipv4: [127, 0, 0, last], port: port)
    }

    @Test func theFamiliesTakeTurns() {
        let six = (1...3).map { Address(ipv6: [UInt8](repeating: 0, count: 15) + [$0], port: 21) }
        let four = (1...2).map { address($0, 21) }
        #expect(
            Dialer.alternating(six + four) == [six[0], four[0], six[1], four[1], six[2]])
        #expect(Dialer.alternating(four) == four)
        #expect(Dialer.alternating([]).isEmpty)
    }

    @Test func anAddressThatIsSilentDoesNotKeepTheOthersWaiting() throws {
        let silent = try Listener(on: address(2, 0))
        silent.holdArrivals()
        let port = silent.address.port
        let live = try Listener(on: address(3, port))
        let socket = try Dialer.connect(
            to: [silent.address, live.address], until: .after(soon), cancellation: nil)
        let peer = socket.peer
        #expect(peer == address(3, port))
    }

    @Test func anAddressThatRefusesIsToldOfAndTheNextOneTaken() throws {
        let live = try Listener(on: address(3, 0))
        let port = live.address.port
        var told: [TransportError] = []
        let socket = try Dialer.connect(
            to: [address(2, port), live.address], until: .after(soon), cancellation: nil
        ) { told.append($0) }
        let peer = socket.peer
        #expect(peer == address(3, port))
        #expect(told.count == 1 && told[0].meansClosedPort)
    }

    @Test func whereAllRefuseTheRefusalIsTheVerdict() throws {
        let port: UInt16
        do { port = try Listener(on: .loopback()).address.port }
        let error = #expect(throws: TransportError.self) {
            _ = try Dialer.connect(
                to: [address(2, port), address(3, port)], until: .after(soon), cancellation: nil)
        }
        #expect(error?.meansClosedPort == true)
    }

    @Test func silenceEndsAtTheDeadlineAndByCancellation() throws {
        let silent = try Listener(on: .loopback())
        silent.holdArrivals()
        let place = silent.address
        let error = #expect(throws: TransportError.self) {
            _ = try Dialer.connect(to: [place], until: .after(.milliseconds(20)), cancellation: nil)
        }
        guard case .timedOut = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        let cancellation = Cancellation()
        cancellation.cancel()
        #expect(throws: TransportError.cancelled) {
            _ = try Dialer.connect(to: [place], until: .never, cancellation: cancellation)
        }
    }

    @Test func theEphemeralRangeIsTheKernels() {
        let range = EphemeralPorts.range
        #expect(range.lowerBound >= 1024 && range.count > 1000)
    }
}
