import Foundation
import Testing

/// The tables at the end of docs/protocol.md: which behaviour which test holds.
struct CoverageTableTests {
    @Test func everyTestThatIsNamedExists() throws {
        let known = try Self.testNames()
        for row in try Self.rows() {
            for name in Self.names(in: row.test) where !known.contains(name) {
                Issue.record("\(row.id): there is no test \(name)")
            }
        }
    }

    @Test func everyRowHasATestOrSaysPlainlyWhyNot() throws {
        let rows = try Self.rows()
        #expect(rows.count > 400)
        for row in rows where Self.names(in: row.test).isEmpty {
            let isPlain = row.test == "not covered" || row.test.hasPrefix("not applicable: ")
            #expect(isPlain, "\(row.id): \(row.test)")
        }
    }

    private struct Row {
        let id: String
        let test: String
    }

    private static func rows() throws -> [Row] {
        let document = SourceFile.repository.appendingPathComponent("docs/protocol.md")
        let lines = try String(contentsOf: document, encoding: .utf8).components(separatedBy: "\n")
        let heading = try #require(lines.firstIndex(of: "## What is tested"))
        return lines[heading...].compactMap { line in
            let cells = line.replacing("\\|", with: "").components(separatedBy: " | ")
            guard cells.count == 3, line.hasPrefix("| "), !line.hasPrefix("| ---"), !line.hasPrefix("| |")
            else {
                return nil
            }
            return Row(
                id: String(cells[0].dropFirst(2)), test: String(cells[2].dropLast(2)))
        }
    }

    private static func names(in cell: String) -> [String] {
        cell.components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    }

    /// The functions of all test files.
    private static func testNames() throws -> Set<String> {
        let folder = SourceFile.repository.appendingPathComponent("Tests")
        var names: Set<String> = []
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        where path.hasSuffix("Tests.swift") {
            let text = try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
            for part in text.components(separatedBy: "func ").dropFirst() {
                names.insert(String(part.prefix { $0.isLetter || $0.isNumber || $0 == "_" }))
            }
        }
        return names
    }
}
