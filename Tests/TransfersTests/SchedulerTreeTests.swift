import FTPProtocol
import Testing
import Transfers

@Suite struct SchedulerTreeTests {
    @Test func whatATreeHoldsTakesItsPlaceInTheOrderOfTheListing() {
        var queue = Scheduler.withSite(connections: 1)
        _ = queue.handle(.request(.add([.tree("t"), .file("last")])), now: 0)
        #expect(queue.handle(.scanned(1, children(0..<2)), now: 0) == [.remember([3, 4])])
        #expect(queue.isScanning)
        #expect(queue.handle(.scanned(1, children(2..<4)), now: 0) == [.remember([5, 6])])
        let orders = queue.handle(.scanEnded(1, nil), now: 0)
        #expect(orders == [.forget([1]), .start(queue.transfer(3)!)])
        #expect(!queue.isScanning)
        #expect(queue.rows(in: 0..<9).map(\.id) == [3, 4, 5, 6, 2])
    }

    @Test func filesOfATreeStartWhileItIsStillBeingScanned() {
        var queue = Scheduler.withSite(connections: 3)
        _ = queue.add(.tree("t"))
        _ = queue.handle(.scanned(1, children(0..<5)), now: 0)
        #expect(queue.counts.running == 3)
    }

    @Test func aTreeScannedAgainAddsOnlyWhatItHadNotComeTo() {
        var queue = Scheduler.withSite(connections: 3)
        _ = queue.add(.tree("t"))
        _ = queue.handle(.scanned(1, children(0..<3)), now: 0)
        _ = queue.handle(.finished(2, bytes: 100), now: 0)
        _ = queue.handle(.scanEnded(1, Scheduler.Failure("lost", isTemporary: true)), now: 0)
        _ = queue.handle(.request(.setConnections(9)), now: 0)
        _ = queue.handle(.tick, now: 99)
        #expect(queue.transfer(1)?.state == .running)
        let orders = queue.handle(.scanned(1, children(0..<4)), now: 99)
        #expect(orders == [.remember([5]), .merged(count: 3), .start(queue.transfer(5)!)])
        #expect(queue.counts.done == 1)
    }

    @Test func aTreeAddedAnewConsidersFilesThatWereDoneBefore() {
        var queue = Scheduler.withSite()
        _ = queue.handle(.request(.add(children(0..<1))), now: 0)
        _ = queue.handle(.finished(1, bytes: 100), now: 0)
        _ = queue.add(.tree("t"))
        #expect(queue.handle(.scanned(2, children(0..<1)), now: 0).first == .remember([3]))
    }

    @Test func aFileThatIsQueuedAlreadyIsNotDoubledByItsTree() {
        var queue = Scheduler.withSite()
        _ = queue.handle(.request(.add(children(0..<1) + [.tree("t")])), now: 0)
        #expect(queue.handle(.scanned(2, children(0..<1)), now: 0) == [.merged(count: 1)])
    }

    @Test func aNameListedTwiceIsTakenOnce() {
        var queue = Scheduler.withSite()
        _ = queue.add(.tree("t"))
        _ = queue.handle(.scanned(1, children(0..<1) + children(0..<1)), now: 0)
        #expect(queue.counts.all == 2)
    }

    @Test func moreChildrenThanThereIsRoomForSpreadThePositions() {
        var queue = Scheduler.withSite(connections: 1)
        var contents = JournalContents(sites: [Site(host: "example")], nextID: 3)
        contents.transfers = [.tree("t"), .file("last")]
        contents.transfers[0].id = 1
        contents.transfers[1].id = 2
        contents.transfers[1].position = 3
        _ = queue.handle(.restored(contents), now: 0)
        for batch in 0..<5 {
            _ = queue.handle(.scanned(1, children(batch * 10..<batch * 10 + 10)), now: 0)
        }
        #expect(queue.rows(in: 0..<99).map(\.id) == [1] + Array(3...52) + [2])
        let positions = queue.rows(in: 0..<99).map(\.position)
        #expect(Set(positions).count == 52 && positions == positions.sorted())
    }

    private func children(_ numbers: Range<Int>) -> [Transfer] {
        numbers.map { .file("f\($0)", in: "/t") }
    }
}
