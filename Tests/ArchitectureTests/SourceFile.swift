import Foundation

/// A Swift file of Sources/, and the modules that it imports.
struct SourceFile {
    let path: String
    let imports: Set<String>

    static func targets() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: sources.path).filter { !$0.hasPrefix(".") }
    }

    static func all(of target: String) throws -> [SourceFile] {
        let folder = sources.appendingPathComponent(target)
        return try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".swift") }
            .map { name in
                let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
                return SourceFile(path: "Sources/\(target)/\(name)", imports: imports(in: text))
            }
    }

    /// The modules of the import declarations, whatever stands before `import` and whichever part is taken.
    static func imports(in source: String) -> Set<String> {
        let kinds: Set<Substring> = [
            "struct", "class", "enum", "protocol", "typealias", "func", "let", "var", "actor",
        ]
        let modifiers: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
        var modules: Set<String> = []
        for line in source.split(whereSeparator: \.isNewline) {
            var words = line.split(separator: " ")[...]
            while let word = words.first, modifiers.contains(word) || word.hasPrefix("@") {
                words.removeFirst()
            }
            guard words.popFirst() == "import" else { continue }
            if let word = words.first, kinds.contains(word) { words.removeFirst() }
            if let module = words.first?.split(separator: ".").first { modules.insert(String(module)) }
        }
        return modules
    }

    private static let sources = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Sources")
}
