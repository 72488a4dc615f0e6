/// The date of a Unix listing, which is also the landmark before the name.
///
/// | form | example |
/// | --- | --- |
/// | month day time or year | `Nov  1 18:11`, `Nov 01  2007`, `6月 3 2003` |
/// | day month time or year | `15 апр 18:11`, `19. Sep 13:24`, `30. Jan., 12:40` |
/// | month and day in numbers, time | `3 29 03:26` |
/// | ISO 8601 | `2021-06-10 08:09`, `2021-06-10 08:09:10.123 +0200` |
/// | others | `2004.07.15`, `01-jun-99` |
struct UnixListDate {
    let date: CivilDate
    /// May be the end of the line, or behind it: then there is no name.
    let nameStart: Int

    init?(_ line: Span<UInt8>, at first: Range<Int>, years: YearChooser) {
        let byte = line[first.lowerBound]
        let found: UnixListDate? =
            if byte.isLetter || byte >= 0x80 {
                Self.monthFirst(line, first, years)
            } else if byte.isDigit {
                Self.numberFirst(line, first, years)
            } else {
                nil
            }
        guard let found else { return nil }
        self = found
    }

    private init(_ date: CivilDate, _ nameStart: Int) {
        self.date = date
        self.nameStart = nameStart
    }

    private static func monthFirst(
        _ line: Span<UInt8>, _ first: Range<Int>, _ years: YearChooser
    ) -> UnixListDate? {
        var position = first.upperBound
        // The numbers first: owners and groups come here too, and names of months are the dear part.
        guard let second = line.nextField(from: &position), let day = MarkedNumber(line, second)?.value,
            isTimeOrYear(line, after: position), let month = MonthNames.number(line, first)
        else { return nil }
        return timeOrYear(line, month, day, &position, years)
    }

    private static func numberFirst(
        _ line: Span<UInt8>, _ first: Range<Int>, _ years: YearChooser
    ) -> UnixListDate? {
        guard let number = MarkedNumber(line, first) else {
            return iso(line, first) ?? dotted(line, first) ?? shortMonth(line, first)
        }
        var position = first.upperBound
        guard let second = line.nextField(from: &position) else { return nil }
        if number.value <= 31, !line[second.lowerBound].isDigit {
            guard isTimeOrYear(line, after: position), let month = MonthNames.number(line, second) else {
                return nil
            }
            return timeOrYear(line, month, number.value, &position, years)
        }
        guard let next = MarkedNumber(line, second) else { return nil }
        if number.isMarked, number.value >= 1_900 {
            // Year, month and day, each with its mark.
            guard let third = line.nextField(from: &position), let day = MarkedNumber(line, third),
                isDay(day.value, month: next.value, year: number.value)
            else { return nil }
            return UnixListDate(
                CivilDate(year: number.value, month: UInt8(next.value), day: UInt8(day.value)), position + 1)
        }
        var third = position
        guard let field = line.nextField(from: &third), number.isMarked || isTime(line, field) else {
            return nil
        }
        return timeOrYear(line, number.value, next.value, &position, years)
    }

    private static func isTimeOrYear(_ line: Span<UInt8>, after position: Int) -> Bool {
        var position = position
        guard let field = line.nextField(from: &position) else { return false }
        return isTime(line, field) || year(line, field) != nil
    }

    /// What follows month and day; sets the date and where the name begins.
    private static func timeOrYear(
        _ line: Span<UInt8>, _ month: Int, _ day: Int, _ position: inout Int, _ years: YearChooser
    ) -> UnixListDate? {
        let gap = position
        guard let field = line.nextField(from: &position) else { return nil }
        if let (hour, minute, second) = time(line, field) {
            guard isDay(day, month: month, year: nil) else { return nil }
            var date = CivilDate(
                year: nil, month: UInt8(month), day: UInt8(day), hour: UInt8(hour), minute: UInt8(minute),
                second: second.map { UInt8($0) })
            var next = position
            // `ls -lT` of BSD: a time to the second is followed by the year.
            if second != nil, let field = line.nextField(from: &next), let year = year(line, field),
                isDay(day, month: month, year: year)
            {
                date.year = year
                return UnixListDate(date, next + 1)
            }
            date.year = years.year(of: date)
            return UnixListDate(date, position + 1)
        }
        guard let year = year(line, field), isDay(day, month: month, year: year) else { return nil }
        let date = CivilDate(year: year, month: UInt8(month), day: UInt8(day))
        // The year is five columns wide, ` 2003` or `2003 `: in the second case the name is two away.
        let isLeftAligned =
            field.lowerBound - gap == 1 && position + 1 < line.count && line[position + 1] == 0x20
        return UnixListDate(date, position + (isLeftAligned ? 2 : 1))
    }

    private static func iso(_ line: Span<UInt8>, _ first: Range<Int>) -> UnixListDate? {
        guard first.count == 10, line[first.lowerBound + 4] == UInt8(ascii: "-"),
            line[first.lowerBound + 7] == UInt8(ascii: "-"), var date = yearMonthDay(line, first)
        else { return nil }
        var position = first.upperBound
        var afterTime = position
        guard let field = line.nextField(from: &afterTime), let (hour, minute, second) = time(line, field)
        else {
            // `--time-style=iso` without a time: the column is filled with blanks.
            while position < line.count, line[position] == 0x20 { position += 1 }
            return UnixListDate(date, position)
        }
        date.hour = UInt8(hour)
        date.minute = UInt8(minute)
        date.second = second.map { UInt8($0) }
        position = afterTime
        // `--full-time` adds the zone.
        if second != nil, let zone = line.nextField(from: &afterTime), zone.count == 5,
            line[zone.lowerBound] == UInt8(ascii: "+") || line[zone.lowerBound] == UInt8(ascii: "-"),
            line.isDigits(zone.lowerBound + 1..<zone.upperBound)
        {
            position = afterTime
        }
        return UnixListDate(date, position + 1)
    }

    private static func dotted(_ line: Span<UInt8>, _ first: Range<Int>) -> UnixListDate? {
        guard first.count == 10, line[first.lowerBound + 4] == UInt8(ascii: "."),
            line[first.lowerBound + 7] == UInt8(ascii: "."), let date = yearMonthDay(line, first)
        else { return nil }
        var position = first.upperBound
        while position < line.count, line[position] == 0x20 { position += 1 }
        return UnixListDate(date, position)
    }

    /// `01-jun-99`, `01-jun-1999`.
    private static func shortMonth(_ line: Span<UInt8>, _ first: Range<Int>) -> UnixListDate? {
        var dash = first.lowerBound
        while dash < first.upperBound, line[dash] != UInt8(ascii: "-") { dash += 1 }
        var second = min(dash + 1, first.upperBound)
        while second < first.upperBound, line[second] != UInt8(ascii: "-") { second += 1 }
        guard second < first.upperBound, let day = line.smallNumber(first.lowerBound..<dash),
            let month = MonthNames.number(line, dash + 1..<second),
            var year = line.smallNumber(second + 1..<first.upperBound)
        else { return nil }
        if year < 100 { year += year < 70 ? 2_000 : 1_900 }
        guard isDay(day, month: month, year: year) else { return nil }
        return UnixListDate(
            CivilDate(year: year, month: UInt8(month), day: UInt8(day)), first.upperBound + 1)
    }

    private static func yearMonthDay(_ line: Span<UInt8>, _ field: Range<Int>) -> CivilDate? {
        let start = field.lowerBound
        guard let year = line.smallNumber(start..<start + 4),
            let month = line.smallNumber(start + 5..<start + 7),
            let day = line.smallNumber(start + 8..<start + 10), isDay(day, month: month, year: year)
        else { return nil }
        return CivilDate(year: year, month: UInt8(month), day: UInt8(day))
    }

    static func isTime(_ line: Span<UInt8>, _ field: Range<Int>) -> Bool { time(line, field) != nil }

    /// `18:11`, `1:39`, `08:09:10`, `08:09:10.123`.
    private static func time(
        _ line: Span<UInt8>, _ field: Range<Int>
    ) -> (hour: Int, minute: Int, second: Int?)? {
        guard (3...18).contains(field.count) else { return nil }
        var colon = field.lowerBound
        while colon < field.upperBound, line[colon].isDigit { colon += 1 }
        guard colon < field.upperBound, line[colon] == UInt8(ascii: ":"),
            let hour = line.smallNumber(field.lowerBound..<colon), hour < 24
        else { return nil }
        var end = colon + 1
        while end < field.upperBound, line[end].isDigit { end += 1 }
        guard end - colon <= 3, let minute = line.smallNumber(colon + 1..<end), minute < 60 else {
            return nil
        }
        if end == field.upperBound { return (hour, minute, nil) }
        guard line[end] == UInt8(ascii: ":") else { return nil }
        let start = end + 1
        end = start
        while end < field.upperBound, line[end].isDigit { end += 1 }
        guard let second = line.smallNumber(start..<end), second <= 60 else { return nil }
        guard end == field.upperBound || line[end] == UInt8(ascii: ".") else { return nil }
        return (hour, minute, second)
    }

    static func year(_ line: Span<UInt8>, _ field: Range<Int>) -> Int? {
        guard let number = MarkedNumber(line, field), (1_600...9_999).contains(number.value) else {
            return nil
        }
        return number.value
    }
}

/// A number of a date, with a full stop, a comma, or the mark of year, month or day in an East Asian script,
/// in whatever encoding: `19.`, `26,`, `6月`, `2003年`.
struct MarkedNumber {
    let value: Int
    /// By more than punctuation.
    let isMarked: Bool

    init?(_ line: Span<UInt8>, _ field: Range<Int>) {
        var end = field.lowerBound
        while end < field.upperBound, line[end].isDigit { end += 1 }
        guard let value = line.smallNumber(field.lowerBound..<end) else { return nil }
        self.value = value
        if end == field.upperBound {
            isMarked = false
        } else if line[end] >= 0x80 {
            // One character: at most three bytes in UTF-8, two in Shift-JIS, where the second may be a letter.
            guard field.upperBound - end <= 4 else { return nil }
            isMarked = true
        } else {
            for index in end..<field.upperBound
            where line[index] != UInt8(ascii: ".") && line[index] != UInt8(ascii: ",") { return nil }
            isMarked = false
        }
    }
}

/// Gives a year to a date without one: the latest that does not put it more than a day after `now`.
struct YearChooser: Sendable {
    private let year: Int?
    /// Month, day, hour and minute of the latest moment this year, in one number.
    private let limit: Int

    init(now: CivilDate?) {
        guard let now, let seconds = now.secondsSince1970 else {
            year = nil
            limit = 0
            return
        }
        let latest = CivilDate(secondsSince1970: seconds + 86_400)
        year = latest.year
        limit = Self.ordinal(latest)
    }

    func year(of date: CivilDate) -> Int? {
        guard var year else { return nil }
        if Self.ordinal(date) > limit { year -= 1 }
        // 29 February is in a leap year: eight years back at most, around 1900.
        while date.month == 2, date.day == 29, !isLeapYear(year) { year -= 1 }
        return year
    }

    private static func ordinal(_ date: CivilDate) -> Int {
        Int(date.month) << 24 | Int(date.day) << 16 | Int(date.hour ?? 0) << 8 | Int(date.minute ?? 0)
    }
}
