import Dispatch
import Synchronization
public import Transport

/// Starts a demo beside the caller's work: making its tree takes longer than a frame.
public final class DemoHost: Sendable {
    private let running = Mutex<Demo?>(nil)
    private let queue = DispatchQueue(label: "portside.demo")

    public init() {}

    /// Starts the demo unless it runs already; returns at once.
    ///
    /// - Parameter ready: given the port, on another thread.
    public func start(
        _ personality: Personality, ready: @escaping @Sendable (Result<UInt16, TransportError>) -> Void
    ) {
        queue.async { [self] in
            ready(Result { () throws(TransportError) in try port(personality) })
        }
    }

    /// Ends the server and removes the tree, one that is just being made too. Blocks until that is done.
    public func stop() {
        queue.sync { running.withLock { $0.take() }?.stop() }
    }

    private func port(_ personality: Personality) throws(TransportError) -> UInt16 {
        if let demo = running.withLock({ $0 }) { return demo.port }
        let demo = try Demo(personality: personality)
        running.withLock { $0 = demo }
        return demo.port
    }
}
