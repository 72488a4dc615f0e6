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
    /// - Throws: `disk` when it is not a directory that can be reached.
    public init(
        serving root: [UInt8], _ configuration: ServerConfiguration = ServerConfiguration()
    ) throws(TransportError) {
        state = ServerState(configuration: configuration, tree: try ServedTree(root))
    }

    deinit {
        state.cancellation.cancel()
    }

    /// Listens, and accepts from now on; does not block.
    ///
    /// - Returns: the port, the same on every address.
    /// - Throws: `network` when it cannot be had.
    @discardableResult
    public func start() throws(TransportError) -> UInt16 {
        var port = state.configuration.addresses.first?.port ?? 0
        for address in state.configuration.addresses {
            let door = Door(try Listener(on: address.with(port: port), backlog: 128))
            port = door.listener.address.port
            addresses.withLock { $0.append(door.listener.address) }
            let queue = DispatchQueue(label: "server.accept.\(door.listener.address)")
            queue.async(group: work) { [state, work] in Self.accept(at: door, state, work) }
        }
        return port
    }

    /// Ends all sessions and waits until the last has gone. Not to be called from within a session.
    public func stop() {
        state.cancellation.cancel()
        work.wait()
        addresses.withLock { $0 = [] }
    }

    /// Where it listens.
    public var listeningAddresses: [Address] { addresses.withLock { $0 } }

    private static func accept(at door: Door, _ state: ServerState, _ work: DispatchGroup) {
        while true {
            let visitor: Visitor
            do throws(TransportError) {
                visitor = Visitor(
                    try door.listener.accept(until: .never, cancellation: state.cancellation))
            } catch .cancelled {
                return
            } catch {
                // Out of descriptors or memory: better in a moment, when sessions have ended.
                guard
                    case .timedOut = Wait.wait(
                        for: -1, .readable, until: .after(.milliseconds(100)),
                        cancellation: state.cancellation)
                else { return }
                continue
            }
            let (number, hasRoom) = state.enter()
            let queue = DispatchQueue(label: "server.session.\(number)")
            queue.async(group: work) {
                defer { state.leave() }
                guard let socket = visitor.takeSocket() else { return }
                var session = ServerSession(socket, number: number, state: state)
                session.run(hasRoom: hasRoom)
            }
        }
    }
}

/// Carries a listener, which cannot be copied, into a closure.
private final class Door: Sendable {
    let listener: Listener

    init(_ listener: consuming Listener) {
        self.listener = listener
    }
}

/// Carries a fresh connection from the queue that accepted it to the session's own.
private final class Visitor: Sendable {
    private let socket: Mutex<Socket?>

    init(_ socket: consuming Socket) {
        self.socket = Mutex(consume socket)
    }

    func takeSocket() -> Socket? {
        socket.withLock { $0.take() }
    }
}
