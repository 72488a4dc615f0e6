/// HPE NonStop (Guardian): name, whether it is open, code, size, date, time, owner, security.
///
/// ```
/// File         Code             EOF  Last Modification    Owner  RWEP
/// FILE3        101            16354 14-Mar-14 15:09:12 244, 10 "nunu"
/// ```
enum NonStopListParser {
    static func parse(_ line: Span<UInt8>, into entries: inout [ListingEntry]) -> LineResult {
        var fields = line.fields(atMost: 12)
        if fields.count >= 3, line.equals(fields[0], "file"), line.equals(fields[1], "code"),
            line.equals(fields[2], "eof")
        {
            return .nothing
        }
        if fields.count > 1, line.equals(fields[1], "o") { fields.remove(at: 1) }
        guard fields.count >= 7, line[fields[1].lowerBound].isDigit, fields[1].count <= 6,
            let size = line.number(fields[2]), var date = line.dayMonthYear(fields[3]),
            let time = line.clockTime(fields[4]), line[fields[5].lowerBound].isDigit
        else { return .unknown }
        date.setTime(time)
        var entry = ListingEntry(
            name: line.bytes(fields[0]), kind: .file, size: size, modified: date)
        // `244, 10` or `255,255`: group and user, in one field or two.
        let rest = line.trimmed(from: fields[5].lowerBound)
        var end = rest.lowerBound
        while end < rest.upperBound, line[end] != UInt8(ascii: "\"") { end += 1 }
        let numbers = line.text(rest.lowerBound..<end).split { $0 == "," || $0 == " " }
        guard numbers.count == 2 else { return .unknown }
        entry.group = String(numbers[0])
        entry.owner = String(numbers[1])
        if end + 2 <= rest.upperBound, line[rest.upperBound - 1] == UInt8(ascii: "\""),
            end + 1 <= rest.upperBound - 1
        {
            entry.permissions = line.text(end + 1..<rest.upperBound - 1)
        }
        entries.append(entry)
        return .entry
    }
}
