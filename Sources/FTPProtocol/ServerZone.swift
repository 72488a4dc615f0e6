/// How far a server's clock on the wall is ahead of UTC: LIST shows its local time and does not say which that is.
///
/// Found by comparing one file's time in LIST with MDTM, which is UTC (RFC 3659 §3). The hour of summer time may be
/// wrong for the other half of the year: Unix shows each time as it was then, Windows as it would be now.
public struct ServerZone: Hashable, Sendable {
    /// In seconds; a multiple of a quarter of an hour.
    public let ahead: Int64

    private static let quarter: Int64 = 900
    /// From UTC-12 to UTC+14, and an hour of summer time.
    private static let most: Int64 = 15 * 3_600

    public init?(ahead: Int64) {
        guard ahead % Self.quarter == 0, abs(ahead) <= Self.most else { return nil }
        self.ahead = ahead
    }

    /// - Parameters:
    ///   - listed: of a file, to the minute at least.
    ///   - utc: of the same file, in seconds since 1970.
    /// - Returns: nil when the two do not differ as zones do: the file was changed, or one of them means something else.
    public init?(listed: CivilDate, utc: Int64) {
        guard Self.canTell(listed), let seconds = listed.secondsSince1970 else { return nil }
        // What a listing leaves out it cuts off.
        let (same, isOver) = utc.subtractingReportingOverflow(listed.second == nil ? (utc % 60 + 60) % 60 : 0)
        let (ahead, isFar) = seconds.subtractingReportingOverflow(same)
        guard !isOver, !isFar else { return nil }
        self.init(ahead: ahead)
    }

    /// Whether a time in a listing is in the server's zone, and exact enough to find that by.
    public static func canTell(_ date: CivilDate) -> Bool {
        !date.isUTC && date.year != nil && date.hour != nil && date.minute != nil
    }

    /// The same moment in UTC, to the same precision; what has no time of day stays as it is.
    public func utc(_ date: CivilDate) -> CivilDate {
        guard Self.canTell(date), let seconds = date.secondsSince1970 else { return date }
        var result = CivilDate(secondsSince1970: seconds - ahead)
        if date.second == nil { result.second = nil }
        result.fraction = date.fraction
        return result
    }

    public func utc(_ entries: [ListingEntry]) -> [ListingEntry] {
        entries.map { entry in
            var entry = entry
            entry.modified = entry.modified.map { utc($0) }
            return entry
        }
    }
}
