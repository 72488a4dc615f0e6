import Interface
import Testing

@testable import Terminal

@Suite struct LookTests {
    @Test func directColourTakesTheValueItself() {
        let look = Look(Style(foreground: .rgb(0xFF8800), background: .ansi(3)), depth: .direct)
        #expect(look == Look(Style(foreground: .rgb(0xFF8800), background: .ansi(3)), depth: .direct))
        #expect(look.foreground == 0xFF8800)
        #expect(look.background == 3)
    }

    @Test(arguments: [0, 1, 4, 7] as [UInt32])
    func nearlyBlackIsNeverOneOfTheUsersColours(value: UInt32) {
        #expect(Look(Style(foreground: .rgb(value)), depth: .direct).foreground == 0x010101)
    }

    @Test(
        arguments: [
            (0xFF0000, 196), (0x00FF00, 46), (0x0000FF, 21), (0xFFFFFF, 231), (0x000000, 16), (0x808080, 244),
            (0x5FAFFF, 75), (0x080808, 232), (0xEEEEEE, 255),
        ] as [(UInt32, Int32)])
    func theNearestOf256IsFound(rgb: UInt32, number: Int32) {
        #expect(Look(Style(foreground: .rgb(rgb)), depth: .indexed).foreground == number)
    }

    @Test func theUsersSixteenAreNeverTakenForARealColour() {
        for red in stride(from: UInt32(0), through: 255, by: 51) {
            for green in stride(from: UInt32(0), through: 255, by: 51) {
                for blue in stride(from: UInt32(0), through: 255, by: 51) {
                    let style = Style(background: .rgb(red << 16 | green << 8 | blue))
                    #expect(Look(style, depth: .indexed).background >= 16)
                }
            }
        }
    }

    @Test func fewColoursTakeTheNumberTheThemeNames() {
        let style = Style(foreground: .rgb(0x7AA2F7), ansiForeground: 12)
        #expect(Look(style, depth: .sixteen).foreground == 12)
        #expect(Look(style, depth: .eight).foreground == 4)
    }

    @Test func noColourNumberIsBeyondWhatTheTerminalHas() {
        for value in stride(from: UInt32(0), through: 0xFFFFFF, by: 70_001) {
            let style = Style(foreground: .rgb(value), background: .indexed(UInt8(value % 256)))
            for (depth, count) in [(ColorDepth.eight, Int32(8)), (.sixteen, 16), (.indexed, 256)] {
                let look = Look(style, depth: depth)
                #expect(look.foreground < count && look.background < count)
            }
        }
    }

    @Test func greyTextOnTheUsersBackgroundIsTheUsersText() {
        #expect(Look(Style(foreground: .rgb(0xC8CCD4)), depth: .sixteen).foreground == Look.standard)
    }

    @Test func textNeverVanishesInItsBackground() {
        for value in stride(from: UInt32(0), through: 0xFFFFFF, by: 70_001) {
            let look = Look(Style(foreground: .rgb(value), background: .rgb(value)), depth: .eight)
            #expect(look.foreground != look.background)
        }
    }

    @Test func withoutColourOnlyTheMonoAttributesCount() {
        let style = Style(
            foreground: .rgb(0xFF0000), background: .ansi(4), attributes: .bold, mono: [.reverse, .underline])
        let look = Look(style, depth: .mono)
        #expect(look.attributes == [.reverse, .underline])
        #expect(look.foreground == Look.standard && look.background == Look.standard)
    }

    @Test(arguments: [
        (-1, false, ColorDepth.mono), (0, false, .mono), (8, false, .eight), (16, false, .sixteen),
        (88, false, .sixteen), (256, false, .indexed), (0x1000000, true, .direct),
        (0x1000000, false, .indexed),
    ])
    func theDepthFollowsFromTheDatabase(colors: Int, isDirect: Bool, depth: ColorDepth) {
        #expect(ColorDepth(colors: colors, isDirect: isDirect) == depth)
    }
}
