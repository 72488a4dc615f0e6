/// OpenVMS: name with version, blocks, date, owner, protection, in this order or another; a long name has
/// the line for itself.
///
/// ```
/// ANNOUNCE.TXT;2           1/16         12-MAR-2005 08:44:57  [SYSTEM]               (RWED,RWED,RE,RE)
/// NOTES$NOTEBOOK.NOTE;1
///                             36   4-NOV-2009 05:55 [DECUSERVE] (RWE,RWE,,)
/// README.FTP;1        %RMS-E-PRV, insufficient privilege or file protection violation
/// ```
struct VMSListParser: Sendable {
    private static let blockSize: Int64 = 512
    private static let mostFields = 24

    /// A name whose facts are on the next line.
    private var pending: ListingEntry?

    mutating func parse(_ line: Span<UInt8>, into entries: inout [ListingEntry]) -> LineResult {
        var position = 0
        guard let head = line.nextField(from: &position) else { return .unknown }
        if var entry = pending {
            let isMessage = isMessage(line, head)
            if isMessage || readFacts(line, from: 0, into: &entry) {
                pending = nil
                entries.append(entry)
                return .entry
            }
            flush(into: &entries)
        }
        if isMessage(line, head) { return isNothingFound(line, head) ? .nothing : .unknown }
        guard let name = fileName(line, head) else { return .unknown }
        var entry = entry(line, name)
        guard !line.trimmed(from: position).isEmpty else {
            pending = entry
            return .nothing
        }
        var next = position
        if let field = line.nextField(from: &next), isMessage(line, field) {
            // `*.*;0  <%RMS-E-FNF, file not found>` is the answer to a question, not a file.
            if line.firstRange(of: "*", in: name) != nil { return .nothing }
        } else if !readFacts(line, from: position, into: &entry) {
            return .unknown
        }
        entries.append(entry)
        return .entry
    }

    /// The next line was not about the name that stood alone: it is an entry without facts.
    mutating func flush(into entries: inout [ListingEntry]) {
        if let pending { entries.append(pending) }
        pending = nil
    }

    /// `NAME.TYPE;3`, also behind its directory, `[A.DIR]NAME.TYPE;3`: the part to send back.
    private func fileName(_ line: Span<UInt8>, _ field: Range<Int>) -> Range<Int>? {
        var semicolon = field.upperBound - 1
        while semicolon > field.lowerBound, line[semicolon].isDigit { semicolon -= 1 }
        guard line[semicolon] == UInt8(ascii: ";"), field.upperBound - semicolon > 1 else { return nil }
        var start = semicolon
        while start > field.lowerBound, line[start - 1] != UInt8(ascii: "]") { start -= 1 }
        guard start < semicolon, line.firstRange(of: ";", in: start..<semicolon) == nil else { return nil }
        return start..<field.upperBound
    }

    private func entry(_ line: Span<UInt8>, _ name: Range<Int>) -> ListingEntry {
        var semicolon = name.upperBound - 1
        while line[semicolon] != UInt8(ascii: ";") { semicolon -= 1 }
        let stem = semicolon - 4
        guard stem > name.lowerBound, line.equals(stem..<semicolon, ".dir") else {
            return ListingEntry(name: line.bytes(name), kind: .file)
        }
        return ListingEntry(name: line.bytes(name.lowerBound..<stem), kind: .directory)
    }

    /// True if there is a date among the fields, or blocks and protection.
    private func readFacts(_ line: Span<UInt8>, from start: Int, into entry: inout ListingEntry) -> Bool {
        var position = start
        var hasDate = false
        var hasSize = false
        for _ in 0..<Self.mostFields {
            while position < line.count, line[position].isBlank { position += 1 }
            guard position < line.count else { break }
            switch line[position] {
            case UInt8(ascii: "["):
                let end = line.end(of: UInt8(ascii: "]"), from: position)
                readOwner(line, position + 1..<end, &entry)
                position = min(end + 1, line.count)
            case UInt8(ascii: "("):
                let end = line.end(of: UInt8(ascii: ")"), from: position)
                entry.permissions = line.text(position + 1..<end)
                position = min(end + 1, line.count)
            default:
                guard let field = line.nextField(from: &position) else { break }
                if let date = line.dayMonthYear(field) {
                    guard !hasDate else { return false }
                    hasDate = true
                    entry.modified = date
                    var next = position
                    if let timeField = line.nextField(from: &next), let time = line.clockTime(timeField) {
                        entry.modified?.setTime(time)
                        position = next
                    }
                } else if !hasSize, let size = size(line, field) {
                    hasSize = true
                    entry.size = size.bytes
                } else if !hasDate, line[field.lowerBound].isDigit,
                    line.firstRange(of: "-", in: field) != nil
                {
                    // A month in a language we do not know.
                    hasDate = true
                } else if hasDate {
                    // An owner without brackets.
                    if entry.owner == nil { entry.owner = line.text(field) }
                } else {
                    return false
                }
            }
        }
        return hasDate || (hasSize && entry.permissions != nil)
    }

    /// Nil bytes: there was a size, but it did not fit its column.
    private struct Size { let bytes: Int64? }

    /// Files are listed in blocks, in use or `used/allocated`; `2KB` where the server was told so.
    private func size(_ line: Span<UInt8>, _ field: Range<Int>) -> Size? {
        var end = field.lowerBound
        while end < field.upperBound, line[end].isDigit { end += 1 }
        if end == field.lowerBound {
            for index in field where line[index] != UInt8(ascii: "*") { return nil }
            return Size(bytes: nil)
        }
        guard let number = line.number(field.lowerBound..<end), number < 1 << 40 else { return nil }
        let unit = end..<field.upperBound
        if unit.isEmpty { return Size(bytes: number * Self.blockSize) }
        if line[end] == UInt8(ascii: "/"), line.isDigits(end + 1..<field.upperBound) {
            return Size(bytes: number * Self.blockSize)
        }
        if line.equals(unit, "kb") { return Size(bytes: number << 10) }
        if line.equals(unit, "mb") { return Size(bytes: number << 20) }
        if line.equals(unit, "b") { return Size(bytes: number) }
        return nil
    }

    /// `[GROUP,OWNER]`, `[OWNER]`, also cut at the end of the column.
    private func readOwner(_ line: Span<UInt8>, _ range: Range<Int>, _ entry: inout ListingEntry) {
        var end = range.lowerBound
        while end < range.upperBound, !line[end].isBlank { end += 1 }
        var comma = range.lowerBound
        while comma < end, line[comma] != UInt8(ascii: ",") { comma += 1 }
        if comma < end {
            entry.group = line.text(range.lowerBound..<comma)
            entry.owner = line.text(comma + 1..<end)
        } else if range.lowerBound < end {
            entry.owner = line.text(range.lowerBound..<end)
        }
    }

    /// `%RMS-E-PRV, insufficient privilege`, `<%SYSTEM-F-NOPRIV, …>`.
    private func isMessage(_ line: Span<UInt8>, _ field: Range<Int>) -> Bool {
        var start = field.lowerBound
        if line[start] == UInt8(ascii: "<") { start += 1 }
        return start + 4 < field.upperBound && line[start] == UInt8(ascii: "%")
            && line.firstRange(of: "-", in: start..<field.upperBound) != nil
    }

    /// File not found, directory not found, no more files: there is nothing to show.
    private func isNothingFound(_ line: Span<UInt8>, _ field: Range<Int>) -> Bool {
        line.firstRange(of: "-FNF", in: field) != nil || line.firstRange(of: "-NMF", in: field) != nil
    }
}

extension Span<UInt8> {
    /// Where this byte is, or a run of blanks that says it was cut off, or the end.
    fileprivate func end(of byte: UInt8, from start: Int) -> Int {
        var index = start
        while index < count, self[index] != byte {
            if self[index].isBlank, index + 1 < count, self[index + 1].isBlank { return index }
            index += 1
        }
        return index
    }
}
