import FTPProtocol
import Testing

@Suite struct LineEndsTests {
    /// In pieces of `size` bytes.
    private func local(_ wire: [UInt8], _ size: Int) -> [UInt8] {
        var lines = LocalLines()
        var text: [UInt8] = []
        for start in stride(from: 0, to: wire.count, by: size) {
            wire[start..<min(start + size, wire.count)].withUnsafeBytes { text += lines.translate($0) }
        }
        return text + lines.finish()
    }

    private func wire(_ text: [UInt8], _ size: Int) -> [UInt8] {
        var lines = WireLines()
        var wire: [UInt8] = []
        for start in stride(from: 0, to: text.count, by: size) {
            text[start..<min(start + size, text.count)].withUnsafeBytes { wire += lines.translate($0) }
        }
        return wire
    }

    static let fromWire: [(String, String)] = [
        ("", ""), ("one\r\ntwo\r\n", "one\ntwo\n"), ("no end", "no end"), ("a\rb\r\n", "a\rb\n"),
        ("bare\nfeed\n", "bare\nfeed\n"), ("\r\r\n\r", "\r\n\r"), ("\r\n\r\n", "\n\n"), ("\r", "\r"),
    ]

    @Test(arguments: fromWire) func aLineFromTheWireEndsInLineFeedAndALoneReturnStays(
        _ wire: String, _ text: String
    ) {
        for size in [1, 2, 3, 4096] {
            #expect(local(Array(wire.utf8), size) == Array(text.utf8), "\(size)")
        }
    }

    static let toWire: [(String, String)] = [
        ("", ""), ("one\ntwo\n", "one\r\ntwo\r\n"), ("no end", "no end"), ("a\rb\n", "a\rb\r\n"),
        ("has\r\nboth\r\n", "has\r\nboth\r\n"), ("\n\n", "\r\n\r\n"), ("\r\n\n", "\r\n\r\n"),
    ]

    @Test(arguments: toWire) func aLineToTheWireEndsInBothAndNoneIsDoubled(_ text: String, _ expected: String)
    {
        for size in [1, 2, 3, 4096] {
            #expect(wire(Array(text.utf8), size) == Array(expected.utf8), "\(size)")
        }
    }
}
