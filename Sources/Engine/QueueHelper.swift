import Dispatch
import FTPProtocol
public import Transfers
import Transport

/// Carries out what the process that holds the queue leases to this one, and decides nothing.
///
/// All methods but `stop` return at once; everything but the moving of bytes happens on one serial queue.
public final class QueueHelper: Sendable {
    private let core: Confined<QueueHelperCore>

    /// - Parameters:
    ///   - number: under which it has offered its help.
    ///   - passwords: asked when a server wants one.
    public init(
        number: Int64, store: any LeaseStore, configuration: TransferQueue.Configuration,
        passwords: @escaping @Sendable (Site) -> Secret?, trust: Trust, dialogue: @escaping DialogueSink
    ) {
        core = Confined(
            QueueHelperCore(
                number: number, store: store, configuration: configuration, passwords: passwords,
                trust: trust, dialogue: dialogue),
            label: "portside.helper")
        core.perform { [core] value in value.begin(core) }
    }

    /// Interrupts what is at work, keeping what has arrived, and reports it. Blocks until that is done, about three seconds
    /// at most.
    public func stop() {
        let workers = core.wait { $0.interruptAll() }
        for worker in workers { worker.quit() }
        for worker in workers { worker.quitAndWait() }
    }

    /// Nothing is leased to it now.
    public var isIdle: Bool { core.wait { $0.isIdle } }
}

/// What a `QueueHelper` keeps on its serial queue.
struct QueueHelperCore: ~Copyable {
    private let number: Int64
    private let store: any LeaseStore
    private let configuration: TransferQueue.Configuration
    private let passwords: @Sendable (Site) -> Secret?
    private let trust: Trust
    private let dialogue: DialogueSink
    private weak var itself: Confined<QueueHelperCore>?
    private var sites: [Site.ID: Site] = [:]
    /// By the number of the lease.
    private var busy: [Int64: TransferWorker] = [:]
    /// Reported as ended; leases stand until the report was read.
    private var over: Set<Int64> = []
    private var idle: [TransferWorker] = []
    private var made = 0
    private var clocksKnown: Set<Site.ID> = []
    private var isStopping = false
    private var lastCheckpoint = monotonicNanoseconds()
    private var lastBeat = monotonicNanoseconds()
    private let limit: RateLimit

    /// In milliseconds: as long as a small file may wait. Looking costs no page of the file.
    private static let interval = 20
    private static let checkpointInterval: Int64 = 1_000_000_000
    /// A sixth of the silence after which a process of another machine counts as dead.
    private static let beatInterval: Int64 = 10_000_000_000

    init(
        number: Int64, store: any LeaseStore, configuration: TransferQueue.Configuration,
        passwords: @escaping @Sendable (Site) -> Secret?, trust: Trust, dialogue: @escaping DialogueSink
    ) {
        self.number = number
        self.store = store
        self.configuration = configuration
        self.passwords = passwords
        self.trust = trust
        self.dialogue = dialogue
        limit = configuration.limit ?? RateLimit(bytesPerSecond: nil)
    }

    mutating func begin(_ itself: Confined<QueueHelperCore>) {
        self.itself = itself
        look()
    }

    var isIdle: Bool { busy.isEmpty && over.isEmpty }

    private mutating func look() {
        guard !isStopping else { return }
        // What cannot be read now is read the next time.
        if let leases = try? store.leases(of: number) { take(leases) }
        let now = monotonicNanoseconds()
        if now - lastCheckpoint > Self.checkpointInterval {
            lastCheckpoint = now
            checkpoint()
        }
        if now - lastBeat > Self.beatInterval {
            lastBeat = now
            try? store.beat(number)
        }
        itself?.perform(after: .milliseconds(Self.interval)) { $0.look() }
    }

    private mutating func take(_ leases: [LeasedTransfer]) {
        let numbers = Set(leases.map(\.lease.number))
        over.formIntersection(numbers)
        // Taken back: paused, removed, or given to somebody else.
        for (lease, worker) in busy where !numbers.contains(lease) { worker.interrupt() }
        for leased in leases where busy[leased.lease.number] == nil && !over.contains(leased.lease.number) {
            start(leased)
        }
    }

    private mutating func start(_ leased: LeasedTransfer) {
        guard let itself else { return }
        var transfer = leased.transfer
        transfer.options.onConflict = leased.lease.onConflict
        var site = (transfer.options.connection ?? .usual).applied(to: leased.site)
        if site.account == nil { site.account = configuration.account }
        if let proxy = site.network.proxy, proxy.password == nil, configuration.proxy?.url == proxy.url {
            site.network.proxy?.password = configuration.proxy?.password
        }
        let worker = takeWorker(for: site)
        let lease = leased.lease.number
        busy[lease] = worker
        let store = store
        let report: @Sendable ([WorkerReport]) -> Void = { reports in
            // Where it cannot be said the lease ends with this process, and the file is done once more.
            try? store.report(reports, lease: lease)
        }
        let isDownload = transfer.direction == .download
        var reportsClock: (@Sendable (Int64?) -> Void)?
        if clocksKnown.insert(site.id).inserted {
            reportsClock = { ahead in report([.clockMeasured(ahead: ahead)]) }
        }
        if worker.isLoggedIn { report([.began]) }
        worker.run(
            transfer, configuration, limit: limit, connections: leased.lease.connections,
            clockAhead: leased.lease.clockAhead,
            isDestinationFresh: false, mayHaveEnded: leased.lease.mayHaveEnded,
            reports: TransferWorker.Reports(
                loggedIn: { _ in report([.began]) },
                learnt: { facts in report([.learnt(size: facts.size, modified: facts.modified)]) },
                beginning: { part in report([.part(part)]) },
                kept: { part in report([.part(part)]) },
                verified: { proof in
                    report([.verified(algorithm: proof.algorithm.rawValue, value: proof.value)])
                },
                // Trees are never leased.
                found: { _ in }, madeDirectory: { _, _ in }, leftOut: { _ in },
                narrowed: { count in report([.narrowed(connections: count)]) },
                clockMeasured: reportsClock,
                ended: { end, facts in
                    let last = WorkerEnd(end, bytes: worker.progress.bytes, isDownload: isDownload)
                    let learnt = facts.map { WorkerReport.learnt(size: $0.size, modified: $0.modified) }
                    report([learnt].compactMap { $0 } + [.ended(last)])
                    itself.perform { $0.ended(lease) }
                }))
    }

    private mutating func ended(_ lease: Int64) {
        guard let worker = busy.removeValue(forKey: lease) else { return }
        over.insert(lease)
        if isStopping { worker.quit() } else { idle.append(worker) }
    }

    private mutating func takeWorker(for site: Site) -> TransferWorker {
        if let index = idle.lastIndex(where: { $0.site == site }) { return idle.remove(at: index) }
        made += 1
        return TransferWorker(
            site: site, name: ConnectionName(.transfer, made), dataMode: site.dataMode,
            memory: configuration.memory, password: passwords, trust: trust, dialogue: dialogue)
    }

    private func checkpoint() {
        for (lease, worker) in busy where worker.progress.bytes > 0 {
            try? store.report([.progressed(bytes: worker.progress.bytes)], lease: lease)
            let store = store
            worker.makeCheckpoint { part in try? store.report([.part(part)], lease: lease) }
        }
    }

    mutating func interruptAll() -> [TransferWorker] {
        isStopping = true
        for worker in busy.values { worker.interrupt() }
        defer { idle = [] }
        return Array(busy.values) + idle
    }
}
