/// A date as a listing gives it: to the precision given, in UTC or in the server's own time.
///
/// MLSD and MDTM give UTC to the second (RFC 3659 §2.3); LIST gives the server's local time,
/// often without seconds, sometimes without a time or without a year.
public struct CivilDate: Hashable, Sendable {
    /// Absent where the listing named none and no `now` was known to choose one by.
    public var year: Int?
    public var month: UInt8
    public var day: UInt8
    public var hour: UInt8?
    public var minute: UInt8?
    public var second: UInt8?
    /// The digits after the decimal point of the seconds, as given; nil for none.
    public var fraction: String?
    public var isUTC: Bool

    public init(
        year: Int?, month: UInt8, day: UInt8, hour: UInt8? = nil, minute: UInt8? = nil, second: UInt8? = nil,
        fraction: String? = nil, isUTC: Bool = false
    ) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
        self.fraction = fraction
        self.isUTC = isUTC
    }

    /// From seconds since 1970-01-01T00:00:00Z, as UTC.
    public init(secondsSince1970 seconds: Int64) {
        let days = seconds.floorDivided(by: 86_400)
        let remainder = Int(seconds % 86_400)
        let rest = remainder < 0 ? remainder + 86_400 : remainder
        // Days since 0000-03-01, so that the leap day is the last of a year (Hinnant's civil calendar).
        let shifted = days + 719_468
        let era = shifted.floorDivided(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        self.init(
            year: Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0), month: UInt8(month),
            day: UInt8(dayOfYear - (153 * monthIndex + 2) / 5 + 1), hour: UInt8(rest / 3_600),
            minute: UInt8(rest / 60 % 60), second: UInt8(rest % 60), isUTC: true)
    }

    /// Seconds since 1970-01-01T00:00:00, reading the fields as UTC whatever `isUTC` says; what is
    /// missing counts as zero. Nil without a year.
    public var secondsSince1970: Int64? {
        guard let year else { return nil }
        let shiftedYear = Int64(year) - (month <= 2 ? 1 : 0)
        let era = shiftedYear.floorDivided(by: 400)
        let yearOfEra = shiftedYear - era * 400
        let monthIndex = Int64(month) + (month > 2 ? -3 : 9)
        let dayOfYear = (153 * monthIndex + 2) / 5 + Int64(day) - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        return days * 86_400 + Int64(hour ?? 0) * 3_600 + Int64(minute ?? 0) * 60 + Int64(second ?? 0)
    }

    /// `2026-11-20T17:31:00Z`, cut to the precision given; no `Z` for the server's local time (ISO 8601).
    public var iso8601: String {
        var text = "\(year.map { padded($0, 4) } ?? "-")-\(padded(Int(month), 2))-\(padded(Int(day), 2))"
        guard let hour else { return text }
        text += "T\(padded(Int(hour), 2)):\(padded(Int(minute ?? 0), 2))"
        if let second {
            text += ":\(padded(Int(second), 2))"
            if let fraction { text += ".\(fraction)" }
        }
        return isUTC ? text + "Z" : text
    }

    /// `YYYYMMDDHHMMSS` for MFMT and MDTM (RFC 3659 §2.3).
    public var timeVal: String {
        padded(year ?? 0, 4)
            + [Int(month), Int(day), Int(hour ?? 0), Int(minute ?? 0), Int(second ?? 0)]
            .map { padded($0, 2) }.joined()
    }

    /// Reads a time-val, `YYYYMMDDHHMMSS[.fraction]`, always UTC (RFC 3659 §2.3).
    ///
    /// Nil for anything that is not a date, also for a month 13, a 30 February or a second 61.
    public init?(timeVal text: some Collection<UInt8>) {
        let digits = text.prefix { (0x30...0x39).contains($0) }
        guard digits.count == 14 else { return nil }
        // Fourteen digits are one number, of which each field is a part.
        let all = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        let date = all / 1_000_000
        let time = all % 1_000_000
        let (year, month, day) = (date / 10_000, date / 100 % 100, date % 100)
        let (hour, minute, second) = (time / 10_000, time / 100 % 100, time % 100)
        let rest = text.dropFirst(14)
        var fraction: String?
        if rest.first == UInt8(ascii: ".") {
            let tail = rest.dropFirst().prefix(9).prefix { (0x30...0x39).contains($0) }
            if !tail.isEmpty { fraction = String(decoding: tail, as: UTF8.self) }
        }
        guard isDay(day, month: month, year: year), hour < 24, minute < 60, second <= 60 else { return nil }
        self.init(
            year: year, month: UInt8(month), day: UInt8(day), hour: UInt8(hour), minute: UInt8(minute),
            second: UInt8(second), fraction: fraction, isUTC: true)
    }
}

private func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> Int64 {
        self % divisor < 0 ? self / divisor - 1 : self / divisor
    }
}
