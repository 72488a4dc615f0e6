import Transfers
import Transport

/// How fast each transfer at work moves: the mean of the last seconds.
struct Pace {
    private struct Sample {
        var time: Int64
        var bytes: Int64
    }

    private var samples: [Transfer.ID: [Sample]] = [:]
    private var lastShown: Int64 = 0

    /// As long as a rate looks back.
    private static let span: Int64 = 10_000_000_000
    /// Before this nobody can tell.
    private static let shortest: Int64 = 500_000_000

    mutating func begin(_ id: Transfer.ID, at bytes: Int64) {
        samples[id] = [Sample(time: monotonicNanoseconds(), bytes: bytes)]
    }

    mutating func end(_ id: Transfer.ID, at bytes: Int64) {
        samples[id] = nil
    }

    mutating func sample(_ id: Transfer.ID, bytes: Int64, now: Int64) {
        lastShown = now
        var all = samples[id] ?? []
        // A restart from the beginning makes the old samples meaningless.
        if let last = all.last, bytes < last.bytes { all = [] }
        all.append(Sample(time: now, bytes: bytes))
        all.removeAll { now - $0.time > Self.span }
        samples[id] = all
    }

    /// Bytes a second; nil before there is enough to tell.
    func rate(of id: Transfer.ID) -> Double? {
        guard let all = samples[id], let first = all.first, let last = all.last,
            last.time - first.time >= Self.shortest
        else { return nil }
        return Double(last.bytes - first.bytes) / (Double(last.time - first.time) / 1e9)
    }

    /// Nothing was shown for a while, so what happens now may be shown at once.
    var isFresh: Bool { monotonicNanoseconds() - lastShown > 250_000_000 }
}
