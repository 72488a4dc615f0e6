/// A Unix listing in numbers: mode, owner, group, size, seconds since 1970, name.
///
/// ```
/// 0100644   500  101   12345    123456789       a file
/// ```
enum NumericUnixListParser {
    static func parse(_ line: Span<UInt8>, into entries: inout [ListingEntry]) -> LineResult {
        var position = 0
        guard let modeField = line.nextField(from: &position), (5...7).contains(modeField.count),
            line[modeField.lowerBound] == UInt8(ascii: "0"), let mode = octal(line, modeField),
            let owner = line.nextField(from: &position), line.isDigits(owner),
            let group = line.nextField(from: &position), line.isDigits(group),
            let sizeField = line.nextField(from: &position), let size = line.number(sizeField),
            let timeField = line.nextField(from: &position), let time = line.number(timeField),
            time < 253_402_300_800  // the year 10000
        else { return .unknown }
        while position < line.count, line[position].isBlank { position += 1 }
        guard let name = line.name(in: position..<line.count) else { return .unknown }
        if line.isDots(name) { return .nothing }
        let kind: ListingEntry.Kind =
            switch mode & 0o170000 {
            case 0o100000: .file
            case 0o040000: .directory
            case 0o120000: .link
            default: .other
            }
        entries.append(
            ListingEntry(
                name: line.bytes(name), kind: kind, size: size,
                modified: CivilDate(secondsSince1970: time), mode: String(mode & 0o7777, radix: 8),
                owner: line.text(owner), group: line.text(group)))
        return .entry
    }

    private static func octal(_ line: Span<UInt8>, _ field: Range<Int>) -> Int? {
        var number = 0
        for index in field {
            guard (0x30...0x37).contains(line[index]) else { return nil }
            number = number * 8 + Int(line[index] - 0x30)
        }
        return number
    }
}
