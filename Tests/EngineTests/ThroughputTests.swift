import Testing
import Transfers

@testable import Engine

/// What moved is told as soon as it says something, and of nothing but what moved.
@Suite struct ThroughputTests {
    private static let site = Site(host: "example").id
    private static let second: Int64 = 1_000_000_000

    /// Files of no bytes, one after the other on one connection.
    private func files(_ count: Int, _ throughput: inout Throughput, now: Int64) {
        for id in 1...Int64(count) {
            throughput.begin(id, of: Self.site, at: 0, now: now)
            throughput.ended(id, of: Self.site, at: 0, now: now)
        }
    }

    @Test func tellsOfManySmallFilesInAThirdOfASecondAndOfFewInAWhole() {
        var (many, few) = (Throughput(), Throughput())
        many.begin(0, of: Self.site, at: 0, now: 0)
        few.begin(0, of: Self.site, at: 0, now: 0)
        files(300, &many, now: 1)
        files(100, &few, now: 1)
        #expect(many.take(now: Self.second / 5).isEmpty)
        #expect(many.take(now: Self.second / 3)[Self.site]?.isBusy == true)
        #expect(few.take(now: Self.second / 3).isEmpty)
        #expect(few.take(now: Self.second)[Self.site]?.isBusy == false)
    }

    @Test func countsBytesFromTheBeginningOfATransferAndNoneTwice() {
        var throughput = Throughput()
        throughput.begin(7, of: Self.site, at: 500, now: 0)
        throughput.progressed(7, of: Self.site, to: 900, now: Self.second / 2)
        throughput.progressed(7, of: Self.site, to: 1_500, now: Self.second)
        #expect(throughput.take(now: Self.second)[Self.site]?.rate == 1_000)
        throughput.progressed(7, of: Self.site, to: 1_700, now: 2 * Self.second)
        #expect(throughput.take(now: 2 * Self.second)[Self.site]?.rate == 200)
    }

    @Test func aConnectionThatCameInBetweenBeginsTheMeasurementAnew() {
        var throughput = Throughput()
        throughput.begin(7, of: Self.site, at: 0, now: 0)
        throughput.progressed(7, of: Self.site, to: 900, now: Self.second / 2)
        throughput.restart(Self.site, now: Self.second / 2)
        #expect(throughput.take(now: Self.second).isEmpty)
        throughput.progressed(7, of: Self.site, to: 1_000, now: 3 * Self.second / 2)
        #expect(throughput.take(now: 3 * Self.second / 2)[Self.site]?.rate == 100)
    }

    @Test func theTimeInWhichNothingWasAtWorkIsNotCounted() {
        var throughput = Throughput()
        throughput.begin(1, of: Self.site, at: 0, now: 0)
        throughput.ended(1, of: Self.site, at: 10, now: 1)
        let later = 600 * Self.second
        throughput.begin(2, of: Self.site, at: 0, now: later)
        throughput.progressed(2, of: Self.site, to: 300, now: later + Self.second)
        #expect(throughput.take(now: later + Self.second)[Self.site]?.rate == 300)
    }
}
