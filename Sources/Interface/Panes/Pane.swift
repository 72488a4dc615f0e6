internal import FTPProtocol
internal import Transfers

/// A directory of one machine. A pane never changes its location's endpoint behind a request:
/// what was asked for in one place cannot act in another.
struct Location: Hashable, Sendable {
    enum Endpoint: Hashable, Sendable {
        case local
        case server(Site.ID)
    }

    let endpoint: Endpoint
    let path: RemotePath

    init(_ endpoint: Endpoint, _ path: RemotePath) {
        self.endpoint = endpoint
        self.path = path
    }

    func with(_ path: RemotePath) -> Location { Location(endpoint, path) }
    var localPath: LocalPath { LocalPath(bytes: path.bytes) }
    var isRoot: Bool { path.isRoot }
}

/// One of the two directories on the screen.
struct Pane: Sendable {
    enum Listing: Hashable, Sendable {
        case none
        /// Asked for; the old rows stay until the first new ones come.
        case running(Pending)
        case failed(String, Location)
    }

    struct Pending: Hashable, Sendable {
        let ticket: Ticket
        let target: Location
        let since: Int64
        /// Where the cursor goes when it is there.
        var cursorName: [UInt8]?
        /// The same directory again: rows, marks and cursor stay until the new list is complete.
        let isRefresh: Bool
    }

    let side: EngineEvent.Side
    var location: Location?
    /// The user's home directory, or where the login left us.
    var home: RemotePath
    /// Of the names in its directories.
    var charset = NameCharset.utf8
    var entries = EntryTable()
    /// A refresh collects here.
    var incoming = EntryTable()
    /// Indices into `entries`: what is shown, in the order it is shown in.
    var order: [Int32] = []
    /// Row under the cursor; row 0 is `..` unless this is the root.
    var cursor = 0
    /// First row on the screen.
    var top = 0
    /// Indices into `entries`.
    var marks: Set<Int32> = []
    var markedBytes: Int64 = 0
    var filter = ""
    var sort = SortKey.name
    var isDescending = false
    var showsHidden = false

    var listing = Listing.none
    /// The listing whose entries are on the screen.
    var arriving: Ticket?
    var listedAt: Int64?
    var listCommand = ""
    var listedIn: Int64 = 0  // nanoseconds the last listing took
    var free: Int64?
    var isIncomplete = false
    /// When to list again because transfers changed the directory.
    var refreshAt: Int64?

    var cursorHistory = CursorHistory()
    var back: [Location] = []
    var forward: [Location] = []

    init(side: EngineEvent.Side, location: Location?, home: RemotePath) {
        self.side = side
        self.location = location
        self.home = home
    }

    var hasParentRow: Bool { location.map { !$0.isRoot } ?? false }
    var rowCount: Int { location == nil ? 0 : order.count + (hasParentRow ? 1 : 0) }

    /// The entry of a row; nil for `..`.
    func entryIndex(row: Int) -> Int? {
        let index = row - (hasParentRow ? 1 : 0)
        return order.indices.contains(index) ? Int(order[index]) : nil
    }

    var cursorEntry: Int? { entryIndex(row: cursor) }
    var isOnParentRow: Bool { hasParentRow && cursor == 0 }

    var pending: Pending? {
        if case .running(let pending) = listing { pending } else { nil }
    }

    /// What an action is about: the marked entries in the order shown, else the one under the cursor.
    var chosen: [Int] {
        if marks.isEmpty { return cursorEntry.map { [$0] } ?? [] }
        return order.filter { marks.contains($0) }.map(Int.init)
    }

    mutating func moveCursor(to row: Int) {
        cursor = min(max(0, row), max(0, rowCount - 1))
    }

    mutating func setMark(_ index: Int, _ marked: Bool) {
        let size = entries.kind(index) == .file ? entries.size(index) ?? 0 : 0
        if marked, marks.insert(Int32(index)).inserted {
            markedBytes = markedBytes.addingReportingOverflow(size).partialValue
        } else if !marked, marks.remove(Int32(index)) != nil {
            markedBytes = markedBytes.subtractingReportingOverflow(size).partialValue
        }
    }

    mutating func clearMarks() {
        marks = []
        markedBytes = 0
    }

    /// Puts the cursor on a name, if it is shown.
    @discardableResult
    mutating func moveCursor(toName name: [UInt8]) -> Bool {
        let first = hasParentRow ? 1 : 0
        guard let at = order.firstIndex(where: { entries.nameBytes(Int($0)).elementsEqual(name) }) else {
            return false
        }
        cursor = at + first
        return true
    }

    /// Keeps the cursor among the rows on the screen.
    mutating func scroll(height: Int) {
        moveCursor(to: cursor)
        top = scrolled(top: top, cursor: cursor, count: rowCount, height: height)
    }
}

/// The first row to show so that the cursor is visible and no row is left empty without need.
func scrolled(top: Int, cursor: Int, count: Int, height: Int) -> Int {
    guard height > 0 else { return 0 }
    var top = min(max(0, top), max(0, count - height))
    if cursor < top { top = cursor }
    if cursor >= top + height { top = cursor - height + 1 }
    return max(0, top)
}

/// Which name the cursor stood on in the directories visited last.
struct CursorHistory: Sendable {
    /// More than anyone remembers.
    static let limit = 200
    private var names: [Location: [UInt8]] = [:]
    private var visited: [Location] = []

    subscript(location: Location) -> [UInt8]? {
        get { names[location] }
        set {
            if names.updateValue(newValue ?? [], forKey: location) == nil { visited.append(location) }
            if visited.count > Self.limit { names[visited.removeFirst()] = nil }
        }
    }
}
