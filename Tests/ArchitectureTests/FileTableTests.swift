import Foundation
import Testing

/// The table of files that docs/architecture.md ends with. `Scripts/filetable` writes it.
struct FileTableTests {
    @Test(arguments: try SourceFile.targets().sorted())
    func everyFileHasItsLine(target: String) throws {
        let section = try Self.section(of: target)
        for file in try SourceFile.names(of: target) where !section.contains(file) {
            Issue.record("Sources/\(target)/\(file) has no line; Scripts/filetable writes it")
        }
    }

    @Test(arguments: try SourceFile.targets().sorted())
    func everyLineHasItsFile(target: String) throws {
        let files = try Set(SourceFile.names(of: target))
        for name in try Self.section(of: target) where !files.contains(name) {
            Issue.record("Sources/\(target)/\(name) does not exist; Scripts/filetable removes its line")
        }
    }

    /// The names in the first column of a target's table.
    private static func section(of target: String) throws -> [String] {
        let document = SourceFile.repository.appendingPathComponent("docs/architecture.md")
        let lines = try String(contentsOf: document, encoding: .utf8).components(separatedBy: "\n")
        let heading = try #require(lines.firstIndex(of: "### \(target)"), "there is no heading for \(target)")
        return lines[(heading + 1)...].prefix { !$0.hasPrefix("#") }.compactMap { line in
            line.hasPrefix("| `") ? line.components(separatedBy: "`")[1] : nil
        }
    }
}
