/// Easily parsed LIST format (cr.yp.to/ftp/list/eplf.html): facts, a tab, the name.
///
/// ```
/// +i8388621.48594,m825718503,r,s280,	djb.html
/// +i8388621.50690,m824255907,/,	514
/// ```
enum EPLFListParser {
    static func parse(_ line: Span<UInt8>, into entries: inout [ListingEntry]) -> LineResult {
        guard line.count > 1, line[0] == UInt8(ascii: "+") else { return .unknown }
        var tab = 1
        while tab < line.count, line[tab] != 0x09 { tab += 1 }
        guard tab < line.count, let name = line.name(in: tab + 1..<line.count) else { return .unknown }
        var entry = ListingEntry(name: line.bytes(name), kind: .file)
        var start = 1
        while start < tab {
            var end = start
            while end < tab, line[end] != UInt8(ascii: ",") { end += 1 }
            if start < end { read(line, start..<end, &entry) }
            start = end + 1
        }
        if line.isDots(name) { return .nothing }
        entries.append(entry)
        return .entry
    }

    /// A fact is a letter and its value; unknown ones are passed over, as the format asks.
    private static func read(_ line: Span<UInt8>, _ fact: Range<Int>, _ entry: inout ListingEntry) {
        let value = fact.lowerBound + 1..<fact.upperBound
        switch line[fact.lowerBound] {
        case UInt8(ascii: "/"): entry.kind = .directory
        case UInt8(ascii: "s"): entry.size = line.number(value)
        case UInt8(ascii: "m"):
            if let time = line.number(value), time < 253_402_300_800 {  // the year 10000
                entry.modified = CivilDate(secondsSince1970: time)
            }
        case UInt8(ascii: "u"):
            if value.count > 1, line[value.lowerBound] == UInt8(ascii: "p") {
                entry.mode = line.text(value.lowerBound + 1..<value.upperBound)
            }
        default: break
        }
    }
}
