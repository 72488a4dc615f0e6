import FTPProtocol
import Testing
import Transfers

@Suite struct RatePlanTests {
    private func scheduler(_ requests: QueueRequest...) -> Scheduler {
        var queue = Scheduler.withSite()
        for request in requests { _ = queue.handle(.request(request), now: 0) }
        return queue
    }

    @Test func theWindowThatHoldsCountsAlsoThroughMidnight() {
        let plan = scheduler(
            .setRate(bytesPerSecond: 1_000),
            .addRateWindow(.init(from: 22 * 60, to: 6 * 60, bytesPerSecond: nil)),
            .addRateWindow(.init(from: 9 * 60, to: 17 * 60, bytesPerSecond: 200))
        ).rates
        #expect(plan?.rate(at: 8 * 60) == 1_000)
        #expect(plan?.rate(at: 9 * 60) == 200 && plan?.rate(at: 17 * 60 - 1) == 200)
        #expect(plan?.rate(at: 17 * 60) == 1_000)
        #expect(plan?.rate(at: 23 * 60) == .some(nil) && plan?.rate(at: 0) == .some(nil))
        #expect(plan?.rate(at: 6 * 60) == 1_000)
    }

    @Test func aWindowReplacesTheOneOfTheSameTimes() {
        let queue = scheduler(
            .addRateWindow(.init(from: 1, to: 2, bytesPerSecond: 5)),
            .addRateWindow(.init(from: 1, to: 2, bytesPerSecond: 6)))
        #expect(queue.rates?.windows.count == 1 && queue.rates?.rate(at: 1) == 6)
    }

    @Test func thePlanSurvivesARestartAndEndsWhenNothingIsLeftOfIt() {
        var queue = scheduler(
            .setRate(bytesPerSecond: 9), .addRateWindow(.init(from: 1, to: 2, bytesPerSecond: 5)))
        var restored = Scheduler.withSite()
        _ = restored.handle(.restored(JournalContents(settings: queue.settings)), now: 0)
        #expect(restored.rates == queue.rates)
        _ = queue.handle(.request(.clearRateWindows), now: 0)
        _ = queue.handle(.request(.setRate(bytesPerSecond: nil)), now: 0)
        #expect(queue.settings.rates == nil)
    }
}
