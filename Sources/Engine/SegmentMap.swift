import Transfers
import Transport

/// What stands behind the bytes of a segmented part: which of them are there.
///
///     portside segments 1 10485760 1763717000 0-4194304-5242880 5242880-5242880-10485760 9c3e0b…
///
/// The size and the time of the source (`-` when not known), then begin, next and end of each range, then a checksum: a
/// line that was half written is none, and the file is begun again.
struct SegmentMap {
    private static let head = "portside segments 1"
    /// Longer is none of ours, in bytes.
    private static let longest = 64 << 10

    private let size: Int64
    private let modified: Int64?
    private let segments: [SegmentPlan.Segment]

    init(_ plan: SegmentPlan, modified: Int64?) {
        size = plan.size
        self.modified = modified
        segments = plan.segments
    }

    /// - Returns: nil when the file does not end in such a line.
    static func read(from file: borrowing LocalFile) -> SegmentMap? {
        guard let status = try? file.status() else { return nil }
        // A source of another size has its line elsewhere; that it is ours shows all the same.
        var buffer = [UInt8](repeating: 0, count: longest)
        let start = max(0, status.size - Int64(longest))
        let lent = file.lent
        let count = buffer.withUnsafeMutableBytes { try? lent.read(into: $0, at: start) } ?? 0
        let head = Array(Self.head.utf8)
        guard let begin = buffer[..<count].lastRange(of: head) else { return nil }
        return SegmentMap(String(decoding: buffer[begin..<count], as: UTF8.self))
    }

    private init?(_ line: String) {
        let words = line.prefix { $0 != "\n" }.split(separator: " ")
        guard words.count >= 6, let size = Int64(words[3]), let sum = words.last,
            sum == Self.sum(of: words.dropLast().joined(separator: " "))
        else { return nil }
        self.size = size
        modified = Int64(words[4])
        segments = words[5..<(words.count - 1)].compactMap { word in
            let numbers = word.split(separator: "-").compactMap { Int64($0) }
            return numbers.count == 3
                ? SegmentPlan.Segment(begin: numbers[0], next: numbers[1], end: numbers[2]) : nil
        }
    }

    func isOf(size: Int64, modified: Int64?) -> Bool { self.size == size && self.modified == modified }

    func plan(of size: Int64) -> SegmentPlan? { SegmentPlan(size: size, stored: segments) }

    func write(to file: LocalFile.Lent) throws(TransportError) {
        let ranges = segments.map { "\($0.begin)-\($0.next)-\($0.end)" }.joined(separator: " ")
        let text = "\(Self.head) \(size) \(modified.map { "\($0)" } ?? "-") \(ranges)"
        let line = Array("\(text) \(Self.sum(of: text))\n".utf8)
        var failure: TransportError?
        line.withUnsafeBytes { bytes in
            do throws(TransportError) { try file.write(bytes, at: size) } catch { failure = error }
        }
        if let failure { throw failure }
        try file.truncate(to: size + Int64(line.count))
    }

    /// FNV-1a: against half a line, not against an enemy.
    private static func sum(of text: String) -> String {
        let hash = text.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return String(hash, radix: 16)
    }
}

extension ArraySlice<UInt8> {
    /// Where `other` stands for the last time.
    fileprivate func lastRange(of other: [UInt8]) -> Int? {
        guard count >= other.count else { return nil }
        return (startIndex...(endIndex - other.count)).last {
            self[$0..<($0 + other.count)].elementsEqual(other)
        }
    }
}
