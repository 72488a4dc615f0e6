import Synchronization

/// At most so many bytes a second, over all the transfers that share it (`--limit`).
///
/// A bucket that holds a tenth of a second: what a transfer has moved too much it waits for afterwards. The limit
/// may change while it is in use. One limit may hold within another: that of a server within that of the queue.
public final class RateLimit: Sendable {
    private struct State {
        /// 0: no limit.
        var bytesPerSecond: Int64
        /// The moment, by the monotonic clock, up to which the bytes already moved have been paid for.
        var paidUntil: Int64 = 0
    }

    private let state: Mutex<State>
    private let outer: RateLimit?

    /// - Parameter bytesPerSecond: nil for none of its own.
    public init(bytesPerSecond: Int64?, within outer: RateLimit? = nil) {
        state = Mutex(State(bytesPerSecond: bytesPerSecond.map { max(1, $0) } ?? 0))
        self.outer = outer
    }

    public func set(bytesPerSecond: Int64?) {
        state.withLock { $0.bytesPerSecond = bytesPerSecond.map { max(1, $0) } ?? 0 }
    }

    /// Its own limit; nil where it has none.
    public var bytesPerSecond: Int64? { own > 0 ? own : nil }

    private var own: Int64 { state.withLock { $0.bytesPerSecond } }

    /// The most to move at once, so that the pace stays even; nil where nothing limits it.
    var chunk: Int? {
        let own = own
        guard own > 0 else { return outer?.chunk }
        let most = Int(clamping: max(1, min(own / 10, 1 << 20)))
        return min(most, outer?.chunk ?? most)
    }

    /// Takes note of bytes moved; how long to wait before the next.
    func pause(after bytes: Int) -> Duration {
        let wait = state.withLock { state -> Int64 in
            guard state.bytesPerSecond > 0 else { return 0 }
            let now = monotonicNanoseconds()
            let cost = Int64(Double(bytes) / Double(state.bytesPerSecond) * 1e9)
            state.paidUntil = max(state.paidUntil, now - 100_000_000) + cost
            return state.paidUntil - now
        }
        return max(.nanoseconds(max(0, wait)), outer?.pause(after: bytes) ?? .zero)
    }
}
