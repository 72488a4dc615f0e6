/// Turns the bytes of a data connection that carries a listing into entries, while they arrive.
///
/// MLSD has one grammar (RFC 3659 §7). LIST has none: each line goes to the dialect that understood the
/// line before, then to the others, so that a listing with strange lines in it still shows
/// the rest. What no dialect understands is counted, never shown as a name.
/// Time is linear in the bytes; memory is bounded by `longestLine` and `mostEntries`.
public struct ListingParser: Sendable {
    /// Bytes of a line that are kept. Paths end at 4,096 bytes on Unix, 32,767 characters on Windows.
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
    private var dialect = ListingDialect.unix
    private var unix: UnixListParser
    private var entries: [ListingEntry] = []
    private var entryCount = 0
    private var droppedEntryCount = 0
    private var unparsedLineCount = 0
    private var unparsedLines: [[UInt8]] = []
    /// The beginning of a line whose end has not come yet.
    private var rest: [UInt8] = []

    /// - Parameters:
    ///   - now: the server's local time, to give a year to the dates without one; nil leaves them without.
    ///   - isMachineListing: the bytes answer MLSD or MLST, not LIST.
    public init(now: CivilDate?, isMachineListing: Bool) {
        self.isMachineListing = isMachineListing
        unix = UnixListParser(now: now)
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

    private mutating func keep(_ piece: Span<UInt8>) {
        let length = min(piece.count, Self.longestLine - rest.count)
        guard length > 0 else { return }
        piece.extracting(first: length).withUnsafeBufferPointer { rest.append(contentsOf: $0) }
    }

    private mutating func endRest() {
        let line = rest
        rest = []
        read(line.span)
    }

    /// One line without its line feed. One CR belongs to the line end; a second is part of the name
    /// (Macintosh `Icon\r`).
    private mutating func read(_ line: Span<UInt8>) {
        var end = min(line.count, Self.longestLine)
        if end > 0, line[end - 1] == 0x0D { end -= 1 }
        let line = line.extracting(first: end)
        guard line.hasText else { return }
        let result = isMachineListing ? MachineListParser.parse(line, into: &entries) : readAnyDialect(line)
        switch result {
        case .entry:
            if entryCount < Self.mostEntries {
                entryCount += 1
            } else {
                droppedEntryCount += 1
                entries.removeLast()
            }
        case .nothing: break
        case .unknown:
            if !isMachineListing, line.isListingHeader { return }
            unparsedLineCount += 1
            if unparsedLines.count < Self.mostUnparsedLines {
                unparsedLines.append(line.bytes(0..<min(line.count, 512)))
            }
        }
    }

    private mutating func readAnyDialect(_ line: Span<UInt8>) -> LineResult {
        let result = read(line, dialect)
        if result != .unknown { return result }
        for other in ListingDialect.allCases where other != dialect {
            let result = read(line, other)
            if result != .unknown {
                dialect = other
                return result
            }
        }
        return .unknown
    }

    private mutating func read(_ line: Span<UInt8>, _ dialect: ListingDialect) -> LineResult {
        switch dialect {
        case .unix: unix.parse(line, into: &entries)
        case .dos: DOSListParser.parse(line, into: &entries)
        case .numericUnix: NumericUnixListParser.parse(line, into: &entries)
        }
    }
}

/// The forms of LIST that are understood, one file each.
enum ListingDialect: CaseIterable {
    case unix, dos, numericUnix
}

/// What a dialect made of one line.
enum LineResult {
    /// An entry was appended.
    case entry
    /// Understood, but nothing to show: `.` and `..`.
    case nothing
    /// Not of this dialect.
    case unknown
}

extension Span<UInt8> {
    fileprivate var hasText: Bool {
        for index in indices where !self[index].isBlank { return true }
        return false
    }

    /// `total 112` in any language, `subdir:`, `Directory USER1:[TEMP]`, `2 files 4,096 bytes`, the frame of a
    /// STAT reply (211 to 213).
    fileprivate var isListingHeader: Bool {
        var position = 0
        guard let first = nextField(from: &position) else { return true }
        if first.count >= 3, isDigits(first.lowerBound..<first.lowerBound + 3),
            let code = smallNumber(first.lowerBound..<first.lowerBound + 3), (211...213).contains(code),
            first.count == 3 || self[first.lowerBound + 3] == UInt8(ascii: "-")
        {
            return true
        }
        guard let second = nextField(from: &position) else {
            return self[first.upperBound - 1] == UInt8(ascii: ":") || isVMSDirectory(first)
        }
        if isDigits(first) { return hasPrefix(second, "file") || hasPrefix(second, "dir") }
        if equals(first, "directory") { return isVMSDirectory(second) }
        if equals(first, "total"), equals(second, "of") { return true }
        for index in first where self[index].isDigit { return false }
        return isDigits(second) && nextField(from: &position) == nil
    }

    /// `USER1:[TEMP]`.
    private func isVMSDirectory(_ range: Range<Int>) -> Bool {
        self[range.upperBound - 1] == UInt8(ascii: "]") && firstRange(of: ":[", in: range) != nil
    }
}
