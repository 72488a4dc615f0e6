public import Dispatch
import Glibc

/// Tells that something was written in a directory, by this process or another (inotify(7)).
///
/// What a file system of another machine does unseen, an NFS mount, is not told.
public final class DirectoryWatch {
    private let source: any DispatchSourceRead

    /// - Parameter changed: called on `queue`, once for whatever has happened since the last time.
    /// - Returns: nil when the system watches no more directories, or this one not.
    public init?(_ path: [UInt8], on queue: DispatchQueue, changed: @escaping @Sendable () -> Void) {
        let raw = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard raw >= 0 else { return nil }
        let events = UInt32(IN_MODIFY | IN_CREATE | IN_MOVED_TO)
        guard withCPath(path, { inotify_add_watch(raw, $0, events) }) >= 0 else {
            close(raw)
            return nil
        }
        source = DispatchSource.makeReadSource(fileDescriptor: raw, queue: queue)
        source.setEventHandler {
            withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
                while read(raw, buffer.baseAddress, buffer.count) > 0 {}
            }
            changed()
        }
        source.setCancelHandler { close(raw) }
        source.resume()
    }

    deinit {
        source.cancel()
    }
}
