public import FTPProtocol

/// Whether a failed transfer is tried again, and after which pause.
public struct RetryPolicy: Hashable, Sendable {
    /// The first pause, in seconds; each further one is twice as long.
    public var firstPause: Int64
    /// No pause is longer, in seconds, jitter aside.
    public var longestPause: Int64

    public init(firstPause: Int64 = 2, longestPause: Int64 = 300) {
        self.firstPause = max(1, firstPause)
        self.longestPause = max(self.firstPause, longestPause)
    }

    /// Seconds to wait after failure number `attempt`, the first being 1: 2, 4, 8 … and up to a quarter more,
    /// so that what failed together does not come back together.
    public func pause(afterAttempt attempt: Int, random: UInt64) -> Int64 {
        let doublings = min(max(attempt, 1) - 1, 30)
        let (product, overflow) = firstPause.multipliedReportingOverflow(by: 1 << Int64(doublings))
        let pause = overflow ? longestPause : min(product, longestPause)
        return pause + Int64(random % UInt64(pause / 4 + 1))
    }

    /// What a try must bring for the tries before it to be forgotten, in bytes: a thousandth of the file, at most a
    /// mebibyte. So every transfer ends some day, also one that gets a byte further each time, fetches the same bytes
    /// again and again, or has a source that never ends: it is tried `retries` times for each of these steps at most.
    static func progress(ofSize size: Int64?) -> Int64 {
        min(max(1, (size ?? largestStep) / 1000), largestStep)
    }

    private static let largestStep: Int64 = 1 << 20

    /// Whether the same command may succeed later: 4yz yes, 5yz no (RFC 959 §4.2.1), except 550 of a
    /// file that another process holds open, which IIS answers and which passes.
    public static func isTemporary(_ reply: Reply) -> Bool {
        switch reply.code.kind {
        case .transientNegative: true
        case .permanentNegative: reply.code == .fileUnavailable && saysInUse(reply)
        default: false
        }
    }

    /// A refusal as `isTemporary(_: Reply)` says; a broken protocol is often a broken connection, and
    /// is tried again; what cannot be sent or stored never can.
    public static func isTemporary(_ error: FTPError) -> Bool {
        switch error {
        case .refused(_, let reply): isTemporary(reply)
        case .protocolViolation: true
        case .unsendable, .unsafeName, .unwritable: false
        }
    }

    /// “… because it is being used by another process.” (IIS, Win32 error 32), “… in use …” of others.
    private static func saysInUse(_ reply: Reply) -> Bool {
        reply.lines.contains { line in
            let text = String(decoding: line, as: UTF8.self).lowercased()
            return text.contains("used by another process") || text.contains("in use")
                || text.contains("sharing violation")
        }
    }
}
