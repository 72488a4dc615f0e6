import Dispatch
public import FTPProtocol
public import Transfers
public import Transport

/// The queue at work: the scheduler decides, workers carry out, the journal remembers.
///
/// All methods return at once; what happens is told through `events`. Everything but the moving of bytes
/// happens on one serial queue.
public final class TransferQueue: Sendable {
    public struct Configuration: Sendable {
        /// Most transfers at a time, over all sites.
        public var connections: Int
        public var limit: RateLimit?
        /// Which files of trees take part.
        public var filter: FileFilter
        /// Whether an upload makes the remote directories that are missing above it.
        public var makesDirectories = true
        /// Given to servers that ask for one, where the site has none: `--account`. It is a secret, and not in the journal.
        public var account: String?
        /// `--proxy`: its password is for what was queued to go through this proxy, as the journal does not have it.
        public var proxy: Proxy?
        /// What `--type auto` takes for text: extensions in lower case.
        public var textExtensions = TypeChoice.usualTexts
        /// Minutes since midnight, by the user's clock, for limits that hold at times of the day.
        public var minuteOfDay: @Sendable () -> Int = { Int(wallClockNanoseconds() / 60_000_000_000 % 1_440) }
        /// Only keep the queue; start nothing.
        public var isHeld: Bool
        /// Whether a server that cannot be reached at all is tried again: on the screen yes, in a script no.
        public var retriesUnreachable = true
        /// What is known of servers from before.
        public var memory = ServerMemory()
        /// Told why a transfer failed for good, on the queue's own thread.
        public var failed: (@Sendable (Transfer.ID, Failure) -> Void)?

        public init(
            connections: Int = 4, limit: RateLimit? = nil, filter: FileFilter = FileFilter(),
            isHeld: Bool = false
        ) {
            self.connections = connections
            self.limit = limit
            self.filter = filter
            self.isHeld = isHeld
        }
    }

    private let core: Confined<TransferQueueCore>

    /// Returns at once; the journal is opened and read on the queue's own thread, before anything else happens there.
    ///
    /// - Parameters:
    ///   - journal: called once; may block. What cannot be read is told as a `notice`.
    ///   - passwords: asked when a server wants one.
    ///   - dialogue: the lines of the workers' control connections, on their threads.
    ///   - events: on the queue's own thread.
    public init(
        journal: @escaping @Sendable () -> any Journal, configuration: Configuration,
        passwords: @escaping @Sendable (Site) -> Secret?, trust: Trust = Trust(),
        dialogue: @escaping DialogueSink,
        events: @escaping @Sendable (EngineEvent) -> Void
    ) {
        core = Confined(
            TransferQueueCore(
                configuration: configuration, passwords: passwords, trust: trust, dialogue: dialogue,
                events: events),
            label: "portside.queue")
        core.perform { [core] value in value.begin(journal(), itself: core) }
    }

    /// A site must be known before transfers name it.
    public func learn(_ site: Site) {
        core.perform { $0.handle(.site(site)) }
    }

    public func perform(_ request: QueueRequest) {
        core.perform { $0.handle(.request(request)) }
    }

    /// Holds from each connection's next data connection on.
    public func setDataMode(_ mode: DataMode, for site: Site.ID) {
        core.perform { $0.setDataMode(mode, for: site) }
    }

    /// A password was learnt: what waited for it goes on.
    public func passwordGiven(for site: Site.ID) {
        core.perform { $0.handle(.passwordGiven(site)) }
    }

    /// Tells one more of them who look how the queue is, now and whenever it has changed, until `forgetViewer`.
    ///
    /// - Parameters:
    ///   - rows: which of them its snapshots hold.
    ///   - viewer: a number of its own; once more with the same number changes the rows.
    ///   - tell: on the queue's own thread.
    public func show(_ rows: Range<Int>, to viewer: Int, _ tell: @escaping @Sendable (QueueSnapshot) -> Void)
    {
        core.perform { $0.show(rows, to: viewer, tell) }
    }

    public func forgetViewer(_ viewer: Int) {
        core.perform { $0.viewers[viewer] = nil }
    }

    /// Calls `body` once nothing is at work or going to be: all is done, failed, paused or asking.
    public func whenIdle(_ body: @escaping @Sendable (QueueSnapshot.Counts) -> Void) {
        core.perform { $0.whenIdle(body) }
    }

    /// Everything in the queue now, in display order: of a long queue that is much. Blocks until the queue has answered.
    public func contents() -> [Transfer] {
        core.wait { $0.scheduler.rows(in: 0..<$0.scheduler.counts.all) }
    }

    /// What waits for somebody: it asks, or was paused or held. Blocks until the queue has answered.
    public func stuck() -> [Transfer] {
        core.wait { $0.scheduler.stuck }
    }

    /// Interrupts everything, writes the journal, closes the connections. Blocks until that is done,
    /// about three seconds at most.
    ///
    /// - Returns: why the journal does not have everything; nil when it has.
    @discardableResult
    public func stop() -> String? {
        let workers = core.wait { $0.interruptAll() }
        // All at once, and then wait for all: a silent server costs its two seconds only once.
        for worker in workers { worker.quit() }
        for worker in workers { worker.quitAndWait() }
        return core.wait { $0.finish() }
    }
}
