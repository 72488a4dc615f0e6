/// What one process asks of another that works on the queue: left in the journal, taken in and answered there.
///
/// Only the worker gives identifiers and changes states, so that nothing is done twice; whoever has no lock leaves
/// a request instead, and it is taken in within a second, or when the queue is next opened.
public enum LeftRequest: Hashable, Sendable, Codable {
    /// What was left beside it is to be added.
    case add
    case pause([Transfer.ID])
    case resume([Transfer.ID])
    case cancel([Transfer.ID])
    case retry([Transfer.ID])
    case answer([Transfer.ID], ConflictPolicy)
    case decide(ConflictPolicy, ConflictScope, Transfer.Direction?)
    case move([Transfer.ID], Move)
    case setPriority([Transfer.ID], Priority)
    case pauseAll
    case resumeAll
    case retryFailed
    case forgetDone
    case forgetFailed
    case pauseSite(Site.ID)
    case resumeSite(Site.ID)
    case setSiteRate(Site.ID, bytesPerSecond: Int64?)
    case setRate(bytesPerSecond: Int64?)
    case addRateWindow(RatePlan.Window)
    case clearRateWindows
    /// What a helper says of what is leased to it; not answered.
    case report(lease: Int64, WorkerReport)

    /// Where something goes among what waits.
    public enum Move: Hashable, Sendable, Codable {
        case by(Int)
        case first, last
    }

    var request: QueueRequest? {
        switch self {
        case .add, .report: nil
        case .pause(let ids): .pause(ids)
        case .resume(let ids): .resume(ids)
        case .cancel(let ids): .cancel(ids)
        case .retry(let ids): .retry(ids)
        case .answer(let ids, let policy): .answer(ids, policy)
        case .decide(let policy, let scope, let direction): .decide(policy, for: scope, direction)
        case .move(let ids, let move): .place(ids, move)
        case .setPriority(let ids, let priority): .setPriority(ids, priority)
        case .pauseAll: .pauseAll
        case .resumeAll: .resumeAll
        case .retryFailed: .retryFailed
        case .forgetDone: .forgetDone
        case .forgetFailed: .forgetFailed
        case .pauseSite(let site): .pauseSite(site)
        case .resumeSite(let site): .resumeSite(site)
        case .setRate(let rate): .setRate(bytesPerSecond: rate)
        case .addRateWindow(let window): .addRateWindow(window)
        case .clearRateWindows: .clearRateWindows
        case .setSiteRate(let site, let rate): .setSiteRate(site, bytesPerSecond: rate)
        }
    }

    /// The transfers it names.
    var ids: [Transfer.ID] {
        switch self {
        case .pause(let ids), .resume(let ids), .cancel(let ids), .retry(let ids), .answer(let ids, _),
            .move(let ids, _), .setPriority(let ids, _):
            ids
        case .add, .report, .decide, .setRate, .addRateWindow, .clearRateWindows, .pauseAll, .resumeAll,
            .retryFailed, .forgetDone, .forgetFailed,
            .pauseSite,
            .resumeSite, .setSiteRate:
            []
        }
    }
}

/// A request as the worker finds it.
public struct LeftForWorker: Sendable {
    public var number: Int64
    public var request: LeftRequest
    /// Of `add`: under identifiers below zero, with the sites they name.
    public var transfers: [Transfer]
    public var sites: [Site]

    public init(number: Int64, request: LeftRequest, transfers: [Transfer] = [], sites: [Site] = []) {
        self.number = number
        self.request = request
        self.transfers = transfers
        self.sites = sites
    }
}

/// What became of a request.
public struct LeftAnswer: Hashable, Sendable, Codable {
    /// What was added, or was there and could be meant.
    public var ids: [Transfer.ID]
    /// Named, and not in the queue.
    public var unknown: [Transfer.ID]
    /// Given to be added, and in the queue already.
    public var merged: Int

    public init(ids: [Transfer.ID] = [], unknown: [Transfer.ID] = [], merged: Int = 0) {
        self.ids = ids
        self.unknown = unknown
        self.merged = merged
    }
}

extension Scheduler {
    /// Takes in what another process left.
    ///
    /// - Returns: the orders, like `handle`, and the answer for whoever asks.
    public mutating func take(_ left: LeftForWorker, now: Int64) -> (orders: [Order], answer: LeftAnswer) {
        var orders: [Order] = []
        for site in left.sites { orders += handle(.site(site), now: now) }
        guard let request = left.request.request else {
            let first = nextID
            orders += handle(.request(.add(left.transfers)), now: now)
            return (
                orders,
                LeftAnswer(
                    ids: Array(first..<nextID), merged: left.transfers.count - Int(nextID - first))
            )
        }
        let (known, unknown) = left.request.ids.reduce(into: ([Transfer.ID](), [Transfer.ID]())) {
            if transfer($1) == nil { $0.1.append($1) } else { $0.0.append($1) }
        }
        orders += handle(.request(request), now: now)
        return (orders, LeftAnswer(ids: known, unknown: unknown))
    }

    /// Takes in a piece of a batch that comes in several; for whoever starts nothing.
    ///
    /// - Parameter batch: the first identifier that a piece before it was given; nil for the first.
    public mutating func add(_ piece: [Transfer], to batch: Transfer.ID?, now: Int64) -> LeftAnswer {
        clock = now
        let first = nextID
        add(piece, to: batch)
        _ = orders.take()
        return LeftAnswer(ids: Array(first..<nextID), merged: piece.count - Int(nextID - first))
    }
}
