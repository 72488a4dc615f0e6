public import FTPProtocol
import Synchronization
public import Transport

/// What may be turned from any thread while a session is at work: how its next data connection is made,
/// and that it is to stop.
public final class SessionControls: Sendable {
    private let mode: Mutex<DataMode>
    /// Ends whatever the session waits for, at once.
    public let cancellation = Cancellation()

    public init(dataMode: DataMode) {
        mode = Mutex(dataMode)
    }

    /// Holds from the next data connection on; the control connection stays as it is.
    public var dataMode: DataMode {
        get { mode.withLock { $0 } }
        set { mode.withLock { $0 = newValue } }
    }
}
