/// The date of a Unix listing, which is also the landmark before the name.
///
/// | form | example |
/// | --- | --- |
/// | month day time or year | `Nov  1 18:11`, `Nov 01  2007`, `6月 3 2003` |
/// | day month time or year | `15 апр 18:11`, `19. Sep 13:24`, `30. Jan., 12:40` |
/// | month and day in numbers, time | `3 29 03:26` |
/// | with a comma, year and time | `Oct 08, 2002 09:47` |
/// | day and month in one field | `09-26 2000`, `09-26 13:45` |
/// | year first | `2003年 4月 18日`, `2003 3月 20` |
/// | ISO 8601 | `2021-06-10 08:09`, `2021-06-10 08:09:10.123 +0200`, `2021-06-10T08:09` |
/// | others | `2004.07.15`, `24-04-2003 17:12`, `1999/10/12 17:12`, `01-jun-99`, `Mon Dec  1 09:12:33 2023` |
struct UnixListDate {
    let date: CivilDate
    /// May be the end of the line, or behind it: then there is no name.
    let nameStart: Int

    init?(_ line: Span<UInt8>, at first: Range<Int>, years: YearChooser) {
        let byte = line[first.lowerBound]
        let found: UnixListDate? =
            if byte.isLetter || byte >= 0x80 {
                Self.monthFirst(line, first, years) ?? Self.weekdayFirst(line, first, years)
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

    /// `Mon Dec  1 09:12:33 2023`.
    private static func weekdayFirst(
        _ line: Span<UInt8>, _ first: Range<Int>, _ years: YearChooser
    ) -> UnixListDate? {
        var position = first.upperBound
        guard first.count <= 4, let second = line.nextField(from: &position),
            line[second.lowerBound].isLetter
        else { return nil }
        return monthFirst(line, second, years)
    }

    private static func numberFirst(
        _ line: Span<UInt8>, _ first: Range<Int>, _ years: YearChooser
    ) -> UnixListDate? {
        guard let number = MarkedNumber(line, first) else {
            return numeric(line, first) ?? monthAndDay(line, first, years)
                ?? line.dayMonthYear(first).map { UnixListDate($0, first.upperBound + 1) }
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
        if number.value >= 1_900, number.isMarked || next.isMarked {
            return yearFirst(line, number, next, &position)
        }
        var third = position
        guard let field = line.nextField(from: &third), number.isMarked || isTime(line, field) else {
            return nil
        }
        return timeOrYear(line, number.value, next.value, &position, years)
    }

    /// Year, month and day, each with its mark, and perhaps a time; a year without one may also be the size
    /// before a month and a day.
    private static func yearFirst(
        _ line: Span<UInt8>, _ year: MarkedNumber, _ month: MarkedNumber, _ position: inout Int
    ) -> UnixListDate? {
        guard let third = line.nextField(from: &position), let day = MarkedNumber(line, third),
            isDay(day.value, month: month.value, year: year.value),
            year.isMarked || !isTimeOrYear(line, after: position)
        else { return nil }
        var date = CivilDate(year: year.value, month: UInt8(month.value), day: UInt8(day.value))
        var next = position
        if day.isMarked, let field = line.nextField(from: &next), let time = line.clockTime(field) {
            date.setTime(time)
            position = next
        }
        return UnixListDate(date, position + 1)
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
        if let (hour, minute, second) = line.clockTime(field) {
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
        var date = CivilDate(year: year, month: UInt8(month), day: UInt8(day))
        var next = position
        // VShell: a comma behind the day, and the time behind the year.
        if gap > 0, line[gap - 1] == UInt8(ascii: ","), let field = line.nextField(from: &next),
            let time = line.clockTime(field)
        {
            date.setTime(time)
            return UnixListDate(date, next + 1)
        }
        // The year is five columns wide, ` 2003` or `2003 `: in the second case the name is two away.
        let isLeftAligned =
            field.lowerBound - gap == 1 && position + 1 < line.count && line[position + 1] == 0x20
        return UnixListDate(date, position + (isLeftAligned ? 2 : 1))
    }

    /// Three numbers in one field, four digits of them the year; then mostly a time.
    private static func numeric(_ line: Span<UInt8>, _ first: Range<Int>) -> UnixListDate? {
        var field = first
        var position = first.upperBound
        var timeField: Range<Int>?
        let hasGluedTime = first.count > 12 && line[first.lowerBound + 10] == UInt8(ascii: "T")
        if hasGluedTime {
            field = first.lowerBound..<first.lowerBound + 10
            timeField = first.lowerBound + 11..<first.upperBound
        } else {
            timeField = line.nextField(from: &position)
        }
        guard (8...10).contains(field.count),
            // Three numbers with a stroke are American, the others come from where the day is first.
            var date = NumericDate(line, field)?.date(
                line.firstRange(of: "/", in: field) == nil ? .dayFirst : .monthFirst)
        else { return nil }
        guard let timeField, let time = line.clockTime(timeField) else {
            // Two digits are no year unless a time proves that this is a date.
            guard field.count == 10, !hasGluedTime else { return nil }
            // Without a time its column is filled with blanks.
            position = first.upperBound
            while position < line.count, line[position] == 0x20 { position += 1 }
            return UnixListDate(date, position)
        }
        date.setTime(time)
        // `--full-time` adds the zone.
        var afterZone = position
        if time.second != nil, let zone = line.nextField(from: &afterZone), zone.count == 5,
            line[zone.lowerBound] == UInt8(ascii: "+") || line[zone.lowerBound] == UInt8(ascii: "-"),
            line.isDigits(zone.lowerBound + 1..<zone.upperBound)
        {
            position = afterZone
        }
        return UnixListDate(date, position + 1)
    }

    /// `09-26 2000`, `09-26 13:45`: month and day, unless the first is above 12.
    private static func monthAndDay(
        _ line: Span<UInt8>, _ first: Range<Int>, _ years: YearChooser
    ) -> UnixListDate? {
        var cut = first.lowerBound
        while cut < first.upperBound, line[cut].isDigit { cut += 1 }
        guard first.count <= 5, cut < first.upperBound,
            line[cut] == UInt8(ascii: "-") || line[cut] == UInt8(ascii: "/"),
            var month = line.smallNumber(first.lowerBound..<cut),
            var day = line.smallNumber(cut + 1..<first.upperBound)
        else { return nil }
        if month > 12 { (month, day) = (day, month) }
        var position = first.upperBound
        return timeOrYear(line, month, day, &position, years)
    }

    static func isTime(_ line: Span<UInt8>, _ field: Range<Int>) -> Bool { line.clockTime(field) != nil }

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
