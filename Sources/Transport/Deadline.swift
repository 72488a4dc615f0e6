import Glibc

/// A moment of the monotonic clock after which a wait ends. Setting the wall clock does not move it.
public struct Deadline: Sendable {
    /// Nanoseconds of CLOCK_MONOTONIC; nil for never.
    private let moment: Int64?

    private init(moment: Int64?) {
        self.moment = moment
    }

    public static let never = Deadline(moment: nil)

    public static func after(_ duration: Duration) -> Deadline {
        let nanoseconds = duration.wholeNanoseconds
        return Deadline(moment: monotonicNanoseconds() + max(0, nanoseconds))
    }

    public static func earlier(_ one: Deadline, _ other: Deadline) -> Deadline {
        guard let left = one.moment else { return other }
        guard let right = other.moment else { return one }
        return Deadline(moment: min(left, right))
    }

    public var hasPassed: Bool { moment.map { monotonicNanoseconds() >= $0 } ?? false }

    /// For `poll`: milliseconds left, rounded up, −1 for never.
    var pollTimeout: Int32 {
        guard let moment else { return -1 }
        let left = max(0, moment - monotonicNanoseconds())
        return Int32(clamping: (left + 999_999) / 1_000_000)
    }
}

extension Duration {
    /// Cut to what fits 63 bits, 146 years, so that it can be added to a moment.
    public var wholeNanoseconds: Int64 {
        // Not `components`, which divide twice.
        let nanoseconds = attoseconds / 1_000_000_000
        return Int64(min(max(nanoseconds, Int128(Int64.min / 2)), Int128(Int64.max / 2)))
    }
}

/// Nanoseconds of CLOCK_MONOTONIC.
public func monotonicNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// Nanoseconds since 1970 of the wall clock.
public func wallClockNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
