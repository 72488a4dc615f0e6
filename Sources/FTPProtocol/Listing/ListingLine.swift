/// What the dialects share: looking at a line without copying it.
extension UInt8 {
    var isBlank: Bool { self == 0x20 || self == 0x09 }
    var isLetter: Bool { (0x61...0x7A).contains(self | 0x20) }
}

extension Span<UInt8> {
    /// The next run of what is not blank; nil at the end of the line. `position` ends behind it.
    func nextField(from position: inout Int) -> Range<Int>? {
        while position < count, self[position].isBlank { position += 1 }
        guard position < count else { return nil }
        let start = position
        while position < count, !self[position].isBlank { position += 1 }
        return start..<position
    }

    /// The first place from `position` on that is not blank; the end if there is none.
    func skippingBlanks(from position: Int) -> Int {
        var position = position
        while position < count, self[position].isBlank { position += 1 }
        return position
    }

    /// What is there from `position` on, without the blanks around it; empty if there is nothing else.
    func trimmed(from position: Int) -> Range<Int> {
        let start = skippingBlanks(from: position)
        var end = count
        while end > start, self[end - 1].isBlank { end -= 1 }
        return start..<end
    }

    /// The fields of the line, at most `limit`.
    func fields(atMost limit: Int) -> [Range<Int>] {
        var fields: [Range<Int>] = []
        var position = 0
        while fields.count < limit, let field = nextField(from: &position) { fields.append(field) }
        return fields
    }

    func bytes(_ range: Range<Int>) -> [UInt8] {
        extracting(range).withUnsafeBufferPointer { Array($0) }
    }

    func text(_ range: Range<Int>) -> String {
        extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }

    func isDigits(_ range: Range<Int>) -> Bool {
        for index in range where !self[index].isDigit { return false }
        return !range.isEmpty
    }

    /// Decimal digits as a number; nil for anything else and for what Int64 cannot hold.
    func number(_ range: Range<Int>) -> Int64? {
        guard !range.isEmpty else { return nil }
        var number: Int64 = 0
        for index in range {
            let byte = self[index]
            guard byte.isDigit else { return nil }
            if range.count < 19 {
                number = number &* 10 &+ Int64(byte &- 0x30)
            } else {
                let (product, tooLarge) = number.multipliedReportingOverflow(by: 10)
                let (sum, overflows) = product.addingReportingOverflow(Int64(byte - 0x30))
                if tooLarge || overflows { return nil }
                number = sum
            }
        }
        return number
    }

    /// As `number`, for the small fields of dates: at most four digits.
    func smallNumber(_ range: Range<Int>) -> Int? {
        guard (1...4).contains(range.count) else { return nil }
        var number = 0
        for index in range {
            guard self[index].isDigit else { return nil }
            number = number &* 10 &+ Int(self[index] &- 0x30)
        }
        return number
    }

    /// Compares with lower-case ASCII in any letter case.
    func equals(_ range: Range<Int>, _ word: StaticString) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { letters in
            for (offset, letter) in letters.enumerated() {
                let byte = self[range.lowerBound + offset]
                guard byte == letter || (byte.isLetter && byte | 0x20 == letter) else { return false }
            }
            return true
        }
    }

    func hasPrefix(_ range: Range<Int>, _ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        return range.count >= length
            && equals(range.lowerBound..<range.lowerBound + length, word)
    }

    /// Where in the range these bytes begin first.
    func firstRange(of word: StaticString, in range: Range<Int>) -> Range<Int>? {
        let length = word.utf8CodeUnitCount
        guard range.count >= length else { return nil }
        return word.withUTF8Buffer { letters in
            for start in range.lowerBound...range.upperBound - length where self[start] == letters[0] {
                var matched = 1
                while matched < length, self[start + matched] == letters[matched] { matched += 1 }
                if matched == length { return start..<start + length }
            }
            return nil
        }
    }

    /// The part of the range that is the name to send back: of an absolute path the last component.
    /// Nil where nothing is left.
    func name(in range: Range<Int>) -> Range<Int>? {
        guard !range.isEmpty else { return nil }
        guard self[range.lowerBound] == UInt8(ascii: "/") else { return range }
        var end = range.upperBound
        while end > range.lowerBound, self[end - 1] == UInt8(ascii: "/") { end -= 1 }
        var start = end
        while start > range.lowerBound, self[start - 1] != UInt8(ascii: "/") { start -= 1 }
        return start < end ? start..<end : nil
    }

    /// Attributes of DOS and OS/2 in capitals: archive, hidden, read-only, system.
    func isAttributes(_ field: Range<Int>) -> Bool {
        guard field.count <= 5 else { return false }
        for index in field {
            switch self[index] {
            case UInt8(ascii: "A"), UInt8(ascii: "H"), UInt8(ascii: "R"), UInt8(ascii: "S"): break
            default: return false
            }
        }
        return true
    }

    /// `.` and `..`, which are no entries.
    func isDots(_ range: Range<Int>) -> Bool {
        guard range.count <= 2 else { return false }
        for index in range where self[index] != UInt8(ascii: ".") { return false }
        return !range.isEmpty
    }
}

/// Whether there is such a day: month 2 has 29 days where the year is not known.
func isDay(_ day: Int, month: Int, year: Int?) -> Bool {
    switch month {
    case 4, 6, 9, 11: (1...30).contains(day)
    case 2: (1...(year.map(isLeapYear) ?? true ? 29 : 28)).contains(day)
    case 1...12: (1...31).contains(day)
    default: false
    }
}

func isLeapYear(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}
