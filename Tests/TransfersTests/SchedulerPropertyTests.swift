import FTPProtocol
import Testing
import Transfers

/// Random histories of the queue, with workers, journal and kills played by the test.
@Suite struct SchedulerPropertyTests {
    @Test(arguments: 1...60)
    func whateverHappensNothingIsLostOrDoneTwiceAndEverythingEnds(seed: UInt64) throws {
        var world = World(seed: seed)
        for _ in 0..<400 {
            world.step()
            try world.check()
        }
        try world.drain()
    }
}

/// The queue and everything around it.
struct World {
    var random: Numbers
    var queue: Scheduler
    var now: Int64 = 1000
    /// What the journal holds: a kill leaves exactly this.
    var journal: [Transfer.ID: Transfer] = [:]
    var settings = QueueSettings()
    /// Started and not yet reported ended; the targets they write to.
    var atWork: [Transfer.ID: Transfer] = [:]
    var doneOnce: [Transfer.ID: Int] = [:]
    var problems: [String] = []
    let sites: [Site]
    var limit = 4
    /// What of the journal the queue has not read yet, after a start that did not read all of it.
    var unread: [Transfer.ID]?

    init(seed: UInt64) {
        random = Numbers(seed: seed)
        queue = Scheduler(connections: 4, seed: seed)
        sites = (0..<3).map { Site(host: "site\($0)") }
        introduceSites()
    }

    mutating func introduceSites() {
        for var site in sites {
            site.connections = limit
            send(.site(site))
        }
    }

    mutating func send(_ event: Scheduler.Event) {
        carryOut(queue.handle(event, now: now))
    }

    mutating func carryOut(_ orders: [Scheduler.Order]) {
        for order in orders {
            switch order {
            case .rememberSettings: settings = queue.settings
            case .remember(let ids):
                for id in ids {
                    guard let transfer = queue.transfer(id) else { continue }
                    journal[id] = transfer
                }
            case .forget(let ids):
                for id in ids {
                    if unread != nil, let transfer = journal[id] { removedWhileReading.append(transfer) }
                    journal[id] = nil
                }
            case .start(let transfer): begin(transfer)
            case .stop(let id): if atWork[id] == nil { problems.append("stops \(id), which is not at work") }
            case .merged, .wakeAt: break
            }
        }
    }

    mutating func begin(_ transfer: Transfer) {
        if transfer.kind == .tree, unread != nil { problems.append("a tree before all is known") }
        if atWork[transfer.id] != nil { problems.append("starts \(transfer.id) twice") }
        if doneOnce[transfer.id] != nil { problems.append("does \(transfer.id) again") }
        if transfer.kind == .file, atWork.values.contains(where: { $0.written == transfer.written }) {
            problems.append("two write to \(transfer.written)")
        }
        atWork[transfer.id] = transfer
        let connections = atWork.keys.reduce(0) { $0 + queue.connections(of: $1) }
        if connections > limit { problems.append("\(connections) at work, \(limit) allowed") }
        if queue.isPaused { problems.append("starts \(transfer.id) while all is paused") }
        if queue.memory(of: transfer.site).isPaused { problems.append("\(transfer.site) is paused") }
        if let time = transfer.options.notBefore, time > now {
            problems.append("\(transfer.id) is too early")
        }
        checkLimit(of: transfer.site)
        if let origin = transfer.options.origin?.site.id {
            if queue.memory(of: origin).isPaused { problems.append("\(origin) is paused, and gives") }
            checkLimit(of: origin)
        }
    }

    private mutating func checkLimit(of site: Site.ID) {
        guard let limit = queue.memory(of: site).learntLimit else { return }
        let connections = atWork.values.reduce(0) { count, transfer in
            let isOrigin = transfer.options.origin?.site.id == site
            return count + (transfer.site == site ? queue.connections(of: transfer.id) : 0)
                + (isOrigin ? 1 : 0)
        }
        // A copy within a server that takes one login has two, or would never be tried.
        let isAlone =
            connections == 2
            && atWork.values.contains { $0.site == site && $0.options.origin?.site.id == site }
        if connections > limit, !isAlone { problems.append("\(connections) at \(site), \(limit) allowed") }
    }

    mutating func step() {
        now += Int64(random.below(5))
        if unread != nil, random.below(4) == 0 { readFurther() }
        switch random.below(33) {
        case 24: send(.request(.place(someIDs(), [.first, .last, .by(2), .by(-2)][random.below(4)])))
        case 25: send(.request(.setPriority(someIDs(), Priority.allCases[random.below(5)])))
        case 26:
            let site = sites[random.below(3)].id
            send(.request(random.below(3) == 0 ? .pauseSite(site) : .resumeSite(site)))
        case 27 where unread == nil:
            let left = LeftForWorker(number: 1, request: .add, transfers: [newTransfer(), newTransfer()])
            let (orders, answer) = queue.take(left, now: now)
            carryOut(orders)
            if answer.ids.count + answer.merged != 2 { problems.append("what was left is lost: \(answer)") }
        case 28 where unread == nil:
            carryOut(queue.take(LeftForWorker(number: 2, request: .pause(someIDs())), now: now).orders)
        case 30:
            let policy = [ConflictPolicy.overwrite, .skip, .ask][random.below(3)]
            let scope = [
                ConflictScope.session, .site(sites[random.below(3)].id), .batch(someIDs().first ?? 1),
            ][random.below(3)]
            send(.request(.decide(policy, for: scope, random.below(2) == 0 ? .download : nil)))
        case 29: send(.measured(sites[random.below(3)].id, rate: Double(random.below(1000))))
        case 0...2: send(.request(.add((0...random.below(4)).map { _ in newTransfer() })))
        case 3: send(.request(.pause(someIDs())))
        case 4: send(.request(.resume(someIDs())))
        case 5: send(.request(.cancel(someIDs())))
        case 6: send(.request(.retry(someIDs().filter { doneOnce[$0] == nil })))
        case 7: send(.request(.move(someIDs().first ?? 1, by: random.below(9) - 4)))
        case 8: send(.request(.answer(someIDs(), .overwrite)))
        case 9: send(.request(random.below(2) == 0 ? .pauseAll : .resumeAll))
        case 10: send(.request(random.below(3) == 0 ? .forgetDone : .retryFailed))
        case 11: send(.passwordGiven(sites[random.below(3)].id))
        case 12: send(.tick)
        case 13 where random.below(6) == 0: kill()
        default: report()
        }
    }

    /// Something happens to one of those at work, or is reported late about one that is not.
    mutating func report() {
        let ids = atWork.keys.sorted()
        guard let id = ids.isEmpty ? nil : ids[random.below(ids.count)], let transfer = atWork[id] else {
            return send(.finished(Int64(random.below(50)), bytes: 1))
        }
        let isTemporary = random.below(3) > 0
        switch random.below(transfer.kind == .tree ? 5 : 12) {
        case 0: send(.began(id))
        case 1 where transfer.kind == .tree, 2 where transfer.kind == .tree:
            send(.scanned(id, (0...random.below(6)).map { _ in newTransfer(isTree: false) }))
        case 3 where transfer.kind == .tree:
            end(id, .scanEnded(id, nil))
        case 1, 4:
            end(
                id,
                .failed(
                    id,
                    .init(
                        "lost", isTemporary: isTemporary, concernsSite: random.below(4) == 0,
                        concernsOrigin: random.below(2) == 0)))
        case 2:
            end(
                id,
                .failed(
                    id,
                    .init(
                        "full", isTemporary: true, connectionLimit: random.below(4),
                        concernsOrigin: random.below(2) == 0)))
        case 3: end(id, .conflicted(id, size: 1, modified: 1))
        case 5: end(id, .passwordNeeded(id))
        case 6: end(id, .stopped(id, bytes: Int64(random.below(100))))
        case 7: end(id, .skipped(id, reason: "there"))
        case 8 where random.below(2) == 0:
            let connections = queue.connections(of: id)
            send(.narrowed(id, connections: random.below(connections + 1)))
        case 8: send(.sourceLearnt(id, size: Int64(random.below(1000)), modified: nil))
        case 9: send(.progressed(id, bytes: Int64(random.below(200))))
        default:
            if queue.transfer(id) != nil { doneOnce[id] = 1 }
            end(id, .finished(id, bytes: 100))
        }
    }

    mutating func end(_ id: Transfer.ID, _ event: Scheduler.Event) {
        atWork[id] = nil
        send(event)
    }

    /// The program dies and starts again with what the journal holds.
    mutating func kill() {
        let next = (journal.keys.max() ?? 0) + 1
        atWork = [:]
        removedWhileReading = []
        queue = Scheduler(connections: limit, seed: 1)
        introduceSites()
        var transfers = journal.values.sorted { $0.position < $1.position }
        unread = nil
        if random.below(2) == 0 {
            // The files that go first, and the rest later.
            transfers = transfers.filter { $0.kind == .file && !$0.state.isEnded && random.below(3) == 0 }
            let read = Set(transfers.map(\.id))
            unread = journal.keys.filter { !read.contains($0) }.sorted()
        }
        var contents = JournalContents(
            sites: [], transfers: transfers, nextID: max(next, highestID + 1), settings: settings)
        contents.isWhole = unread == nil
        send(.restored(contents))
        if queue.settings != settings { problems.append("the settings were lost") }
    }

    /// A few more, and one that was read before and may have been removed since.
    mutating func readFurther() {
        guard let rest = unread else { return }
        let count = min(rest.count, random.below(6))
        var piece = rest.prefix(count).compactMap { journal[$0] }
        if let again = removedWhileReading.popLast() { piece.append(again) }
        let left = Array(rest.dropFirst(count))
        unread = left.isEmpty ? nil : left
        send(.restoredFurther(piece, isLast: left.isEmpty))
        if left.isEmpty { removedWhileReading = [] }
    }

    var removedWhileReading: [Transfer] = []
    var highestID: Transfer.ID = 0

    mutating func newTransfer(isTree: Bool? = nil) -> Transfer {
        let site = sites[random.below(3)]
        if isTree ?? (random.below(8) == 0) {
            var tree = Transfer.tree("t\(random.below(5))")
            tree.site = site.id
            return tree
        }
        var file = Transfer.file(
            "f\(random.below(60))", size: random.below(4) == 0 ? nil : Int64(random.below(500)), site: site)
        if random.below(5) == 0 {
            file.direction = .upload
            file.options.origin = Origin(sites[random.below(3)])
        }
        if random.below(3) == 0 { file.options.priority = Priority.allCases[random.below(5)] }
        if random.below(4) == 0 { file.options.segments = 1 + random.below(4) }
        if random.below(6) == 0 { file.options.notBefore = now + Int64(random.below(60)) }
        return file
    }

    mutating func someIDs() -> [Transfer.ID] {
        let rows = queue.rows(in: 0..<1000)
        guard !rows.isEmpty else { return [] }
        return (0...random.below(3)).map { _ in rows[random.below(rows.count)].id }
    }

    mutating func check() throws {
        let rows = queue.rows(in: 0..<100_000)
        highestID = max(highestID, rows.map(\.id).max() ?? 0)
        var counts = QueueSnapshot.Counts()
        var bytesLeft: Int64 = 0
        for row in rows {
            switch row.state {
            case .running: counts.running += 1
            case .waiting, .retrying: counts.waiting += 1
            case .paused, .held: counts.paused += 1
            case .asking: counts.asking += 1
            case .failed: counts.failed += 1
            case .done: counts.done += 1
            case .skipped: (counts.done, counts.skipped) = (counts.done + 1, counts.skipped + 1)
            }
            switch row.state {
            case .running, .waiting, .retrying: bytesLeft += max(0, (row.size ?? 0) - row.bytes)
            default: break
            }
            if row.state == .running && atWork[row.id] == nil { problems.append("\(row.id) runs by itself") }
        }
        try #require(problems.isEmpty)
        for row in rows where row.state == .waiting {
            try #require(queue.reason(of: row.id, now: now) != nil)
        }
        try #require(queue.counts == counts)
        try #require(queue.bytesLeft == bytesLeft)
        let known = Set(rows.map(\.id))
        try #require(known.count == rows.count)
        try #require(known.union(unread ?? []) == Set(journal.keys))
        if let unread { try #require(known.isDisjoint(with: unread)) }
        try #require(Set(rows.map(\.position)).count == rows.count)
    }

    /// From here on everything goes well: all must end, and no state may be a dead end.
    mutating func drain() throws {
        while unread != nil { readFurther() }
        send(.request(.resumeAll))
        var rounds = 0
        while queue.hasWork || queue.counts.asking > 0 {
            rounds += 1
            try #require(rounds < 10_000)
            now += 400
            for id in atWork.keys.sorted() {
                let isTree = atWork[id]?.kind == .tree
                end(id, isTree ? .scanEnded(id, nil) : .finished(id, bytes: 100))
            }
            send(.tick)
            // Only where somebody asks, as a user would.
            for row in queue.rows(in: 0..<1000) where row.state == .asking(.password) {
                send(.passwordGiven(row.site))
            }
            send(.request(.answer(queue.rows(in: 0..<1000).map(\.id), .overwrite)))
            try check()
        }
        #expect(queue.counts.all == queue.counts.done + queue.counts.failed)
        #expect(queue.bytesLeft == 0)
    }
}

extension Transfer {
    fileprivate var written: String {
        direction == .download ? "\(localPath)" : "\(site) \(remotePath)"
    }
}

/// SplitMix64: the same history for the same seed.
struct Numbers {
    var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func below(_ bound: Int) -> Int {
        state = state &+ 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return Int(mixed % UInt64(bound))
    }
}
