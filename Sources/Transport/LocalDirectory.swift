import CLinux
import Glibc

/// What one does with names on the local disk. Paths are bytes. Each call may block as long as the disk does.
public enum LocalDirectory {
    public struct Entry: Hashable, Sendable {
        public var name: [UInt8]
        public var status: FileStatus
        /// Where a link points.
        public var target: [UInt8]?
        /// Of a link: whether it leads to a directory.
        public var leadsToDirectory: Bool

        public init(name: [UInt8], status: FileStatus, target: [UInt8]? = nil, leadsToDirectory: Bool = false)
        {
            self.name = name
            self.status = status
            self.target = target
            self.leadsToDirectory = leadsToDirectory
        }
    }

    /// The entries, without `.` and `..`, in the order of the disk. Links are not followed.
    public static func entries(of path: [UInt8]) throws(TransportError) -> [Entry] {
        guard let directory = withCPath(path, { opendir($0) }) else { throw diskError("read", path) }
        defer { closedir(directory) }
        let descriptor = dirfd(directory)
        var found: [Entry] = []
        while true {
            errno = 0
            guard let entry = readdir(directory) else {
                if errno != 0 { throw diskError("read", path) }
                return found
            }
            let name = entry.name
            if name == [0x2E] || name == [0x2E, 0x2E] { continue }
            var status = stat()
            // Gone meanwhile, or not ours to look at: left out, like an entry that was never there.
            guard withCPath(name, { fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) }) == 0 else {
                continue
            }
            var result = Entry(name: name, status: FileStatus(status), target: nil, leadsToDirectory: false)
            if result.status.kind == .link {
                result.target = linkTarget(descriptor, name)
                result.leadsToDirectory =
                    withCPath(name) { fstatat(descriptor, $0, &status, 0) } == 0
                    && FileStatus(status).kind == .directory
            }
            found.append(result)
        }
    }

    private static func linkTarget(_ directory: Int32, _ name: [UInt8]) -> [UInt8]? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = withCPath(name) { readlinkat(directory, $0, &buffer, buffer.count) }
        return count > 0 ? buffer[..<count].map { UInt8(bitPattern: $0) } : nil
    }

    /// Whether this user may make files in a directory, as far as its mode and its mount say.
    public static func isWritable(_ path: [UInt8]) -> Bool {
        withCPath(path) { access($0, W_OK | X_OK) } == 0
    }

    public static func isReadable(_ path: [UInt8]) -> Bool { withCPath(path) { access($0, R_OK) } == 0 }

    /// Whether what is there is kept by the rules of Windows: a and A are one, and some names cannot be.
    public static func isOfWindows(_ path: [UInt8]) -> Bool {
        // linux/magic.h: msdos and vfat, exfat, ntfs, ntfs3, cifs, smb2.
        let kinds: Set<Int> = [0x4D44, 0x2011_BAB0, 0x5346_544E, 0x7366_746E, 0xFF53_4D42, 0xFE53_4D42]
        return kinds.contains(withCPath(path) { cl_file_system($0) })
    }

    /// - Parameter followingLinks: look at what a link leads to.
    /// - Returns: nil when there is nothing of that name.
    public static func status(of path: [UInt8], followingLinks: Bool = true) throws(TransportError)
        -> FileStatus?
    {
        var status = stat()
        let code = withCPath(path) {
            fstatat(AT_FDCWD, $0, &status, followingLinks ? 0 : AT_SYMLINK_NOFOLLOW)
        }
        if code == 0 { return FileStatus(status) }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw diskError("read", path)
    }

    public static func make(_ path: [UInt8]) throws(TransportError) {
        guard withCPath(path, { mkdir($0, 0o777) }) == 0 else { throw diskError("make the directory", path) }
    }

    /// Makes it, and what is missing above it. Being there already is fine.
    public static func makeWithParents(_ path: [UInt8]) throws(TransportError) {
        _ = try OpenDirectory.open(path, making: true)
    }

    /// Renames; what has the new name is replaced only when `replacing`.
    ///
    /// - Throws: `disk` with EEXIST when it is there and may not be replaced. The kernel decides, so nothing
    ///   that appeared a moment ago is lost either.
    public static func rename(_ from: [UInt8], to: [UInt8], replacing: Bool) throws(TransportError) {
        try renameLocally(from, to, in: AT_FDCWD, replacing: replacing, shown: to)
    }

    /// Sets the permission bits, of what a link leads to.
    public static func changeMode(_ path: [UInt8], to mode: UInt16) throws(TransportError) {
        guard withCPath(path, { chmod($0, mode_t(mode & 0o7777)) }) == 0 else {
            throw diskError("change the permissions of", path)
        }
    }

    public static func removeFile(_ path: [UInt8]) throws(TransportError) {
        guard withCPath(path, { unlink($0) }) == 0 else { throw diskError("delete", path) }
    }

    /// Only an empty one.
    public static func remove(_ path: [UInt8]) throws(TransportError) {
        guard withCPath(path, { rmdir($0) }) == 0 else { throw diskError("delete", path) }
    }

    /// A file, or a directory with everything in it. A link is removed, never entered.
    public static func removeTree(_ path: [UInt8]) throws(TransportError) {
        guard let status = try status(of: path, followingLinks: false) else {
            throw .disk(call: "delete", path: visiblePath(path), errno: ENOENT)
        }
        guard status.kind == .directory else { return try removeFile(path) }
        for entry in try entries(of: path) {
            try removeTree(path + [UInt8(ascii: "/")] + entry.name)
        }
        try remove(path)
    }

    /// Bytes free for us on the file system of `path`; nil when it does not say.
    public static func freeBytes(at path: [UInt8]) -> Int64? {
        var status = statvfs()
        guard withCPath(path, { statvfs($0, &status) }) == 0 else { return nil }
        return Int64(
            clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
                .partialValue)
    }

    public static func currentDirectory() -> [UInt8] {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard getcwd(&buffer, buffer.count) != nil else { return [UInt8(ascii: "/")] }
        return buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    }
}

extension UnsafeMutablePointer<dirent> {
    /// The bytes of its name, read where they are: an entry at the end of the C library's buffer is shorter than the type,
    /// and must not be copied as a whole.
    var name: [UInt8] {
        let start = UnsafeRawPointer(self) + (MemoryLayout<dirent>.offset(of: \.d_name) ?? 19)
        let text = start.assumingMemoryBound(to: CChar.self)
        return Array(UnsafeRawBufferPointer(start: start, count: strlen(text)))
    }
}
