import Engine
import Glibc
import Storage
import Transfers
import Transport

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
            return try storage {
                var scheduler = try queue.scheduler()
                return try take(request, sites, transfers, into: &scheduler, of: queue.store)
            }
        }
        let answer = try storage { try leave(request, sites, transfers) }
        if answer == nil {
            complain(
                "another portside\(WorkingQueue.holder) works on the queue and has not answered; it is done when that goes on, or when the queue is next opened"
            )
        }
        return answer
    }

    /// Leaves it for the portside that works on the queue, and waits for its answer.
    ///
    /// - Parameter waits: false: not for the answer.
    /// - Returns: nil when there is none yet.
    static func leave(
        _ request: LeftRequest, _ sites: [Site], _ transfers: [Transfer], waits: Bool = true
    ) throws -> LeftAnswer? {
        let store = try QueueStore(directory: WorkingQueue.directory)
        let number = try store.leave(request, sites: sites, transfers: transfers)
        for _ in 0..<(waits ? patience / Int(pause) : 0) {
            if let answer = try store.answer(to: number) { return answer }
            poll(nil, 0, pause)
        }
        return nil
    }

    /// Does it, after what others left meanwhile, in one transaction; without a request only that.
    @discardableResult
    static func take(
        _ request: LeftRequest?, _ sites: [Site] = [], _ transfers: [Transfer] = [],
        into scheduler: inout Scheduler, of store: QueueStore
    ) throws -> LeftAnswer {
        let now = wallClockNanoseconds() / 1_000_000_000
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
        var answer = LeftAnswer()
        if let request {
            answer = take(LeftForWorker(number: 0, request: request, transfers: transfers, sites: sites))
        }
        change.transfers = changed.sorted().compactMap { scheduler.transfer($0) }
        try store.remember(change)
        return answer
    }
}

/// Runs `body`; what the store has to say becomes the program's own error.
func storage<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as StorageError {
        throw Failure(.localDisk, "\(error)")
    }
}
