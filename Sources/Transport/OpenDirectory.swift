import CLinux
import Glibc
import Synchronization

/// A directory of the local disk, held by its descriptor: what is done in it goes by one name, so whoever renames or
/// links something above it meanwhile cannot lead us elsewhere.
///
/// The part of a path that the user chose is followed as it is; of what a server named, no link is. Every call may
/// block as long as the disk does.
public final class OpenDirectory: Sendable {
    private let descriptor: Descriptor
    /// For messages.
    public let path: [UInt8]

    /// For calls that take a directory.
    var raw: Int32 { descriptor.raw }

    /// Opens the directory at `path`. Links are followed, but not in the last `depth` components, which a server named.
    ///
    /// - Parameter making: make it, and what is missing above it; what is made is on the disk when this returns.
    /// - Throws: `disk`, with ELOOP or ENOTDIR where something else is in the way.
    public static func open(
        _ path: [UInt8], depth: Int = 0, making: Bool = false
    ) throws(TransportError) -> OpenDirectory {
        var base = path[...]
        var below: [ArraySlice<UInt8>] = []
        for _ in 0..<depth {
            while base.count > 1, base.last == slash { base = base.dropLast() }
            let name = base.lastName
            guard !name.isEmpty else { break }
            below.append(name)
            base = base.dropLast(name.count)
        }
        var directory = try open(chosen: base.isEmpty ? here : Array(base), making: making)
        for name in below.reversed() { directory = try directory.descended(to: Array(name), making: making) }
        return directory
    }

    private init(_ descriptor: consuming Descriptor, _ path: [UInt8]) {
        self.descriptor = descriptor
        self.path = path
    }

    private static func open(chosen path: [UInt8], making: Bool) throws(TransportError) -> OpenDirectory {
        let raw = withCPath(path) { Glibc.open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        if raw >= 0 { return OpenDirectory(Descriptor(owning: raw), path) }
        guard making else { throw diskError("open", path) }
        var parent = path[...]
        while parent.count > 1, parent.last == slash { parent = parent.dropLast() }
        let name = Array(parent.lastName)
        parent = parent.dropLast(name.count)
        // A link that leads nowhere, `..` of what is not there: nothing that can be made.
        guard errno == ENOENT, !name.isEmpty, name != dotDot, name != here else {
            throw diskError("make the directory", path)
        }
        let above = try open(chosen: parent.isEmpty ? here : Array(parent), making: true)
        try above.makeDirectory(name)
        let made = withCPath(path) { Glibc.open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard made >= 0 else { throw diskError("make the directory", path) }
        return OpenDirectory(Descriptor(owning: made), path)
    }

    /// The directory of this name in here, made where it is missing when `making`. A link is not followed.
    public func descended(to name: [UInt8], making: Bool) throws(TransportError) -> OpenDirectory {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        var raw = withCPath(name) { openat(descriptor.raw, $0, flags) }
        if raw < 0, errno == ENOENT, making {
            try makeDirectory(name)
            raw = withCPath(name) { openat(descriptor.raw, $0, flags) }
        }
        guard raw >= 0 else { throw diskError(making ? "make the directory" : "open", path(of: name)) }
        return OpenDirectory(Descriptor(owning: raw), path(of: name))
    }

    /// That it is there already is fine; what it is shows when it is opened.
    private func makeDirectory(_ name: [UInt8]) throws(TransportError) {
        guard withCPath(name, { mkdirat(descriptor.raw, $0, 0o777) }) == 0 else {
            if errno == EEXIST { return }
            throw diskError("make the directory", path(of: name))
        }
        try synchronize()
    }

    /// Nil when there is nothing of that name. A link is not followed.
    public func status(of name: [UInt8]) throws(TransportError) -> FileStatus? {
        var status = stat()
        if withCPath(name, { fstatat(descriptor.raw, $0, &status, AT_SYMLINK_NOFOLLOW) }) == 0 {
            return FileStatus(status)
        }
        if errno == ENOENT { return nil }
        throw diskError("read", path(of: name))
    }

    /// Of the directory itself.
    public func status() throws(TransportError) -> FileStatus {
        var status = stat()
        guard fstat(descriptor.raw, &status) == 0 else { throw diskError("read", path) }
        return FileStatus(status)
    }

    /// Makes a file that must not exist yet, for us alone (0600).
    ///
    /// - Throws: `disk` with EEXIST, also where the name is that of a link to nothing.
    public func create(_ name: [UInt8]) throws(TransportError) -> LocalFile {
        try open(name, O_RDWR | O_CREAT | O_EXCL, verb: "create")
    }

    /// Opens a file that is there. A link is not followed, a pipe not waited for.
    public func open(_ name: [UInt8]) throws(TransportError) -> LocalFile {
        try open(name, O_RDWR | O_NOCTTY, verb: "open")
    }

    private func open(_ name: [UInt8], _ flags: Int32, verb: String) throws(TransportError) -> LocalFile {
        let raw = withCPath(name) {
            openat(descriptor.raw, $0, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o600)
        }
        guard raw >= 0 else { throw diskError(verb, path(of: name)) }
        return LocalFile(Descriptor(owning: raw), path: path(of: name))
    }

    /// Makes a file without a name, which is gone with us unless `link` gives it one; nil where the file system has
    /// no such files.
    ///
    /// Readable by whoever the umask allows, once it has a name.
    ///
    /// - Parameter name: what it is to be called, for messages.
    public func createUnnamed(for name: [UInt8]) -> LocalFile? {
        guard Self.canLink else { return nil }
        let raw = withCPath(here) {
            openat(descriptor.raw, $0, O_RDWR | O_CLOEXEC | O_NONBLOCK | unnamedFlag, 0o666)
        }
        return raw >= 0 ? LocalFile(Descriptor(owning: raw), path: path(of: name)) : nil
    }

    /// Names are given through /proc.
    private static let canLink = access("/proc/self/fd", X_OK) == 0

    /// A link by the descriptor alone, which is several times as fast, is refused: before Linux 6.10 to all but root.
    private static let linksThroughProc = Atomic<Bool>(false)

    /// Gives an unnamed file its name.
    ///
    /// - Throws: `disk` with EEXIST when the name is taken: nothing is ever replaced.
    public func link(_ file: borrowing LocalFile, as name: [UInt8]) throws(TransportError) {
        let descriptor = descriptor.raw
        if !Self.linksThroughProc.load(ordering: .relaxed) {
            let code = withCPath(name) { linkat(file.raw, "", descriptor, $0, emptyPathFlag) }
            if code == 0 { return }
            guard errno == ENOENT else { throw diskError("create", path(of: name)) }
        }
        let code = withCPath(Array("/proc/self/fd/\(file.raw)".utf8)) { old in
            withCPath(name) { linkat(AT_FDCWD, old, descriptor, $0, AT_SYMLINK_FOLLOW) }
        }
        guard code == 0 else { throw diskError("create", path(of: name)) }
        Self.linksThroughProc.store(true, ordering: .relaxed)
    }

    /// Renames within the directory; what has the new name is replaced only when `replacing`.
    ///
    /// - Throws: `disk` with EEXIST when it is there and may not be replaced.
    public func rename(_ from: [UInt8], to: [UInt8], replacing: Bool) throws(TransportError) {
        try renameLocally(from, to, in: descriptor.raw, replacing: replacing, shown: path(of: to))
    }

    public func removeFile(_ name: [UInt8]) throws(TransportError) {
        guard withCPath(name, { unlinkat(descriptor.raw, $0, 0) }) == 0 else {
            throw diskError("delete", path(of: name))
        }
    }

    /// Blocks until the directory's own entries, a rename among them, are on the disk.
    public func synchronize() throws(TransportError) {
        // EINVAL: a file system that cannot, and so does not promise it either.
        guard fsync(descriptor.raw) == 0 || errno == EINVAL else { throw diskError("write", path) }
    }

    public func path(of name: [UInt8]) -> [UInt8] {
        path.last == slash ? path + name : path + [slash] + name
    }
}

/// O_TMPFILE of <fcntl.h>, hidden without _GNU_SOURCE.
private let unnamedFlag: Int32 = 0o20000000 | O_DIRECTORY
/// AT_EMPTY_PATH of <fcntl.h>, hidden likewise.
private let emptyPathFlag: Int32 = 0x1000
private let slash = UInt8(ascii: "/")
private let here = [UInt8(ascii: ".")]
private let dotDot = Array("..".utf8)

extension ArraySlice<UInt8> {
    fileprivate var lastName: ArraySlice<UInt8> {
        self[(lastIndex(of: slash).map { $0 + 1 } ?? startIndex)...]
    }
}

func renameLocally(
    _ from: [UInt8], _ to: [UInt8], in directory: Int32, replacing: Bool, shown: [UInt8]
) throws(TransportError) {
    let code = withCPath(from) { old in
        withCPath(to) { new in
            renameat2(directory, old, directory, new, replacing ? 0 : cl_rename_noreplace)
        }
    }
    if code == 0 { return }
    guard errno == EINVAL || errno == ENOSYS else { throw diskError("rename", shown) }
    // File systems without RENAME_NOREPLACE: looking first is the best there is.
    var there = stat()
    if !replacing, withCPath(to, { fstatat(directory, $0, &there, AT_SYMLINK_NOFOLLOW) }) == 0 {
        throw .disk(call: "rename", path: visiblePath(shown), errno: EEXIST)
    }
    let plain = withCPath(from) { old in withCPath(to) { renameat(directory, old, directory, $0) } }
    guard plain == 0 else { throw diskError("rename", shown) }
}

/// What a new file may be read and written by, as the process was started: 0666 without what its umask takes away.
public let usualFileMode: UInt32 = 0o666 & ~currentMask()

/// From /proc, because asking with `umask` itself would set it for a moment, for every thread.
private func currentMask() -> UInt32 {
    let file = fopen("/proc/self/status", "re")
    defer { if let file { fclose(file) } }
    var line = [CChar](repeating: 0, count: 256)
    while let file, fgets(&line, Int32(line.count), file) != nil {
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if text.hasPrefix("Umask:") {
            let digits = text.dropFirst(6).filter { ("0"..."7").contains($0) }
            return UInt32(digits, radix: 8) ?? 0o077
        }
    }
    let mask = umask(0o077)
    umask(mask)
    return UInt32(mask)
}
