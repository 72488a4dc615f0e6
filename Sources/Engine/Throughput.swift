import Transfers
import Transport

/// What moves to and from each site, for `ConnectionTuner`.
struct Throughput {
    private var counted: [Transfer.ID: Int64] = [:]
    private var moved: [Site.ID: Double] = [:]
    private var since = monotonicNanoseconds()

    /// In nanoseconds: long enough that a few small files come in it.
    private static let interval: Int64 = 1_000_000_000
    /// A small file costs as much as so many bytes: else a thousand of them would look like a line that does nothing.
    private static let perFile = 65_536.0

    mutating func begin(_ id: Transfer.ID, at bytes: Int64) {
        counted[id] = bytes
    }

    mutating func progressed(_ id: Transfer.ID, of site: Site.ID, to bytes: Int64) {
        guard let before = counted[id] else { return }
        counted[id] = bytes
        moved[site, default: 0] += Double(max(0, bytes - before))
    }

    mutating func ended(_ id: Transfer.ID, of site: Site.ID, at bytes: Int64) {
        progressed(id, of: site, to: bytes)
        counted[id] = nil
        moved[site, default: 0] += Self.perFile
    }

    /// A second, of each site; nil while it is too early to tell.
    mutating func take() -> [Site.ID: Double]? {
        let now = monotonicNanoseconds()
        guard now - since >= Self.interval else { return nil }
        let seconds = Double(now - since) / 1e9
        defer {
            since = now
            moved = [:]
        }
        return moved.mapValues { $0 / seconds }
    }
}
