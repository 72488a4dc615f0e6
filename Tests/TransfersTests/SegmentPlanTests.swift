import Testing
import Transfers

@Suite struct SegmentPlanTests {
    /// Connections that come, go, and fetch pieces of any length, in any order.
    @Test(arguments: 1...40)
    func whateverConnectionsDoEveryByteIsFetchedOnceAndNoneIsLeftOut(seed: UInt64) throws {
        var random = Numbers(seed: seed)
        let size = Int64(1_000 + random.below(5_000))
        var plan = SegmentPlan(size: size, parts: 1 + random.below(6), smallest: 50)
        var fetched = [Int](repeating: 0, count: Int(size))
        var open: [(begin: Int64, next: Int64)] = []
        var rounds = 0
        while !plan.isComplete {
            rounds += 1
            try #require(rounds < 100_000)
            if open.isEmpty || random.below(4) == 0, open.count < 5, let segment = plan.take() {
                open.append((segment.begin, segment.next))
            }
            guard !open.isEmpty else { continue }
            let index = random.below(open.count)
            if random.below(12) == 0 {
                plan.release(open.remove(at: index).begin)
                // Stored and read again, as after a kill.
                if open.isEmpty {
                    plan = try #require(SegmentPlan(size: size, stored: plan.segments, smallest: 50))
                    for segment in plan.segments where segment.isTaken { plan.release(segment.begin) }
                }
                continue
            }
            let room = plan.room(open[index].begin, for: 1 + random.below(200))
            for byte in 0..<room { fetched[Int(open[index].next) + byte] += 1 }
            open[index].next += Int64(room)
            if plan.advance(open[index].begin, by: room) { plan.release(open.remove(at: index).begin) }
            var position: Int64 = 0
            for segment in plan.segments {
                try #require(segment.begin == position && segment.next <= segment.end)
                position = segment.end
            }
            try #require(position == size)
        }
        #expect(fetched.allSatisfy { $0 == 1 })
        #expect(plan.done == size)
    }

    @Test func aConnectionWithNothingToDoTakesHalfOfTheLongest() throws {
        var plan = SegmentPlan(size: 1_000, parts: 1, smallest: 100)
        let taken = plan.take()
        let first = try #require(taken)
        _ = plan.advance(first.begin, by: 200)
        let taken2 = plan.take()
        let second = try #require(taken2)
        #expect(second.begin == 600 && second.end == 1_000)
        let room = plan.room(first.begin, for: 1_000)
        #expect(room == 400)
    }

    @Test func whatNobodyConfirmedIsTakenAgain() throws {
        var plan = SegmentPlan(size: 1_000, parts: 2, smallest: 100)
        let taken = plan.take()
        let first = try #require(taken)
        _ = plan.advance(first.begin, by: 300)
        plan.takeBack(first.begin, to: 120)
        plan.release(first.begin)
        #expect(plan.done == 120)
        let again = plan.take()
        #expect(again?.begin == 0 && again?.next == 120)
        // Beyond what was sent there is nothing to take back to.
        plan.takeBack(0, to: 400)
        #expect(plan.segment(at: 0)?.next == 120)
    }

    @Test(arguments: [0, 1, 499, 999, 1_000, 5_000] as [Int64])
    func whatIsThereFromTheBeginningIsNobodysWork(_ done: Int64) throws {
        var plan = SegmentPlan(size: 1_000, parts: 4, done: done, smallest: 100)
        #expect(plan.done == min(done, 1_000))
        #expect(plan.segments.reduce(0) { $0 + $1.end - $1.begin } == 1_000)
        #expect(SegmentPlan(size: 1_000, stored: plan.segments) != nil)
        while let segment = plan.take() {
            #expect(segment.begin >= done)
            _ = plan.advance(segment.begin, by: Int(segment.missing))
        }
        #expect(plan.isComplete)
    }

    @Test func whatIsNoPlanOfThisFileIsNotTaken() {
        typealias Segment = SegmentPlan.Segment
        #expect(SegmentPlan(size: 10, stored: []) == nil)
        #expect(SegmentPlan(size: 10, stored: [Segment(begin: 0, next: 4, end: 9)]) == nil)
        #expect(SegmentPlan(size: 10, stored: [Segment(begin: 1, next: 4, end: 10)]) == nil)
        #expect(SegmentPlan(size: 10, stored: [Segment(begin: 0, next: 4, end: 10)])?.done == 4)
    }
}
