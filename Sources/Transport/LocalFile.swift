import CLinux
import Glibc

/// An open local file. Paths are bytes; nothing here follows a link when it creates.
public struct LocalFile: ~Copyable, Sendable {
    private let descriptor: Descriptor
    /// For messages.
    public let path: [UInt8]

    public var raw: Int32 { descriptor.raw }

    init(_ descriptor: consuming Descriptor, path: [UInt8]) {
        self.descriptor = descriptor
        self.path = path
    }

    public static func openForReading(_ path: [UInt8]) throws(TransportError) -> LocalFile {
        try open(path, O_RDONLY, verb: "open")
    }

    /// For a download: made when it is not there, never through a link, readable by whoever the umask allows.
    ///
    /// - Parameter truncating: empty it; else what is there stays, to be gone on from.
    /// A small file as a whole: certificates and keys.
    ///
    /// - Throws: `unusable` beyond 1 MiB, which no such file has.
    public static func contents(of path: String) throws(TransportError) -> [UInt8] {
        let file = try openForReading(Array(path.utf8))
        var failure: TransportError?
        let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, count in
            do throws(TransportError) {
                while count < buffer.count {
                    let rest = UnsafeMutableRawBufferPointer(
                        rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
                    let more = try file.read(into: rest, at: Int64(count))
                    if more == 0 { return }
                    count += more
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        guard bytes.count < 1 << 20 else { throw .unusable("\(path) is too large") }
        return bytes
    }

    public static func openForWriting(_ path: [UInt8], truncating: Bool) throws(TransportError) -> LocalFile {
        try open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | (truncating ? O_TRUNC : 0), verb: "create")
    }

    /// Makes a file that must not exist yet.
    public static func create(_ path: [UInt8]) throws(TransportError) -> LocalFile {
        try open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, verb: "create")
    }

    private static func open(_ path: [UInt8], _ flags: Int32, verb: String) throws(TransportError)
        -> LocalFile
    {
        let raw = withCPath(path) { Glibc.open($0, flags | O_NONBLOCK | O_CLOEXEC, 0o666) }
        guard raw >= 0 else { throw diskError(verb, path) }
        return LocalFile(Descriptor(owning: raw), path: path)
    }

    public func status() throws(TransportError) -> FileStatus {
        var status = stat()
        guard fstat(raw, &status) == 0 else { throw diskError("read", path) }
        return FileStatus(status)
    }

    /// Writes all of it at `offset`.
    public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(TransportError) {
        try lent.write(bytes, at: offset)
    }

    /// Writes all of it at `offset`.
    public func write(_ bytes: [UInt8], at offset: Int64) throws(TransportError) {
        var failure: TransportError?
        bytes.withUnsafeBytes { buffer in
            do throws(TransportError) { try write(buffer, at: offset) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Reads at most a buffer full at `offset`; 0 at the end.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(TransportError)
        -> Int
    {
        try lent.read(into: buffer, at: offset)
    }

    /// Reads just so many bytes at `offset`.
    ///
    /// - Throws: `unusable` when there are fewer.
    public func bytes(at offset: Int64, count: Int) throws(TransportError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let more = bytes.withUnsafeMutableBytes {
                pread(raw, $0.baseAddress.map { $0 + done }, count - done, off_t(offset) + done)
            }
            if more > 0 {
                done += more
            } else if more == 0 {
                throw .unusable("\(visiblePath(path)): shorter than it was a moment ago; try again")
            } else if errno != EINTR {
                throw diskError("read", path)
            }
        }
        return bytes
    }

    public func truncate(to size: Int64) throws(TransportError) {
        guard ftruncate(raw, off_t(size)) == 0 else { throw diskError("write", path) }
    }

    /// Sets the time of last modification: seconds since 1970, UTC. A file system that cannot is no error.
    public func setModified(_ seconds: Int64) {
        var times = [
            timespec(tv_sec: 0, tv_nsec: UTIME_OMIT_VALUE), timespec(tv_sec: Int(seconds), tv_nsec: 0),
        ]
        _ = futimens(raw, &times)
    }

    /// Sets the permission bits, of a file of our own. A disk that has none of its own (vfat) keeps what it has.
    public func setMode(_ mode: UInt32) throws(TransportError) {
        guard fchmod(raw, mode_t(mode & 0o7777)) == 0 || errno == EPERM || errno == EOPNOTSUPP else {
            throw diskError("change the permissions", path)
        }
    }

    /// Blocks until every byte is on the disk.
    public func synchronize() throws(TransportError) {
        guard fsync(raw) == 0 else { throw diskError("write", path) }
    }

    /// Something that syncs the file from another thread, while this one writes on; nil when there are no descriptors left.
    public func synchronizer() -> FileSynchronizer? {
        guard let copy = Descriptor.duplicate(of: raw) else { return nil }
        return FileSynchronizer(copy, path: path)
    }

    /// Closes, and reports an error that the file system kept until now.
    public consuming func close() throws(TransportError) {
        let path = self.path
        let code = descriptor.close()
        guard code == 0 || code == EINTR else {
            throw .disk(call: "write", path: visiblePath(path), errno: code)
        }
    }

    /// The file without the duty to close it, for a closure, which cannot hold what is borrowed. Not to be
    /// used when the file is gone.
    public var lent: Lent { Lent(raw: raw, path: path) }

    /// A file that somebody else closes.
    public struct Lent: Sendable {
        let raw: Int32
        let path: [UInt8]

        /// Reads at most a buffer full at `offset`; 0 at the end.
        public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(TransportError)
            -> Int
        {
            while true {
                let count = pread(raw, buffer.baseAddress, buffer.count, off_t(offset))
                if count >= 0 { return count }
                if errno != EINTR { throw diskError("read", path) }
            }
        }

        func error(_ verb: String, _ code: Int32) -> TransportError {
            .disk(call: verb, path: visiblePath(path), errno: code)
        }

        /// In bytes, as it is now.
        public func size() throws(TransportError) -> Int64 {
            var status = stat()
            guard fstat(raw, &status) == 0 else { throw diskError("read", path) }
            return Int64(status.st_size)
        }

        public func synchronize() throws(TransportError) {
            guard fsync(raw) == 0 else { throw diskError("write", path) }
        }

        public func truncate(to size: Int64) throws(TransportError) {
            guard ftruncate(raw, off_t(size)) == 0 else { throw diskError("write", path) }
        }

        /// Writes all of it at `offset`.
        public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(TransportError) {
            var written = 0
            while written < bytes.count {
                let count = pwrite(
                    raw, bytes.baseAddress.map { $0 + written }, bytes.count - written,
                    off_t(offset) + written)
                if count > 0 {
                    written += count
                } else if count == 0 {
                    throw .disk(call: "write", path: visiblePath(path), errno: EIO)
                } else if errno != EINTR {
                    throw diskError("write", path)
                }
            }
        }
    }
}

/// Syncs a file that somebody else writes.
///
/// An error of the disk is told only once for both: who syncs here must not keep it from whoever closes the file.
public final class FileSynchronizer: Sendable {
    private let descriptor: Descriptor
    private let path: [UInt8]

    fileprivate init(_ descriptor: consuming Descriptor, path: [UInt8]) {
        self.descriptor = descriptor
        self.path = path
    }

    /// Blocks until every byte written before the call is on the disk.
    public func synchronize() throws(TransportError) {
        guard fdatasync(descriptor.raw) == 0 else { throw diskError("write", path) }
    }
}

/// UTIME_OMIT of <sys/stat.h>, a macro: leave this time as it is.
let UTIME_OMIT_VALUE = (1 << 30) - 2

/// What `stat` says of a file.
public struct FileStatus: Hashable, Sendable {
    public enum Kind: Hashable, Sendable { case file, directory, link, other }

    public var kind: Kind
    public var size: Int64  // bytes
    public var modified: Int64  // seconds since 1970
    public var mode: UInt32  // permission bits
    public var owner: UInt32
    public var group: UInt32
    /// Which file it is: the same on one disk only for the same file.
    public var inode: UInt64
    /// Which disk it is on.
    public var device: UInt64
    /// How many names it has.
    public var links: UInt64

    /// A file of our own that nobody else has a name for.
    public var isOurAlone: Bool { kind == .file && owner == geteuid() && links == 1 }

    init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .directory
            case S_IFLNK: .link
            default: .other
            }
        size = Int64(status.st_size)
        modified = Int64(status.st_mtim.tv_sec)
        mode = status.st_mode & 0o7777
        owner = status.st_uid
        group = status.st_gid
        inode = UInt64(status.st_ino)
        device = UInt64(status.st_dev)
        links = UInt64(status.st_nlink)
    }
}

func withCPath<Result>(_ path: [UInt8], _ body: (UnsafePointer<CChar>) -> Result) -> Result {
    var terminated = path
    terminated.append(0)
    return terminated.withUnsafeBufferPointer {
        $0.withMemoryRebound(to: CChar.self) { buffer in
            // A buffer with at least the terminating NUL has a base address.
            body(buffer.baseAddress.unsafelyUnwrapped)
        }
    }
}

func diskError(_ verb: String, _ path: [UInt8]) -> TransportError {
    .disk(call: verb, path: visiblePath(path), errno: errno)
}

/// A path in a message: control bytes as `?`. Who shows it makes it harmless once more.
func visiblePath(_ path: [UInt8]) -> String {
    String(decoding: path.map { $0 < 0x20 || $0 == 0x7F ? UInt8(ascii: "?") : $0 }, as: UTF8.self)
}
