/// Connect:Enterprise: ten flags, how the batch arrived, owner, batch number, size, date, name.
///
/// ```
/// -C--E-----FTP A QUA1I1      18128       41 Apr 1 2014 QUADTEST3
/// ```
struct EnterpriseListParser: Sendable {
    private static let mostFields = 8
    private let years: YearChooser

    init(now: CivilDate?) { years = YearChooser(now: now) }

    func parse(_ line: Span<UInt8>, into entries: inout [ListingEntry]) -> LineResult {
        var position = 0
        guard let head = line.nextField(from: &position), isFlags(line, head) else { return .unknown }
        var fields: [Range<Int>] = []
        while fields.count < Self.mostFields, let field = line.nextField(from: &position) {
            if fields.count >= 2, let size = fields.last, line.isDigits(size),
                let date = UnixListDate(line, at: field, years: years), date.nameStart < line.count
            {
                var entry = ListingEntry(
                    name: line.bytes(date.nameStart..<line.count), kind: .file, size: line.number(size),
                    modified: date.date)
                // The code page of the batch, one letter, comes before the owner.
                let first = fields.count > 2 && fields[0].count == 1 ? 1 : 0
                if first < fields.count - 1 { entry.owner = line.text(fields[first]) }
                if first + 1 < fields.count - 1 { entry.group = line.text(fields[first + 1]) }
                entries.append(entry)
                return .entry
            }
            fields.append(field)
        }
        return .unknown
    }

    /// `-C--E-----FTP`: capitals and dashes, in neither of the sets that Unix knows.
    private func isFlags(_ line: Span<UInt8>, _ field: Range<Int>) -> Bool {
        guard (10...16).contains(field.count), line[field.lowerBound] == UInt8(ascii: "-") else {
            return false
        }
        var letters = 0
        for index in field {
            let byte = line[index]
            if (0x41...0x5A).contains(byte) {
                letters += 1
            } else if byte != UInt8(ascii: "-") {
                return false
            }
        }
        return letters > 0
    }
}
