/// How many connections to one server pay: more while the throughput grows with them, fewer when it does not.
///
/// Climbs a hill: doubling at first, then in steps of one connection. A step up is kept when it brought a twentieth
/// more, and a quarter of what it could; steps down when all of them cost less than a twentieth. Then the result
/// holds for a while, until the line may have become another.
public struct ConnectionTuner: Hashable, Sendable {
    /// As many as it begins with at most: what most servers take without a word, and most lines need.
    public static let usualWidth = 4
    /// Fewer are never tried: with two there is always one that moves bytes while the other waits for a reply.
    public static let narrowest = 2
    /// A change of less is noise.
    static let threshold = 0.05
    /// The part of what new connections could bring that they have to bring.
    static let yield = 0.25
    /// For how long a result holds, in seconds.
    static let memory: Int64 = 60

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
    /// The best that was measured before it began to probe.
    private var reference: Double = 0
    /// Below this part of what it carried a line is not the same any more.
    private static let otherLine = 0.75
    /// Until the first step that brings too little.
    private var isDoubling = true
    /// The next probe after a rest goes down, when the last went up.
    private var goesDown = false

    /// More connections were tried, and brought nothing.
    public var isSettled: Bool { settledAt != nil && width < most }

    public init(most: Int) {
        self.most = max(1, most)
        width = min(self.most, Self.usualWidth)
    }

    /// - Parameters:
    ///   - rate: what moved since the last measurement, a second; any unit.
    ///   - isFull: all connections allowed were at work: else the rate says nothing about them.
    public mutating func measured(rate: Double, isFull: Bool, now: Int64) {
        guard isFull, rate.isFinite, rate > 0 else {
            earlierRate = nil
            return
        }
        if let settled = settledAt {
            // A clock that was set back would let it hold for ever.
            guard now - settled >= Self.memory || now < settled else { return }
            settledAt = nil
            goesDown.toggle()
        }
        guard let before else {
            // The best there was, unless the line has become another.
            reference = rate < reference * Self.otherLine ? rate : max(reference, rate)
            return probe(rate: rate, now: now)
        }
        if isWorthIt(rate: rate, after: before) {
            probe(rate: rate, now: now)
        } else {
            width = before.width
            isDoubling = false
            settle(now: now)
        }
    }

    private func isWorthIt(rate: Double, after before: (width: Int, rate: Double)) -> Bool {
        // Down all the way from where it began: many small losses are a large one.
        guard width > before.width else { return rate > reference * (1 - Self.threshold) }
        let growth = Double(width - before.width) / Double(before.width)
        return rate > before.rate * (1 + max(Self.threshold, growth * Self.yield))
    }

    private mutating func probe(rate: Double, now: Int64) {
        let next = goesDown ? width - 1 : isDoubling ? min(most, width * 2) : width + 1
        guard next >= min(Self.narrowest, most), next <= most, next != width else {
            isDoubling = false
            return settle(now: now)
        }
        before = (width, rate)
        width = next
    }

    private mutating func settle(now: Int64) {
        before = nil
        settledAt = now
    }
}
