import Glibc
import Interface

/// A 24-bit colour, and which of a terminal's fixed colours looks most like it.
struct RGB: Hashable {
    var red: UInt8
    var green: UInt8
    var blue: UInt8

    init(_ value: UInt32) {
        red = UInt8(truncatingIfNeeded: value >> 16)
        green = UInt8(truncatingIfNeeded: value >> 8)
        blue = UInt8(truncatingIfNeeded: value)
    }

    /// Nil for the terminal's own colour, which nobody knows.
    init?(_ color: Color) {
        switch color {
        case .standard: return nil
        case .ansi(let number): self = RGB.usual[Int(number & 15)]
        case .indexed(let number): self.init(index: number)
        case .rgb(let value): self.init(value)
        }
    }

    /// Colour `index` of the 256 as xterm defines them.
    init(index: UInt8) {
        switch index {
        case ..<16: self = RGB.usual[Int(index)]
        case ..<232:
            let cube = UInt32(index) - 16
            func level(_ step: UInt32) -> UInt32 { step == 0 ? 0 : 55 + 40 * step }
            self.init(level(cube / 36) << 16 | level(cube / 6 % 6) << 8 | level(cube % 6))
        default:
            self.init((8 + 10 * (UInt32(index) - 232)) * 0x010101)
        }
    }

    /// As terminals answer (XParseColor): `rgb:1a1a/1b1b/2626`, one to four digits each; perhaps `rgba:…`.
    init?(answer: Substring) {
        guard let colon = answer.firstIndex(of: ":"), answer.hasPrefix("rgb") else { return nil }
        let parts = answer[answer.index(after: colon)...].split(
            separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 3 else { return nil }
        let levels = parts.prefix(3).compactMap { part -> UInt8? in
            guard (1...4).contains(part.utf8.count), let value = UInt32(part, radix: 16) else { return nil }
            return UInt8(value * 255 / ((1 << (4 * UInt32(part.utf8.count))) - 1))
        }
        guard levels.count == 3 else { return nil }
        (red, green, blue) = (levels[0], levels[1], levels[2])
    }

    /// Whether dark text is the readable one on it.
    var isLight: Bool { Oklab(self).l > 0.6 }

    /// What 0–15 look like where the user has not changed them (xterm's values).
    static let usual: [RGB] = [
        0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5,
        0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
    ].map { RGB($0) }

    var value: UInt32 { UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue) }

    var isNearlyGrey: Bool {
        let lab = Oklab(self)
        return lab.a * lab.a + lab.b * lab.b < 0.03 * 0.03
    }

    /// The number of the colour that looks most like this one.
    func nearest(among range: ClosedRange<UInt8>) -> Int32 {
        let wanted = Oklab(self)
        var best = (number: range.lowerBound, distance: Float.infinity)
        for number in range {
            let distance = wanted.distance(to: RGB.all[Int(number)])
            if distance < best.distance { best = (number, distance) }
        }
        return Int32(best.number)
    }

    private static let all = (0...255).map { Oklab(RGB(index: UInt8($0))) }
}

/// Oklab (Björn Ottosson, 2020): a space in which distance is what the eye sees as difference.
private struct Oklab {
    var l: Float
    var a: Float
    var b: Float

    init(_ color: RGB) {
        let red = Oklab.linear(color.red)
        let green = Oklab.linear(color.green)
        let blue = Oklab.linear(color.blue)
        let long = cbrtf(0.412_221_47 * red + 0.536_332_54 * green + 0.051_445_99 * blue)
        let medium = cbrtf(0.211_903_50 * red + 0.680_699_55 * green + 0.107_396_96 * blue)
        let short = cbrtf(0.088_302_46 * red + 0.281_718_84 * green + 0.629_978_70 * blue)
        l = 0.210_454_26 * long + 0.793_617_79 * medium - 0.004_072_05 * short
        a = 1.977_998_50 * long - 2.428_592_21 * medium + 0.450_593_71 * short
        b = 0.025_904_04 * long + 0.782_771_77 * medium - 0.808_675_77 * short
    }

    func distance(to other: Oklab) -> Float {
        let (dl, da, db) = (l - other.l, a - other.a, b - other.b)
        return dl * dl + da * da + db * db
    }

    /// sRGB's curve (IEC 61966-2-1).
    private static func linear(_ component: UInt8) -> Float {
        let value = Float(component) / 255
        return value <= 0.040_45 ? value / 12.92 : powf((value + 0.055) / 1.055, 2.4)
    }
}
