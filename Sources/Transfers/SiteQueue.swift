/// What of the queue belongs to one server, and how much of it may be at work.
struct SiteQueue: Sendable {
    /// After so many seconds one connection more is tried than the server allowed last.
    static let limitMemory: Int64 = 600

    let id: Site.ID
    /// What the site allows (`Site.connections`), or what the user set since.
    var allowed: Int
    /// What the server was found to allow, and when.
    var learntLimit: Int?
    var learntAt: Int64 = 0
    /// Times in a row that the server could not be used at all.
    var failures = 0
    /// Nothing is started before; seconds since 1970.
    var notBefore: Int64 = 0
    var needsPassword = false
    /// At work, those being stopped among them.
    var running = 0
    /// What may be started, by position.
    var startable = PositionList()

    var limit: Int { max(1, min(allowed, learntLimit ?? .max)) }

    /// The server refused one connection more than `others` of ours.
    mutating func learn(limit others: Int, now: Int64) {
        learntLimit = max(1, min(others, learntLimit ?? .max))
        learntAt = now
    }

    /// Tries one connection more when the last refusal is long ago.
    mutating func relaxLimit(now: Int64) {
        guard let learnt = learntLimit, now - learntAt >= Self.limitMemory else { return }
        learntLimit = learnt + 1 < allowed ? learnt + 1 : nil
        learntAt = now
    }

    /// When its first transfer may start: nil when none may, whatever the time.
    func mayStart() -> Int64? {
        startable.isEmpty || needsPassword || running >= limit ? nil : notBefore
    }
}
