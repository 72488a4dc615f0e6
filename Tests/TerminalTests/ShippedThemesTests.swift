import Glibc
import Interface
import TestSupport
import Testing

@testable import portside

/// The files of themes/ themselves.
@Suite struct ShippedThemesTests {
    private static var loader: ThemeLoader {
        var path = #filePath[...]
        for _ in 0..<3 { path = path[..<(path.lastIndex(of: "/") ?? path.startIndex)] }
        return ThemeLoader(directories: [path + "/themes"])
    }

    @Test(arguments: ["harbour", "paper", "mono"])
    func loadsWithoutAWord(name: String) {
        let loaded = Self.loader.load(name)
        #expect(loaded.problems == [])
    }

    @Test func harbourIsTheBuiltInTheme() {
        let file = Self.loader.load("harbour").theme
        for role in Role.allCases { #expect(file[role] == Theme.harbour[role], "\(role.name)") }
    }

    /// WCAG 2.1 §1.4.3. Lines and bars carry no text; a terminal's own background counts as the theme's intent.
    @Test(arguments: [("harbour", UInt32(0x0C0E13)), ("paper", 0xFBFBF9)])
    func textIsReadable(name: String, ground: UInt32) {
        let theme = Self.loader.load(name).theme
        for role in Role.allCases where ![.border, .barRest, .dialogBorder].contains(role) {
            let ratio = contrast(value(theme[role].foreground) ?? 0, value(theme[role].background) ?? ground)
            #expect(ratio >= 4.5, "\(role.name): \(ratio)")
        }
    }

    @Test(arguments: ["harbour", "paper", "mono"])
    func meaningSurvivesWithoutColour(name: String) {
        let theme = Self.loader.load(name).theme
        for role in [Role.cursor, .mark, .logReply5, .statusBad, .buttonDanger, .toastError, .fieldFocus] {
            #expect(theme[role].mono != [], "\(role.name)")
        }
        #expect(theme[.cursor].mono != theme[.cursorElsewhere].mono)
    }

    private func value(_ color: Color) -> UInt32? {
        if case .rgb(let value) = color { value } else { nil }
    }

    private func contrast(_ one: UInt32, _ other: UInt32) -> Double {
        let (first, second) = (luminance(one), luminance(other))
        return (max(first, second) + 0.05) / (min(first, second) + 0.05)
    }

    private func luminance(_ color: UInt32) -> Double {
        func linear(_ shift: UInt32) -> Double {
            let part = Double(color >> shift & 0xFF) / 255
            return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear(16) + 0.7152 * linear(8) + 0.0722 * linear(0)
    }
}
