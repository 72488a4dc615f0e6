/// Why a transfer that waits is not at work.
public enum WaitingReason: Hashable, Sendable, Codable {
    /// All of the queue is paused.
    case queuePaused
    case sitePaused(Site.ID)
    /// Not to begin before; seconds since 1970.
    case scheduled(at: Int64)
    /// After a failure; seconds since 1970.
    case nextTry(at: Int64, reason: String)
    /// The server could not be used; it is tried again then.
    case siteTrouble(until: Int64)
    /// Another transfer of this server asks for the password.
    case password
    /// A removed transfer still writes to its destination.
    case destinationBusy
    /// So many connections are all that this server gives.
    case serverLimit(Int)
    /// As many as the site allows are at work.
    case siteLimit(Int)
    /// Of a copy: so many connections are all that there are to the server that it comes from.
    case originLimit(Int)
    /// As many as the queue allows are at work.
    case queueLimit(Int)
    /// So many others go first.
    case inLine(others: Int)
    /// Nobody works on the queue.
    case notWorkedOn
}

extension WaitingReason {
    /// A few words for a row of the queue.
    ///
    /// - Parameter time: writes seconds since 1970 as the user's clock shows them.
    public func text(time: (Int64) -> String) -> String {
        switch self {
        case .queuePaused: "the queue is paused"
        case .sitePaused: "transfers with this server are paused"
        case .scheduled(let at): "begins at \(time(at))"
        case .nextTry(let at, let reason): "tried again at \(time(at)): \(reason)"
        case .siteTrouble(let until): "the server could not be used; tried again at \(time(until))"
        case .password: "waits for the password"
        case .destinationBusy: "waits until the transfer before it has let go of the file"
        case .serverLimit(let count): "the server takes \(count) \(count == 1 ? "connection" : "connections")"
        case .siteLimit(let count): "\(count) at a time with this server"
        case .originLimit(let count):
            "\(count) \(count == 1 ? "connection" : "connections") to the server that it comes from"
        case .queueLimit(let count): "\(count) at a time"
        case .inLine(let others): others == 1 ? "one goes first" : "\(others) go first"
        case .notWorkedOn: "portside queue run begins it"
        }
    }
}

extension Scheduler {
    /// Why this one is not at work: nil when it is, or does not wait.
    ///
    /// - Parameter now: seconds since 1970.
    public func reason(of id: Transfer.ID, now: Int64) -> WaitingReason? {
        guard let slot = table.slot(of: id) else { return nil }
        switch table.state(of: slot) {
        case .waiting: return reasonForWaiting(slot, now: now)
        case .retrying(let at, let reason): return .nextTry(at: at, reason: reason)
        case .running, .paused, .held, .asking, .failed, .done, .skipped: return nil
        }
    }

    private func reasonForWaiting(_ slot: Slot, now: Int64) -> WaitingReason? {
        let site = sites[site(of: slot)]
        let origin = origin(of: slot)
        if isPaused { return .queuePaused }
        for site in [site] + (origin.map { [sites[$0]] } ?? []) where site.isPaused {
            return .sitePaused(site.id)
        }
        let options = table[common: slot].options
        if let time = options.notBefore, time > now { return .scheduled(at: time) }
        if table[slot].listing == .none { return .destinationBusy }
        if isHeld { return .notWorkedOn }
        if site.needsPassword { return .password }
        if site.notBefore > now { return .siteTrouble(until: site.notBefore) }
        if site.connections >= site.limit {
            if let learnt = site.memory.learntLimit, learnt == site.limit { return .serverLimit(learnt) }
            return .siteLimit(site.limit)
        }
        if connectionsInUse >= capacity { return .queueLimit(capacity) }
        if let origin {
            guard let time = sites[origin].mayGive(beside: origin == self.site(of: slot) ? 1 : 0) else {
                return sites[origin].needsPassword ? .password : .originLimit(sites[origin].limitOfAll)
            }
            if time > now { return .siteTrouble(until: time) }
        }
        let entry = PositionList.Entry(key: table[slot].position, slot: slot)
        return .inLine(others: site.rank(of: entry, options.priority))
    }
}
