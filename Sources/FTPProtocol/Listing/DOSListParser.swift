/// What `dir` prints, as IIS and many Windows servers list:
///
/// ```
/// 03-07-13  10:02AM                  901 File01.xml
/// 10/16/2018  10:25 PM  <DIR>         Desktop
/// 2002-09-02  18:48       <JUNCTION>    here => there
/// ```
enum DOSListParser {
    static func parse(_ line: Span<UInt8>, into entries: inout [ListingEntry]) -> LineResult {
        var position = 0
        guard let dateField = line.nextField(from: &position), line[dateField.lowerBound].isDigit,
            var date = date(line, dateField),
            let timeField = line.nextField(from: &position), line[timeField.lowerBound].isDigit,
            readTime(line, timeField, &position, &date),
            let third = line.nextField(from: &position)
        else { return .unknown }

        var entry = ListingEntry(name: [], kind: .file, modified: date)
        if line[third.lowerBound] == UInt8(ascii: "<") {
            guard let kind = kind(line, third) else { return .unknown }
            entry.kind = kind
        } else {
            guard let size = size(line, third) else { return .unknown }
            entry.size = size
        }
        while position < line.count, line[position].isBlank { position += 1 }
        var nameRange = position..<line.count
        if entry.kind == .link { nameRange = splitTarget(line, nameRange, &entry) }
        guard let name = line.name(in: nameRange) else { return .unknown }
        if line.isDots(name) { return .nothing }
        entry.name = line.bytes(name)
        entries.append(entry)
        return .entry
    }

    /// The month first, as Windows in English has it; full stops are from where the day comes first.
    private static func date(_ line: Span<UInt8>, _ field: Range<Int>) -> CivilDate? {
        let order: NumericDate.Order = line.firstRange(of: ".", in: field) == nil ? .monthFirst : .dayFirst
        return NumericDate(line, field)?.date(order)
    }

    /// `10:02AM`, `18:48`, `9:09 PM`.
    private static func readTime(
        _ line: Span<UInt8>, _ field: Range<Int>, _ position: inout Int, _ date: inout CivilDate
    ) -> Bool {
        var colon = field.lowerBound
        while colon < field.upperBound, line[colon].isDigit { colon += 1 }
        guard colon < field.upperBound, line[colon] == UInt8(ascii: ":"),
            var hour = line.smallNumber(field.lowerBound..<colon)
        else { return false }
        var end = colon + 1
        while end < field.upperBound, line[end].isDigit { end += 1 }
        guard let minute = line.smallNumber(colon + 1..<end), minute < 60, hour < 24 else { return false }
        if end < field.upperBound, line[end] == UInt8(ascii: ":") {
            let start = end + 1
            end = start
            while end < field.upperBound, line[end].isDigit { end += 1 }
            guard let second = line.smallNumber(start..<end), second <= 60 else { return false }
            date.second = UInt8(second)
        }
        var half = end..<field.upperBound
        if half.isEmpty {
            var next = position
            if let field = line.nextField(from: &next), field.count == 2, isHalf(line, field) {
                half = field
                position = next
            }
        } else {
            guard isHalf(line, half) else { return false }
        }
        if !half.isEmpty {
            let isAfternoon = line[half.lowerBound] | 0x20 == UInt8(ascii: "p")
            if isAfternoon, hour < 12 { hour += 12 }
            if !isAfternoon, hour == 12 { hour = 0 }
        }
        date.hour = UInt8(hour)
        date.minute = UInt8(minute)
        return true
    }

    private static func isHalf(_ line: Span<UInt8>, _ field: Range<Int>) -> Bool {
        line.equals(field, "am") || line.equals(field, "pm") || line.equals(field, "a")
            || line.equals(field, "p")
    }

    private static func kind(_ line: Span<UInt8>, _ field: Range<Int>) -> ListingEntry.Kind? {
        if line.equals(field, "<dir>") { return .directory }
        if line.equals(field, "<junction>") || line.equals(field, "<symlink>")
            || line.equals(field, "<symlinkd>")
        {
            return .link
        }
        return nil
    }

    /// Digits, with commas or full stops between the thousands where `dir` puts them.
    private static func size(_ line: Span<UInt8>, _ field: Range<Int>) -> Int64? {
        if let size = line.number(field) { return size }
        guard field.count <= 26, line[field.lowerBound].isDigit else { return nil }
        var size: Int64 = 0
        for index in field {
            if line[index] == UInt8(ascii: ",") || line[index] == UInt8(ascii: ".") { continue }
            guard line[index].isDigit, size < .max / 10 - 10 else { return nil }
            size = size * 10 + Int64(line[index] - 0x30)
        }
        return size
    }

    /// `name => target`, `name -> target`, and `name [target]` of Windows' own `dir`.
    private static func splitTarget(
        _ line: Span<UInt8>, _ range: Range<Int>, _ entry: inout ListingEntry
    ) -> Range<Int> {
        if let arrow = line.firstRange(of: " => ", in: range) ?? line.firstRange(of: " -> ", in: range) {
            entry.target = line.bytes(arrow.upperBound..<range.upperBound)
            return range.lowerBound..<arrow.lowerBound
        }
        if !range.isEmpty, line[range.upperBound - 1] == UInt8(ascii: "]"),
            let bracket = line.firstRange(of: " [", in: range)
        {
            entry.target = line.bytes(bracket.upperBound..<range.upperBound - 1)
            return range.lowerBound..<bracket.lowerBound
        }
        return range
    }
}
