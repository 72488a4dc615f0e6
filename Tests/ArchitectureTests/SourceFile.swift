import Foundation

/// A Swift file of Sources/, and the modules that it imports.
struct SourceFile {
    let path: String
    let text: String
    let imports: Set<String>

    static func targets() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: sources.path).filter { !$0.hasPrefix(".") }
    }

    /// The Swift files and headers of a target, relative to its folder.
    static func names(of target: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: sources.appendingPathComponent(target).path)
            .filter { $0.hasSuffix(".swift") || $0.hasSuffix(".h") }
    }

    static func all(of target: String) throws -> [SourceFile] {
        try names(of: target).filter { $0.hasSuffix(".swift") }.map { name in
            let path = "\(target)/\(name)"
            let text = try String(contentsOf: sources.appendingPathComponent(path), encoding: .utf8)
            return SourceFile(path: "Sources/\(path)", text: text, imports: imports(in: text))
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

    static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let sources = repository.appendingPathComponent("Sources")
}
