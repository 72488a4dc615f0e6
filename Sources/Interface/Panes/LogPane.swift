internal import DequeModule
internal import FTPProtocol

/// Every line said on every control connection, as it was said.
///
/// A row is a line that is shown. What is folded stands in its head's row: the other lines of a reply of many, and
/// what was said again word for word (a keep-alive and its answer).
struct LogPane: Sendable {
    /// Lines kept in memory: about four megabytes of a talkative session.
    static let limit = 20_000

    private var lines: Deque<DialogueLine> = []
    /// Number of the first line that is kept; numbers count all lines ever said.
    private var first = 0
    /// The numbers of the lines that open the reply that each line belongs to, beside `lines`.
    private var heads: Deque<Int> = []
    /// The numbers of the lines that are shown.
    private var rows: Deque<Int> = []
    /// Lines of a reply folded under its first one.
    private var hidden: [Int: Int] = [:]
    /// How often a line, or a pair beginning with it, was said in a row.
    private var repeats: [Int: Int] = [:]
    private var unfolded: Set<Int> = []
    private(set) var folds = true

    private(set) var filter = LogFilter("")
    /// What was searched for last; lines that hold it are marked.
    var search = ""
    var showsTimes = true

    var cursor = 0
    var top = 0
    /// The newest line stays in sight. Moving up ends that, reaching the last line begins it again.
    var follows = true
    /// Lines that came since following ended.
    private(set) var unseen = 0

    /// Rows, folded lines not among them.
    var count: Int { rows.count }
    /// Lines, whatever is shown of them.
    var lineCount: Int { lines.count }

    subscript(row: Int) -> DialogueLine? { rows.indices.contains(row) ? line(rows[row]) : nil }

    private func line(_ number: Int) -> DialogueLine? {
        lines.indices.contains(number - first) ? lines[number - first] : nil
    }

    /// What is folded into a row: lines below its own, and how often it was said.
    func fold(_ row: Int) -> (lines: Int, times: Int) {
        guard rows.indices.contains(row) else { return (0, 1) }
        return (hidden[rows[row]] ?? 0, repeats[rows[row]] ?? 1)
    }

    mutating func append(_ line: DialogueLine) {
        if complete(with: line) { return }
        let number = first + lines.count
        lines.append(line)
        heads.append(head(of: number, line))
        let before = rows.count
        place(number)
        if lines.count > Self.limit { dropOldest() }
        if follows {
            cursor = max(0, rows.count - 1)
        } else {
            unseen += max(0, rows.count - before)
        }
        cursor = min(cursor, max(0, rows.count - 1))
    }

    /// What could not be said yet when the reply came (it overtook the data) is put where it is always found.
    private mutating func complete(with line: DialogueLine) -> Bool {
        guard line.direction == .note, let remark = line.remark,
            let at = lines.indices.suffix(Self.remarkReach).last(where: {
                guard case .received(let code?) = lines[$0].direction else { return false }
                return code.kind == .completion && lines[$0].connection == line.connection
            }), lines[heads[at] - first].remark == nil
        else { return false }
        lines[heads[at] - first].remark = remark
        return true
    }

    /// Lines of other connections that may have come in between.
    private static let remarkReach = 200

    /// The line that opens the reply; its own number for everything else.
    private func head(of number: Int, _ line: DialogueLine) -> Int {
        guard case .received = line.direction, let before = self.line(number - 1),
            case .received = before.direction, before.connection == line.connection
        else { return number }
        let head = heads[number - 1 - first]
        guard let opening = self.line(head)?.bytes, opening.count > 3, opening[3] == UInt8(ascii: "-") else {
            return number
        }
        let isOver =
            number - 1 != head && before.bytes.prefix(3) == opening.prefix(3)
            && (before.bytes.count == 3 || before.bytes[3] == 0x20)
        return isOver ? number : head
    }

    private mutating func place(_ number: Int) {
        guard let line = line(number), filter.fits(line) else { return }
        let head = heads[number - first]
        if folds, head != number, !unfolded.contains(head), rows.last == head {
            hidden[head, default: 0] += 1
            return
        }
        rows.append(number)
        if folds { foldRepetition() }
    }

    /// The last row said again, or the last two: one more of the same.
    private mutating func foldRepetition() {
        for length in [1, 2] where rows.count >= 2 * length {
            let again = rows.count - length
            let head = rows[again - length]
            let isAgain = (0..<length).allSatisfy { place in
                let before = rows[again - length + place]
                return isSame(rows[again + place], before) && hidden[before] == nil
            }
            guard isAgain, !unfolded.contains(head) else { continue }
            rows.removeLast(length)
            repeats[head, default: 1] += 1
            return
        }
    }

    private func isSame(_ one: Int, _ other: Int) -> Bool {
        guard let one = line(one), let other = line(other) else { return false }
        return one.bytes == other.bytes && one.direction == other.direction
            && one.connection == other.connection
    }

    private mutating func dropOldest() {
        lines.removeFirst()
        heads.removeFirst()
        if rows.first == first {
            rows.removeFirst()
            hidden[first] = nil
            repeats[first] = nil
            unfolded.remove(first)
            if !follows {
                cursor = max(0, cursor - 1)
                top = max(0, top - 1)
            }
        }
        first += 1
    }

    // MARK: Choosing what is shown

    mutating func setFilter(_ text: String) {
        filter = LogFilter(text)
        rebuild()
    }

    mutating func toggleFolds() {
        folds.toggle()
        unfolded = []
        rebuild()
    }

    /// - Returns: false where nothing is folded in this row.
    mutating func toggleFold(row: Int) -> Bool {
        guard rows.indices.contains(row) else { return false }
        let number = heads[rows[row] - first]
        if unfolded.contains(number) {
            unfolded.remove(number)
        } else if hidden[number] != nil || repeats[number] != nil {
            unfolded.insert(number)
        } else {
            return false
        }
        rebuild()
        return true
    }

    /// The cursor stays on its line, or on the last one before it that is shown.
    private mutating func rebuild() {
        let under = rows.indices.contains(cursor) ? rows[cursor] : first + lines.count
        rows = []
        hidden = [:]
        repeats = [:]
        for number in first..<first + lines.count { place(number) }
        cursor = follows ? rows.count - 1 : (rows.lastIndex { $0 <= under } ?? 0)
        cursor = min(max(0, cursor), max(0, rows.count - 1))
    }

    /// The next row that holds the text, from the other end again after the last one; nil where none does.
    func row(holding text: String, from row: Int, step: Int) -> Int? {
        guard !text.isEmpty, !rows.isEmpty else { return nil }
        let count = rows.count
        for distance in 0..<count {
            let candidate = ((row + step * distance) % count + count) % count
            if let line = self[candidate], holds(line, text) { return candidate }
        }
        return nil
    }

    func holds(_ line: DialogueLine, _ text: String) -> Bool {
        !text.isEmpty && line.text.lowercased().contains(text.lowercased())
    }

    /// All lines of the conversation on a row's connection between two commands: from the command on.
    func conversation(around row: Int) -> [DialogueLine] {
        guard rows.indices.contains(row), let connection = self[row]?.connection else { return [] }
        let at = rows[row] - first
        func isCommand(_ index: Int) -> Bool {
            lines[index].connection == connection && lines[index].direction == .sent
        }
        let begin = (0...at).last(where: isCommand) ?? at
        let end = (at + 1..<max(at + 1, lines.count)).first(where: isCommand) ?? lines.count
        return lines[begin..<end].filter { $0.connection == connection }
    }

    /// The number of the last line that tells of trouble: a refusal, or a warning.
    var lastTrouble: Int? {
        lines.indices.last { index in
            switch lines[index].direction {
            case .warning: return true
            case .received(let code?):
                guard code.kind == .transientNegative || code.kind == .permanentNegative else { return false }
                return !Self.triedInPassing.contains(verb(before: index))
            default: return false
            }
        }
    }

    /// What is tried while logging in, and goes on without where the server does not know it.
    private static let triedInPassing: Set<String> = [
        "AUTH", "CLNT", "FEAT", "HOST", "LANG", "OPTS", "PBSZ", "PROT", "SYST",
    ]

    /// Of the command that a reply answers; empty where it is not kept any more.
    private func verb(before index: Int) -> String {
        let connection = lines[index].connection
        let command = lines[..<index].last { $0.connection == connection && $0.direction == .sent }
        return command.map { String($0.text.prefix { $0 != " " }) } ?? ""
    }

    /// The lines of one connection that led to a line, which is the last of them.
    func lines(before index: Int, atMost count: Int) -> [DialogueLine] {
        guard lines.indices.contains(index) else { return [] }
        let connection = lines[index].connection
        return Array(lines[...index].suffix(60).filter { $0.connection == connection }.suffix(count))
    }

    /// Everything that is kept, oldest first.
    var all: some Sequence<DialogueLine> { lines }

    // MARK: Moving

    mutating func moveCursor(to row: Int) {
        cursor = min(max(0, row), max(0, rows.count - 1))
        setFollow(cursor == rows.count - 1 || rows.isEmpty)
    }

    mutating func setFollow(_ follow: Bool) {
        follows = follow
        if follow {
            cursor = max(0, rows.count - 1)
            unseen = 0
        }
    }

    mutating func scroll(height: Int) {
        top =
            follows
            ? max(0, rows.count - height)
            : scrolled(top: top, cursor: cursor, count: rows.count, height: height)
    }
}

/// What is typed to see less of the log: words that must all fit.
///
/// `a1` `t2` is a connection, `t` all of transfers; `>` `<` `=` `-` `!` a direction; `5xx` or `425` a reply; anything
/// else is part of the line.
struct LogFilter: Hashable, Sendable {
    let text: String
    private let words: [String]

    init(_ text: String) {
        self.text = text
        words = text.lowercased().split(separator: " ").map(String.init)
    }

    var isEmpty: Bool { words.isEmpty }

    func fits(_ line: DialogueLine) -> Bool { words.allSatisfy { fits(line, $0) } }

    private func fits(_ line: DialogueLine, _ word: String) -> Bool {
        if word.count == 1, let sign = word.first, ">< =-!".contains(sign) { return line.sign == sign }
        if word == "a" || word == "t" { return line.connection.purpose.rawValue == word }
        if word.first == "a" || word.first == "t", word.dropFirst().allSatisfy(\.isNumber) {
            return line.connection.description == word
        }
        if word.count == 3, word.hasSuffix("xx"), let digit = word.first, digit.isNumber {
            guard case .received(let code?) = line.direction else { return false }
            return "\(code)".first == digit
        }
        if word.count == 3, word.allSatisfy(\.isNumber), case .received(let code?) = line.direction {
            return "\(code)" == word
        }
        return line.text.lowercased().contains(word)
    }
}
