import Transfers

/// What moves to and from each site, for `ConnectionTuner`.
struct Throughput {
    private struct Count {
        var since: Int64
        var moved = 0.0  // bytes, with what stands for the files
        var files = 0
    }

    struct Measurement {
        /// Bytes a second, with what stands for the files.
        var rate: Double
        /// It took little time to see many files.
        var isBusy: Bool
    }

    private var counted: [Transfer.ID: Int64] = [:]
    private var sites: [Site.ID: Count] = [:]

    /// As long as one measurement takes, in nanoseconds: bytes come in bursts.
    private static let interval: Int64 = 1_000_000_000
    /// So many files tell as much in less time.
    private static let manyFiles = 250
    private static let shortInterval: Int64 = 300_000_000  // nanoseconds
    /// A small file costs as much as so many bytes: else a thousand of them would look like a line that does nothing.
    private static let perFile = 65_536.0

    /// - Parameter now: here and below by the monotonic clock, in nanoseconds.
    mutating func begin(_ id: Transfer.ID, of site: Site.ID, at bytes: Int64, now: Int64) {
        // The time in which nothing was at work is nobody's.
        if counted.isEmpty { sites = [:] }
        counted[id] = bytes
        if sites[site] == nil { sites[site] = Count(since: now) }
    }

    mutating func progressed(_ id: Transfer.ID, of site: Site.ID, to bytes: Int64, now: Int64) {
        guard let before = counted.updateValue(bytes, forKey: id) else { return }
        count(Double(max(0, bytes - before)), of: site, files: 0, now)
    }

    mutating func ended(_ id: Transfer.ID, of site: Site.ID, at bytes: Int64, now: Int64) {
        guard let before = counted.removeValue(forKey: id) else { return }
        count(Double(max(0, bytes - before)) + Self.perFile, of: site, files: 1, now)
    }

    /// Looking into directories is work of a connection, too.
    mutating func listed(_ site: Site.ID, now: Int64) {
        count(Self.perFile, of: site, files: 0, now)
    }

    /// A connection more is at work: what was counted is of fewer.
    mutating func restart(_ site: Site.ID, now: Int64) {
        sites[site] = Count(since: now)
    }

    /// Of each site where enough was counted to tell.
    mutating func take(now: Int64) -> [Site.ID: Measurement] {
        var found: [Site.ID: Measurement] = [:]
        for (site, count) in sites {
            let time = now - count.since
            let isBusy = count.files >= Self.manyFiles && time < Self.interval
            guard time >= (isBusy ? Self.shortInterval : Self.interval) else { continue }
            found[site] = Measurement(rate: count.moved / (Double(time) / 1e9), isBusy: isBusy)
            sites[site] = Count(since: now)
        }
        return found
    }

    private mutating func count(_ moved: Double, of site: Site.ID, files: Int, _ now: Int64) {
        var count = sites[site] ?? Count(since: now)
        count.moved += moved
        count.files += files
        sites[site] = count
    }
}
