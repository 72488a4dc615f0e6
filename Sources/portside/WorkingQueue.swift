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

    /// Does it without starting anything, after what others left meanwhile, in one transaction.
    fileprivate func carryOut(_ request: LeftRequest, sites: [Site], transfers: [Transfer]) throws
        -> LeftAnswer
    {
        var scheduler = Scheduler(isHeld: true)
        let now = wallClockNanoseconds() / 1_000_000_000
        // A long one piece by piece, so that it is never in memory twice.
        let begun = try store.begin()
        _ = scheduler.handle(.restored(begun), now: now)
        while scheduler.isRestoring {
            let piece = try store.next()
            _ = scheduler.handle(.restoredFurther(piece?.transfers ?? [], isLast: piece == nil), now: now)
        }
        var changed: Set<Transfer.ID> = []
        var change = JournalChange(sites: sites)
        func take(_ left: LeftForWorker) -> LeftAnswer {
            let (orders, answer) = scheduler.take(left, now: now)
            for order in orders {
                switch order {
                case .remember(let ids): changed.formUnion(ids)
                case .forget(let ids): change.forgotten += ids
                case .rememberSettings: change.settings = scheduler.settings
                case .merged, .start, .stop, .wakeAt: break
                }
            }
            return answer
        }
        for left in try store.left() { change.answers[left.number] = take(left) }
        let answer = take(LeftForWorker(number: 0, request: request, transfers: transfers, sites: sites))
        change.transfers = changed.sorted().compactMap { scheduler.transfer($0) }
        try store.remember(change)
        return answer
    }
}

/// Changes of the persistent queue from the command line, whoever works on it.
enum QueueChange {
    /// How long the portside that works on the queue is waited for, in milliseconds.
    private static let patience = 5_000
    private static let pause: Int32 = 20

    /// Does it here where nobody works on the queue; else leaves it for who does, and waits for the answer.
    ///
    /// - Returns: nil when it was left and not answered yet: it is not lost.
    static func make(
        _ request: LeftRequest, sites: [Site] = [], transfers: [Transfer] = []
    ) throws -> LeftAnswer? {
        if let queue = try WorkingQueue.open() {
            if let notice = queue.notice { complain(notice) }
            return try storage { try queue.carryOut(request, sites: sites, transfers: transfers) }
        }
        let answer = try storage {
            let store = try QueueStore(directory: WorkingQueue.directory)
            let number = try store.leave(request, sites: sites, transfers: transfers)
            for _ in 0..<(patience / Int(pause)) {
                if let answer = try store.answer(to: number) { return LeftAnswer?.some(answer) }
                poll(nil, 0, pause)
            }
            return nil
        }
        if answer == nil {
            complain(
                "another portside\(WorkingQueue.holder) works on the queue and has not answered; it is done when that goes on, or when the queue is next opened"
            )
        }
        return answer
    }
}

/// Runs `body`; what the store has to say becomes the program's own error.
func storage<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as StorageError {
        throw Failure(.localDisk, "\(error)")
    }
}
