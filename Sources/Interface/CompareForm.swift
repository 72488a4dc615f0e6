internal import FTPProtocol
internal import Transfers

/// The two panes compared, with everything below them: what differs, and what is to be done about each (`=`).
struct CompareForm: Sendable {
    enum Phase: Sendable {
        /// So many files so far.
        case running(Ticket, files: Int)
        case failed(String)
        case there(Comparison)
    }

    let local: Location
    let remote: Location
    var phase: Phase
    var aim = Comparison.Aim.newest
    var criterion: Comparison.Criterion
    /// What is typed after `/`: patterns of names that take part, `-` before those that do not.
    var filter = TextField()
    var isTypingFilter = false
    /// What was decided by hand, by the row's index.
    var decided: [Int: Comparison.Decision] = [:]
    /// Indices of the rows that are shown.
    private(set) var shown: [Int] = []
    private(set) var tally = Tally()
    var cursor = 0
    var top = 0
    /// Why the last key did nothing: the view lies over the messages of the panes.
    var message: String?
    /// What became of the last key, when it did something that is not seen.
    var notice: String?

    /// How many rows are to go where.
    struct Tally: Hashable, Sendable {
        var toServer = 0
        var toHere = 0
        var bytes: Int64 = 0
        var deletions = 0
        var undecided = 0
    }

    init(local: Location, remote: Location, ticket: Ticket, criterion: Comparison.Criterion) {
        self.criterion = criterion
        self.local = local
        self.remote = remote
        phase = .running(ticket, files: 0)
    }

    var comparison: Comparison? { if case .there(let comparison) = phase { comparison } else { nil } }

    func row(_ line: Int) -> (index: Int, row: Comparison.Row)? {
        guard let comparison, shown.indices.contains(line) else { return nil }
        return (shown[line], comparison.rows[shown[line]])
    }

    func decision(_ index: Int, _ row: Comparison.Row) -> Comparison.Decision {
        decided[index] ?? Comparison.proposal(for: row, aim, criterion)
    }

    /// Those that take part, and what becomes of them.
    var decisions: [(row: Comparison.Row, decision: Comparison.Decision)] {
        guard let comparison else { return [] }
        return shown.map { (comparison.rows[$0], decision($0, comparison.rows[$0])) }
    }

    /// After something that changes which rows are shown, or what is proposed for them.
    mutating func refresh() {
        guard let comparison else { return }
        let filter = fileFilter
        shown = comparison.rows.indices.filter { index in
            let row = comparison.rows[index]
            return Comparison.relation(of: row, criterion) != .equal && Comparison.takes(row, filter)
        }
        cursor = min(max(0, cursor), max(0, shown.count - 1))
        count()
    }

    /// After a decision.
    mutating func count() {
        var tally = Tally()
        for (row, decision) in decisions {
            switch decision {
            case .toServer:
                tally.toServer += 1
                tally.bytes = tally.bytes.addingReportingOverflow(max(0, row.local?.size ?? 0)).partialValue
            case .toHere:
                tally.toHere += 1
                tally.bytes = tally.bytes.addingReportingOverflow(max(0, row.remote?.size ?? 0)).partialValue
            case .deleteHere, .deleteThere: tally.deletions += 1
            case .nothing: tally.undecided += 1
            }
        }
        self.tally = tally
    }

    /// `*.jpg -thumbs`: patterns divided at blanks.
    var fileFilter: FileFilter {
        let words = filter.text.split(separator: " ").map(String.init)
        return FileFilter(
            include: words.filter { !$0.hasPrefix("-") }.map { Glob($0) },
            exclude: words.filter { $0.count > 1 && $0.hasPrefix("-") }.map { Glob(String($0.dropFirst())) })
    }
}
