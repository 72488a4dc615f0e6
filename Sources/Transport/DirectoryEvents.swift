import Glibc

/// What was written in a directory, by this process or another (inotify(7)): a descriptor that is readable then.
///
/// What a file system of another machine does unseen, an NFS mount, is not told.
public final class DirectoryEvents: Sendable {
    /// For an event source, as long as this lives.
    public let raw: Int32

    /// Nil when the system watches no more directories, or this one not.
    public init?(_ path: [UInt8]) {
        raw = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard raw >= 0 else { return nil }
        let events = UInt32(IN_MODIFY | IN_CREATE | IN_MOVED_TO)
        guard withCPath(path, { inotify_add_watch(raw, $0, events) }) >= 0 else { return nil }
    }

    deinit {
        if raw >= 0 { close(raw) }
    }

    /// Takes what has been told so far; does not block.
    public func forget() {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
            while read(raw, buffer.baseAddress, buffer.count) > 0 {}
        }
    }
}
