import CLinux
import Glibc

/// A connection to another process of this user on this machine, through a name in a directory (unix(7)).
///
/// Both ends block, on threads of their own. `shutDown` ends every wait at both ends, at once.
public final class LocalSocket: Sendable {
    private let descriptor: Descriptor

    init(_ descriptor: consuming Descriptor) {
        self.descriptor = descriptor
    }

    /// - Parameter raw: a connected socket that was inherited; belongs to this from now on.
    public init(inherited raw: Int32) {
        descriptor = Descriptor(owning: raw)
    }

    /// To be given to a child.
    public var raw: Int32 { descriptor.raw }

    /// Does not wait: somebody listens there, or not.
    ///
    /// - Returns: nil when nobody does.
    public static func connect(to name: String, in directory: String) -> LocalSocket? {
        guard let end = makeSocket() else { return nil }
        let code = withAddress(name, in: directory) { Glibc.connect(end.raw, $0, $1) }
        return code == 0 ? LocalSocket(end) : nil
    }

    /// Two that are connected, one of them to be given to a child.
    public static func pair() -> (LocalSocket, child: LocalSocket)? {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0, &ends) == 0 else { return nil }
        return (LocalSocket(inherited: ends[0]), LocalSocket(inherited: ends[1]))
    }

    /// Blocks until something is there.
    ///
    /// - Returns: nil when the other end is gone.
    public func read() -> [UInt8]? {
        let bytes = [UInt8](unsafeUninitializedCapacity: Self.pieceLength) { buffer, count in
            repeat {
                count = max(-1, recv(descriptor.raw, buffer.baseAddress, buffer.count, 0))
            } while count < 0
                && errno == EINTR
            count = max(0, count)
        }
        return bytes.isEmpty ? nil : bytes
    }

    private static let pieceLength = 65_536

    /// Blocks until the kernel has taken all of it.
    ///
    /// - Returns: false when the other end is gone.
    public func write(_ bytes: [UInt8]) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                send(
                    descriptor.raw, $0.baseAddress.map { $0 + written }, $0.count - written,
                    Int32(MSG_NOSIGNAL))
            }
            if count > 0 { written += count } else if errno != EINTR { return false }
        }
        return true
    }

    /// Nothing more will be written; reading goes on.
    public func endWriting() {
        shutdown(descriptor.raw, Int32(SHUT_WR))
    }

    public func shutDown() {
        shutdown(descriptor.raw, Int32(SHUT_RDWR))
    }

    /// For how long `read` waits, in seconds: then it returns nil.
    public func setPatience(_ seconds: Int) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(descriptor.raw, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    static func makeSocket() -> Descriptor? {
        let raw = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        return raw >= 0 ? Descriptor(owning: raw) : nil
    }

    /// The address of a name in a directory. One that is longer than addresses are (108 bytes) goes by way of the
    /// directory's descriptor.
    static func withAddress(
        _ name: String, in directory: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_un()
        let most = MemoryLayout.size(ofValue: address.sun_path)
        let held = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard held >= 0 else { return -1 }
        defer { close(held) }
        let whole = "\(directory)/\(name)"
        let path = Array((whole.utf8.count < most ? whole : "/proc/self/fd/\(held)/\(name)").utf8)
        guard path.count < most else { return -1 }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

/// Where other processes of this user reach this one: a name (0600) in a directory.
public final class LocalListener: Sendable {
    private let descriptor: Descriptor
    private let path: String

    /// Takes the place of what has that name: only whoever may be reached there makes one.
    ///
    /// - Returns: nil where the file system has no sockets, or no descriptors are left.
    public init?(_ name: String, in directory: String) {
        path = "\(directory)/\(name)"
        unlink(path)
        guard let end = LocalSocket.makeSocket(),
            LocalSocket.withAddress(name, in: directory, { bind(end.raw, $0, $1) }) == 0
        else { return nil }
        // Nobody can connect before it listens.
        guard chmod(path, 0o600) == 0, listen(end.raw, 16) == 0 else {
            unlink(path)
            return nil
        }
        descriptor = end
    }

    /// Blocks until somebody connects.
    ///
    /// - Returns: nil after `stop`.
    public func accept() -> LocalSocket? {
        while true {
            let raw = accept4(descriptor.raw, nil, nil, O_CLOEXEC)
            if raw >= 0 { return LocalSocket(Descriptor(owning: raw)) }
            switch errno {
            case EINTR, ECONNABORTED: continue
            // No descriptors now: whoever wants to connect tries again.
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: poll(nil, 0, 100)
            default: return nil
            }
        }
    }

    /// Nobody can connect any more, and `accept` returns.
    public func stop() {
        unlink(path)
        shutdown(descriptor.raw, Int32(SHUT_RDWR))
    }
}
