/// Small servers of the DOS years that begin with the name: SuperTCP, NEWT, Nortel.
///
/// ```
/// DESIGN1.DOC          11264      05/11/95        14:20
/// WPKIT1.EXE     960338      Jun 21 1995 17:01   R
/// config.bin       204800  11/23/05  Wed.   08:05:59
/// INSTALL         <DIR>           11/16/94        17:17
/// ```
enum NameFirstListParser {
    static func parse(_ line: Span<UInt8>, into entries: inout [ListingEntry]) -> LineResult {
        let fields = line.fields(atMost: 12)
        guard fields.count >= 4, fields[0].lowerBound == 0 else { return .unknown }
        // A name may have blanks: what follows tells where it ends.
        for index in 1...fields.count - 3 {
            let isDirectory = line.equals(fields[index], "<dir>")
            guard isDirectory || line.isDigits(fields[index]),
                let date = date(line, fields[(index + 1)...])
            else { continue }
            let name = 0..<fields[index - 1].upperBound
            if line.isDots(name) { return .nothing }
            entries.append(
                ListingEntry(
                    name: line.bytes(name), kind: isDirectory ? .directory : .file,
                    size: isDirectory ? nil : line.number(fields[index]), modified: date))
            return .entry
        }
        return .unknown
    }

    /// `05/11/95 14:20`, `11/23/05 Wed. 08:05:59`, `Jun 21 1995 17:01`; then attributes at most.
    private static func date(_ line: Span<UInt8>, _ fields: ArraySlice<Range<Int>>) -> CivilDate? {
        var fields = fields
        var date: CivilDate
        guard let first = fields.popFirst() else { return nil }
        if let numeric = NumericDate(line, first)?.date(.monthFirst) {
            date = numeric
            if let next = fields.first, line[next.lowerBound].isLetter, line[next.upperBound - 1] == 0x2E {
                fields.removeFirst()
            }
        } else {
            guard let second = fields.popFirst(), let third = fields.popFirst(),
                let day = MarkedNumber(line, second)?.value, let year = line.smallNumber(third),
                year > 1_900, let month = MonthNames.number(line, first), isDay(day, month: month, year: year)
            else { return nil }
            date = CivilDate(year: year, month: UInt8(month), day: UInt8(day))
        }
        guard let timeField = fields.popFirst(), let time = line.clockTime(timeField),
            fields.allSatisfy({ line.isAttributes($0) })
        else { return nil }
        date.setTime(time)
        return date
    }
}
