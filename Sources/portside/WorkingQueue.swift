import Engine
import FTPProtocol
import Glibc
import Storage
import Synchronization
import Transfers
import Transport

/// The persistent queue, with the lock that makes this process its worker.
final class WorkingQueue: Sendable {
    private let lock: QueueLock
    let store: QueueStore
    /// What there is to say about the portside that was at work before, when it was killed: of small files it left no part.
    let interruption: String?
    /// What there is to tell about the opening: a damaged file that was set aside.
    let notice: String?

    /// `$XDG_STATE_HOME/portside`, where the queue lives.
    static var directory: String {
        if let state = getenv("XDG_STATE_HOME"), state.pointee == CChar(bitPattern: UInt8(ascii: "/")) {
            return String(cString: state) + "/portside"
        }
        return (getenv("HOME").map { String(cString: $0) } ?? "/tmp") + "/.local/state/portside"
    }

    /// How far a server's clock was found to be ahead of ours by transfers of the queue, in seconds; 0 where none tells.
    static func clockAhead(of site: Site.ID) -> Int64 {
        guard (try? LocalDirectory.status(of: Array(directory.utf8))) != nil else { return 0 }
        return (try? QueueStore(directory: directory).settings())?.sites[site]?.clockSkew ?? 0
    }

    /// Opens the queue. What others left for it meanwhile is taken in by whoever works on it.
    ///
    /// - Returns: nil while another process works on it.
    /// - Throws: `Failure`.
    static func open() throws(Failure) -> WorkingQueue? {
        do {
            guard let lock = try QueueLock.tryAcquire(directory: directory) else { return nil }
            let (store, setAside) = try QueueStore.open(as: lock)
            let interruption = lock.killedHolder.map {
                "the portside that worked on the queue (process \($0)) was ended in the middle: "
                    + "files it was at and left no part of begin again"
            }
            return WorkingQueue(
                lock: lock, store: store, notice: setAside?.message, interruption: interruption)
        } catch {
            throw Failure(.localDisk, "the queue cannot be opened: \(error)")
        }
    }

    private init(
        lock: consuming QueueLock, store: QueueStore, notice: String?, interruption: String?
    ) {
        self.lock = lock
        self.store = store
        self.notice = notice
        self.interruption = interruption
    }

    /// Who works on it, for messages.
    static var holderProcess: Int32? { QueueLock.holder(directory: directory) }

    static var holder: String { QueueLock.holder(directory: directory).map { " (process \($0))" } ?? "" }

    /// The whole queue, to be changed without starting anything.
    func scheduler() throws -> Scheduler {
        var scheduler = Scheduler(isHeld: true)
        let now = wallClockNanoseconds() / 1_000_000_000
        // A long one piece by piece, so that it is never in memory twice.
        let begun = try store.begin()
        _ = scheduler.handle(.restored(begun), now: now)
        while scheduler.isRestoring {
            let piece = try store.next()
            _ = scheduler.handle(.restoredFurther(piece?.transfers ?? [], isLast: piece == nil), now: now)
        }
        return scheduler
    }
}
