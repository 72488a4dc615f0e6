import Glibc
import Testing

/// The disk as the tests see it, past the code under test: names are bytes, contents are bytes.
enum Disk {
    struct Trouble: Error, CustomStringConvertible {
        let description: String

        init(_ call: String, _ path: [UInt8]) {
            description =
                "\(call) \(String(decoding: path, as: UTF8.self)): \(String(cString: strerror(errno)))"
        }
    }

    static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    static func withPath<Result>(_ path: [UInt8], _ body: (UnsafePointer<CChar>) -> Result) -> Result {
        (path.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { body($0.baseAddress!) }
    }

    static func write(_ contents: [UInt8], to path: [UInt8], modified: Int64? = nil) throws {
        let file = withPath(path) { open($0, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644) }
        guard file >= 0 else { throw Trouble("open", path) }
        defer { close(file) }
        var done = 0
        while done < contents.count {
            let count = contents.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress! + done, $0.count - done)
            }
            guard count > 0 else { throw Trouble("write", path) }
            done += count
        }
        if let modified { setModified(modified, of: path) }
    }

    static func write(_ contents: [UInt8], to path: String, modified: Int64? = nil) throws {
        try write(contents, to: bytes(path), modified: modified)
    }

    static func setModified(_ seconds: Int64, of path: [UInt8]) {
        let times = [timespec(tv_sec: Int(seconds), tv_nsec: 0), timespec(tv_sec: Int(seconds), tv_nsec: 0)]
        _ = withPath(path) { utimensat(AT_FDCWD, $0, times, 0) }
    }

    /// Nil when there is no such file.
    static func read(_ path: [UInt8]) -> [UInt8]? {
        let file = withPath(path) { open($0, O_RDONLY | O_CLOEXEC) }
        guard file >= 0 else { return nil }
        defer { close(file) }
        var contents = [UInt8](repeating: 0, count: Int(max(0, status(path)?.st_size ?? 0)))
        var done = 0
        while done < contents.count {
            let count = contents.withUnsafeMutableBytes {
                pread(file, $0.baseAddress! + done, $0.count - done, done)
            }
            guard count > 0 else { break }
            done += count
        }
        return Array(contents[..<done])
    }

    /// Of a file that has no size, as those in /proc.
    static func readToTheEnd(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var contents: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
            guard count > 0 else { return contents }
            contents += chunk[..<count]
        }
    }

    static func read(_ path: String) -> [UInt8]? { read(bytes(path)) }

    static func print(of path: [UInt8]) -> String? { read(path).map { fingerprint($0) } }
    static func print(of path: String) -> String? { print(of: bytes(path)) }

    /// So many bytes of a file from `offset` on; for files that are too long to be read whole.
    static func read(_ path: String, at offset: Int64, count: Int) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var contents = [UInt8](repeating: 0, count: count)
        let got = contents.withUnsafeMutableBytes { pread(file, $0.baseAddress, count, off_t(offset)) }
        return Array(contents[..<max(0, got)])
    }

    /// A file of this size with holes in it, and these bytes at these places.
    static func writeSparse(_ path: String, size: Int64, spots: [Int64: [UInt8]]) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw Trouble("open", bytes(path)) }
        defer { close(file) }
        guard ftruncate(file, off_t(size)) == 0 else { throw Trouble("ftruncate", bytes(path)) }
        for (offset, spot) in spots {
            _ = spot.withUnsafeBytes { pwrite(file, $0.baseAddress, $0.count, off_t(offset)) }
        }
    }

    static func status(_ path: [UInt8]) -> stat? {
        var status = stat()
        return withPath(path, { lstat($0, &status) }) == 0 ? status : nil
    }

    static func size(_ path: String) -> Int64? { status(bytes(path)).map { Int64($0.st_size) } }
    static func modified(_ path: String) -> Int64? { status(bytes(path)).map { Int64($0.st_mtim.tv_sec) } }
    static func exists(_ path: String) -> Bool { status(bytes(path)) != nil }

    static func makeDirectory(_ path: [UInt8]) throws {
        guard withPath(path, { mkdir($0, 0o755) }) == 0 else { throw Trouble("mkdir", path) }
    }

    static func makeDirectory(_ path: String) throws { try makeDirectory(bytes(path)) }

    static func names(_ path: [UInt8]) -> [[UInt8]] {
        guard let stream = withPath(path, { opendir($0) }) else { return [] }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [0x2E], name != [0x2E, 0x2E] { names.append(name) }
        }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }

    static func isDirectory(_ path: [UInt8]) -> Bool {
        status(path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
    }

    /// Everything below a directory: relative paths, and the fingerprints of the files.
    static func tree(_ path: String) -> [String: String] {
        var found: [String: String] = [:]
        func walk(_ directory: [UInt8], _ prefix: [UInt8]) {
            for name in names(directory) {
                let place = directory + [0x2F] + name
                if isDirectory(place) {
                    found[String(decoding: prefix + name, as: UTF8.self)] = "directory"
                    walk(place, prefix + name + [0x2F])
                } else {
                    found[String(decoding: prefix + name, as: UTF8.self)] = print(of: place)
                }
            }
        }
        walk(bytes(path), [])
        return found
    }

    static func removeTree(_ path: [UInt8]) {
        if withPath(path, { unlink($0) }) == 0 { return }
        for name in names(path) { removeTree(path + [0x2F] + name) }
        _ = withPath(path) { rmdir($0) }
    }

    /// Gives a tree to the account that owns `like`.
    static func give(_ path: [UInt8], likeOwnerOf like: [UInt8]) {
        guard let owner = status(like) else { return }
        _ = withPath(path) { lchown($0, owner.st_uid, owner.st_gid) }
        guard isDirectory(path) else { return }
        for name in names(path) { give(path + [0x2F] + name, likeOwnerOf: like) }
    }

    /// Bytes that repeat nowhere soon, so that a shift or a splice shows.
    static func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            withUnsafeBytes(of: state) { bytes.append(contentsOf: $0) }
        }
        return Array(bytes[..<count])
    }
}

/// A write to a connection that the peer has closed must be an error, as in the program, and not the end of the tests.
let brokenPipesAreErrors: Void = { signal(SIGPIPE, SIG_IGN) }()

/// What a file is, short enough for a message: its length and a sum of its bytes (FNV-1a).
func fingerprint(_ bytes: some Sequence<UInt8>) -> String {
    var count = 0
    var sum: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes {
        sum = (sum ^ UInt64(byte)) &* 0x100_0000_01B3
        count += 1
    }
    return "\(count) bytes, \(String(sum, radix: 16))"
}
