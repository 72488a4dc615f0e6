import Glibc

/// A new directory that goes, with all that is in it, when the last reference does.
///
/// Others may enter it, so that a server's account reaches what a test prepared. Names are bytes: a file's name
/// is whatever the test says, UTF-8 or not.
public final class TemporaryDirectory: Sendable {
    /// Absolute, without a symbolic link, without a slash at the end.
    public let path: String

    public init() throws {
        var template = Array("/tmp/portside-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemFailure("mkdtemp") }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard chmod(path, 0o755) == 0 else { throw SystemFailure("chmod", path) }
    }

    deinit {
        Self.removeTree(Array(path.utf8))
    }

    /// The path of `name` in here; `name` may have slashes.
    public func path(of name: String) -> String { "\(path)/\(name)" }

    /// Writes a file; the directory it is in must exist.
    public func write(_ contents: some Sequence<UInt8>, to name: String) throws {
        try write(contents, toBytes: Array(name.utf8))
    }

    public func write(_ contents: some Sequence<UInt8>, toBytes name: [UInt8]) throws {
        let descriptor = open(cPath(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SystemFailure("open", path) }
        defer { close(descriptor) }
        var rest = Array(contents)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 else { throw SystemFailure("write", path) }
            rest = rest.dropFirst(written)
        }
    }

    public func makeDirectory(_ name: String) throws {
        guard mkdir(path(of: name), 0o755) == 0 else { throw SystemFailure("mkdir", path(of: name)) }
    }

    /// The bytes of a file; nil when there is none of that name.
    public func contents(of name: String) throws -> [UInt8]? { try contents(ofBytes: Array(name.utf8)) }

    public func contents(ofBytes name: [UInt8]) throws -> [UInt8]? {
        let descriptor = open(cPath(name), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw SystemFailure("open", path)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 else { throw SystemFailure("read", path) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }

    /// The names in a directory, sorted by their bytes, without `.` and `..`.
    public func names(in directory: String = ".") throws -> [[UInt8]] {
        guard let names = Self.names(inBytes: Array(path(of: directory).utf8)) else {
            throw SystemFailure("opendir", path(of: directory))
        }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private func cPath(_ name: [UInt8]) -> [CChar] { Self.terminated(Array(path.utf8) + [0x2F] + name) }

    private static func terminated(_ path: [UInt8]) -> [CChar] {
        (path + [0]).map { CChar(bitPattern: $0) }
    }

    private static func names(inBytes path: [UInt8]) -> [[UInt8]]? {
        guard let stream = opendir(terminated(path)) else { return nil }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [0x2E], name != [0x2E, 0x2E] { names.append(name) }
        }
        return names
    }

    private static func removeTree(_ path: [UInt8]) {
        // A link is removed, never entered: unlink goes first, and fails on nothing but a directory.
        if unlink(terminated(path)) == 0 { return }
        for name in names(inBytes: path) ?? [] { removeTree(path + [0x2F] + name) }
        rmdir(terminated(path))
    }
}

/// A system call that failed in a test's own preparations.
public struct SystemFailure: Error, CustomStringConvertible {
    public let description: String

    init(_ call: String, _ path: String = "") {
        description = "\(call) \(path): \(String(cString: strerror(errno)))"
    }
}
