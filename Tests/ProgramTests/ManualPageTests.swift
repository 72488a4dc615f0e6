import Foundation
import TestSupport
import Testing

/// docs/portside.1, which Scripts/manpage writes.
struct ManualPageTests {
    @Test func namesEveryCommandAndEveryOptionOfTheProgram() throws {
        let bench = try Bench()
        let help = try bench.run("--experimental-dump-help")
        let root = try #require(
            try JSONSerialization.jsonObject(with: Data(help.output)) as? [String: Any])
        let page = try String(contentsOfFile: "docs/portside.1", encoding: .utf8).replacing("\\-", with: "-")
        let command = try #require(root["command"] as? [String: Any])
        var wanted: Set<String> = []
        collect(command, "", &wanted)
        #expect(wanted.count > 60)
        let missing = wanted.filter { !page.contains($0) }.sorted()
        #expect(missing.isEmpty, "Scripts/manpage writes the page anew")
    }

    private func collect(_ command: [String: Any], _ above: String, _ wanted: inout Set<String>) {
        let below = command["subcommands"] as? [[String: Any]] ?? []
        for each in below {
            guard let name = each["commandName"] as? String, name != "help", name != "open" else { continue }
            if (each["subcommands"] as? [Any] ?? []).isEmpty { wanted.insert(".SS \(above)\(name)") }
            collect(each, above + name + " ", &wanted)
        }
        for argument in command["arguments"] as? [[String: Any]] ?? []
        where argument["shouldDisplay"] as? Bool != false {
            for name in argument["names"] as? [[String: Any]] ?? [] {
                guard let text = name["name"] as? String, text != "version", text != "help", text != "h"
                else {
                    continue
                }
                wanted.insert(name["kind"] as? String == "short" ? "-\(text)" : "--\(text)")
            }
        }
    }
}
