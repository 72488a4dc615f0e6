/// MLSD and MLST: `type=file;size=42;modify=20261120173100; name` (RFC 3659 §7.2).
///
/// What servers do to it is accepted: blanks before the facts, a tab behind them, blanks in values,
/// no `;` before the name, names as absolute paths, links as `OS.unix=slink:/target`.
enum MachineListParser {
    static func parse(_ line: Span<UInt8>, into entries: inout [ListingEntry]) -> LineResult {
        guard let (facts, nameRange) = split(line) else { return .unknown }
        guard let name = line.name(in: nameRange) else {
            return nameRange.isEmpty || !isFrame(line, facts) ? .unknown : .nothing
        }
        var entry = ListingEntry(name: [], kind: .file)
        var start = facts.lowerBound
        while start < facts.upperBound {
            var end = start
            while end < facts.upperBound, line[end] != UInt8(ascii: ";") { end += 1 }
            var equals = start
            while equals < end, line[equals] != UInt8(ascii: "=") { equals += 1 }
            if equals < end {
                // This directory and its parent, whatever name they carry.
                guard read(line, start..<equals, equals + 1..<end, &entry) else { return .nothing }
            }
            start = end + 1
        }
        if line.isDots(name) { return .nothing }
        entry.name = line.bytes(name)
        entries.append(entry)
        return .entry
    }

    /// Facts and path name. The first `; ` parts them, since values may hold blanks and names may hold `;`.
    private static func split(_ line: Span<UInt8>) -> (facts: Range<Int>, name: Range<Int>)? {
        var start = 0
        while start < line.count, line[start].isBlank { start += 1 }
        var semicolon = false
        var firstBlank: Int?
        var firstEquals: Int?
        for index in start..<line.count {
            let byte = line[index]
            if byte.isBlank {
                if semicolon, firstEquals != nil { return (start..<index, index + 1..<line.count) }
                if firstBlank == nil { firstBlank = index }
            } else if byte == UInt8(ascii: "="), firstEquals == nil {
                firstEquals = index
            }
            semicolon = byte == UInt8(ascii: ";")
        }
        if let firstBlank, let firstEquals, firstEquals < firstBlank {
            return (start..<firstBlank, firstBlank + 1..<line.count)
        }
        // A blank at once: an entry without facts.
        return start > 0 ? (0..<0, 1..<line.count) : nil
    }

    private static func isFrame(_ line: Span<UInt8>, _ facts: Range<Int>) -> Bool {
        line.firstRange(of: "dir;", in: facts) != nil
    }

    /// Puts one fact where it belongs; false for the facts of `cdir` and `pdir`. Unknown facts are passed over.
    private static func read(
        _ line: Span<UInt8>, _ name: Range<Int>, _ value: Range<Int>, _ entry: inout ListingEntry
    ) -> Bool {
        switch name.count {
        case 4:
            if line.equals(name, "type") { return readType(line, value, &entry) }
            if line.equals(name, "size") { entry.size = line.number(value) }
        case 6:
            if line.equals(name, "modify") { entry.modified = date(line, value) }
        case 8:
            if line.equals(name, "unix.uid"), entry.owner == nil { entry.owner = line.text(value) }
            if line.equals(name, "unix.gid"), entry.group == nil { entry.group = line.text(value) }
        case 9:
            if line.equals(name, "unix.mode") { entry.mode = line.text(value) }
        case 10:
            if line.equals(name, "unix.owner") { entry.owner = line.text(value) }
            if line.equals(name, "unix.group") { entry.group = line.text(value) }
        case 14:
            if line.equals(name, "unix.ownername") { entry.owner = line.text(value) }
            if line.equals(name, "unix.groupname") { entry.group = line.text(value) }
        default: break
        }
        return true
    }

    private static func readType(
        _ line: Span<UInt8>, _ value: Range<Int>, _ entry: inout ListingEntry
    ) -> Bool {
        if line.equals(value, "file") {
            entry.kind = .file
        } else if line.equals(value, "dir") {
            entry.kind = .directory
        } else if line.equals(value, "cdir") || line.equals(value, "pdir") {
            return false
        } else if line.hasPrefix(value, "os.unix=slink") || line.hasPrefix(value, "os.unix=symlink")
            || line.hasPrefix(value, "link")
        {
            entry.kind = .link
            if let colon = line.firstRange(of: ":", in: value), colon.upperBound < value.upperBound {
                entry.target = line.bytes(colon.upperBound..<value.upperBound)
            }
        } else {
            entry.kind = .other
        }
        return true
    }

    /// A time-val (RFC 3659 §2.3), also without seconds or without a time; nil for a day that does not exist.
    private static func date(_ line: Span<UInt8>, _ value: Range<Int>) -> CivilDate? {
        let start = value.lowerBound
        var digits = 0
        while digits < value.count, line[start + digits].isDigit { digits += 1 }
        guard digits == 14 || digits == 12 || digits == 8 else { return nil }
        func pair(_ offset: Int) -> Int {
            Int(line[start + offset] - 0x30) * 10 + Int(line[start + offset + 1] - 0x30)
        }
        let year = pair(0) * 100 + pair(2)
        guard isDay(pair(6), month: pair(4), year: year) else { return nil }
        var date = CivilDate(year: year, month: UInt8(pair(4)), day: UInt8(pair(6)), isUTC: true)
        guard digits >= 12 else { return date }
        guard pair(8) < 24, pair(10) < 60 else { return nil }
        date.hour = UInt8(pair(8))
        date.minute = UInt8(pair(10))
        guard digits == 14 else { return date }
        // 60 is a leap second.
        guard pair(12) <= 60 else { return nil }
        date.second = UInt8(pair(12))
        if value.count > 15, line[start + 14] == UInt8(ascii: ".") {
            var end = start + 15
            while end < value.upperBound, end < start + 24, line[end].isDigit { end += 1 }
            if end > start + 15 { date.fraction = line.text(start + 15..<end) }
        }
        return date
    }
}
