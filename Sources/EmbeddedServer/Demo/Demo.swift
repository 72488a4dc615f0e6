public import FTPProtocol
public import Transport

/// The server of `portside demo`: loopback, a port of its own, a `DemoTree`, any account. Several may run at once.
public final class Demo: Sendable {
    public let server: EmbeddedServer
    public let tree: DemoTree
    /// On 127.0.0.1.
    public let port: UInt16

    /// A year: whoever looks at the demo may look as long as they like.
    private static let idlePatience = Duration.seconds(365 * 86_400)

    /// - Parameter faults: besides those that make the slow file slow and the busy one busy.
    public init(
        personality: Personality = .unix, faults: Set<Fault> = [],
        dialogue: (@Sendable (Int, DialogueLine.Direction, [UInt8]) -> Void)? = nil
    ) throws(TransportError) {
        tree = try DemoTree()
        server = try EmbeddedServer(
            serving: tree.path,
            ServerConfiguration(
                personality: personality, faults: faults.union(DemoTree.faults),
                idlePatience: Self.idlePatience, dialogue: dialogue))
        port = try server.start()
    }

    deinit {
        stop()
    }

    /// Ends the server and removes the tree: nothing is left behind.
    public func stop() {
        server.stop()
        tree.remove()
    }
}
