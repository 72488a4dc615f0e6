import Synchronization

/// At most so many bytes a second, over all the transfers that share it (`--limit`).
///
/// A bucket that holds a tenth of a second: what a transfer has moved too much it waits for afterwards.
public final class RateLimit: Sendable {
    public let bytesPerSecond: Int64
    /// The moment, by the monotonic clock, up to which the bytes already moved have been paid for.
    private let paidUntil = Mutex<Int64>(0)

    public init(bytesPerSecond: Int64) {
        self.bytesPerSecond = max(1, bytesPerSecond)
    }

    /// The most to move at once, so that the pace stays even.
    var chunk: Int { Int(clamping: max(1, min(bytesPerSecond / 10, 1 << 20))) }

    /// Takes note of bytes moved; how long to wait before the next.
    func pause(after bytes: Int) -> Duration {
        let now = monotonicNanoseconds()
        let cost = Int64(Double(bytes) / Double(bytesPerSecond) * 1e9)
        let until = paidUntil.withLock { paid in
            paid = max(paid, now - 100_000_000) + cost
            return paid
        }
        return .nanoseconds(max(0, until - now))
    }
}
