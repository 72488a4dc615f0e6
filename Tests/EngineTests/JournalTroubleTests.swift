import EmbeddedServer
import Engine
import FTPProtocol
import Synchronization
import TestSupport
import Testing
import Transfers

/// A journal that does not take everything.
@Suite struct JournalTroubleTests {
    private struct Refusal: JournalError, CustomStringConvertible {
        let concernsRow: Bool
        var description: String { concernsRow ? "this row is refused" : "no space left" }
    }

    /// Refuses transfers of one name, or everything.
    private final class Refusing: Journal {
        let kept = InMemoryJournal()
        let refused: [UInt8]
        let isFull = Mutex(false)

        init(refusing name: String) { refused = Array(name.utf8) }

        func load() throws -> JournalContents { try kept.load() }

        func remember(_ change: JournalChange) throws {
            if isFull.withLock({ $0 }) { throw Refusal(concernsRow: false) }
            if change.transfers.contains(where: { $0.remoteName == refused }) {
                throw Refusal(concernsRow: true)
            }
            try kept.remember(change)
        }
    }

    private final class Notices: Sendable {
        let texts = Mutex<[String]>([])
    }

    private func queue(_ rig: Rig, _ journal: Refusing, _ notices: Notices) -> TransferQueue {
        let queue = TransferQueue(
            journal: { journal }, configuration: .init(connections: 1, isHeld: true),
            passwords: { _ in Secret("x") }, dialogue: { _ in },
            events: { event in
                if case .notice(let text) = event { notices.texts.withLock { $0.append(text) } }
            })
        queue.learn(rig.site)
        return queue
    }

    @Test func oneRowThatIsRefusedDoesNotKeepTheOthersOut() throws {
        let rig = try Rig()
        let journal = Refusing(refusing: "bad")
        let notices = Notices()
        let queue = queue(rig, journal, notices)
        queue.perform(.add((0..<50).map { rig.download($0 == 17 ? "bad" : "file-\($0)") }))
        try eventually("the others are kept") { try journal.load().transfers.count == 49 }
        let problem = queue.stop()
        #expect(notices.texts.withLock { $0 }.count { $0.contains("bad") && $0.contains("is refused") } == 1)
        #expect(try journal.load().transfers.count == 49)
        _ = problem
    }

    @Test func whatCannotBeSavedInTheEndIsSaid() throws {
        let rig = try Rig()
        let journal = Refusing(refusing: "none")
        let notices = Notices()
        let queue = queue(rig, journal, notices)
        queue.perform(.add([rig.download("a")]))
        try eventually("it is kept") { try journal.load().transfers.count == 1 }
        journal.isFull.withLock { $0 = true }
        queue.perform(.add([rig.download("b")]))
        #expect(queue.stop()?.contains("no space left") == true)
        #expect(notices.texts.withLock { $0 }.contains { $0.contains("cannot be saved") })
    }
}
