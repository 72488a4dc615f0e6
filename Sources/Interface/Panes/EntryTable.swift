internal import FTPProtocol

/// The entries of a listing in little memory: 24 bytes each and their names, one after the other.
///
/// A hundred thousand entries take about five megabytes, where an array of `ListingEntry`
/// would take five times that. Owner, group and octal mode, which no column shows, are not kept.
struct EntryTable: Sendable {
    private struct Row {
        var size: Int64
        var seconds: Int64
        var nameStart: UInt32
        var nameLength: UInt16
        var flags: UInt8
        /// Index into `permissions`.
        var permission: UInt8
    }

    private struct Flags {
        static let kind: UInt8 = 0b11
        static let dated: UInt8 = 0b100
        static let utc: UInt8 = 0b1000
        static let toTheMinute: UInt8 = 0b1_0000
        static let toTheSecond: UInt8 = 0b10_0000
    }

    private var rows: [Row] = []
    private var names: [UInt8] = []
    private var permissions: [String] = [""]
    private var permissionIndex: [String: UInt8] = ["": 0]
    private var targets: [Int32: [UInt8]] = [:]
    /// The names as UTF-8, one after the other, and where each ends; nil where that is what they are anyway.
    private var texts: (bytes: [UInt8], ends: [Int])?
    private let charset: NameCharset

    /// - Parameter charset: of the names.
    init(charset: NameCharset = .utf8) {
        self.charset = charset
        if !charset.isUTF8 { texts = ([], []) }
    }

    var count: Int { rows.count }

    mutating func append(contentsOf entries: some Sequence<ListingEntry>) {
        for entry in entries { append(entry) }
    }

    /// A name longer than 65 535 bytes, which no file system has, is left out.
    mutating func append(_ entry: ListingEntry) {
        guard let length = UInt16(exactly: entry.name.count), let start = UInt32(exactly: names.count),
            rows.count < Int(Int32.max)
        else { return }
        var flags = entry.kind.rawValue & Flags.kind
        var seconds: Int64 = 0
        if let date = entry.modified, let value = date.secondsSince1970 {
            seconds = value
            flags |= Flags.dated
            if date.isUTC { flags |= Flags.utc }
            if date.hour != nil { flags |= Flags.toTheMinute }
            if date.second != nil { flags |= Flags.toTheSecond }
        }
        if texts != nil {
            texts?.bytes.append(contentsOf: charset.text(of: entry.name))
            let end = texts?.bytes.count ?? 0
            texts?.ends.append(end)
        }
        names.append(contentsOf: entry.name)
        if let target = entry.target { targets[Int32(rows.count)] = target }
        rows.append(
            Row(
                size: entry.size ?? -1, seconds: seconds, nameStart: start, nameLength: length, flags: flags,
                permission: intern(entry.permissions ?? entry.mode ?? "")))
    }

    /// There are few different ones in a directory; what does not fit into the table is not shown.
    private mutating func intern(_ text: String) -> UInt8 {
        if let known = permissionIndex[text] { return known }
        guard let index = UInt8(exactly: permissions.count) else { return 0 }
        permissions.append(text)
        permissionIndex[text] = index
        return index
    }

    func name(_ index: Int) -> [UInt8] { Array(nameBytes(index)) }

    func nameBytes(_ index: Int) -> ArraySlice<UInt8> {
        let row = rows[index]
        return names[Int(row.nameStart)..<Int(row.nameStart) + Int(row.nameLength)]
    }

    /// The name as people read it: to be shown, found and put in order.
    func text(_ index: Int) -> ArraySlice<UInt8> {
        guard let texts else { return nameBytes(index) }
        return texts.bytes[(index == 0 ? 0 : texts.ends[index - 1])..<texts.ends[index]]
    }

    func kind(_ index: Int) -> ListingEntry.Kind {
        ListingEntry.Kind(rawValue: rows[index].flags & Flags.kind) ?? .other
    }

    /// In bytes; nil when the listing did not say.
    func size(_ index: Int) -> Int64? { rows[index].size < 0 ? nil : rows[index].size }

    /// Seconds since 1970 as listed: in UTC or in the server's own time, see `isUTC`.
    func seconds(_ index: Int) -> Int64? {
        rows[index].flags & Flags.dated == 0 ? nil : rows[index].seconds
    }

    func isUTC(_ index: Int) -> Bool { rows[index].flags & Flags.utc != 0 }
    func hasTimeOfDay(_ index: Int) -> Bool { rows[index].flags & Flags.toTheMinute != 0 }

    /// The moment it was changed, if the listing says so to the second in UTC: good enough to set on a copy.
    func exactModified(_ index: Int) -> Int64? {
        let needed = Flags.dated | Flags.utc | Flags.toTheSecond
        return rows[index].flags & needed == needed ? rows[index].seconds : nil
    }

    /// `rwxr-xr-x`, or the octal digits of MLSD's `UNIX.mode`; empty where nothing is known.
    func permissions(_ index: Int) -> String { permissions[Int(rows[index].permission)] }

    /// Permission bits; nil where nothing is known of them.
    func mode(_ index: Int) -> UInt16? {
        let text = permissions(index)
        return permissionBits(letters: text) ?? permissionBits(text)
    }

    func target(_ index: Int) -> [UInt8]? { targets[Int32(index)] }
    func targetText(_ index: Int) -> [UInt8]? { target(index).map { charset.text(of: $0) } }

    /// As it was listed, without owner and group.
    func entry(_ index: Int) -> ListingEntry {
        var date = seconds(index).map { CivilDate(secondsSince1970: $0) }
        date?.isUTC = isUTC(index)
        if rows[index].flags & Flags.toTheSecond == 0 { date?.second = nil }
        if !hasTimeOfDay(index) {
            date?.hour = nil
            date?.minute = nil
        }
        let text = permissions(index)
        let isMode = permissionBits(text) != nil
        return ListingEntry(
            name: name(index), kind: kind(index), size: size(index), modified: date,
            permissions: text.isEmpty || isMode ? nil : text, mode: isMode ? text : nil, target: target(index)
        )
    }

    func index(ofName name: [UInt8]) -> Int? {
        rows.indices.first { rows[$0].nameLength == name.count && nameBytes($0).elementsEqual(name) }
    }

    /// All names as people read them, and where each lies, for sorting without a copy of each.
    func withTexts<Result>(_ body: (UnsafeBufferPointer<UInt8>, (Int) -> Range<Int>) -> Result) -> Result {
        if let texts {
            return texts.bytes.withUnsafeBufferPointer { bytes in
                body(bytes) { index in (index == 0 ? 0 : texts.ends[index - 1])..<texts.ends[index] }
            }
        }
        return names.withUnsafeBufferPointer { bytes in
            rows.withUnsafeBufferPointer { rows in
                body(bytes) { index in
                    let start = Int(rows[index].nameStart)
                    return start..<start + Int(rows[index].nameLength)
                }
            }
        }
    }
}
