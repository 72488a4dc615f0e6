public import FTPProtocol

/// What was decided about a comparison, to be kept as plans: a `MirrorPlan` for each direction that occurs, since
/// a plan has one.
public struct DecidedComparison: Hashable, Sendable {
    public struct Item: Hashable, Sendable {
        public var row: Comparison.Row
        public var decision: Comparison.Decision

        public init(_ row: Comparison.Row, _ decision: Comparison.Decision) {
            self.row = row
            self.decision = decision
        }
    }

    public var remote: RemotePath
    public var local: LocalPath
    /// Those that something is to be done about.
    public var items: [Item]
    /// Of what is in directories that are copied.
    public var filter: FileFilter
    /// What the comparison has left out, a sentence each.
    public var notes: [String]

    public init(_ comparison: Comparison, _ items: [Item], filter: FileFilter) {
        remote = comparison.remote
        local = comparison.local
        self.items = items.filter { $0.decision.direction != nil }
        self.filter = filter
        notes = comparison.notes
    }

    /// In the order in which their plans are made.
    public var directions: [Transfer.Direction] {
        [.upload, .download].filter { direction in items.contains { $0.decision.direction == direction } }
    }
}

extension Comparison.Decision {
    /// Of the mirror that does the same: a deletion is at its destination. Nil for nothing.
    public var direction: Transfer.Direction? {
        switch self {
        case .toServer, .deleteThere: .upload
        case .toHere, .deleteHere: .download
        case .nothing: nil
        }
    }
}
