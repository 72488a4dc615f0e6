/// Novell NetWare: type, rights in brackets, owner, size, date, name; blanks before the name are padding.
///
/// ```
/// d [RWCEAFMS] ftpadmin                          512 Jun 25  2007 pandora
/// - [R----F--] rhesus             214059       Oct 20 15:27    file
/// ```
struct NetWareListParser: Sendable {
    private static let mostFields = 12
    private let years: YearChooser

    init(now: CivilDate?) { years = YearChooser(now: now) }

    func parse(_ line: Span<UInt8>, into entries: inout [ListingEntry]) -> LineResult {
        var position = 0
        guard let (kind, rights) = typeAndRights(line, &position) else { return .unknown }
        var fields: [Range<Int>] = []
        while fields.count < Self.mostFields, let field = line.nextField(from: &position) {
            if let size = fields.last, line.isDigits(size),
                let date = UnixListDate(line, at: field, years: years)
            {
                return entry(line, kind, rights, fields, date, &entries)
            }
            fields.append(field)
        }
        return .unknown
    }

    /// The type stands alone before the rights, or is glued to them.
    private func typeAndRights(
        _ line: Span<UInt8>, _ position: inout Int
    ) -> (ListingEntry.Kind, Range<Int>)? {
        guard let head = line.nextField(from: &position) else { return nil }
        let kind: ListingEntry.Kind
        switch line[head.lowerBound] {
        case UInt8(ascii: "-"): kind = .file
        case UInt8(ascii: "d"): kind = .directory
        default: return nil
        }
        var rights = head.lowerBound + 1..<head.upperBound
        if rights.isEmpty {
            guard let next = line.nextField(from: &position) else { return nil }
            rights = next
        }
        guard (4...12).contains(rights.count), line[rights.lowerBound] == UInt8(ascii: "["),
            line[rights.upperBound - 1] == UInt8(ascii: "]")
        else { return nil }
        for index in rights.dropFirst().dropLast()
        where !line[index].isLetter && line[index] != UInt8(ascii: "-") { return nil }
        return (kind, rights)
    }

    private func entry(
        _ line: Span<UInt8>, _ kind: ListingEntry.Kind, _ rights: Range<Int>, _ fields: [Range<Int>],
        _ date: UnixListDate, _ entries: inout [ListingEntry]
    ) -> LineResult {
        guard date.nameStart < line.count,
            let name = line.name(in: line.skippingBlanks(from: date.nameStart)..<line.count)
        else { return .unknown }
        if line.isDots(name) { return .nothing }
        entries.append(
            ListingEntry(
                name: line.bytes(name), kind: kind, size: fields.last.flatMap { line.number($0) },
                modified: date.date, permissions: line.text(rights),
                owner: fields.count > 1
                    ? line.text(fields[0].lowerBound..<fields[fields.count - 2].upperBound) : nil))
        return .entry
    }
}
