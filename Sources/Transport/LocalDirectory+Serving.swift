import CLinux
import Glibc

/// What a server needs of the local disk beyond what a client does.
extension LocalDirectory {
    /// The path with every link followed and every `.` and `..` gone; nil when it does not lead to anything
    /// that can be reached.
    public static func resolved(_ path: [UInt8]) -> [UInt8]? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard withCPath(path, { realpath($0, &buffer) }) != nil else { return nil }
        return buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    }

    /// Makes a fresh directory for us alone (0700) under `TMPDIR`, else `/tmp`; its path has no links in it.
    ///
    /// - Parameter prefix: how its name begins; six letters follow.
    public static func makeTemporary(prefix: String) throws(TransportError) -> [UInt8] {
        let wanted = temporary + Array("/\(prefix)XXXXXX".utf8)
        var template = wanted.map { CChar(bitPattern: $0) } + [0]
        guard mkdtemp(&template) != nil else { throw diskError("make the directory", wanted) }
        let made = template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return resolved(made) ?? made
    }

    /// Makes a symbolic link; `target` is stored as it is.
    public static func makeLink(at path: [UInt8], to target: [UInt8]) throws(TransportError) {
        guard withCPath(path, { new in withCPath(target) { symlink($0, new) } }) == 0 else {
            throw diskError("make the link", path)
        }
    }

    /// Sets the permission bits, following a link.
    public static func setMode(_ mode: UInt32, of path: [UInt8]) throws(TransportError) {
        guard withCPath(path, { chmod($0, mode_t(mode & 0o7777)) }) == 0 else {
            throw diskError("change the permissions", path)
        }
    }

    /// Sets the time of last modification: seconds since 1970, UTC; following a link.
    public static func setModified(_ seconds: Int64, of path: [UInt8]) throws(TransportError) {
        let times = [
            timespec(tv_sec: 0, tv_nsec: UTIME_OMIT_VALUE), timespec(tv_sec: Int(seconds), tv_nsec: 0),
        ]
        guard withCPath(path, { utimensat(AT_FDCWD, $0, times, 0) }) == 0 else {
            throw diskError("set the time", path)
        }
    }
}

/// A mark on a directory that its process is alive: goes away with it, however that ends.
public struct DirectoryLock: ~Copyable, Sendable {
    private let descriptor: Descriptor

    /// Nil when somebody holds it, or the directory cannot be opened. Does not block, does not follow a link.
    public init?(_ path: [UInt8]) {
        let raw = withCPath(path) { Glibc.open($0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
        guard raw >= 0 else { return nil }
        let opened = Descriptor(owning: raw)
        guard flock(raw, LOCK_EX | LOCK_NB) == 0 else { return nil }
        descriptor = opened
    }
}

extension LocalDirectory {
    /// Where temporary directories are made.
    public static var temporary: [UInt8] {
        Array((getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp").utf8)
    }

    /// The number of the user this process acts for.
    public static var ownUser: UInt32 { geteuid() }
}
