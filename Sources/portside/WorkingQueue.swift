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
    /// What there is to tell about the opening: a damaged file that was set aside.
    let notice: String?

    /// `$XDG_STATE_HOME/portside`, where the queue lives.
    static var directory: String {
        if let state = getenv("XDG_STATE_HOME"), state.pointee == CChar(bitPattern: UInt8(ascii: "/")) {
            return String(cString: state) + "/portside"
        }
        return (getenv("HOME").map { String(cString: $0) } ?? "/tmp") + "/.local/state/portside"
    }

    /// Opens the queue and takes in what others left for it meanwhile.
    ///
    /// - Returns: nil while another process works on it.
    /// - Throws: `Failure`.
    static func open() throws(Failure) -> WorkingQueue? {
        do {
            guard let lock = try QueueLock.tryAcquire(directory: directory) else { return nil }
            let (store, setAside) = try QueueStore.open(as: lock)
            let queue = WorkingQueue(lock: lock, store: store, notice: setAside?.message)
            try queue.takeArrivals()
            return queue
        } catch {
            throw Failure(.localDisk, "the queue cannot be opened: \(error)")
        }
    }

    private init(lock: consuming QueueLock, store: QueueStore, notice: String?) {
        self.lock = lock
        self.store = store
        self.notice = notice
    }

    /// Who works on it, for messages.
    static var holder: String { QueueLock.holder(directory: directory).map { " (process \($0))" } ?? "" }

    /// Adds transfers without starting any.
    ///
    /// - Returns: those that are new; the others were in the queue already.
    func add(_ transfers: [Transfer], of sites: [Site], forgetting arrivals: [Transfer.ID] = []) throws
        -> [Transfer]
    {
        let before = try store.load()
        var scheduler = Scheduler()
        let now = wallClockNanoseconds() / 1_000_000_000
        _ = scheduler.handle(.request(.pauseAll), now: now)
        _ = scheduler.handle(.restored(before), now: now)
        for site in sites { _ = scheduler.handle(.site(site), now: now) }
        var changed: [Transfer] = []
        for order in scheduler.handle(.request(.add(transfers)), now: now) {
            if case .remember(let ids) = order { changed += ids.compactMap { scheduler.transfer($0) } }
        }
        try store.remember(sites: sites, transfers: changed, forgotten: arrivals)
        return changed.filter { $0.id >= before.nextID }
    }

    /// What `queue add` left while somebody else was the worker.
    private func takeArrivals() throws {
        let arrivals = try store.arrivals()
        guard !arrivals.transfers.isEmpty else { return }
        _ = try add(arrivals.transfers, of: arrivals.sites, forgetting: arrivals.transfers.map(\.id))
    }
}

/// Keeps the persistent queue open, and its lock held, as long as the interface runs.
final class QueueKeeper: Sendable {
    private let working = Mutex<WorkingQueue?>(nil)

    /// Blocks while the disk is read.
    ///
    /// - Parameter tell: told what the user must know: `queueNotKept`, or that a damaged file was set aside.
    /// - Returns: the journal, one that forgets where there is no other.
    func open(tell: (EngineEvent) -> Void) -> any Journal {
        do {
            guard let queue = try WorkingQueue.open() else {
                tell(.queueNotKept("another portside\(WorkingQueue.holder) works on it"))
                return ForgetfulJournal()
            }
            if let notice = queue.notice { tell(.notice(notice)) }
            working.withLock { $0 = queue }
            return queue.store
        } catch {
            tell(.queueNotKept(error.message))
            return ForgetfulJournal()
        }
    }
}
