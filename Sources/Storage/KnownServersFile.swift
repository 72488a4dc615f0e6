import Glibc
import Synchronization
public import Transfers

/// Which servers have spoken TLS, and which certificates the user has decided to trust: a text file that only its
/// owner may read, one server a line.
///
///     example.org 21 -
///     nas.local 990 9F2A6C11… (all 64 digits of the SHA-256)
///
/// Read anew for each question: other processes write it too. A line that makes no sense is kept, and passed over.
public final class KnownServersFile: KnownServers {
    private let directory: StateDirectory
    private let lock = Mutex(())

    private var path: String { directory.path + "/known-servers" }

    /// More than anybody knows; what is beyond is not read.
    private static let largestFile = 4 << 20

    public init(directory: String) {
        self.directory = StateDirectory(path: directory)
    }

    public func server(_ host: String, _ port: UInt16) -> KnownServer? {
        lines().compactMap { Self.parse($0, host, port) }.last
    }

    public func remember(_ server: KnownServer, _ host: String, _ port: UInt16) -> String? {
        lock.withLock { _ in
            do throws(StorageError) {
                try directory.make()
                let file = try directory.open(directory.path + "/known-servers.lock")
                defer { close(file) }
                // Two processes that add a line each must not lose one.
                flock(file, LOCK_EX)
                var lines = lines().filter { Self.parse($0, host, port) == nil }
                lines.append("\(Self.key(host)) \(port) \(server.fingerprint ?? "-")")
                try write(lines)
                return nil
            } catch {
                return "what is trusted cannot be kept: \(error)"
            }
        }
    }

    /// Beside it and then in its place: it is never there by half.
    private func write(_ lines: [String]) throws(StorageError) {
        let fresh = path + ".new"
        unlink(fresh)
        let file = try directory.open(fresh)
        let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
        let count = Glibc.write(file, bytes, bytes.count)
        let isSafe = count == bytes.count && fsync(file) == 0
        close(file)
        guard isSafe, rename(fresh, path) == 0 else {
            throw .notWritable(path: path, reason: lastError())
        }
    }

    private func lines() -> [String] {
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count < Self.largestFile {
            let count = Glibc.read(file, &part, part.count)
            guard count > 0 else { break }
            bytes += part[..<count]
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private static func parse(_ line: String, _ host: String, _ port: UInt16) -> KnownServer? {
        let words = line.split(separator: " ")
        guard words.count == 3, words[0] == key(host), UInt16(words[1]) == port else { return nil }
        let isPin = words[2].utf8.count == 64 && words[2].allSatisfy { $0.isHexDigit }
        return KnownServer(fingerprint: isPin ? words[2].uppercased() : nil)
    }

    /// Host names know no case (RFC 4343), and no blank.
    private static func key(_ host: String) -> String {
        host.lowercased().filter { !$0.isWhitespace }
    }
}
