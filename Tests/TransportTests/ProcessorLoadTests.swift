import Testing
import Transport

@Suite struct ProcessorLoadTests {
    private static let second: Int64 = 1_000_000_000

    /// After so many seconds of two processors, so many of them idle, so many ours.
    private func reading(_ seconds: Double, idle: Double, own: Double) -> ProcessorLoad.Reading {
        ProcessorLoad.Reading(
            all: Int64(seconds * 200), idle: Int64(idle * 100), own: Int64(own * 1e9),
            moment: Int64(seconds * 1e9), processors: 2)
    }

    private func isFull(idle: Double, own: Double) -> Bool {
        var load = ProcessorLoad()
        let first = load.isFull(reading(10, idle: 7, own: 1))
        #expect(!first)
        return load.isFull(reading(11, idle: 7 + idle, own: 1 + own))
    }

    @Test func isFullWhereHardlyAnyTimeWasIdleAndMuchOfItOurs() {
        #expect(isFull(idle: 0.1, own: 0.9))
    }

    @Test func isNotFullWhereOneOfTwoProcessorsWasIdle() {
        #expect(!isFull(idle: 1, own: 0.9))
    }

    @Test func isNotFullOfUsWhereOthersTookTheTime() {
        #expect(!isFull(idle: 0, own: 0.2))
    }

    @Test func saysNothingWhereNothingCanBeRead() {
        var load = ProcessorLoad()
        let answers = [load.isFull(nil), load.isFull(reading(11, idle: 0, own: 2))]
        #expect(answers == [false, false])
    }

    @Test func readsWhatLinuxTells() throws {
        let first = try #require(ProcessorLoad.Reading.now())
        var numbers = 0
        while try #require(ProcessorLoad.Reading.now()).all == first.all { numbers += 1 }
        let second = try #require(ProcessorLoad.Reading.now())
        #expect(second.own > first.own && second.idle >= first.idle && second.processors > 0)
        #expect(second.moment > first.moment)
    }
}
