/// `ls -l` in all its variants: the listing of most servers.
///
/// ```
/// drwxr-xr-x   2 root     root         4096 Aug  6  2001 directory
/// -rw-r--r--   1 john smith   staff   33.5k 15 апр 18:11 file
/// lrwxrwxrwx 1 0 0 26 2012-02-07 00:31 link -> its/target
/// ```
///
/// The columns before the date differ from server to server, so the date is searched and tells where the
/// rest is: the size before it, the name behind it, exactly one blank away.
struct UnixListParser: Sendable {
    /// Fields before the date: a group may have blanks in its name, but not dozens.
    private static let mostFields = 40

    private let years: YearChooser
    /// Where the fields of this line begin and end; kept to spare an allocation for each line.
    private var fields: [Range<Int>] = []

    init(now: CivilDate?) {
        years = YearChooser(now: now)
        fields.reserveCapacity(Self.mostFields)
    }

    mutating func parse(_ line: Span<UInt8>, into entries: inout [ListingEntry]) -> LineResult {
        var position = 0
        guard let head = line.nextField(from: &position), let mode = UnixMode(line, head) else {
            return .unknown
        }
        fields.removeAll(keepingCapacity: true)
        var date: UnixListDate?
        while fields.count < Self.mostFields {
            var next = position
            guard let field = line.nextField(from: &next) else { break }
            // The size, right before the date, ends in a digit or a unit.
            if let last = fields.last, line[last.upperBound - 1].mayEndSize,
                let found = UnixListDate(line, at: field, years: years)
            {
                date = found
                break
            }
            fields.append(field)
            position = next
        }

        var entry = ListingEntry(name: [], kind: mode.kind)
        let nameStart: Int
        if let date {
            entry.modified = date.date
            nameStart = date.nameStart
            readColumns(line, upTo: fields.count, mode, &entry)
        } else if let start = dateless(line, mode) {
            readColumns(line, upTo: 4, mode, &entry)
            nameStart = start
        } else {
            return .unknown
        }
        guard nameStart < line.count else { return .unknown }
        var nameRange = nameStart..<line.count
        if mode.kind == .link, let arrow = line.firstRange(of: " -> ", in: nameRange) {
            entry.target = line.bytes(arrow.upperBound..<line.count)
            nameRange = nameStart..<arrow.lowerBound
        }
        guard let name = line.name(in: nameRange) else { return .unknown }
        if line.isDots(name) { return .nothing }
        entry.name = line.bytes(name)
        entry.permissions = line.text(mode.permissions)
        entries.append(entry)
        return .entry
    }

    /// Links, owner, group and size: the first `count` fields.
    private func readColumns(
        _ line: Span<UInt8>, upTo count: Int, _ mode: UnixMode, _ entry: inout ListingEntry
    ) {
        var last = count
        if last > 0, let size = UnixSize.bytes(line, fields[last - 1]) {
            last -= 1
            if mode.hasSize { entry.size = size }
        } else if last > 0,
            line[fields[last - 1].lowerBound] == UInt8(ascii: "-") || line.isDigits(fields[last - 1])
        {
            // Servers with 32 bits list large files with a negative size; others with one beyond all measure.
            last -= 1
        }
        // Major and minor number of a device: `8, 0`.
        if !mode.hasSize, last > 0, line[fields[last - 1].upperBound - 1] == UInt8(ascii: ",") { last -= 1 }
        var first = 0
        if !mode.hasLinkCount, last > 0, line.isDigits(fields[0]) { first = 1 }
        guard first < last else { return }
        // Names may have blanks: a wide gap tells owner from group, else the first blank does.
        var cut = first + 1
        if last - first > 2 {
            for index in first + 1..<last where fields[index].lowerBound - fields[index - 1].upperBound > 1 {
                cut = index
                break
            }
        }
        entry.owner = line.text(fields[first].lowerBound..<fields[cut - 1].upperBound)
        if cut < last { entry.group = line.text(fields[cut].lowerBound..<fields[last - 1].upperBound) }
    }

    /// `drwxr-xr-x 3 slopri devlab 512 name`: where the name begins.
    ///
    /// Only if nothing behind the size looks like a date in words we do not know.
    private func dateless(_ line: Span<UInt8>, _ mode: UnixMode) -> Int? {
        guard fields.count >= 5, mode.permissions.count == 9, line.isDigits(fields[0]),
            !line.isDigits(fields[1]), !line.isDigits(fields[2]), line.isDigits(fields[3])
        else { return nil }
        if MonthNames.number(line, fields[4]) != nil { return nil }
        for field in fields[4..<min(fields.count, 8)] {
            if UnixListDate.isTime(line, field) || UnixListDate.year(line, field) != nil { return nil }
        }
        return fields[3].upperBound + 1
    }
}

/// The first column: type, permissions, and what is glued to them.
struct UnixMode {
    let kind: ListingEntry.Kind
    /// Without the type letter and without `+`, `.` or `@`.
    let permissions: Range<Int>
    /// The number of links follows without a blank: `drwxr-xr-x1732`, `drwxr-x---+1464`.
    let hasLinkCount: Bool
    /// A device has numbers where others have a size.
    let hasSize: Bool

    init?(_ line: Span<UInt8>, _ field: Range<Int>) {
        guard field.count >= 7 else { return nil }
        let type = line[field.lowerBound]
        switch type {
        case UInt8(ascii: "-"), UInt8(ascii: "f"): kind = .file
        case UInt8(ascii: "d"): kind = .directory
        case UInt8(ascii: "l"): kind = .link
        case UInt8(ascii: "b"), UInt8(ascii: "c"), UInt8(ascii: "p"), UInt8(ascii: "s"), UInt8(ascii: "D"),
            UInt8(ascii: "P"), UInt8(ascii: "n"), UInt8(ascii: "m"), UInt8(ascii: "w"), UInt8(ascii: "?"):
            kind = .other
        default: return nil
        }
        hasSize = type != UInt8(ascii: "b") && type != UInt8(ascii: "c")
        var end = field.lowerBound + 1
        while end < field.upperBound, end < field.lowerBound + 10, line[end].isPermission { end += 1 }
        permissions = field.lowerBound + 1..<end
        // Some servers are a column or a third short.
        guard permissions.count >= 6 else { return nil }
        if end < field.upperBound,
            line[end] == UInt8(ascii: "+") || line[end] == UInt8(ascii: ".")
                || line[end] == UInt8(ascii: "@")
        {
            end += 1
        }
        hasLinkCount = end < field.upperBound
        guard !hasLinkCount || line.isDigits(end..<field.upperBound) else { return nil }
    }
}

/// A size in bytes, `33.5k` being 34,304.
enum UnixSize {
    static func bytes(_ line: Span<UInt8>, _ field: Range<Int>) -> Int64? {
        if let size = line.number(field) { return size }
        let shift: Int
        switch line[field.upperBound - 1] | 0x20 {
        case UInt8(ascii: "k"): shift = 10
        case UInt8(ascii: "m"): shift = 20
        case UInt8(ascii: "g"): shift = 30
        case UInt8(ascii: "t"): shift = 40
        default: return nil
        }
        var point = field.lowerBound
        while point < field.upperBound - 1, line[point].isDigit { point += 1 }
        guard let whole = line.number(field.lowerBound..<point), whole < 1 << 20 else { return nil }
        var size = whole << Int64(shift)
        if line[point] == UInt8(ascii: ".") || line[point] == UInt8(ascii: ",") {
            let digits = point + 1..<field.upperBound - 1
            guard digits.count <= 3, let part = line.number(digits) else { return nil }
            var unit: Int64 = 1
            for _ in digits { unit *= 10 }
            size += (part << Int64(shift)) / unit
        } else if point != field.upperBound - 1 {
            return nil
        }
        return size
    }
}

extension UInt8 {
    fileprivate var isPermission: Bool {
        switch self {
        case UInt8(ascii: "-"), UInt8(ascii: "r"), UInt8(ascii: "w"), UInt8(ascii: "x"), UInt8(ascii: "s"),
            UInt8(ascii: "S"), UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "l"), UInt8(ascii: "L"):
            true
        default: false
        }
    }

    fileprivate var mayEndSize: Bool {
        if isDigit { return true }
        switch self | 0x20 {
        case UInt8(ascii: "k"), UInt8(ascii: "m"), UInt8(ascii: "g"), UInt8(ascii: "t"): return true
        default: return false
        }
    }
}
