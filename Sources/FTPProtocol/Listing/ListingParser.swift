/// Turns the bytes of a data connection that carries a listing into entries, while they arrive.
///
/// MLSD has one grammar (RFC 3659 §7). LIST has none, so each line is tried as every dialect
/// that is known, and a listing with strange lines in it still shows the rest. What no dialect
/// understands is counted, never shown as a name.
/// Time is linear in the bytes; memory is bounded by `longestLine` and `mostEntries`.
public struct ListingParser: Sendable {
    /// Bytes of a line. What is longer is no entry, as no name is as long; of it only the beginning is kept. Paths end at 4,096 bytes on Unix, 32,767 characters on Windows.
    public static let longestLine = 64 * 1024
    /// Entries of a directory that are kept: a million-file directory must work, and an endless
    /// listing must not eat the memory (an entry takes about 250 bytes).
    public static let mostEntries = 2_000_000

    public struct Outcome: Sendable {
        /// Those `takeEntries()` has not taken yet.
        public var entries: [ListingEntry]
        /// Lines that no dialect understood, headers and totals not counted.
        public var unparsedLineCount: Int
        /// The first such lines, to be shown: often it is there that a server says what went wrong.
        public var unparsedLines: [[UInt8]]
        /// Entries beyond `mostEntries`.
        public var droppedEntryCount: Int
    }

    /// Unparsed lines kept for showing; the rest is counted.
    private static let mostUnparsedLines = 20

    private let isMachineListing: Bool
    private var dialects: ListingDialects
    private var entries: [ListingEntry] = []
    private var entryCount = 0
    private var droppedEntryCount = 0
    private var unparsedLineCount = 0
    private var unparsedLines: [[UInt8]] = []
    /// The beginning of a line whose end has not come yet.
    private var rest: [UInt8] = []
    /// The line had more than `rest` holds.
    private var isRestCut = false

    /// - Parameters:
    ///   - now: the server's local time, to give a year to the dates without one; nil leaves them without.
    ///   - isMachineListing: the bytes answer MLSD or MLST, not LIST.
    ///   - server: the reply to SYST or the greeting. The form is recognised from the lines; this only helps
    ///     where there is nothing in them to recognise, as with bare names of z/OS.
    public init(now: CivilDate?, isMachineListing: Bool, server: [UInt8]? = nil) {
        self.isMachineListing = isMachineListing
        dialects = ListingDialects(now: now, system: server.flatMap { ServerSystem(reply: $0) })
    }

    /// Takes bytes as they were read, in pieces of any size.
    public mutating func append(_ bytes: some Collection<UInt8>) {
        let isDone: Void? = bytes.withContiguousStorageIfAvailable { append($0.span) }
        if isDone == nil { append(Array(bytes).span) }
    }

    /// The entries since the last call.
    public mutating func takeEntries() -> [ListingEntry] {
        defer { entries = [] }
        return entries
    }

    /// The data has ended: a last line without a line end counts.
    public mutating func finish() -> Outcome {
        if !rest.isEmpty { endRest() }
        let before = entries.count
        dialects.finish(into: &entries)
        leaveOutDots(from: before)
        count(entries.count - before)
        return Outcome(
            entries: takeEntries(), unparsedLineCount: unparsedLineCount, unparsedLines: unparsedLines,
            droppedEntryCount: droppedEntryCount)
    }

    private mutating func append(_ bytes: Span<UInt8>) {
        var start = 0
        for index in bytes.indices where bytes[index] == 0x0A {
            let line = bytes.extracting(start..<index)
            if rest.isEmpty {
                read(line)
            } else {
                keep(line)
                endRest()
            }
            start = index + 1
        }
        keep(bytes.extracting(start..<bytes.count))
    }

    /// `.` and `..` are no entries, whatever the dialect made of them.
    private mutating func leaveOutDots(from start: Int) {
        for index in (start..<entries.count).reversed()
        where entries[index].name.count <= 2 && entries[index].name.allSatisfy({ $0 == 0x2E }) {
            entries.remove(at: index)
        }
    }

    /// Entries were added; those beyond the bound go again.
    private mutating func count(_ added: Int) {
        let kept = min(added, Self.mostEntries - entryCount)
        entryCount += kept
        droppedEntryCount += added - kept
        entries.removeLast(added - kept)
    }

    private mutating func keep(_ piece: Span<UInt8>) {
        let length = min(piece.count, Self.longestLine - rest.count)
        if length < piece.count { isRestCut = true }
        guard length > 0 else { return }
        piece.extracting(first: length).withUnsafeBufferPointer { rest.append(contentsOf: $0) }
    }

    private mutating func endRest() {
        let line = rest
        let isCut = isRestCut
        rest = []
        isRestCut = false
        read(line.span, isCut: isCut)
    }

    /// One line without its line feed. One CR belongs to the line end; a second is part of the name
    /// (Macintosh `Icon\r`).
    private mutating func read(_ line: Span<UInt8>, isCut: Bool = false) {
        var end = min(line.count, Self.longestLine)
        if isCut || line.count > end { return setAside(line) }
        if end > 0, line[end - 1] == 0x0D { end -= 1 }
        let line = line.extracting(first: end)
        guard line.hasText else { return }
        let before = entries.count
        let result =
            isMachineListing
            ? MachineListParser.parse(line, into: &entries) : dialects.parse(line, into: &entries)
        leaveOutDots(from: before)
        count(entries.count - before)
        switch result {
        case .entry, .nothing: break
        case .unknown:
            if !isMachineListing, line.isListingHeader { return }
            setAside(line)
        }
    }

    private mutating func setAside(_ line: Span<UInt8>) {
        unparsedLineCount += 1
        if unparsedLines.count < Self.mostUnparsedLines {
            unparsedLines.append(line.bytes(0..<min(line.count, 512)))
        }
    }
}

extension Span<UInt8> {
    fileprivate var hasText: Bool {
        for index in indices where !self[index].isBlank { return true }
        return false
    }

    /// `total 112` in any language, `subdir:`, `Directory USER1:[TEMP]`, `2 files 4,096 bytes`, the frame of a
    /// STAT reply (211 to 213), the heading of `dir`.
    fileprivate var isListingHeader: Bool {
        let fields = fields(atMost: 8)
        guard let first = fields.first else { return true }
        if first.count >= 3, isDigits(first.lowerBound..<first.lowerBound + 3),
            let code = smallNumber(first.lowerBound..<first.lowerBound + 3), (211...213).contains(code),
            first.count == 3 || self[first.lowerBound + 3] == UInt8(ascii: "-")
        {
            return true
        }
        guard fields.count > 1 else {
            return self[first.upperBound - 1] == UInt8(ascii: ":") || isVMSDirectory(first)
        }
        let second = fields[1]
        if self[first.lowerBound].isDigit, fields.count > 2 || hasPrefix(second, "file") {
            return hasPrefix(second, "file") || hasPrefix(second, "dir") || equals(second, "bytes")
        }
        if equals(first, "directory") { return equals(second, "of") || isVMSDirectory(second) }
        if equals(first, "volume") { return equals(second, "in") || equals(second, "serial") }
        if equals(first, "total"), equals(second, "of") { return true }
        for index in first where self[index].isDigit { return false }
        guard isDigits(second) else { return false }
        // `Total 6 files`.
        return fields.count == 2 || (equals(first, "total") && hasPrefix(fields[2], "file"))
    }

    /// `USER1:[TEMP]`.
    private func isVMSDirectory(_ range: Range<Int>) -> Bool {
        self[range.upperBound - 1] == UInt8(ascii: "]") && firstRange(of: ":[", in: range) != nil
    }
}
