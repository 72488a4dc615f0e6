import FTPProtocol
import Testing
import Transfers

/// Copies between two servers use a connection with each, and heed what both allow.
@Suite struct CopySchedulingTests {
    private static let source = Site(host: "source")

    /// Knows `source`, which allows so many connections, and `example`, which allows four.
    private static func queue(sourceAllows connections: Int) -> Scheduler {
        var queue = Scheduler.withSite(connections: 8)
        var source = source
        source.connections = connections
        _ = queue.handle(.site(source), now: 0)
        return queue
    }

    private static func add(_ transfers: [Transfer], to queue: inout Scheduler) {
        _ = queue.handle(.request(.add(transfers)), now: 0)
    }

    private static func copies(_ count: Int) -> [Transfer] {
        (1...count).map { .copy("c\($0)", from: source) }
    }

    @Test func aCopyCountsAtTheServerThatItComesFrom() {
        var queue = Self.queue(sourceAllows: 1)
        Self.add(Self.copies(3), to: &queue)
        #expect(queue.transfer(1)?.state == .running && queue.counts.running == 1)
        #expect(queue.reason(of: 2, now: 0) == .originLimit(1))
        _ = queue.handle(.finished(1, bytes: 100), now: 1)
        #expect(queue.transfer(2)?.state == .running && queue.counts.running == 1)
    }

    @Test func whatComesFromThereItselfCountsToo() {
        var queue = Self.queue(sourceAllows: 1)
        Self.add([.file("own", site: Self.source)] + Self.copies(1), to: &queue)
        #expect(queue.reason(of: 2, now: 0) == .originLimit(1))
        _ = queue.handle(.finished(1, bytes: 100), now: 1)
        #expect(queue.transfer(2)?.state == .running)
        Self.add([.file("next", site: Self.source)], to: &queue)
        #expect(queue.reason(of: 3, now: 1) == .siteLimit(1))
    }

    @Test func copiesThatWaitForTheirOriginKeepNothingElseWaiting() {
        var queue = Self.queue(sourceAllows: 1)
        Self.add(Self.copies(3) + [.file("up", direction: .upload)], to: &queue)
        #expect(queue.transfer(4)?.state == .running)
    }

    @Test func anOriginOfWhichNothingElseIsKnownGivesAsManyAsTheDestinationTakes() {
        var queue = Scheduler.withSite()
        Self.add(Self.copies(6), to: &queue)
        #expect(queue.counts.running == 4)
        #expect(queue.reason(of: 5, now: 0) == .siteLimit(4))
    }

    @Test func oneConnectionTooManyAtTheOriginLowersItsLimitAndNoOther() {
        var queue = Self.queue(sourceAllows: 4)
        Self.add(Self.copies(4), to: &queue)
        let full = Scheduler.Failure(
            "421 Too many connections", isTemporary: true, connectionLimit: .max, concernsSite: true,
            concernsOrigin: true)
        _ = queue.handle(.failed(4, full), now: 0)
        #expect(queue.memory(of: Self.source.id).learntLimit == 3)
        #expect(queue.memory(of: Site(host: "example").id).learntLimit == nil)
        #expect(queue.transfer(4)?.state == .waiting && queue.transfer(4)?.attempts == 0)
        #expect(queue.reason(of: 4, now: 0) == .originLimit(3))
    }

    @Test func anOriginThatIsDownHoldsItsCopiesAndNothingElse() throws {
        var queue = Self.queue(sourceAllows: 1)
        Self.add(Self.copies(2), to: &queue)
        let down = Scheduler.Failure(
            "connection refused", isTemporary: true, concernsSite: true, concernsOrigin: true)
        let orders = queue.handle(.failed(1, down), now: 50)
        #expect(orders.contains { $0.isAlarm } && queue.counts.running == 0)
        guard case .siteTrouble(let until)? = queue.reason(of: 2, now: 50) else {
            Issue.record("\(String(describing: queue.reason(of: 2, now: 50)))")
            return
        }
        Self.add([.file("up", direction: .upload)], to: &queue)
        #expect(queue.transfer(3)?.state == .running)
        _ = queue.handle(.tick, now: until)
        #expect(queue.counts.running == 2)
    }

    @Test func anOriginThatLetsNobodyInFailsItsCopiesAtOnce() {
        var queue = Self.queue(sourceAllows: 1)
        Self.add(Self.copies(3) + [.file("up", direction: .upload)], to: &queue)
        let refused = Scheduler.Failure(
            "530 Login incorrect", isTemporary: false, concernsSite: true, concernsOrigin: true)
        _ = queue.handle(.failed(1, refused), now: 0)
        #expect(queue.counts.failed == 3 && queue.transfer(4)?.state == .running)
    }

    @Test func aPausedServerGivesNoCopies() {
        var queue = Self.queue(sourceAllows: 4)
        Self.add(Self.copies(1), to: &queue)
        #expect(queue.handle(.request(.pauseSite(Self.source.id)), now: 0).contains(.stop(1)))
        _ = queue.handle(.stopped(1, bytes: 0), now: 0)
        #expect(queue.counts.running == 0 && queue.reason(of: 1, now: 0) == .sitePaused(Self.source.id))
        // A worker process has nothing to wait for.
        #expect(!queue.hasWork)
        _ = queue.handle(.request(.resumeSite(Self.source.id)), now: 0)
        #expect(queue.counts.running == 1)
    }

    @Test func withinAServerThatTakesOneLoginACopyIsTriedAllTheSame() {
        var queue = Self.queue(sourceAllows: 1)
        let copies = (1...2).map { Transfer.copy("c\($0)", from: Self.source, to: Self.source) }
        Self.add(copies, to: &queue)
        #expect(queue.counts.running == 1)
        _ = queue.handle(.finished(1, bytes: 100), now: 0)
        #expect(queue.transfer(2)?.state == .running)
    }
}
