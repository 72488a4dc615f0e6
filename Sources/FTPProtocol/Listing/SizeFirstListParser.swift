/// Servers that begin with the size: OS/2, VxWorks, VShell.
///
/// ```
///             65201      A          08-04-11   10:24  csort.exe
///                 0  DIR            04-11-95   16:26  ADDRESS
///    20480    MAR-17-2011  13:05:44   bootrom.sys
///      512    JAN-01-1980  00:00:00   ata               <DIR>
/// 206876  Apr 04, 2000 21:06 file
/// ```
enum SizeFirstListParser {
    static func parse(_ line: Span<UInt8>, into entries: inout [ListingEntry]) -> LineResult {
        var position = 0
        guard let sizeField = line.nextField(from: &position) else { return .unknown }
        guard line.isDigits(sizeField) else { return header(line, sizeField) }
        var entry = ListingEntry(name: [], kind: .file, size: line.number(sizeField))
        // OS/2 has attributes before the date.
        var field = line.nextField(from: &position)
        var hasAttributes = false
        while let attributes = field, line.isAttributes(attributes) || line.equals(attributes, "dir") {
            if line.equals(attributes, "dir") { entry.kind = .directory }
            hasAttributes = true
            field = line.nextField(from: &position)
        }
        guard let first = field, let (date, isVShell) = date(line, first, &position),
            let timeField = line.nextField(from: &position), let time = line.clockTime(timeField),
            !(hasAttributes && isVShell)
        else { return .unknown }
        entry.modified = date
        entry.modified?.setTime(time)
        var end = line.count
        if line.monthDayYear(first) != nil {
            end = line.trimmed(from: position).upperBound
            if end - 5 > position, line.equals(end - 5..<end, "<dir>") {
                entry.kind = .directory
                end -= 5
            }
            while end > position, line[end - 1].isBlank { end -= 1 }
        }
        let start = isVShell ? position + 1 : line.skippingBlanks(from: position)
        guard start < end else { return .unknown }
        if isVShell, end - start > 1, line[end - 1] == UInt8(ascii: "/") {
            entry.kind = .directory
            end -= 1
        }
        guard let name = line.name(in: start..<end) else { return .unknown }
        if line.isDots(name) { return .nothing }
        entry.name = line.bytes(name)
        entries.append(entry)
        return .entry
    }

    /// `08-04-11`, `MAR-17-2011`, or `Apr 04, 2000` of VShell, which has one blank before the name.
    private static func date(
        _ line: Span<UInt8>, _ first: Range<Int>, _ position: inout Int
    ) -> (CivilDate, isVShell: Bool)? {
        if let date = NumericDate(line, first)?.date(.monthFirst) ?? line.monthDayYear(first) {
            return (date, false)
        }
        guard line[first.lowerBound].isLetter, let second = line.nextField(from: &position),
            line[second.upperBound - 1] == UInt8(ascii: ","), let day = MarkedNumber(line, second)?.value,
            let third = line.nextField(from: &position), let year = line.smallNumber(third), year > 1_900,
            let month = MonthNames.number(line, first), isDay(day, month: month, year: year)
        else { return nil }
        return (CivilDate(year: year, month: UInt8(month), day: UInt8(day)), true)
    }

    /// `  size          date       time       name` of VxWorks and the line below it.
    private static func header(_ line: Span<UInt8>, _ first: Range<Int>) -> LineResult {
        let fields = line.fields(atMost: 5)
        guard fields.count == 4 else { return .unknown }
        if line.equals(first, "size"), line.equals(fields[1], "date"), line.equals(fields[3], "name") {
            return .nothing
        }
        for field in fields {
            for index in field where line[index] != UInt8(ascii: "-") { return .unknown }
        }
        return .nothing
    }
}
