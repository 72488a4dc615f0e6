import Dispatch
public import Transport

/// Starts a demo beside the caller's work: making its tree takes longer than a frame.
public final class DemoHost: Sendable {
    private let demo = Keeper()
    private let queue = DispatchQueue(label: "portside.demo")

    public init() {}

    /// Starts the demo unless it runs already; returns at once.
    ///
    /// - Parameter ready: given the port, on another thread.
    public func start(
        _ personality: Personality, ready: @escaping @Sendable (Result<UInt16, TransportError>) -> Void
    ) {
        queue.async { [demo] in
            ready(Result { () throws(TransportError) in try demo.port(personality) })
        }
    }

    /// Ends the server and removes the tree, one that is just being made too. Blocks until that is done.
    public func stop() {
        queue.sync { demo.stop() }
    }

    /// The one demo, touched only on `queue`.
    private final class Keeper: @unchecked Sendable {
        // @unchecked Sendable: `running` is read and written only on the host's serial queue.
        private var running: Demo?

        func port(_ personality: Personality) throws(TransportError) -> UInt16 {
            if let running { return running.port }
            let fresh = try Demo(personality: personality)
            running = fresh
            return fresh.port
        }

        func stop() {
            running?.stop()
            running = nil
        }
    }
}
