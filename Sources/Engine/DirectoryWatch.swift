import Dispatch
import Transport

/// Tells that something was written in a directory, as `DirectoryEvents` hears of it.
final class DirectoryWatch {
    private let source: any DispatchSourceRead

    /// - Parameter changed: called on `queue`, once for whatever has happened since the last time.
    /// - Returns: nil when the directory cannot be watched.
    init?(_ path: [UInt8], on queue: DispatchQueue, changed: @escaping @Sendable () -> Void) {
        guard let events = DirectoryEvents(path) else { return nil }
        source = DispatchSource.makeReadSource(fileDescriptor: events.raw, queue: queue)
        // The handler keeps the descriptor open until the source has been cancelled.
        source.setEventHandler {
            events.forget()
            changed()
        }
        source.resume()
    }

    deinit {
        source.cancel()
    }
}
