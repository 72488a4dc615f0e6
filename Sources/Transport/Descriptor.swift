import Glibc

/// A file descriptor that is closed exactly once, by whoever owns it last.
public struct Descriptor: ~Copyable, Sendable {
    public let raw: Int32

    public init(owning raw: Int32) {
        self.raw = raw
    }

    /// Another descriptor of what `raw` refers to, for an event source that outlives it; nil when there are none left.
    public static func duplicate(of raw: Int32) -> Descriptor? {
        let copy = fcntl(raw, F_DUPFD_CLOEXEC, 0)
        return copy >= 0 ? Descriptor(owning: copy) : nil
    }

    deinit {
        Glibc.close(raw)
    }

    /// Closes now, and says what the kernel said: on some file systems the last error of a write arrives here.
    public consuming func close() -> Int32 {
        let result = Glibc.close(raw)
        let code = result == 0 ? 0 : errno
        discard self
        return code
    }
}
