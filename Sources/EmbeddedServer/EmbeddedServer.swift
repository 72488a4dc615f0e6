import Dispatch
import Synchronization
public import Transport

/// An FTP server inside the program: for the demo, for `portside serve`, and for the tests.
///
/// Each session blocks on a serial queue of its own, the way the client's sessions do. `stop`, and the
/// end of the last reference, end everything at once.
public final class EmbeddedServer: Sendable {
    private let state: ServerState
    private let work = DispatchGroup()
    private let addresses = Mutex<[Address]>([])

    /// - Parameter root: the directory that is served; clients see it as `/` and nothing outside of it.
    /// - Throws: `disk` when it is not a directory that can be reached, `unusable` for a certificate that cannot be used.
    public init(
        serving root: [UInt8], _ configuration: ServerConfiguration = ServerConfiguration()
    ) throws(TransportError) {
        let levels: Int? = configuration.faults.lazy.compactMap {
            if case .deepTree(let levels) = $0 { levels } else { nil }
        }.first
        let tree = try ServedTree(
            root, hasLoop: configuration.faults.contains(.directoryLoop), levels: levels)
        state = try ServerState(configuration: configuration, tree: tree)
    }

    deinit {
        state.stop()
    }

    /// Listens, and accepts from now on; does not block.
    ///
    /// - Returns: the port, the same on every address.
    /// - Throws: `network` when it cannot be had.
    @discardableResult
    public func start() throws(TransportError) -> UInt16 {
        var port = state.configuration.addresses.first?.port ?? 0
        for address in state.configuration.addresses {
            let listener = try Listener(on: address.with(port: port), backlog: 128)
            let taken = listener.address
            port = taken.port
            addresses.withLock { $0.append(taken) }
            let door = Carried(listener)
            let queue = DispatchQueue(label: "server.accept.\(taken)")
            queue.async(group: work) { [state, work] in Self.accept(at: taken, door, state, work) }
        }
        return port
    }

    /// Ends all sessions and waits until the last has gone. Not to be called from within a session.
    public func stop() {
        state.stop()
        work.wait()
        addresses.withLock { $0 = [] }
    }

    /// Where it listens.
    public var listeningAddresses: [Address] { addresses.withLock { $0 } }

    private static func accept(
        at address: Address, _ door: Carried<Listener>, _ state: ServerState, _ work: DispatchGroup
    ) {
        var open = door.take()
        while !state.isStopped {
            let cancellation = state.cancellation
            let visitor: Carried<Socket>
            do throws(TransportError) {
                let listener =
                    if let kept = open.take() { kept } else { try Listener(on: address, backlog: 128) }
                visitor = Carried(try listener.accept(until: .never, cancellation: cancellation))
                open = consume listener
            } catch {
                // Stopped, restarted, or out of descriptors or memory: better in a moment, when sessions have ended.
                _ = Wait.wait(
                    for: -1, .readable,
                    until: .after(error == .cancelled ? .seconds(1) : .milliseconds(100)),
                    cancellation: state.cancellation)
                continue
            }
            let (number, hasRoom) = state.enter()
            let queue = DispatchQueue(label: "server.session.\(number)")
            queue.async(group: work) {
                defer { state.leave() }
                guard let socket = visitor.take() else { return }
                var session = ServerSession(socket, number: number, state: state)
                session.run(hasRoom: hasRoom)
            }
        }
    }
}

/// Carries a listener or a connection, which cannot be copied, into a closure.
final class Carried<Value: ~Copyable & Sendable>: Sendable {
    private let value: Mutex<Value?>

    init(_ value: consuming Value) {
        self.value = Mutex(consume value)
    }

    func take() -> Value? {
        value.withLock { $0.take() }
    }
}
