/// OS-9: owner, date, time, attributes, sector, bytes, name.
///
/// ```
/// 20.20 07/03/29 1026 d-ewrewr 2650 85920 CMDS
/// ```
enum OS9ListParser {
    static func parse(_ line: Span<UInt8>, into entries: inout [ListingEntry]) -> LineResult {
        if isHeader(line) { return .nothing }
        var position = 0
        guard let owner = line.nextField(from: &position), let (group, user) = numbers(line, owner),
            let dateField = line.nextField(from: &position),
            let date = NumericDate(line, dateField)?.date(.yearFirst),
            let time = line.nextField(from: &position), time.count == 4, line.isDigits(time),
            let attributes = line.nextField(from: &position), isAttributes(line, attributes),
            line.nextField(from: &position) != nil,
            let sizeField = line.nextField(from: &position), let size = line.number(sizeField)
        else { return .unknown }
        let start = line.skippingBlanks(from: position)
        guard let name = line.name(in: start..<line.count) else { return .unknown }
        if line.isDots(name) { return .nothing }
        entries.append(
            ListingEntry(
                name: line.bytes(name),
                kind: line[attributes.lowerBound] == UInt8(ascii: "d") ? .directory : .file, size: size,
                modified: date, permissions: line.text(attributes), owner: user, group: group))
        return .entry
    }

    /// `20.20`: group and user.
    private static func numbers(_ line: Span<UInt8>, _ field: Range<Int>) -> (String, String)? {
        var point = field.lowerBound
        while point < field.upperBound, line[point].isDigit { point += 1 }
        guard point > field.lowerBound, point < field.upperBound, line[point] == UInt8(ascii: "."),
            line.isDigits(point + 1..<field.upperBound)
        else { return nil }
        return (line.text(field.lowerBound..<point), line.text(point + 1..<field.upperBound))
    }

    /// `dsewrewr`: directory, sharable, then rights of others and of the owner.
    private static func isAttributes(_ line: Span<UInt8>, _ field: Range<Int>) -> Bool {
        guard field.count == 8 else { return false }
        for index in field {
            switch line[index] {
            case UInt8(ascii: "d"), UInt8(ascii: "s"), UInt8(ascii: "e"), UInt8(ascii: "w"),
                UInt8(ascii: "r"), UInt8(ascii: "-"):
                break
            default: return false
            }
        }
        return true
    }

    /// ` Owner    Last modified  Attributes Sector Bytecount Name`, and the line below it.
    private static func isHeader(_ line: Span<UInt8>) -> Bool {
        let fields = line.fields(atMost: 3)
        return fields.count == 3 && line.equals(fields[0], "owner") && line.equals(fields[1], "last")
            && line.hasPrefix(fields[2], "modified")
    }
}
