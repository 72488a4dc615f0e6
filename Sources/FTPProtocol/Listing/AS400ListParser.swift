/// IBM i (AS/400) in its own format: owner, size, date, time, type of object, name. Members have neither size
/// nor date.
///
/// ```
/// PEP              4019 04/03/18 18:58:16 *STMF      einladung.zip
/// QSYS            77824 02/23/00 15:09:55 *DIR       QOpenSys/
/// CFT                                     *MEM       ASKET7.FILE/ASKET7.MBR
/// ```
struct AS400ListParser: Sendable {
    /// Dates come in the format of the job. The first that leaves no choice settles the others of the listing;
    /// before it the month is taken to come first, as IBM ships the system in English, and the day where full
    /// stops part the numbers.
    private var order = NumericDate.Order.monthFirst

    mutating func parse(_ line: Span<UInt8>, into entries: inout [ListingEntry]) -> LineResult {
        var position = 0
        guard let owner = line.nextField(from: &position), line[owner.lowerBound] != UInt8(ascii: "*"),
            var field = line.nextField(from: &position)
        else { return .unknown }
        var entry = ListingEntry(name: [], kind: .file, owner: line.text(owner))
        if line.isDigits(field) {
            guard let size = line.number(field), let dateField = line.nextField(from: &position),
                let date = NumericDate(line, dateField),
                let timeField = line.nextField(from: &position), let time = line.clockTime(timeField),
                let type = line.nextField(from: &position)
            else { return .unknown }
            entry.size = size
            if let proven = date.provenOrder { order = proven }
            let isGerman = order == .monthFirst && line.firstRange(of: ".", in: dateField) != nil
            entry.modified = date.date(isGerman ? .dayFirst : order)
            entry.modified?.setTime(time)
            field = type
        }
        guard line.isObjectType(field) else { return .unknown }
        if line.isDirectoryType(field) { entry.kind = .directory }
        var nameRange = line.trimmed(from: position)
        guard !nameRange.isEmpty else { return .unknown }
        if nameRange.count > 1, line[nameRange.upperBound - 1] == UInt8(ascii: "/") {
            entry.kind = .directory
            nameRange = nameRange.lowerBound..<nameRange.upperBound - 1
        }
        guard let name = line.name(in: nameRange) else { return .unknown }
        if line.isDots(name) { return .nothing }
        entry.name = line.bytes(name)
        entries.append(entry)
        return .entry
    }
}

extension Span<UInt8> {
    /// `*STMF`, `*DIR`: a star and capitals.
    fileprivate func isObjectType(_ field: Range<Int>) -> Bool {
        guard (3...11).contains(field.count), self[field.lowerBound] == UInt8(ascii: "*") else {
            return false
        }
        for index in field.dropFirst() where !(0x41...0x5A).contains(self[index]) && !self[index].isDigit {
            return false
        }
        return true
    }

    fileprivate func isDirectoryType(_ field: Range<Int>) -> Bool {
        equals(field, "*dir") || equals(field, "*lib") || equals(field, "*flr") || equals(field, "*ddir")
    }
}
