internal import FTPProtocol

/// Numbers as the screen shows them. Sizes are binary: 1 K is 1024 bytes.

/// `612`, `2.1 K`, `629 M`: at most six columns.
func shortSize(_ bytes: Int64) -> String {
    scaled(bytes).map { "\($0.number) \($0.unit)" } ?? String(max(0, bytes))
}

/// `612 B`, `2.1 KB`, `629 MB`.
func longSize(_ bytes: Int64) -> String {
    scaled(bytes).map { "\($0.number) \($0.unit)B" } ?? "\(max(0, bytes)) B"
}

private func scaled(_ bytes: Int64) -> (number: String, unit: Character)? {
    guard bytes >= 1_000 else { return nil }
    var value = Double(bytes) / 1_024
    for unit: Character in ["K", "M", "G", "T", "P"] {
        // 999.95 would be written as 1000.
        if value < 999.5 { return (value < 99.95 ? decimal(value) : String(Int(value + 0.5)), unit) }
        value /= 1_024
    }
    return (decimal(value), "E")
}

/// One digit after the point, of what is not negative. `rounded()` would need the C mathematics library.
func decimal(_ value: Double) -> String {
    guard value.isFinite, (0..<1e15).contains(value) else { return "–" }
    let tenths = Int64(value * 10 + 0.5)
    return "\(tenths / 10).\(tenths % 10)"
}

/// `4.2 MB/s`.
func rate(_ bytesPerSecond: Double) -> String {
    guard bytesPerSecond.isFinite, bytesPerSecond >= 1 else { return "0" }
    return longSize(Int64(min(bytesPerSecond, 9e18))) + "/s"
}

/// `659 554 304`.
func grouped(_ number: Int64) -> String {
    var text = ""
    for (index, digit) in String(number).reversed().enumerated() {
        if index > 0, index % 3 == 0, digit != "-" { text.append(" ") }
        text.append(digit)
    }
    return String(text.reversed())
}

/// `01:24`, `2h05`, `4d`: five columns.
func clock(seconds: Int64) -> String {
    let seconds = max(0, seconds)
    if seconds < 3_600 { return "\(twoDigits(seconds / 60)):\(twoDigits(seconds % 60))" }
    if seconds < 100 * 3_600 { return "\(seconds / 3_600)h\(twoDigits(seconds / 60 % 60))" }
    return "\(min(seconds / 86_400, 9_999))d"
}

/// `47 min left`.
func timeLeft(_ seconds: Int64) -> String {
    switch max(0, seconds) {
    case ..<60: "\(max(0, seconds)) s"
    case ..<3_600: "\((seconds + 30) / 60) min"
    case ..<(48 * 3_600): "\(seconds / 3_600) h \(twoDigits(seconds / 60 % 60))"
    default: "\(min(seconds / 86_400, 9_999)) days"
    }
}

/// `47m`, for narrow screens.
func shortTimeLeft(_ seconds: Int64) -> String {
    switch max(0, seconds) {
    case ..<60: "\(max(0, seconds))s"
    case ..<3_600: "\((seconds + 30) / 60)m"
    default: clock(seconds: seconds)
    }
}

/// `32 ms`, `10.0 s`.
func duration(nanoseconds: Int64) -> String {
    let milliseconds = max(0, nanoseconds) / 1_000_000
    return milliseconds < 1_000 ? "\(milliseconds) ms" : "\(decimal(Double(milliseconds) / 1_000)) s"
}

func twoDigits(_ number: some BinaryInteger) -> String {
    number < 10 ? "0\(number)" : "\(number)"
}

func plural(_ count: Int, _ one: String, _ many: String) -> String {
    "\(grouped(Int64(count))) \(count == 1 ? one : many)"
}

/// Times as the user's clock shows them.
extension Model {
    /// Nanoseconds since 1970 as `00:49:12.094`.
    func timeOfDay(_ nanoseconds: Int64, milliseconds: Bool) -> String {
        let seconds = nanoseconds / 1_000_000_000
        let date = localDate(seconds)
        let text =
            "\(twoDigits(date.hour ?? 0)):\(twoDigits(date.minute ?? 0)):\(twoDigits(date.second ?? 0))"
        guard milliseconds else { return text }
        let rest = String(max(0, nanoseconds) / 1_000_000 % 1_000)
        return "\(text).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
    }

    func hourAndMinute(_ nanoseconds: Int64) -> String {
        String(timeOfDay(nanoseconds, milliseconds: false).prefix(5))
    }

    /// `Nov 21 00:37` within half a year, else `Feb 10 2025`. The server's own times are shown as they are.
    func modified(_ seconds: Int64, isUTC: Bool, hasTime: Bool) -> String {
        let date = isUTC ? localDate(seconds) : CivilDate(secondsSince1970: clamped(seconds))
        let age = now / 1_000_000_000 - seconds
        let day = "\(Self.months[Int(date.month - 1) % 12]) \(twoDigits(date.day))"
        if hasTime, age < 182 * 86_400, age > -86_400 {
            return "\(day) \(twoDigits(date.hour ?? 0)):\(twoDigits(date.minute ?? 0))"
        }
        return "\(day) \(date.year ?? 0)"
    }

    /// `2026-11-21 00:49:10 +01:00`, `… UTC`.
    func fullTime(_ seconds: Int64) -> String {
        let date = localDate(seconds)
        return "\(date.year ?? 0)-\(twoDigits(date.month))-\(twoDigits(date.day)) "
            + "\(twoDigits(date.hour ?? 0)):\(twoDigits(date.minute ?? 0)):\(twoDigits(date.second ?? 0)) "
            + zone(utcOffset(clamped(seconds)))
    }

    /// A date of a listing, as exactly as it was given; the server's own times are called that.
    func listedTime(_ date: CivilDate) -> String {
        guard let seconds = date.secondsSince1970 else { return "not known" }
        guard !date.isUTC else { return fullTime(seconds) }
        let text = modified(seconds, isUTC: false, hasTime: date.hour != nil)
        return "\(text), by the server's own clock"
    }

    private func zone(_ seconds: Int) -> String {
        guard seconds != 0 else { return "UTC" }
        let minutes = seconds.magnitude / 60
        return "\(seconds < 0 ? "-" : "+")\(twoDigits(minutes / 60)):\(twoDigits(minutes % 60))"
    }

    private func localDate(_ seconds: Int64) -> CivilDate {
        let seconds = clamped(seconds)
        return CivilDate(secondsSince1970: seconds + Int64(utcOffset(seconds)))
    }

    /// A server may say anything; the calendar holds for these years.
    private func clamped(_ seconds: Int64) -> Int64 {
        min(max(seconds, -62_000_000_000), 253_000_000_000)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
