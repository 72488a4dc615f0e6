import Foundation
import Testing

@testable import Interface

/// The page of the keys is printed, never written: `PORTSIDE_WRITE_KEYS=1 swift test --filter KeysPageTests` prints it anew.
@Suite struct KeysPageTests {
    private var page: URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/keys.md")
            .standardized
    }

    @Test func thePageShowsTheTable() throws {
        if ProcessInfo.processInfo.environment["PORTSIDE_WRITE_KEYS"] != nil {
            try Keymap.standard.markdown.write(to: page, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: page, encoding: .utf8) == Keymap.standard.markdown)
    }
}
