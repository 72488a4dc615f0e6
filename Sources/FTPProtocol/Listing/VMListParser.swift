/// z/VM and VM/CMS: name, type, perhaps the disk, format, record length, records, blocks, date, time.
///
/// ```
/// LASTING  GLOBALV   A1 V      41     21     1       9/16/91   15:10:32
/// README   ANONYMOU V         71         26          1 1997-04-02 12:33:20 TCP291
/// AUTHORS           DIR        -          -          - 1999-09-20 10:31:11 -
/// ```
///
/// Sizes are records and blocks, not bytes, so none is given.
enum VMListParser {
    static func parse(_ line: Span<UInt8>, into entries: inout [ListingEntry]) -> LineResult {
        let fields = line.fields(atMost: 12)
        if fields.count >= 4, line.equals(fields[0], "filename"), line.equals(fields[1], "filetype") {
            return .nothing
        }
        // The format is a word of its own, with three numbers behind it, or three dashes.
        for format in 1...3 where fields.count >= format + 6 {
            let isDirectory = line.equals(fields[format], "dir")
            guard isDirectory || line.equals(fields[format], "v") || line.equals(fields[format], "f"),
                (format + 1...format + 3).allSatisfy({ line.isCount(fields[$0]) }),
                var date = NumericDate(line, fields[format + 4])?.date(.monthFirst),
                let time = line.clockTime(fields[format + 5])
            else { continue }
            var nameFields = format
            if nameFields > 1, line.isFileMode(fields[nameFields - 1]), nameFields == 3 || isDirectory {
                nameFields -= 1
            }
            guard nameFields == 1 || (nameFields == 2 && !isDirectory) else { return .unknown }
            date.setTime(time)
            var name = line.bytes(fields[0])
            if nameFields == 2 { name += [UInt8(ascii: ".")] + line.bytes(fields[1]) }
            if name == [0x2E] || name == [0x2E, 0x2E] { return .nothing }
            entries.append(
                ListingEntry(name: name, kind: isDirectory ? .directory : .file, modified: date))
            return .entry
        }
        return .unknown
    }
}

extension Span<UInt8> {
    fileprivate func isCount(_ field: Range<Int>) -> Bool {
        isDigits(field) || (field.count == 1 && self[field.lowerBound] == UInt8(ascii: "-"))
    }

    /// A disk and a number: `A1`.
    fileprivate func isFileMode(_ field: Range<Int>) -> Bool {
        (1...2).contains(field.count) && self[field.lowerBound].isLetter
            && (field.count == 1 || self[field.lowerBound + 1].isDigit)
    }
}
