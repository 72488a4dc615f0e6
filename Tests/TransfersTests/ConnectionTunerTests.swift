import Testing
import Transfers

@Suite struct ConnectionTunerTests {
    @Test func takesMoreConnectionsWhileTheyBringMoreAndNoMore() {
        var tuner = ConnectionTuner(most: 16)
        // A line that seven connections fill.
        for now in 0..<40 {
            tuner.measured(rate: Double(min(tuner.width, 7)) * 100, isFull: true, now: Int64(now) * 3)
        }
        #expect(tuner.width == 7)
    }

    @Test func givesUpConnectionsThatBringNothing() {
        var tuner = ConnectionTuner(most: 4)
        var narrow = 0
        for now in 0..<400 {
            tuner.measured(rate: 100, isFull: true, now: Int64(now) * 3)
            if tuner.width == ConnectionTuner.narrowest { narrow += 1 }
        }
        // Once a minute it looks whether more are worth it by now.
        #expect(narrow > 370, "\(narrow)")
    }

    @Test func isAtSixteenInAFewSecondsWhereEachConnectionBringsItsShare() {
        var tuner = ConnectionTuner(most: 16)
        for now in 0..<3 { tuner.measured(rate: Double(tuner.width), isFull: true, now: Int64(now)) }
        #expect(tuner.width == 16)
    }

    /// Each step down alone costs less than noise.
    @Test func doesNotGiveUpConnectionsOneByOneThatAllBringTheirShare() {
        var tuner = ConnectionTuner(most: 40)
        for now in 0..<2_000 { tuner.measured(rate: Double(tuner.width) * 10, isFull: true, now: Int64(now)) }
        #expect(tuner.width >= 38, "\(tuner.width)")
    }

    /// Whatever the line is, in the end it gets nearly all it can carry.
    @Test(arguments: 1...40) func findsNearlyAllThatALineCanCarry(fullAt: Int) {
        var tuner = ConnectionTuner(most: 32)
        for now in 0..<600 {
            tuner.measured(rate: Double(min(tuner.width, fullAt)) * 100, isFull: true, now: Int64(now))
        }
        let reachable = Double(min(fullAt, 32))
        #expect(Double(min(tuner.width, fullAt)) >= reachable * 0.75, "\(tuner.width) of \(fullAt)")
        #expect(tuner.width <= max(ConnectionTuner.usualWidth, fullAt * 2))
    }

    /// Two processes on one machine: each connection more has them change places more often.
    @Test func goesDownFirstWhereNobodyWaitsForReplies() {
        var tuner = ConnectionTuner(most: 16)
        let rates: [Int: Double] = [2: 4_900, 4: 3_600, 8: 3_300, 16: 2_500]
        var widths: [Int] = []
        for now in 0..<6 {
            tuner.measured(rate: rates[tuner.width] ?? 1, isFull: true, isBusy: true, now: Int64(now))
            widths.append(tuner.width)
        }
        #expect(widths == [2, 2, 2, 2, 2, 2])
    }

    /// Where no processor has anything left to give.
    @Test func goesBackAndTriesNoMoreWhereFewerBroughtLess() {
        var tuner = ConnectionTuner(most: 16)
        var widths: [Int] = []
        for now in 0..<3 {
            let rate = Double(min(tuner.width, 8)) * 1_000
            tuner.measured(rate: rate, isFull: true, isBusy: true, now: Int64(now))
            widths.append(tuner.width)
        }
        #expect(widths == [2, 4, 3])
    }

    @Test func beginsWithFewWhereTheLoginWasAnsweredAtOnce() {
        var (near, far) = (ConnectionTuner(most: 16), ConnectionTuner(most: 16))
        near.answered(within: 80_000)
        far.answered(within: 3_000_000)
        #expect(near.width == ConnectionTuner.narrowest && far.width == ConnectionTuner.usualWidth)
        // A later login says nothing about what was measured since.
        far.measured(rate: 1, isFull: true, now: 0)
        far.answered(within: 80_000)
        #expect(far.width == 2 * ConnectionTuner.usualWidth)
    }

    /// Each of its segments may be limited by the server.
    @Test func theSegmentsOfALargeFileAreNotKeptFromANearServer() {
        var queue = Scheduler(connections: 8)
        var server = Site(host: "example")
        server.connections = 8
        _ = queue.handle(.site(server), now: 0)
        var large = Transfer.file("large")
        large.options.segments = 4
        large.size = 1 << 30
        _ = queue.handle(.request(.add([.file("small")])), now: 0)
        _ = queue.handle(.began(1, latency: 80_000), now: 0)
        _ = queue.handle(.finished(1, bytes: 1), now: 0)
        _ = queue.handle(.request(.add([large])), now: 0)
        #expect(queue.connections(of: 2) == 4)
    }

    @Test func looksAgainSoonAtFirstAndMoreAndMoreRarely() {
        var tuner = ConnectionTuner(most: 16)
        var looks: [Int64] = []
        for now in 0..<300 as Range<Int64> {
            let before = tuner.width
            tuner.measured(rate: 1_000, isFull: true, now: now)
            if before == ConnectionTuner.narrowest, tuner.width > before { looks.append(now) }
        }
        let pauses = zip(looks, looks.dropFirst()).map { $1 - $0 }
        #expect(pauses == pauses.sorted() && pauses.first ?? 60 < 5 && pauses.last ?? 0 >= 60, "\(pauses)")
    }

    @Test func triesFewerAtOnceWhereMoreBroughtNothing() {
        var tuner = ConnectionTuner(most: 16)
        var widths: [Int] = []
        for now in 0..<3 {
            tuner.measured(rate: 1_000, isFull: true, now: Int64(now))
            widths.append(tuner.width)
        }
        #expect(widths == [8, 2, 2])
    }

    @Test(arguments: 1...30) func staysWithinItsBoundsWhateverIsMeasured(seed: UInt64) {
        var random = Numbers(seed: seed)
        let most = 1 + random.below(12)
        var tuner = ConnectionTuner(most: most)
        var now: Int64 = 0
        for _ in 0..<500 {
            now += Int64(random.below(40)) - 3
            let rate = [0, -1, Double.nan, Double.infinity, Double(random.below(1_000))][random.below(5)]
            tuner.measured(rate: rate, isFull: random.below(4) > 0, now: now)
            #expect((1...most).contains(tuner.width))
        }
    }

    /// What moved while a connection logged in says nothing about how many pay.
    @Test func judgesConnectionsOnlyWhenAllOfThemHaveBegun() {
        var queue = Scheduler(connections: 8)
        var server = Site(host: "example")
        server.connections = 8
        let site = server.id
        _ = queue.handle(.site(server), now: 0)
        _ = queue.handle(.request(.add((1...20).map { .file("f\($0)") })), now: 0)
        for id in 1...3 as ClosedRange<Transfer.ID> { _ = queue.handle(.began(id), now: 0) }
        #expect(queue.handle(.measured(site, rate: 100), now: 1).isEmpty)
        _ = queue.handle(.began(4), now: 1)
        let orders = queue.handle(.measured(site, rate: 100), now: 2)
        #expect(orders.count == 4, "\(orders)")
    }
}
