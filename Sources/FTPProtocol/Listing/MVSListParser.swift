/// z/OS: data sets, members of a partitioned data set, load modules, jobs. Its Unix files come as Unix lists.
///
/// ```
/// Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname
/// FPFS49 3390   2004/06/23  1    1  FB     128  6144  PO-E  INCOMING.RPTBM026.D061704
/// Migrated                                                USER.OLD
///  Name     VV.MM   Created       Changed      Size  Init   Mod   Id
/// $2CPF1    01.01 2001/10/18 2001/10/18 11:58    29    29     0 QFX3076
/// MODULE    00B308   000411  00 FO        RU      ANY    24
/// IBMUSER1  JOB01906  OUTPUT    3 Spool Files
/// ```
///
/// Sizes of data sets and members are tracks and records, so they are not given as bytes.
struct MVSListParser: Sendable {
    private static let mostFields = 16
    /// Words that stand where a volume and its unit would, for a data set that is not on a disk.
    private static let withoutVolume: [[StaticString]] = [
        ["migrated"], ["pseudo", "directory"], ["user", "catalog", "connector"],
    ]

    /// Members may be listed by name alone: believed behind their header, or when the system says it is z/OS.
    private var mayListNamesAlone: Bool

    init(isMVS: Bool) { mayListNamesAlone = isMVS }

    mutating func parse(_ line: Span<UInt8>, into entries: inout [ListingEntry]) -> LineResult {
        let fields = line.fields(atMost: Self.mostFields)
        guard let first = fields.first, let last = fields.last else { return .unknown }
        if isHeader(line, fields) { return .nothing }
        var entry = ListingEntry(name: [], kind: .file)
        if readDataSet(line, fields, &entry) {
            entry.name = line.bytes(last)
        } else if readMember(line, fields, &entry) {
            entry.name = line.bytes(first)
        } else if readJob(line, fields, &entry) {
            entry.name = line.bytes(fields[1])
        } else if mayListNamesAlone, fields.count == 1, isMemberName(line, first) {
            entry.name = line.bytes(first)
        } else {
            return .unknown
        }
        entries.append(entry)
        return .entry
    }

    private mutating func isHeader(_ line: Span<UInt8>, _ fields: [Range<Int>]) -> Bool {
        guard fields.count >= 4 else { return false }
        if line.equals(fields[0], "name"),
            line.equals(fields[1], "vv.mm") || line.equals(fields[2], "ttr")
        {
            mayListNamesAlone = true
            return true
        }
        return line.equals(fields[0], "volume") && line.equals(fields[1], "unit")
            || line.equals(fields[0], "jobname") && line.equals(fields[1], "jobid")
    }

    // MARK: Data sets

    private func readDataSet(
        _ line: Span<UInt8>, _ fields: [Range<Int>], _ entry: inout ListingEntry
    ) -> Bool {
        for words in Self.withoutVolume where fields.count == words.count + 1 {
            if zip(fields, words).allSatisfy({ line.equals($0, $1) }) {
                entry.kind = words.count == 2 ? .directory : .file
                return true
            }
        }
        guard fields.count >= 3, line.isVolume(fields[0]) else { return false }
        if fields.count == 3, line.equals(fields[1], "tape") { return true }
        guard fields.count >= 4 else { return false }
        // `ARCIVE Not Direct Access Device  NAME`, `VOL001 Error determining attributes  NAME`.
        if line.equals(fields[1], "not") || line.equals(fields[1], "error") || line.equals(fields[1], "user")
        {
            return line.gap(before: fields[fields.count - 1]) > 1
        }
        guard line.isUnit(fields[1]) else { return false }
        let organisation = fields[fields.count - 2]
        if line.equals(fields[2], "vsam") || line.equals(fields[2], "gdg") { return fields.count == 4 }
        guard fields.count >= 6, line.isOrganisation(organisation) else { return false }
        // Columns that are full run into each other, so only the ends of the line are looked at.
        let referred = NumericDate(line, fields[2])?.date(.yearFirst)
        guard referred != nil || line.equals(fields[2], "**none**") else { return false }
        entry.modified = referred
        entry.kind = line.hasPrefix(organisation, "po") ? .directory : .file
        return true
    }

    // MARK: Members

    private func readMember(
        _ line: Span<UInt8>, _ fields: [Range<Int>], _ entry: inout ListingEntry
    ) -> Bool {
        if fields.count >= 8, line.isVersion(fields[1]), NumericDate(line, fields[2]) != nil,
            let changed = NumericDate(line, fields[3])?.date(.yearFirst),
            let time = line.clockTime(fields[4])
        {
            entry.modified = changed
            entry.modified?.setTime(time)
            if fields.count == 9 { entry.owner = line.text(fields[8]) }
            return true
        }
        // A load module: size and place in hexadecimal digits, then attributes.
        guard fields.count >= 5, let size = line.hexadecimal(fields[1]),
            line.hexadecimal(fields[2]) != nil,
            line.isMode(fields[fields.count - 1]) || line.isMode(fields[fields.count - 2])
        else { return false }
        entry.size = size
        return true
    }

    /// One to eight capitals, digits and `$#@`, no digit first.
    private func isMemberName(_ line: Span<UInt8>, _ field: Range<Int>) -> Bool {
        guard field.count <= 8, !line[field.lowerBound].isDigit else { return false }
        for index in field {
            switch line[index] {
            case 0x41...0x5A, 0x30...0x39, UInt8(ascii: "$"), UInt8(ascii: "#"), UInt8(ascii: "@"): break
            default: return false
            }
        }
        return true
    }

    // MARK: Jobs

    /// Name, number, then what became of it; since JES interface level 2 with the owner before that.
    private func readJob(
        _ line: Span<UInt8>, _ fields: [Range<Int>], _ entry: inout ListingEntry
    ) -> Bool {
        guard fields.count >= 3, line.isJobNumber(fields[1]) else { return false }
        if line.isJobState(fields[2]) { return true }
        guard fields.count >= 4, line.isJobState(fields[3]) else { return false }
        entry.owner = line.text(fields[2])
        return true
    }
}

extension Span<UInt8> {
    fileprivate func gap(before field: Range<Int>) -> Int {
        var start = field.lowerBound
        while start > 0, self[start - 1].isBlank { start -= 1 }
        return field.lowerBound - start
    }

    /// One to six letters, digits and `$#@`.
    fileprivate func isVolume(_ field: Range<Int>) -> Bool {
        guard field.count <= 6 else { return false }
        for index in field where self[index] == UInt8(ascii: "-") || self[index] == UInt8(ascii: ":") {
            return false
        }
        return true
    }

    /// A type of device: `3390`, `3490`, `SYSDA`.
    fileprivate func isUnit(_ field: Range<Int>) -> Bool {
        guard (2...8).contains(field.count) else { return false }
        for index in field where !self[index].isDigit && !self[index].isLetter { return false }
        return true
    }

    /// `PS`, `PO`, `PO-E`, `PSU`, `DA`, `VS`, `VSAM`, `IS`, `GS`, `HFS`, `ZFS`, or `?` where it is not known.
    fileprivate func isOrganisation(_ field: Range<Int>) -> Bool {
        guard field.count <= 5 else { return false }
        if field.count == 1 { return self[field.lowerBound] == UInt8(ascii: "?") }
        return hasPrefix(field, "ps") || hasPrefix(field, "po") || hasPrefix(field, "da")
            || hasPrefix(field, "vs") || hasPrefix(field, "is") || hasPrefix(field, "gs")
            || equals(field, "hfs") || equals(field, "zfs") || equals(field, "**")
    }

    /// `01.01`.
    fileprivate func isVersion(_ field: Range<Int>) -> Bool {
        field.count == 5 && isDigits(field.lowerBound..<field.lowerBound + 2)
            && self[field.lowerBound + 2] == UInt8(ascii: ".")
            && isDigits(field.lowerBound + 3..<field.upperBound)
    }

    fileprivate func hexadecimal(_ field: Range<Int>) -> Int64? {
        guard field.count == 6 || field.count == 8 else { return nil }
        var number: Int64 = 0
        for index in field {
            let byte = self[index]
            switch byte {
            case 0x30...0x39: number = number << 4 | Int64(byte - 0x30)
            case 0x41...0x46: number = number << 4 | Int64(byte - 0x37)
            default: return nil
            }
        }
        return number
    }

    /// Addressing or residency mode of a load module.
    fileprivate func isMode(_ field: Range<Int>) -> Bool {
        equals(field, "any") || equals(field, "24") || equals(field, "31") || equals(field, "64")
    }

    /// `JOB01906`, `TSU01830`, `STC00042`, `J0001906`.
    fileprivate func isJobNumber(_ field: Range<Int>) -> Bool {
        guard (6...8).contains(field.count) else { return false }
        let hasWord = hasPrefix(field, "job") || hasPrefix(field, "tsu") || hasPrefix(field, "stc")
        let hasLetter = hasPrefix(field, "j") || hasPrefix(field, "t") || hasPrefix(field, "s")
        guard hasWord || hasLetter else { return false }
        return isDigits(field.lowerBound + (hasWord ? 3 : 1)..<field.upperBound)
    }

    fileprivate func isJobState(_ field: Range<Int>) -> Bool {
        equals(field, "output") || equals(field, "active") || equals(field, "input")
            || equals(field, "held") || equals(field, "hold") || equals(field, "print")
            || hasPrefix(field, "execut")
    }
}
