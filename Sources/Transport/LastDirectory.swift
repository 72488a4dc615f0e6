import Glibc
import Synchronization

/// The directory that a file went to last, kept open for the next one: mostly it goes there, too.
///
/// It is used again only while its path leads to it still: what was moved or removed meanwhile is opened, or made, anew.
public final class LastDirectory: Sendable {
    private struct Held: Sendable {
        var directory: OpenDirectory
        var path: [UInt8]
        var depth: Int
        var device: dev_t
        var inode: ino_t

        /// Links are followed: whichever way it is, it ends where no link led when it was opened. Its number is nobody else's as
        /// long as it is open.
        var isAtItsPath: Bool {
            var there = stat()
            return withCPath(path) { stat($0, &there) } == 0 && there.st_dev == device
                && there.st_ino == inode
        }
    }

    private let held = Mutex<Held?>(nil)

    public init() {}

    /// As `OpenDirectory.open`, and blocks as that does.
    public func open(
        _ path: [UInt8], depth: Int, making: Bool
    ) throws(TransportError) -> OpenDirectory {
        if let held = held.withLock({ $0 }), held.path == path, held.depth == depth, held.isAtItsPath {
            return held.directory
        }
        let directory = try OpenDirectory.open(path, depth: depth, making: making)
        var status = stat()
        // Nothing is where no path is.
        let isKept = !path.isEmpty && fstat(directory.raw, &status) == 0
        held.withLock {
            $0 =
                isKept
                ? Held(
                    directory: directory, path: path, depth: depth, device: status.st_dev,
                    inode: status.st_ino) : nil
        }
        return directory
    }

    /// The disk may be taken away now.
    public func letGo() { held.withLock { $0 = nil } }
}
