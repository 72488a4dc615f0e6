/// What becomes of a transfer whose destination exists.
public enum ConflictDecision: Hashable, Sendable {
    /// Overwrite it.
    case proceed
    /// Go on behind what is there, from that many bytes.
    case resume(at: Int64)
    case skip(String)
    /// Keep both, the new one under another name.
    case rename
    case ask

    /// What is known of one side; nil is unknown. Bytes, and seconds since 1970 UTC.
    public struct File: Hashable, Sendable {
        public var size: Int64?
        public var modified: Int64?

        public init(size: Int64?, modified: Int64?) {
            self.size = size
            self.modified = modified
        }
    }

    /// Whatever is not known decides against touching the destination.
    ///
    /// - Parameter clockAhead: how far the clock that gave the source its time is ahead of the destination's, in
    ///   seconds, as far as it was measured.
    public static func decide(
        _ policy: ConflictPolicy, source: File, destination: File, clockAhead: Int64 = 0
    ) -> ConflictDecision {
        switch policy {
        case .ask: .ask
        case .skip: .skip("the destination exists")
        case .overwrite: .proceed
        case .rename: .rename
        case .newer: decideByTime(source.modified, destination.modified, clockAhead)
        case .size: decideByDifference(source.size, destination.size)
        case .newerOrSize:
            if case .proceed = decideByDifference(source.size, destination.size) {
                .proceed
            } else {
                decideByTime(source.modified, destination.modified, clockAhead)
            }
        case .resume: decideBySize(source.size, destination.size)
        }
    }

    private static func decideByTime(
        _ source: Int64?, _ destination: Int64?, _ ahead: Int64
    ) -> ConflictDecision {
        guard let source, let destination else {
            return .skip("the destination exists, and it is not known which is newer")
        }
        // The same time on both sides is that of a copy, whatever the clocks say.
        guard source != destination, source.subtractingReportingOverflow(ahead).partialValue > destination
        else {
            let clocks = ahead == 0 ? "" : ", the difference of the clocks reckoned in"
            return .skip("the destination is not older\(clocks)")
        }
        return .proceed
    }

    private static func decideByDifference(_ source: Int64?, _ destination: Int64?) -> ConflictDecision {
        guard let source, let destination else {
            return .skip("the destination exists, and its size or the source's is not known")
        }
        return source != destination ? .proceed : .skip("the destination has the same size")
    }

    private static func decideBySize(_ source: Int64?, _ destination: Int64?) -> ConflictDecision {
        guard let source, let destination, source >= 0, destination >= 0 else {
            return .skip("the destination exists, and its size or the source's is not known")
        }
        if destination == source { return .skip("the destination has all bytes already") }
        return destination < source
            ? .resume(at: destination) : .skip("the destination is longer than the source")
    }
}
