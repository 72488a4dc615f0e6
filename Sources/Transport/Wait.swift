import Glibc

/// The one place where this program waits for a descriptor.
public enum Wait {
    public struct Readiness: OptionSet, Sendable {
        public let rawValue: Int16

        public init(rawValue: Int16) {
            self.rawValue = rawValue
        }

        public static let readable = Readiness(rawValue: Int16(POLLIN))
        public static let writable = Readiness(rawValue: Int16(POLLOUT))
    }

    public enum Outcome: Sendable {
        case ready
        /// The second descriptor, the watched one, is readable; the first may be ready too.
        case watchedReady(firstIsReady: Bool)
        case timedOut
        case cancelled
    }

    /// Blocks until `descriptor` is ready (or has failed: the next call on it says how), `watched` is
    /// readable, the deadline passes or `cancellation` is cancelled.
    ///
    /// - Parameter watched: −1 for none.
    public static func wait(
        for descriptor: Int32, _ readiness: Readiness, watching watched: Int32 = -1, until deadline: Deadline,
        cancellation: Cancellation?
    ) -> Outcome {
        while true {
            if cancellation?.isCancelled == true { return .cancelled }
            // poll ignores negative descriptors.
            var entries = (
                pollfd(fd: descriptor, events: readiness.rawValue, revents: 0),
                pollfd(fd: watched, events: Int16(POLLIN), revents: 0),
                pollfd(fd: cancellation?.raw ?? -1, events: Int16(POLLIN), revents: 0)
            )
            let count = withUnsafeMutablePointer(to: &entries) { pointer in
                pointer.withMemoryRebound(to: pollfd.self, capacity: 3) { poll($0, 3, deadline.pollTimeout) }
            }
            if count < 0 {
                if errno == EINTR || errno == EAGAIN { continue }
                return .ready  // the call that follows reports what is wrong with the descriptor
            }
            if entries.2.revents != 0 { return .cancelled }
            if entries.1.revents != 0 { return .watchedReady(firstIsReady: entries.0.revents != 0) }
            if entries.0.revents != 0 { return .ready }
            if deadline.hasPassed { return .timedOut }
        }
    }

    public enum AnyOutcome: Sendable {
        /// The first of the ready ones, by its index.
        case ready(Int)
        case timedOut
        case cancelled
    }

    /// Blocks until one of `descriptors` is ready, the deadline passes or `cancellation` is cancelled.
    static func waitForAny(
        _ descriptors: [Int32], _ readiness: Readiness, until deadline: Deadline, cancellation: Cancellation?
    ) -> AnyOutcome {
        while true {
            if cancellation?.isCancelled == true { return .cancelled }
            var entries = descriptors.map { pollfd(fd: $0, events: readiness.rawValue, revents: 0) }
            entries.append(pollfd(fd: cancellation?.raw ?? -1, events: Int16(POLLIN), revents: 0))
            let count = poll(&entries, nfds_t(entries.count), deadline.pollTimeout)
            if count < 0, errno != EINTR, errno != EAGAIN { return .ready(0) }
            guard count > 0 else {
                if count == 0, deadline.hasPassed { return .timedOut }
                continue
            }
            if entries.last?.revents != 0 { return .cancelled }
            if let index = entries.firstIndex(where: { $0.revents != 0 }) { return .ready(index) }
        }
    }

    /// The same for callers to whom anything but readiness is an error.
    ///
    /// - Parameter what: what was waited for: completes “no … in time”.
    static func require(
        _ descriptor: Int32, _ readiness: Readiness, until deadline: Deadline, cancellation: Cancellation?,
        what: @autoclosure () -> String
    ) throws(TransportError) {
        switch wait(for: descriptor, readiness, until: deadline, cancellation: cancellation) {
        case .ready, .watchedReady: return
        case .timedOut: throw .timedOut(what: what())
        case .cancelled: throw .cancelled
        }
    }
}
