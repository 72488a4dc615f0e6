internal import DequeModule
internal import FTPProtocol

/// Every line said on every control connection, as it was said.
struct LogPane: Sendable {
    /// Lines kept in memory: about four megabytes of a talkative session.
    static let limit = 20_000

    private var lines: Deque<DialogueLine> = []
    var cursor = 0
    var top = 0
    /// The newest line stays in sight. Moving up ends that, reaching the last line begins it again.
    var follows = true
    /// Lines that came since following ended.
    private(set) var unseen = 0

    var count: Int { lines.count }

    subscript(index: Int) -> DialogueLine? { lines.indices.contains(index) ? lines[index] : nil }

    mutating func append(_ line: DialogueLine) {
        lines.append(line)
        if lines.count > Self.limit {
            lines.removeFirst()
            if !follows {
                cursor = max(0, cursor - 1)
                top = max(0, top - 1)
            }
        }
        if follows { cursor = lines.count - 1 } else { unseen += 1 }
    }

    mutating func moveCursor(to row: Int) {
        cursor = min(max(0, row), max(0, lines.count - 1))
        setFollow(cursor == lines.count - 1 || lines.isEmpty)
    }

    mutating func setFollow(_ follow: Bool) {
        follows = follow
        if follow {
            cursor = max(0, lines.count - 1)
            unseen = 0
        }
    }

    mutating func scroll(height: Int) {
        top =
            follows
            ? max(0, lines.count - height)
            : scrolled(top: top, cursor: cursor, count: lines.count, height: height)
    }
}
