/// How many connections to one server pay: more while the throughput grows with them, fewer when it does not.
///
/// Climbs a hill: by doubles and halves at first, then in steps of one connection. A step up is kept when it brought a
/// twentieth more, and a quarter of what it could; steps down when all of them cost less than a twentieth. Where no step in
/// one direction was worth it the other one is tried. Then the result holds for a while, longer each time it is found
/// again, until the line may have become another.
///
/// More are tried first: they fill the time in which others wait for replies. Where no processor of this machine has
/// anything left to give, only fewer are: with vsftpd and this program on one machine of two processors, two connections
/// moved 4,900 files of 1 KiB a second, four 3,600 and sixteen 2,500. So few it begins with where the login was answered at
/// once.
public struct ConnectionTuner: Hashable, Sendable {
    /// As many as it begins with at most: what most servers take without a word, and most lines need.
    public static let usualWidth = 4
    /// Fewer are never tried: with two there is always one that moves bytes while the other waits for a reply.
    public static let narrowest = 2
    /// A change of less is noise.
    static let threshold = 0.05
    /// The part of what new connections could bring that they have to bring.
    static let yield = 0.25
    /// For how long a result holds, in seconds: at first, and when it was found again and again. What is measured first is
    /// often chance: who runs on which processor, what is in memory already.
    static let memory: ClosedRange<Int64> = 1...60
    /// Whoever answers within so many nanoseconds is on this machine, or next to it.
    private static let nearby: Int64 = 1_000_000

    public let most: Int
    /// As many connections as are worth having now.
    public private(set) var width: Int
    /// What the width before brought.
    private var before: (width: Int, rate: Double)? {
        get { earlierRate.map { (earlierWidth, $0) } }
        set { (earlierWidth, earlierRate) = (newValue?.width ?? 0, newValue?.rate) }
    }
    private var earlierWidth = 0
    private var earlierRate: Double?
    private var settledAt: Int64?
    private var settledWidth = 0
    private var rest = Self.memory.lowerBound
    /// The best that was measured before it began to probe.
    private var reference: Double = 0
    /// Below this part of what it carried a line is not the same any more.
    private static let otherLine = 0.75
    /// Until the first step that brings too little.
    private var isDoubling = true
    private var goesDown = false
    /// A step was worth it since it last rested.
    private var hasMoved = false
    /// Both directions were tried since then.
    private var hasTurned = false

    /// More connections were tried, and brought nothing.
    public var isSettled: Bool { settledAt != nil && width < most }

    public init(most: Int) {
        self.most = max(1, most)
        width = min(self.most, Self.usualWidth)
    }

    /// The quickest reply of a login took so long, in nanoseconds: tells where to begin, before anything was measured.
    public mutating func answered(within latency: Int64) {
        guard reference == 0, latency < Self.nearby else { return }
        width = min(width, Self.narrowest)
    }

    /// So many are at work for a reason of their own, the segments of a large file: what was measured is of fewer.
    public mutating func widen(to count: Int) {
        guard count > width else { return }
        width = min(most, count)
        before = nil
        settledAt = nil
    }

    /// - Parameters:
    ///   - rate: what moved since the last measurement, a second; any unit.
    ///   - isFull: all connections allowed were at work: else the rate says nothing about them.
    ///   - isBusy: many files came, and this machine's processors have nothing left to give: nobody waits for replies.
    public mutating func measured(rate: Double, isFull: Bool, isBusy: Bool = false, now: Int64) {
        guard isFull, rate.isFinite, rate > 0 else {
            earlierRate = nil
            return
        }
        if let settled = settledAt {
            // A clock that was set back would let it hold for ever.
            guard now - settled >= rest || now < settled else { return }
            settledAt = nil
        }
        guard let before else {
            // The best there was, unless the line has become another.
            reference = rate < reference * Self.otherLine ? rate : max(reference, rate)
            goesDown = isBusy
            hasMoved = false
            hasTurned = isBusy
            return probe(rate: rate, now: now)
        }
        if isWorthIt(rate: rate, after: before) {
            reference = max(reference, rate)
            hasMoved = true
            probe(rate: rate, now: now)
        } else {
            width = before.width
            turn(rate: before.rate, now: now)
        }
    }

    private func isWorthIt(rate: Double, after before: (width: Int, rate: Double)) -> Bool {
        // Down all the way from where it began: many small losses are a large one.
        guard width > before.width else { return rate > reference * (1 - Self.threshold) }
        let growth = Double(width - before.width) / Double(before.width)
        return rate > before.rate * (1 + max(Self.threshold, growth * Self.yield))
    }

    private mutating func probe(rate: Double, now: Int64) {
        let next =
            switch (goesDown, isDoubling) {
            case (false, true): min(most, width * 2)
            case (false, false): width + 1
            case (true, true): max(min(Self.narrowest, most), width / 2)
            case (true, false): width - 1
            }
        guard next >= min(Self.narrowest, most), next <= most, next != width else {
            return turn(rate: rate, now: now)
        }
        before = (width, rate)
        width = next
    }

    /// The last step in this direction is done.
    private mutating func turn(rate: Double, now: Int64) {
        guard !hasMoved, !hasTurned else { return settle(now: now) }
        hasTurned = true
        goesDown.toggle()
        probe(rate: rate, now: now)
    }

    private mutating func settle(now: Int64) {
        before = nil
        isDoubling = false
        settledAt = now
        rest = width == settledWidth ? min(rest * 2, Self.memory.upperBound) : Self.memory.lowerBound
        settledWidth = width
    }
}
