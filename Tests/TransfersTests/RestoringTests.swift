import FTPProtocol
import Testing
import Transfers

/// A queue so long that the work begins before all of it was read.
@Suite struct RestoringTests {
    private static func numbered(_ id: Transfer.ID, _ state: TransferState = .waiting, tree: Bool = false)
        -> Transfer
    {
        var transfer = tree ? Transfer.tree("t\(id)") : Transfer.file("f\(id)")
        transfer.id = id
        transfer.position = id << 16
        transfer.state = state
        return transfer
    }

    /// Of six, the first two were read.
    private static func begun(connections: Int = 1) -> (Scheduler, [Scheduler.Order]) {
        var queue = Scheduler(connections: connections)
        var contents = JournalContents(
            sites: [Site(host: "example")], transfers: [numbered(2), numbered(3)], nextID: 7)
        contents.isWhole = false
        let orders = queue.handle(.restored(contents), now: 0)
        return (queue, orders)
    }

    private static let rest = [
        numbered(1, tree: true), numbered(4), numbered(5, .done), numbered(6, .failed("no")),
    ]

    @Test func whatWasReadFirstIsStartedAtOnceAndTheQueueHasWorkUntilAllWasRead() {
        var (queue, orders) = Self.begun()
        #expect(orders == [.start(queue.transfer(2)!)])
        #expect(queue.isScanning && queue.isRestoring && queue.hasWork)
        for id in [2, 3] as [Transfer.ID] { _ = queue.handle(.finished(id, bytes: 1), now: 0) }
        #expect(queue.hasWork)
        _ = queue.handle(.restoredFurther([], isLast: true), now: 0)
        #expect(!queue.hasWork && !queue.isScanning)
    }

    @Test func aTreeIsNotWalkedBeforeAllThatMayBeInItIsKnown() {
        var (queue, _) = Self.begun(connections: 4)
        #expect(
            queue.handle(.restoredFurther(Self.rest, isLast: false), now: 0) == [.start(queue.transfer(4)!)])
        #expect(queue.handle(.restoredFurther([], isLast: true), now: 0) == [.start(queue.transfer(1)!)])
    }

    @Test func whatIsAskedAndNeedsAllOfItWaitsAndKeepsItsOrder() {
        var (queue, _) = Self.begun()
        _ = queue.add(.file("f4"))
        _ = queue.handle(.request(.retryFailed), now: 0)
        _ = queue.handle(.request(.forgetDone), now: 0)
        #expect(queue.counts.all == 2 && queue.hasPostponed)
        _ = queue.handle(.restoredFurther(Self.rest, isLast: false), now: 0)
        let orders = queue.handle(.restoredFurther([], isLast: true), now: 0)
        // The fourth is there already; the sixth is tried again; the fifth is forgotten.
        #expect(orders.contains(.merged(count: 1)) && orders.contains(.forget([5])))
        #expect(queue.transfer(6)?.state == .waiting)
        #expect(queue.counts.all == 5)
    }

    @Test func whatConcernsOnlyWhatWasReadIsDoneAtOnceAndStaysDone() {
        var (queue, _) = Self.begun()
        _ = queue.handle(.request(.pause([3])), now: 0)
        #expect(queue.transfer(3)?.state == .paused)
        _ = queue.handle(.request(.cancel([3])), now: 0)
        // The journal may still have it when it is read further.
        _ = queue.handle(
            .restoredFurther(Self.rest + [Self.numbered(3), Self.numbered(2)], isLast: true), now: 0)
        #expect(queue.transfer(3) == nil)
        #expect(queue.counts.all == 5)
    }
}
