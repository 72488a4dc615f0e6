import EmbeddedServer
import Foundation
import Testing

/// The page of the server is printed, never written: `PORTSIDE_WRITE_SERVER=1 swift test --filter ServerManualTests`
/// prints it anew.
@Suite struct ServerManualTests {
    private var page: URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/server.md")
            .standardized
    }

    @Test func thePageShowsTheTables() throws {
        if ProcessInfo.processInfo.environment["PORTSIDE_WRITE_SERVER"] != nil {
            try ServerManual.page.write(to: page, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: page, encoding: .utf8) == ServerManual.page)
    }

    @Test func eachFaultIsReadInTheFormThatIsShown() {
        let values = [
            "VERB=TEXT": "NOOP=200 ok", "VERB": "RETR", "N": "3", "SECONDS": "2", "MILLISECONDS": "2",
            "BYTES": "10",
            "NAME:BYTES_PER_SECOND": "a:10", "NAME": "a", "ADDRESS": "127.0.0.3", "OUTSIDE": "/tmp",
            "FORM": "huge",
            "FORMAT": "dos", "X": "-1",
        ]
        for text in Fault.forms {
            let parts = text.split(separator: "[", maxSplits: 1).map(String.init)
            // What stands in brackets may be left out.
            if parts.count == 2 { #expect(Fault(parts[0]) != nil, "\(text)") }
            let whole = text.filter { $0 != "[" && $0 != "]" }
            guard let mark = whole.firstIndex(where: { $0 == ":" || $0 == "@" }) else {
                #expect(Fault(whole) != nil, "\(text)")
                continue
            }
            let value = values[String(whole[whole.index(after: mark)...])]
            #expect(value.flatMap { Fault(whole[...mark] + $0) } != nil, "\(text)")
        }
        #expect(Set(Fault.forms).count == Fault.forms.count)
    }
}
