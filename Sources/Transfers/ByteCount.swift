/// `500`, `2M`, `1.5G`, with the factors 1024, as bytes; nil for what is no such number.
public func parseByteCount(_ text: String) -> Int64? {
    var digits = Substring(text.uppercased())
    if digits.hasSuffix("B") { digits = digits.dropLast() }
    var factor = 1.0
    if let unit = digits.last, let power = ["K": 1, "M": 2, "G": 3, "T": 4][String(unit)] {
        for _ in 0..<power { factor *= 1024 }
        digits = digits.dropLast()
    }
    guard !digits.isEmpty, digits.allSatisfy({ $0.isNumber || $0 == "." }), let number = Double(digits),
        number * factor < 9e18
    else { return nil }
    return Int64(number * factor)
}
