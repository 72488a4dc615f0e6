/// What colours a terminal can show.
public enum ColorDepth: Hashable, Sendable {
    /// None, or none wanted (NO_COLOR).
    case mono
    case eight
    case sixteen
    /// 0–15 are the user's, 16–231 a 6×6×6 cube, 232–255 greys.
    case indexed
    /// 24 bits; numbers below 8 are still the user's first eight.
    case direct

    /// - Parameter colors: what the terminal's entry says (`colors`), 0 or less for none.
    init(colors: Int, isDirect: Bool) {
        switch colors {
        case ..<8: self = .mono
        case ..<16: self = .eight
        case ..<256: self = .sixteen
        case 256: self = .indexed
        default: self = isDirect ? .direct : .indexed
        }
    }
}
