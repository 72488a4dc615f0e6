/// dLS: the name, the size in a column that ends at the same place in every line, a description.
///
/// ```
/// README              763  Information about this server
/// bin/                  -
/// TIMIT.mostlikely.Z
///                  79215
/// morgan               14  -> ../real/morgan
/// ```
///
/// There is little to recognise here, so the column decides: text with a number in it is no entry.
struct DescriptiveListParser: Sendable {
    /// Where the size ends: the names have 17 columns at least.
    private static let columns = 20...40
    private static let longestName = 255
    private static let shortestWrapped = 17

    private var column: Int?
    /// A name too long for its column, whose size is on the next line.
    private var pending: [UInt8]?

    mutating func parse(_ line: Span<UInt8>, into entries: inout [ListingEntry]) -> LineResult {
        var position = 0
        guard let head = line.nextField(from: &position) else { return .unknown }
        if let name = pending {
            pending = nil
            if head.lowerBound > 0, isSize(line, head) {
                append(name, line, size: head, &entries)
                return .entry
            }
        }
        guard head.lowerBound == 0, head.count <= Self.longestName, isName(line, head) else {
            return .unknown
        }
        guard let size = line.nextField(from: &position) else {
            // Alone in its line, with a width that explains why: only in a listing known to be one.
            guard column != nil, head.count >= Self.shortestWrapped else { return .unknown }
            pending = line.bytes(head)
            return .nothing
        }
        guard isSize(line, size) else { return .unknown }
        append(line.bytes(head), line, size: size, &entries)
        return .entry
    }

    private func isName(_ line: Span<UInt8>, _ field: Range<Int>) -> Bool {
        switch line[field.upperBound - 1] {
        case UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: ";"): false
        default: true
        }
    }

    /// Digits, or a dash for what has no size, with the end of the line or two blanks behind it.
    private mutating func isSize(_ line: Span<UInt8>, _ field: Range<Int>) -> Bool {
        let isDash =
            field.count == 1
            && (line[field.lowerBound] == UInt8(ascii: "-") || line[field.lowerBound] == UInt8(ascii: "="))
        guard isDash || line.isDigits(field) else { return false }
        let end = field.upperBound
        for index in end..<min(end + 2, line.count) where line[index] != 0x20 { return false }
        if let column { return end == column }
        guard Self.columns.contains(end) else { return false }
        column = end
        return true
    }

    private func append(
        _ name: [UInt8], _ line: Span<UInt8>, size: Range<Int>, _ entries: inout [ListingEntry]
    ) {
        var entry = ListingEntry(name: name, kind: .file, size: line.number(size))
        if name.count > 1, name.last == UInt8(ascii: "/") {
            entry.kind = .directory
            entry.name.removeLast()
        }
        let text = line.trimmed(from: size.upperBound)
        if !text.isEmpty { readText(line, text, &entry) }
        guard entry.name != [0x2E], entry.name != [0x2E, 0x2E] else { return }
        entries.append(entry)
    }

    /// Behind the size: where a link points, or a date, or what the file is about.
    private func readText(_ line: Span<UInt8>, _ text: Range<Int>, _ entry: inout ListingEntry) {
        if text.count > 3, line.firstRange(of: "-> ", in: text.lowerBound..<text.lowerBound + 3) != nil {
            entry.kind = .link
            entry.target = line.bytes(text.lowerBound + 3..<text.upperBound)
            return
        }
        var position = text.lowerBound
        if let first = line.nextField(from: &position),
            let date = UnixListDate(line, at: first, years: YearChooser(now: nil))
        {
            entry.modified = date.date
        }
    }
}
