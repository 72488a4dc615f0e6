/// Which bytes of a large file are there, and which connection fetches which of the others.
///
/// A connection takes the foremost range that nobody fetches; when there is none, the second half of the longest that
/// somebody else does. Its range may therefore become shorter while it is at it: `end` is asked after each piece.
public struct SegmentPlan: Hashable, Sendable {
    public struct Segment: Hashable, Sendable {
        public let begin: Int64
        /// The first byte that is not there yet.
        public fileprivate(set) var next: Int64
        /// The first byte that is not its own any more.
        public fileprivate(set) var end: Int64
        public fileprivate(set) var isTaken = false

        public init(begin: Int64, next: Int64, end: Int64) {
            self.begin = begin
            self.next = next
            self.end = end
        }

        public var missing: Int64 { end - next }
    }

    /// In bytes.
    public let size: Int64
    /// In the order of the file; together they are the file.
    public private(set) var segments: [Segment]
    /// Halves of less are not worth a connection, in bytes.
    private let smallest: Int64

    /// - Parameter done: so many bytes from the beginning are there already.
    public init(size: Int64, parts: Int, done: Int64 = 0, smallest: Int64 = Transfer.smallestSegment) {
        self.size = size
        self.smallest = max(1, smallest)
        let done = min(max(0, done), size)
        let rest = size - done
        let count = max(1, Int64(clamping: min(Int64(parts), rest / self.smallest)))
        segments = (0..<count).map { index in
            let begin = done + rest / count * index
            return Segment(
                begin: begin, next: begin, end: index == count - 1 ? size : done + rest / count * (index + 1))
        }
        if done > 0 { segments.insert(Segment(begin: 0, next: done, end: done), at: 0) }
        if rest == 0, segments.count > 1 { segments.removeLast() }
    }

    /// What an earlier run left; nil when it is no plan of a file of this size.
    public init?(size: Int64, stored: [Segment], smallest: Int64 = Transfer.smallestSegment) {
        var position: Int64 = 0
        for segment in stored {
            guard segment.begin == position, (segment.begin...segment.end).contains(segment.next),
                segment.end > segment.begin
            else { return nil }
            position = segment.end
        }
        guard position == size, !stored.isEmpty else { return nil }
        self.size = size
        self.smallest = max(1, smallest)
        segments = stored
    }

    /// Bytes that are there.
    public var done: Int64 { segments.reduce(0) { $0 + ($1.next - $1.begin) } }
    public var isComplete: Bool { segments.allSatisfy { $0.missing == 0 } }

    /// Something for one more connection to fetch; nil when there is nothing worth it.
    ///
    /// - Returns: an index of `segments` and its `begin`, by which it is named from then on.
    public mutating func take() -> Segment? {
        if let index = segments.firstIndex(where: { !$0.isTaken && $0.missing > 0 }) {
            segments[index].isTaken = true
            return segments[index]
        }
        guard let index = segments.indices.max(by: { segments[$0].missing < segments[$1].missing }),
            segments[index].missing >= 2 * smallest
        else { return nil }
        let middle = segments[index].next + segments[index].missing / 2
        var rest = Segment(begin: middle, next: middle, end: segments[index].end)
        rest.isTaken = true
        segments[index].end = middle
        segments.insert(rest, at: index + 1)
        return rest
    }

    /// How many of `count` bytes that came for the segment are its own.
    ///
    /// When they are more than it has left and the next one is nobody's, it goes on with that.
    public mutating func room(_ begin: Int64, for count: Int) -> Int {
        guard let index = segments.firstIndex(where: { $0.begin == begin }) else { return 0 }
        while segments[index].missing < Int64(count), isFree(index + 1) {
            segments[index].end = segments[index + 1].end
            segments.remove(at: index + 1)
        }
        return Int(min(Int64(count), segments[index].missing))
    }

    /// So many bytes more of the segment are there.
    ///
    /// - Returns: whether its connection has nothing more to do on it.
    public mutating func advance(_ begin: Int64, by count: Int) -> Bool {
        guard let index = segments.firstIndex(where: { $0.begin == begin }) else { return true }
        segments[index].next += min(Int64(count), segments[index].missing)
        return segments[index].missing == 0 && !isFree(index + 1)
    }

    private func isFree(_ index: Int) -> Bool {
        index < segments.count && !segments[index].isTaken && segments[index].next == segments[index].begin
    }

    /// What was sent of the segment beyond `position`, which lies in it, counts for nothing: nobody has confirmed it.
    public mutating func takeBack(_ begin: Int64, to position: Int64) {
        guard let index = segments.firstIndex(where: { $0.begin == begin }),
            (begin...segments[index].next).contains(position)
        else { return }
        segments[index].next = position
    }

    /// The segment that begins there.
    public func segment(at begin: Int64) -> Segment? { segments.first { $0.begin == begin } }

    /// Its connection is gone.
    public mutating func release(_ begin: Int64) {
        guard let index = segments.firstIndex(where: { $0.begin == begin }) else { return }
        segments[index].isTaken = false
    }
}
