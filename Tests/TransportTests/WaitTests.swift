import TestSupport
import Testing
import Transport

@Suite struct WaitTests {
    private func isTimedOut(_ outcome: Wait.Outcome) -> Bool {
        if case .timedOut = outcome { return true }
        return false
    }

    @Test func endsWhenTheDeadlineHasPassed() throws {
        let pair = try ConnectedPair.make()
        let outcome = Wait.wait(
            for: pair.near.raw, .readable, until: .after(.milliseconds(5)), cancellation: nil)
        #expect(isTimedOut(outcome))
    }

    @Test func endsWhenThereIsSomethingToRead() throws {
        let pair = try ConnectedPair.make()
        try pair.far.write([1], until: .after(soon), cancellation: nil)
        guard case .ready = Wait.wait(for: pair.near.raw, .readable, until: .after(soon), cancellation: nil)
        else {
            Issue.record("not ready")
            return
        }
    }

    @Test func tellsWhichOfTheTwoIsReady() throws {
        let (data, control) = (try SharedPair(), try SharedPair())
        try control.pair.far.write([1], until: .after(soon), cancellation: nil)
        let first = Wait.wait(
            for: data.pair.near.raw, .readable, watching: control.pair.near.raw, until: .after(soon),
            cancellation: nil)
        guard case .watchedReady(firstIsReady: false) = first else {
            Issue.record("\(first)")
            return
        }
        try data.pair.far.write([1], until: .after(soon), cancellation: nil)
        _ = Wait.wait(for: data.pair.near.raw, .readable, until: .after(soon), cancellation: nil)
        let second = Wait.wait(
            for: data.pair.near.raw, .readable, watching: control.pair.near.raw, until: .after(soon),
            cancellation: nil)
        guard case .watchedReady(firstIsReady: true) = second else {
            Issue.record("\(second)")
            return
        }
    }

    @Test func aCancellationEndsAWaitWithoutEnd() throws {
        let cancellation = Cancellation()
        let waiting = Background {
            if case .cancelled = Wait.wait(
                for: -1, .readable, until: .never, cancellation: cancellation)
            {
                return true
            }
            return false
        }
        cancellation.cancel()
        #expect(try waiting.value())
    }

    @Test func staysCancelledUntilReset() throws {
        let cancellation = Cancellation()
        cancellation.cancel()
        for _ in 0..<2 {
            guard
                case .cancelled = Wait.wait(
                    for: -1, .readable, until: .never, cancellation: cancellation)
            else {
                Issue.record("not cancelled")
                return
            }
        }
        cancellation.reset()
        #expect(!cancellation.isCancelled)
        #expect(
            isTimedOut(
                Wait.wait(for: -1, .readable, until: .after(.zero), cancellation: cancellation)))
    }

    @Test func aDeadlineFarAwayDoesNotOverflow() {
        #expect(!Deadline.after(.seconds(Int64.max)).hasPassed)
        #expect(Deadline.after(.seconds(-5)).hasPassed)
        #expect(!Deadline.never.hasPassed)
        #expect(Deadline.earlier(.never, .after(.zero)).hasPassed)
    }

    @Test func whatIsCancelledForGoodStaysSo() throws {
        let cancellation = Cancellation()
        cancellation.cancel()
        cancellation.reset()
        #expect(!cancellation.isCancelled)
        cancellation.cancelForGood()
        cancellation.reset()
        #expect(cancellation.isCancelled)
        let pair = try ConnectedPair.make()
        guard
            case .cancelled = Wait.wait(
                for: pair.near.raw, .readable, until: .never, cancellation: cancellation)
        else {
            Issue.record("it waited")
            return
        }
    }
}
