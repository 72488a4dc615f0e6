/// Dates and times of listings in one field, as the dialects share them.
///
/// | form | example | function |
/// | --- | --- | --- |
/// | three numbers | `03-07-13`, `2004/06/23`, `10-05-100`, `15.07.2004` | `NumericDate` |
/// | day, month in letters, year | `2-JUN-1998`, `12-Jan-14` | `dayMonthYear` |
/// | month in letters, day, year | `Feb-28-1998` | `monthDayYear` |
/// | time | `18:11`, `08:09:10.12` | `clockTime` |
struct NumericDate {
    /// What comes first where the numbers themselves leave it open.
    enum Order { case monthFirst, dayFirst, yearFirst }

    private let numbers: (Int, Int, Int)
    private let firstIsYear: Bool
    private let lastIsYear: Bool

    /// Three numbers with `-`, `/` or `.` between them.
    init?(_ line: Span<UInt8>, _ field: Range<Int>) {
        guard (5...10).contains(field.count), let first = line.separator(in: field),
            let second = line.separator(in: first + 1..<field.upperBound),
            let one = line.smallNumber(field.lowerBound..<first),
            let two = line.smallNumber(first + 1..<second),
            let three = line.smallNumber(second + 1..<field.upperBound)
        else { return nil }
        numbers = (one, two, three)
        firstIsYear = first - field.lowerBound == 4 || one > 31
        // Three digits are years since 1900, as programs write them that were not told of 2000.
        lastIsYear = field.upperBound - second > 3 || three > 31
    }

    /// The order the numbers prove; nil where two readings make sense.
    var provenOrder: Order? {
        if firstIsYear { return .yearFirst }
        guard lastIsYear || numbers.2 == 0 else { return nil }
        if numbers.0 > 12 { return .dayFirst }
        return numbers.1 > 12 ? .monthFirst : nil
    }

    /// Nil for a day that does not exist. `order` decides what the numbers leave open.
    func date(_ order: Order) -> CivilDate? {
        let (one, two, three) = numbers
        if firstIsYear { return Self.date(one, two, three) }
        if lastIsYear, order == .yearFirst { return date(.monthFirst) }
        let readings: [(Int, Int, Int)] =
            switch order {
            case .monthFirst: [(three, one, two), (three, two, one)]
            case .dayFirst: [(three, two, one), (three, one, two)]
            case .yearFirst: [(one, two, three), (three, one, two), (three, two, one)]
            }
        for (year, month, day) in readings {
            if let date = Self.date(year, month, day) { return date }
        }
        return nil
    }

    private static func date(_ year: Int, _ month: Int, _ day: Int) -> CivilDate? {
        let year = fullYear(year)
        guard isDay(day, month: month, year: year) else { return nil }
        return CivilDate(year: year, month: UInt8(month), day: UInt8(day))
    }
}

/// `98` is 1998 and `14` 2014, parted at 70 as Windows NT does; `103` is 2003, counted from 1900.
func fullYear(_ year: Int) -> Int {
    switch year {
    case ..<70: 2_000 + year
    case ..<1_000: 1_900 + year
    default: year
    }
}

extension Span<UInt8> {
    fileprivate func separator(in range: Range<Int>) -> Int? {
        for index in range {
            let byte = self[index]
            if byte == UInt8(ascii: "-") || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".") {
                return index
            }
        }
        return nil
    }

    /// `2-JUN-1998`, `12-Jan-14`, `01-oct-2004`.
    func dayMonthYear(_ field: Range<Int>) -> CivilDate? {
        guard self[field.lowerBound].isDigit, let (first, second) = dashes(field),
            let day = smallNumber(field.lowerBound..<first)
        else { return nil }
        return date(day, first + 1..<second, second + 1..<field.upperBound)
    }

    /// `Feb-28-1998`.
    func monthDayYear(_ field: Range<Int>) -> CivilDate? {
        guard !self[field.lowerBound].isDigit, let (first, second) = dashes(field),
            let day = smallNumber(first + 1..<second)
        else { return nil }
        return date(day, field.lowerBound..<first, second + 1..<field.upperBound)
    }

    private func dashes(_ field: Range<Int>) -> (Int, Int)? {
        guard (6...32).contains(field.count), let first = separator(in: field),
            let second = separator(in: first + 1..<field.upperBound)
        else { return nil }
        return (first, second)
    }

    private func date(_ day: Int, _ monthField: Range<Int>, _ yearField: Range<Int>) -> CivilDate? {
        guard let number = smallNumber(yearField), let month = MonthNames.number(self, monthField) else {
            return nil
        }
        let year = fullYear(number)
        guard isDay(day, month: month, year: year) else { return nil }
        return CivilDate(year: year, month: UInt8(month), day: UInt8(day))
    }

    /// `18:11`, `1:39`, `08:09:10`, `08:09:10.123`, `3:15PM`; the fraction is left out.
    func clockTime(_ field: Range<Int>) -> (hour: Int, minute: Int, second: Int?)? {
        guard (3...18).contains(field.count) else { return nil }
        var colon = field.lowerBound
        while colon < field.upperBound, self[colon].isDigit { colon += 1 }
        guard colon < field.upperBound, self[colon] == UInt8(ascii: ":"),
            var hour = smallNumber(field.lowerBound..<colon), hour < 24
        else { return nil }
        var end = colon + 1
        while end < field.upperBound, self[end].isDigit { end += 1 }
        if end + 2 == field.upperBound, hour <= 12, equals(end..<end + 2, "am") || equals(end..<end + 2, "pm")
        {
            let isAfternoon = equals(end..<end + 2, "pm")
            hour = hour % 12 + (isAfternoon ? 12 : 0)
            guard end - colon == 3, let minute = smallNumber(colon + 1..<end), minute < 60 else { return nil }
            return (hour, minute, nil)
        }
        guard end - colon <= 3, let minute = smallNumber(colon + 1..<end), minute < 60 else {
            return nil
        }
        if end == field.upperBound { return (hour, minute, nil) }
        guard self[end] == UInt8(ascii: ":") else { return nil }
        let start = end + 1
        end = start
        while end < field.upperBound, self[end].isDigit { end += 1 }
        guard let second = smallNumber(start..<end), second <= 60 else { return nil }
        guard end == field.upperBound || self[end] == UInt8(ascii: ".") else { return nil }
        return (hour, minute, second)
    }
}

extension CivilDate {
    mutating func setTime(_ time: (hour: Int, minute: Int, second: Int?)) {
        hour = UInt8(time.hour)
        minute = UInt8(time.minute)
        second = time.second.map { UInt8($0) }
    }
}
