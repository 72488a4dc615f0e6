/// A transfer given to another process of the same user, which works on the same queue.
///
/// One process holds the queue's lock: it alone decides, and its scheduler counts what it has given away as at
/// work. The others help: they offer connections, carry out what is leased to them, and report. Whoever dies
/// loses nothing: the leases of a dead helper are taken back at once, and a helper takes the lock of a dead holder
/// over, with the leases that are still at work.
public struct Lease: Hashable, Sendable, Codable {
    /// Of this lease alone: a report that names another one comes too late.
    public var number: Int64
    /// Whose it is, by `Helper.number`.
    public var worker: Int64
    /// What to do where the destination exists, answers reckoned in.
    public var onConflict: ConflictPolicy
    /// How far the server's clock is ahead of ours, in seconds.
    public var clockAhead: Int64
    /// It may have come to its end before a crash.
    public var mayHaveEnded: Bool
    /// How many it may use, for the segments of a large file; nil: one.
    public var segments: Int?

    public init(
        number: Int64, worker: Int64, onConflict: ConflictPolicy, clockAhead: Int64, mayHaveEnded: Bool,
        connections: Int = 1
    ) {
        segments = connections > 1 ? connections : nil
        self.number = number
        self.worker = worker
        self.onConflict = onConflict
        self.clockAhead = clockAhead
        self.mayHaveEnded = mayHaveEnded
    }
}

extension Lease {
    /// Connections it may use.
    public var connections: Int { max(1, segments ?? 1) }
}

/// A process that offers to work on the queue, and lives.
public struct Helper: Hashable, Sendable {
    public var number: Int64
    public var process: Int32
    /// Connections it has for transfers.
    public var connections: Int
    /// The servers it can log in at.
    public var sites: Set<Site.ID>

    public init(number: Int64, process: Int32, connections: Int, sites: Set<Site.ID>) {
        self.number = number
        self.process = process
        self.connections = connections
        self.sites = sites
    }
}

/// What a helper finds to do.
public struct LeasedTransfer: Sendable {
    public var lease: Lease
    public var transfer: Transfer
    public var site: Site

    public init(lease: Lease, transfer: Transfer, site: Site) {
        self.lease = lease
        self.transfer = transfer
        self.site = site
    }
}

/// How one transfer ended for the worker that carried it out.
public enum WorkerEnd: Hashable, Sendable, Codable {
    case done(bytes: Int64)
    case skipped(String)
    case conflict(size: Int64?, modified: Int64?)
    /// A tree.
    case scanned
    /// It was told to.
    case stopped(bytes: Int64)
    case passwordNeeded
    /// The disk takes nothing now.
    case held(String, bytes: Int64)
    case failed(WorkerFailure)
}

public struct WorkerFailure: Hashable, Sendable, Codable {
    public var message: String
    public var isTemporary: Bool
    public var bytes: Int64
    /// The server may take no more connections.
    public var soundsLikeALimit: Bool
    public var isLoggedIn: Bool
    /// There was no way to the server.
    public var isUnreachable: Bool
    /// The server that it speaks of is the one that a copy comes from. Nil: no.
    public var concernsOrigin: Bool?

    public init(
        message: String, isTemporary: Bool, bytes: Int64, soundsLikeALimit: Bool, isLoggedIn: Bool,
        isUnreachable: Bool, concernsOrigin: Bool? = nil
    ) {
        self.message = message
        self.isTemporary = isTemporary
        self.bytes = bytes
        self.soundsLikeALimit = soundsLikeALimit
        self.isLoggedIn = isLoggedIn
        self.isUnreachable = isUnreachable
        self.concernsOrigin = concernsOrigin
    }
}

/// What a helper has to say about a transfer that is leased to it.
public enum WorkerReport: Hashable, Sendable, Codable {
    case began
    case learnt(size: Int64?, modified: Int64?)
    case part(Part?)
    case progressed(bytes: Int64)
    case clockMeasured(ahead: Int64?)
    /// The server took so many connections of a transfer, and no more.
    case narrowed(connections: Int)
    case verified(algorithm: String, value: String)
    case ended(WorkerEnd)
}

/// Where a helper finds its leases and leaves its reports. Calls block until the change is durable.
public protocol LeaseStore: Sendable {
    /// Nil when nothing of the queue has changed since the last time.
    func leases(of worker: Int64) throws -> [LeasedTransfer]?
    /// In this order.
    func report(_ reports: [WorkerReport], lease: Int64) throws
    /// The helper lives.
    func beat(_ worker: Int64) throws
}
