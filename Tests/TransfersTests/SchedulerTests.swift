import FTPProtocol
import Testing
import Transfers

@Suite struct SchedulerTests {
    @Test func startsWhatIsAddedAndForgetsItsWorkerWhenItIsDone() {
        var queue = Scheduler.withSite()
        #expect(queue.add(.file("a")) == [.remember([1]), .start(queue.transfer(1)!)])
        #expect(queue.transfer(1)?.state == .running)
        #expect(queue.handle(.finished(1, bytes: 100), now: 3) == [.remember([1])])
        #expect(queue.transfer(1)?.state == .done)
        #expect(!queue.hasWork)
    }

    @Test func triesAgainAfterGrowingPausesAndFailsWhenTheRetriesAreUsedUp() {
        var queue = Scheduler.withSite()
        var file = Transfer.file("a")
        file.options.retries = 2
        _ = queue.add(file)
        let lost = Scheduler.Failure("connection lost", isTemporary: true)
        let first = queue.handle(.failed(1, lost), now: 100)
        #expect(first == [.remember([1]), .wakeAt(102)])
        #expect(queue.transfer(1)?.state == .retrying(at: 102, reason: "connection lost"))
        // An alarm that goes off early is set again.
        #expect(queue.handle(.tick, now: 101) == [.wakeAt(102)])
        #expect(queue.handle(.tick, now: 102) == [.start(queue.transfer(1)!)])
        let second = queue.handle(.failed(1, lost), now: 102)
        guard case .wakeAt(let time) = second.last else { return #expect(Bool(false), "\(second)") }
        #expect((106...107).contains(time))
        _ = queue.handle(.tick, now: time)
        #expect(queue.handle(.failed(1, lost), now: 110) == [.remember([1])])
        #expect(queue.transfer(1)?.state == .failed("connection lost"))
    }

    @Test func aPermanentFailureIsNotTriedAgainUntilTheUserSaysSo() {
        var queue = Scheduler.withSite()
        _ = queue.add(.file("a"))
        _ = queue.handle(.failed(1, Scheduler.Failure("550 No such file", isTemporary: false)), now: 0)
        #expect(queue.transfer(1)?.state == .failed("550 No such file"))
        #expect(queue.handle(.request(.retryFailed), now: 1) == [.remember([1]), .start(queue.transfer(1)!)])
    }

    @Test func showsWhatWasAddedLastFirstAmongWhatIsDone() {
        var queue = Scheduler.withSite()
        for name in ["a", "b", "c"] { _ = queue.add(.file(name)) }
        for id in 1...3 { _ = queue.handle(.finished(Int64(id), bytes: 1), now: 0) }
        #expect(queue.rows(in: 0..<9).map(\.id) == [3, 2, 1])
        #expect(queue.rows(in: 1..<3).map(\.id) == [2, 1])
    }

    @Test func oneAnswerForAllReachesEveryTransferThatAsks() {
        var queue = Scheduler.withSite()
        for name in ["a", "b", "c"] { _ = queue.add(.file(name)) }
        for id in 1...2 { _ = queue.handle(.conflicted(Int64(id), size: 1, modified: nil), now: 0) }
        _ = queue.handle(.request(.decide(.overwrite, for: .session, nil)), now: 0)
        #expect(queue.counts.asking == 0)
    }

    @Test func whatAnotherProcessIsAtCountsAsAtWorkAfterARestart() {
        var queue = Scheduler.withSite(connections: 2)
        for name in ["a", "b", "c"] { _ = queue.add(.file(name)) }
        var contents = JournalContents(
            sites: [Site(host: "example")], transfers: queue.rows(in: 0..<9), nextID: 4)
        contents.leases = [
            2: Lease(number: 7, worker: 1, onConflict: .ask, clockAhead: 0, mayHaveEnded: false)
        ]
        var restored = Scheduler.withSite(connections: 2)
        let orders = restored.handle(.restored(contents), now: 0)
        #expect(orders == [.start(restored.transfer(1)!)])
        #expect(restored.transfer(2)?.state == .running)
        // The helper is dead: it is begun here, once.
        #expect(restored.handle(.stopped(2, bytes: 0), now: 0).contains(.start(restored.transfer(2)!)))
        // A helper's connections are beside ours.
        #expect(
            restored.handle(.helpersOffered(connections: 1), now: 0) == [.start(restored.transfer(3)!)])
    }

    @Test func theCheckSumStaysWithWhatIsDone() {
        var queue = Scheduler.withSite()
        let proof = HashProof(algorithm: .sha256, value: "0f")
        _ = queue.add(.file("a"))
        _ = queue.handle(.verified(1, proof), now: 0)
        _ = queue.handle(.finished(1, bytes: 100), now: 0)
        #expect(queue.transfer(1)?.proof == proof)
    }

    @Test func ofWhatIsDoneOnlySoManyAreKeptTheLastOnes() {
        var queue = Scheduler(connections: 9, mostDone: 2)
        _ = queue.handle(.site(Site(host: "example")), now: 0)
        for name in ["a", "b", "c", "d"] { _ = queue.add(.file(name)) }
        for id in 1...2 { _ = queue.handle(.finished(Int64(id), bytes: 1), now: 0) }
        #expect(queue.handle(.finished(3, bytes: 1), now: 0) == [.remember([3]), .forget([1])])
        #expect(queue.counts.done == 2 && queue.transfer(4)?.state == .running)
    }

    @Test func tryingAllAgainIncludesWhatWaitsForItsNextTry() {
        var queue = Scheduler.withSite()
        _ = queue.add(.file("a"))
        _ = queue.handle(.failed(1, Scheduler.Failure("lost", isTemporary: true)), now: 100)
        let orders = queue.handle(.request(.retryFailed), now: 100)
        #expect(orders.contains(.start(queue.transfer(1)!)))
        #expect(queue.transfer(1)?.attempts == 0)
    }

    /// How often a download of 10 MB is begun that is at so many bytes each time it fails; at most 100 times.
    private static func tries(_ bytes: (Int) -> Int64) -> Int {
        var queue = Scheduler.withSite()
        var file = Transfer.file("a", size: 10_000_000)
        file.options.retries = 3
        _ = queue.add(file)
        var now: Int64 = 0
        for number in 1...100 {
            let failure = Scheduler.Failure("lost", isTemporary: true, bytes: bytes(number))
            _ = queue.handle(.failed(1, failure), now: now)
            now += 1_000
            if queue.handle(.tick, now: now).isEmpty { return number }
        }
        return 100
    }

    @Test func whatProgressesALittleAndFailsForEverEndsSomeDay() {
        // A thousandth of it each time is progress; less is not, nor is what was there before.
        #expect(Self.tries { Int64($0) * 10_000 } == 100)
        #expect(Self.tries { Int64($0) } == 4)
        #expect(Self.tries { $0 % 2 == 0 ? 900_000 : 50_000 } == 5)
        // Many small steps are one large one.
        #expect(Self.tries { Int64($0) * 4_000 } == 100)
    }

    @Test func aLineThatDropsAgainAndAgainStillEndsWholeAsLongAsBytesArrive() {
        var queue = Scheduler.withSite()
        _ = queue.add(.file("a", size: 100))
        var now: Int64 = 0
        for bytes in 1..<100 {
            _ = queue.handle(
                .failed(1, Scheduler.Failure("reset", isTemporary: true, bytes: Int64(bytes))), now: now)
            now += 10
            let orders = queue.handle(.tick, now: now)
            #expect(orders == [.start(queue.transfer(1)!)])
            #expect(queue.transfer(1)?.bytes == Int64(bytes))
        }
    }

    @Test func neverRunsMoreThanTheSiteOrTheUserAllows() {
        var queue = Scheduler(connections: 3)
        var small = Site(host: "small")
        small.connections = 1
        _ = queue.handle(.site(small), now: 0)
        _ = queue.handle(.site(Site(host: "large")), now: 0)
        _ = queue.handle(
            .request(
                .add(
                    (0..<4).map { .file("s\($0)", site: small) }
                        + (0..<4).map { .file("l\($0)", site: large) })
            ), now: 0)
        #expect(queue.rows(in: 0..<3).map(\.id) == [1, 5, 6])
        #expect(queue.counts.running == 3)
        _ = queue.handle(.finished(1, bytes: 1), now: 0)
        #expect(queue.transfer(2)?.state == .running)
        _ = queue.handle(.request(.setConnections(5)), now: 0)
        #expect(queue.counts.running == 5)
    }

    @Test func aServerThatTakesNoMoreConnectionsLowersTheLimitAndCostsNoTry() {
        var queue = Scheduler.withSite()
        _ = queue.handle(.request(.add((0..<6).map { .file("f\($0)") })), now: 0)
        #expect(queue.counts.running == 4)
        let full = Scheduler.Failure(
            "421 Too many connections", isTemporary: true, connectionLimit: 3, concernsSite: true)
        #expect(queue.handle(.failed(4, full), now: 0) == [.rememberSettings])
        #expect(queue.counts.running == 3)
        #expect(queue.transfer(4)?.attempts == 0)
        _ = queue.handle(.finished(1, bytes: 1), now: 1)
        #expect(queue.transfer(4)?.state == .running)
        // Ten minutes later one more is tried.
        _ = queue.handle(.tick, now: 700)
        #expect(queue.counts.running == 4)
    }

    @Test func aServerThatIsDownHoldsItsOwnTransfersAndNoOthers() {
        var queue = Scheduler.withSite()
        _ = queue.handle(.request(.setConnections(1)), now: 0)
        _ = queue.handle(.site(large), now: 0)
        _ = queue.handle(.request(.add([.file("a"), .file("b"), .file("l", site: large)])), now: 0)
        let down = Scheduler.Failure("connection refused", isTemporary: true, concernsSite: true)
        let orders = queue.handle(.failed(1, down), now: 50)
        #expect(orders.contains(.start(queue.transfer(3)!)))
        #expect(queue.transfer(2)?.state == .waiting)
        #expect(orders.contains { $0.isAlarm })
        #expect(queue.handle(.finished(3, bytes: 1), now: 51) == [.remember([3])])
        #expect(queue.handle(.tick, now: 60).contains(.start(queue.transfer(1)!)))
    }

    @Test func aPausedTransferIsNotStartedAgainBeforeItsWorkerHasStopped() {
        var queue = Scheduler.withSite()
        _ = queue.add(.file("a"))
        #expect(queue.handle(.request(.pause([1])), now: 0) == [.remember([1]), .stop(1)])
        #expect(queue.transfer(1)?.state == .paused)
        #expect(queue.handle(.request(.resume([1])), now: 0) == [.remember([1])])
        #expect(queue.transfer(1)?.state == .waiting)
        let orders = queue.handle(.stopped(1, bytes: 40), now: 0)
        #expect(orders == [.remember([1]), .start(queue.transfer(1)!)])
        #expect(queue.transfer(1)?.bytes == 40)
    }

    @Test func aFailureThatComesAfterPauseKeepsItsBytesAndChangesNothingElse() {
        var queue = Scheduler.withSite()
        _ = queue.add(.file("a"))
        _ = queue.handle(.request(.pause([1])), now: 0)
        let lost = Scheduler.Failure("connection lost", isTemporary: true, bytes: 30)
        #expect(queue.handle(.failed(1, lost), now: 0) == [.remember([1])])
        #expect(queue.transfer(1)?.state == .paused)
        #expect(queue.transfer(1)?.bytes == 30 && queue.transfer(1)?.attempts == 0)
    }

    @Test func whatWasCancelledIsForgottenAtOnceAndItsLateReportsAreIgnored() {
        var queue = Scheduler.withSite()
        _ = queue.add(.file("a"))
        #expect(queue.handle(.request(.cancel([1])), now: 0) == [.forget([1]), .stop(1)])
        #expect(queue.counts.all == 0)
        #expect(queue.hasWork)
        #expect(queue.handle(.finished(1, bytes: 3), now: 0).isEmpty)
        #expect(queue.handle(.finished(1, bytes: 3), now: 0).isEmpty)
        #expect(!queue.hasWork)
    }

    @Test func nobodyWritesWhereACancelledWorkerMayStillBeWriting() {
        var queue = Scheduler.withSite()
        _ = queue.add(.file("a"))
        _ = queue.handle(.request(.cancel([1])), now: 0)
        #expect(queue.add(.file("a")) == [.remember([2])])
        #expect(queue.transfer(2)?.state == .waiting)
        #expect(queue.handle(.stopped(1, bytes: 0), now: 0) == [.start(queue.transfer(2)!)])
    }

    @Test func theSameJobTwiceIsMergedAndAnotherWriterToItsDestinationFails() {
        var queue = Scheduler.withSite()
        _ = queue.add(.file("a"))
        #expect(queue.add(.file("a")) == [.merged(count: 1)])
        var other = Transfer.file("a")
        other.remoteDirectory = RemotePath("/elsewhere")
        #expect(queue.add(other) == [.remember([2])])
        #expect(queue.transfer(2)?.state.isEnded == true)
        #expect(queue.handle(.request(.retry([2])), now: 0).isEmpty)
        _ = queue.handle(.finished(1, bytes: 1), now: 0)
        #expect(queue.handle(.request(.retry([2])), now: 0).contains(.start(queue.transfer(2)!)))
        #expect(queue.add(.file("a")) == [.remember([3])])
    }

    @Test func asksOnlyWhereThereIsAConflictAndDoesWhatIsAnswered() {
        var queue = Scheduler.withSite()
        _ = queue.handle(.request(.add([.file("a"), .file("b")])), now: 0)
        _ = queue.handle(.conflicted(1, size: 7, modified: nil), now: 0)
        #expect(queue.transfer(1)?.state == .asking(.destinationExists(size: 7, modified: nil)))
        #expect(queue.transfer(2)?.state == .running)
        let orders = queue.handle(.request(.answer([1], .overwrite)), now: 0)
        #expect(orders == [.remember([1]), .start(queue.transfer(1)!)])
        #expect(queue.transfer(1)?.options.onConflict == .overwrite)
        #expect(queue.transfer(2)?.options.onConflict == .ask)
    }

    @Test func aMissingPasswordHoldsTheSiteUntilItIsGiven() {
        var queue = Scheduler.withSite()
        _ = queue.handle(.request(.setConnections(1)), now: 0)
        _ = queue.handle(.request(.add([.file("a"), .file("b")])), now: 0)
        #expect(queue.handle(.passwordNeeded(1), now: 0) == [.remember([1])])
        #expect(queue.counts.asking == 1)
        #expect(queue.counts.running == 0)
        let orders = queue.handle(.passwordGiven(Site(host: "example").id), now: 0)
        #expect(orders == [.remember([1]), .start(queue.transfer(1)!)])
    }

    @Test func pausingAllKeepsEverythingWaitingUntilItGoesOn() {
        var queue = Scheduler.withSite()
        _ = queue.handle(.request(.add([.file("a"), .file("b")])), now: 0)
        let paused = queue.handle(.request(.pauseAll), now: 0)
        #expect(paused == [.remember([1, 2]), .rememberSettings, .stop(1), .stop(2)])
        #expect(queue.handle(.stopped(1, bytes: 1), now: 0) == [.remember([1])])
        #expect(queue.handle(.stopped(2, bytes: 1), now: 0) == [.remember([2])])
        #expect(queue.isPaused && queue.counts.waiting == 2)
        let resumed = queue.handle(.request(.resumeAll), now: 0)
        #expect(resumed == [.rememberSettings, .start(queue.transfer(1)!), .start(queue.transfer(2)!)])
    }

    @Test func showsRowsInDisplayOrder() {
        var queue = Scheduler.withSite()
        _ = queue.handle(.request(.setConnections(4)), now: 0)
        _ = queue.handle(.request(.add("abcdefg".map { .file(String($0)) })), now: 0)
        _ = queue.handle(.finished(1, bytes: 1), now: 0)
        _ = queue.handle(.failed(2, Scheduler.Failure("550", isTemporary: false)), now: 0)
        _ = queue.handle(.conflicted(3, size: nil, modified: nil), now: 0)
        _ = queue.handle(.failed(4, Scheduler.Failure("450", isTemporary: true)), now: 0)
        _ = queue.handle(.request(.pause([5])), now: 0)
        #expect(queue.rows(in: 0..<100).map(\.id) == [6, 7, 3, 4, 5, 2, 1])
        #expect(queue.rows(in: 2..<4).map(\.id) == [3, 4])
        #expect(queue.rows(in: 90..<100).isEmpty)
        #expect(queue.bytesLeft == 300)
    }

    @Test func aSiteIsNotHeldForAPasswordThatNobodyIsAskedForAnyMore() {
        var queue = Scheduler.withSite(connections: 1)
        _ = queue.handle(.request(.add([.file("a"), .file("b"), .file("c")])), now: 0)
        _ = queue.handle(.passwordNeeded(1), now: 0)
        #expect(queue.handle(.request(.cancel([1])), now: 0) == [.forget([1]), .start(queue.transfer(2)!)])
        _ = queue.handle(.request(.pause([2])), now: 0)
        #expect(queue.handle(.passwordNeeded(2), now: 0).contains(.start(queue.transfer(3)!)))
    }

    @Test func movesAmongThoseThatWait() {
        var queue = Scheduler.withSite(connections: 1)
        _ = queue.handle(.request(.add("abcde".map { .file(String($0)) })), now: 0)
        for (id, places, order) in [
            (5, -2, [2, 5, 3, 4]), (2, 1, [5, 2, 3, 4]), (4, -99, [4, 5, 2, 3]), (4, .max, [5, 2, 3, 4]),
            (3, 0, [5, 2, 3, 4]), (77, 1, [5, 2, 3, 4]),
        ] as [(Transfer.ID, Int, [Transfer.ID])] {
            _ = queue.handle(.request(.move(id, by: places)), now: 0)
            #expect(queue.rows(in: 1..<9).map(\.id) == order)
        }
        for _ in 0..<100 { _ = queue.handle(.request(.move(4, by: -1)), now: 0) }
        for _ in 0..<100 {
            // Always between the same two: the room between them is used up.
            _ = queue.handle(.request(.move(queue.rows(in: 3..<4)[0].id, by: -1)), now: 0)
        }
        #expect(Set(queue.rows(in: 0..<9).map(\.position)).count == 5)
    }

    @Test func whatRanBeforeTheRestartWaitsAndWhatWasPausedStaysSo() {
        var queue = Scheduler(connections: 2)
        let states: [TransferState] = [
            .running, .paused, .retrying(at: 9, reason: "lost"), .asking(.password),
            .asking(.destinationExists(size: 1, modified: 1)), .failed("no"), .done,
        ]
        var contents = JournalContents(sites: [Site(host: "example")], nextID: 20)
        for (index, state) in states.enumerated() {
            var transfer = Transfer.file("f\(index)")
            transfer.id = Int64(index) + 1
            transfer.position = index == 0 ? .min : index == 6 ? .max : Int64(index)
            transfer.state = state
            contents.transfers.append(transfer)
        }
        _ = queue.handle(.restored(contents), now: 0)
        #expect(queue.rows(in: 0..<9).map(\.id) == [1, 3, 5, 4, 2, 6, 7])
        #expect(queue.counts.running == 2 && queue.counts.paused == 1 && queue.counts.asking == 1)
        #expect(queue.add(.file("new")) == [.remember([20])])
    }

    @Test func sizesThatLieDoNotOverflow() {
        var queue = Scheduler.withSite(connections: 1)
        _ = queue.handle(
            .request(.add((0..<4).map { .file("f\($0)", size: .max) } + [.file("n", size: -9)])), now: 0)
        #expect(queue.bytesLeft == .max)
        #expect(queue.transfer(5)?.size == nil)
        _ = queue.handle(.sourceLearnt(1, size: .min, modified: nil), now: 0)
        _ = queue.handle(.progressed(1, bytes: .min), now: 0)
        #expect(queue.transfer(1)?.bytes == 0)
    }

    @Test func aServerThatLetsNobodyInFailsAllThatWaitsForItAtOnce() {
        var queue = Scheduler.withSite(connections: 1)
        _ = queue.handle(.site(large), now: 0)
        _ = queue.handle(.request(.add([.file("a"), .file("b"), .file("l", site: large)])), now: 0)
        let refused = Scheduler.Failure("530 Login incorrect", isTemporary: false, concernsSite: true)
        let orders = queue.handle(.failed(1, refused), now: 0)
        #expect(orders == [.remember([2, 1]), .start(queue.transfer(3)!)])
        #expect(queue.counts.failed == 2)
    }

    @Test func aRefusedLoginWhileOthersAreLoggedInIsOneConnectionTooMany() {
        var queue = Scheduler.withSite()
        _ = queue.handle(.request(.add((0..<6).map { .file("f\($0)") })), now: 0)
        _ = queue.handle(.began(1), now: 0)
        let refused = Scheduler.Failure("530 Login incorrect", isTemporary: false, concernsSite: true)
        _ = queue.handle(.failed(4, refused), now: 0)
        #expect(queue.counts.failed == 0 && queue.counts.running == 3 && queue.counts.waiting == 3)
    }

    @Test func aCommandGivesUpOnAServerThatStaysDown() {
        var queue = Scheduler(connections: 1, givesUpOnSites: true)
        _ = queue.handle(.site(Site(host: "example")), now: 0)
        _ = queue.handle(.request(.add((0..<100).map { .file("f\($0)") })), now: 0)
        let down = Scheduler.Failure("connection refused", isTemporary: true, concernsSite: true)
        var now: Int64 = 0
        while queue.hasWork && now < 100_000 {
            for row in queue.rows(in: 0..<1) where row.state == .running {
                _ = queue.handle(.failed(row.id, down), now: now)
            }
            now += 400
            _ = queue.handle(.tick, now: now)
        }
        #expect(queue.counts.failed == 100)
    }
}
