import FTPProtocol
import Testing
import Transfers

/// Answers to “the destination exists” that hold for more than one transfer.
@Suite struct ConflictAnswerTests {
    private static let example = Site(host: "example").id

    /// Batch 1 is a, b and c; batch 4 is d, an upload.
    private func asking() -> Scheduler {
        var queue = Scheduler.withSite(connections: 2)
        _ = queue.handle(.request(.add(["a", "b", "c"].map { .file($0) })), now: 0)
        _ = queue.add(.file("d", direction: .upload))
        _ = queue.handle(.conflicted(1, size: 1, modified: nil), now: 0)
        return queue
    }

    private func started(_ orders: [Scheduler.Order]) -> [Transfer.ID: ConflictPolicy] {
        var started: [Transfer.ID: ConflictPolicy] = [:]
        for case .start(let transfer) in orders { started[transfer.id] = transfer.options.onConflict }
        return started
    }

    @Test func anAnswerForABatchHoldsForWhatAsksAndForWhatHasNotBegun() {
        var queue = asking()
        #expect(queue.asking(inBatch: 1) == 1)
        _ = queue.handle(.request(.decide(.overwrite, for: .batch(1), .download)), now: 0)
        #expect(queue.counts.asking == 0 && queue.asking(inBatch: 1) == 0)
        // b was begun before the answer, and comes to its destination after it.
        let orders = queue.handle(.conflicted(2, size: 1, modified: nil), now: 0)
        #expect(queue.counts.asking == 0)
        #expect(started(orders).values.allSatisfy { $0 == .overwrite }, "\(orders)")
        _ = queue.handle(.finished(3, bytes: 1), now: 0)
        // The row keeps its own word: the answer can be taken back.
        #expect(queue.transfer(1)?.options.onConflict == .ask)
    }

    @Test func anAnswerForDownloadsLeavesUploadsAsking() {
        var queue = asking()
        _ = queue.handle(.request(.decide(.skip, for: .session, .download)), now: 0)
        _ = queue.handle(.finished(2, bytes: 1), now: 0)
        _ = queue.handle(.finished(1, bytes: 1), now: 0)
        let orders = queue.handle(.finished(3, bytes: 1), now: 0)
        #expect(started(orders)[4] ?? .ask == .ask)
        _ = queue.handle(.conflicted(4, size: 1, modified: nil), now: 0)
        #expect(queue.counts.asking == 1)
    }

    @Test func theNarrowestAnswerCounts() {
        var queue = Scheduler.withSite(connections: 8)
        for (policy, scope) in [
            (ConflictPolicy.skip, ConflictScope.site(Self.example)), (.rename, .session),
        ] {
            _ = queue.handle(.request(.decide(policy, for: scope, nil)), now: 0)
        }
        #expect(started(queue.add(.file("a"))) == [1: .rename])
        _ = queue.handle(.request(.decide(.overwrite, for: .batch(2), nil)), now: 0)
        #expect(started(queue.add(.file("b"))) == [2: .overwrite])
        var own = Transfer.file("c")
        own.options.onConflict = .resume
        #expect(started(queue.add(own)) == [3: .resume])
        _ = queue.handle(.request(.decide(.ask, for: .session, nil)), now: 0)
        #expect(started(queue.add(.file("d"))) == [4: .skip])
    }

    @Test func theAnswersForASiteAndABatchSurviveARestart() {
        var queue = asking()
        _ = queue.handle(.request(.decide(.newer, for: .batch(1), .download)), now: 0)
        _ = queue.handle(.request(.decide(.skip, for: .site(Self.example), .upload)), now: 0)
        _ = queue.handle(.request(.decide(.overwrite, for: .session, nil)), now: 0)
        var restored = Scheduler.withSite(connections: 8)
        let orders = restored.handle(
            .restored(
                JournalContents(
                    sites: [Site(host: "example")], transfers: queue.rows(in: 0..<9), nextID: 5,
                    settings: queue.settings)), now: 0)
        #expect(started(orders) == [1: .newer, 2: .newer, 3: .newer, 4: .skip])
    }

    @Test func whatIsFoundInATreeBelongsToItsBatch() {
        var queue = Scheduler.withSite(connections: 1)
        _ = queue.add(.tree("t"))
        _ = queue.handle(.scanned(1, [.file("a", in: "/t")]), now: 0)
        #expect(queue.transfer(2)?.batch == 1)
    }

    @Test func aConflictInSpiteOfAnAnswerAsksInsteadOfTryingForEver() {
        var queue = Scheduler.withSite(connections: 1)
        _ = queue.handle(.request(.decide(.resume, for: .session, nil)), now: 0)
        _ = queue.add(.file("a"))
        _ = queue.handle(.conflicted(1, size: 1, modified: nil), now: 0)
        #expect(queue.counts.asking == 1)
    }
}
