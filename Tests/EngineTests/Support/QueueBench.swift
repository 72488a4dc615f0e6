import Engine
import FTPProtocol
import Synchronization
import TestSupport
import Testing
import Transfers

/// A transfer queue with a journal in memory, and everything that it tells.
final class QueueBench: Sendable {
    let queue: TransferQueue
    let journal: InMemoryJournal
    let site: Site
    private let heard: Heard

    init(
        site: Site, password: String = "secret", log: LineLog, connections: Int = 2,
        journal: InMemoryJournal = InMemoryJournal()
    ) throws {
        _ = brokenPipesAreErrors
        self.site = site
        self.journal = journal
        let secret = Secret(password)
        let heard = Heard()
        self.heard = heard
        queue = TransferQueue(
            journal: { journal }, configuration: .init(connections: connections), passwords: { _ in secret },
            dialogue: log.sink, events: { heard.append($0) })
        queue.learn(site)
    }

    deinit { queue.stop() }

    var events: [EngineEvent] { heard.all }
    var notices: [String] {
        events.compactMap { if case .notice(let text) = $0 { text } else { nil } }
    }

    func add(_ transfers: Transfer...) { queue.perform(.add(transfers)) }

    /// Adds them, waits until nothing is left to do, and gives back the queue's rows.
    @discardableResult
    func run(_ transfers: Transfer...) async -> [Transfer] {
        queue.perform(.add(transfers))
        await idle()
        return queue.contents()
    }

    func idle() async {
        await withCheckedContinuation { continuation in queue.whenIdle { _ in continuation.resume() } }
    }

    /// The only row; a failure when there are more or none.
    func only(sourceLocation: SourceLocation = #_sourceLocation) throws -> Transfer {
        let rows = queue.contents()
        try #require(rows.count == 1, sourceLocation: sourceLocation)
        return rows[0]
    }
}

private final class Heard: Sendable {
    private let events = Mutex<[EngineEvent]>([])

    var all: [EngineEvent] { events.withLock { $0 } }
    func append(_ event: EngineEvent) { events.withLock { $0.append(event) } }
}
