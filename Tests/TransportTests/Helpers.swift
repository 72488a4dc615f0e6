import Dispatch
import Synchronization
import TestSupport
import Transport

/// Longer than anything takes here; reached only when something hangs.
let soon = Duration.seconds(20)

/// Both ends of a TCP connection over loopback.
struct ConnectedPair: ~Copyable {
    let near: Socket
    let far: Socket

    private init(near: consuming Socket, far: consuming Socket) {
        self.near = near
        self.far = far
    }

    static func make(_ family: Address.Family = .ipv4) throws(TransportError) -> ConnectedPair {
        let listener = try Listener(on: .loopback(family))
        let near = try Socket.connect(to: listener.address, until: .after(soon), cancellation: nil)
        let far = try listener.accept(until: .after(soon), cancellation: nil)
        return ConnectedPair(near: near, far: far)
    }
}

/// A pair of which both ends may be used from several threads.
final class SharedPair: Sendable {
    let pair: ConnectedPair

    init() throws(TransportError) {
        pair = try ConnectedPair.make()
    }
}

/// Something that runs on a thread of its own; `value()` waits for it.
final class Background<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)
    private let done = DispatchGroup()

    init(_ body: @escaping @Sendable () throws -> Value) {
        DispatchQueue(label: "test.background").async(group: done) { [self] in
            let outcome = Result { try body() }
            result.withLock { $0 = outcome }
        }
    }

    func value() throws -> Value {
        done.wait()
        guard let outcome = result.withLock({ $0 }) else { throw TransportError.cancelled }
        return try outcome.get()
    }
}

extension TemporaryDirectory {
    func place(_ name: String) -> [UInt8] { Array(path(of: name).utf8) }
}
