import Synchronization
public import Transfers
import Transport

/// What the engine has to tell the screen: posted from any thread, taken by the screen's.
///
/// While nobody takes (the program is stopped with ^Z), it does not grow without end: only the newest snapshot
/// of the queue counts, and of very many lines of dialogue the oldest go.
public final class Inbox: Sendable {
    /// Far more than arrive between two frames, far less than memory.
    public static let limit = 20_000

    private let waiting = Mutex<[EngineEvent]>([])
    private let wakeUp = WakeUp()

    public init() {}

    /// Readable when something waits; give it to poll.
    public var descriptor: Int32 { wakeUp.descriptor }

    public func post(_ event: EngineEvent) {
        let wasEmpty = waiting.withLock { events in
            let wasEmpty = events.isEmpty
            if case .queue = event, case .queue? = events.last { events.removeLast() }
            if events.count >= Self.limit { Self.dropOldDialogue(&events) }
            events.append(event)
            return wasEmpty
        }
        if wasEmpty { wakeUp.wake() }
    }

    /// Everything that waits, in the order in which it was posted. Does not block.
    public func take() -> [EngineEvent] {
        wakeUp.drain()
        return waiting.withLock { events in
            let taken = events
            events = []
            return taken
        }
    }

    private static func dropOldDialogue(_ events: inout [EngineEvent]) {
        var surplus = events.count / 2
        events.removeAll { event in
            guard surplus > 0, case .dialogue = event else { return false }
            surplus -= 1
            return true
        }
    }
}
