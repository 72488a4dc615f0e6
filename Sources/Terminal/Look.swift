import Interface

/// A style in the numbers of one terminal: what is left of a theme's wish at its colour depth.
struct Look: Hashable {
    var attributes: Attributes
    /// A colour number of the terminal; -1 is its own default.
    var foreground: Int32
    var background: Int32

    static let standard: Int32 = -1

    init(_ style: Style, depth: ColorDepth) {
        attributes = style.attributes
        foreground = Look.standard
        background = Look.standard
        switch depth {
        case .mono:
            attributes = style.mono
        case .direct:
            foreground = Look.direct(style.foreground)
            background = Look.direct(style.background)
        case .indexed:
            foreground = Look.indexed(style.foreground)
            background = Look.indexed(style.background)
        case .sixteen, .eight:
            lookInFew(style, count: depth == .eight ? 8 : 16)
        }
    }

    private static func direct(_ color: Color) -> Int32 {
        switch color {
        case .standard: standard
        // Numbers below 8 are the user's palette there; the other eight have no number, only a usual value.
        case .ansi(let number) where number < 8: Int32(number)
        case .ansi(let number): Int32(RGB.usual[Int(number & 15)].value)
        case .indexed(let number) where number < 8: Int32(number)
        case .indexed(let number): direct(.rgb(RGB(index: number).value))
        // A blue so dark that its value is below 8 would be taken for one of the user's colours.
        case .rgb(let value): (value & 0xFFFFFF) < 8 ? 0x010101 : Int32(value & 0xFFFFFF)
        }
    }

    private static func indexed(_ color: Color) -> Int32 {
        switch color {
        case .standard: standard
        case .ansi(let number): Int32(number & 15)
        case .indexed(let number): Int32(number)
        // 0–15 are left out: users choose them freely.
        case .rgb(let value): RGB(value).nearest(among: 16...255)
        }
    }

    private mutating func lookInFew(_ style: Style, count: Int32) {
        background = Look.few(style.background, count: count)
        if let number = style.ansiForeground {
            foreground = Look.few(.ansi(number), count: count)
        } else if style.background == .standard, RGB(style.foreground)?.isNearlyGrey == true {
            // Light grey on a background that may be white: the terminal's own text colour is always readable.
            foreground = Look.standard
        } else {
            foreground = Look.few(style.foreground, count: count)
        }
        // Eight colours have no grey: 8 became black, which may be the background.
        if count == 8, style.ansiForeground == 8 {
            foreground = Look.standard
            attributes.insert(.dim)
        }
        if foreground == background, foreground != Look.standard {
            foreground = [0, 4, 8].contains(background) ? 7 : 0
        }
    }

    private static func few(_ color: Color, count: Int32) -> Int32 {
        switch color {
        case .standard: return standard
        case .ansi(let number): return Int32(number & 15) % count
        case .indexed(let number) where number < 16: return Int32(number) % count
        case .indexed, .rgb:
            let number = RGB(color)?.nearest(among: 0...UInt8(count - 1))
            return number ?? standard
        }
    }
}
