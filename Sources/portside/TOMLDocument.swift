import TOMLKit

/// Trouble in a file the user wrote: one line, `file:line: what is wrong`.
struct FileProblem: Error, Equatable, CustomStringConvertible {
    var file: String
    var line: Int?
    var what: String

    var description: String { "\(file):\(line.map { "\($0):" } ?? "") \(what)" }
}

/// A TOML file that remembers where its lines are: TOMLKit tells positions only of syntax errors.
struct TOMLDocument {
    let file: String
    let root: TOMLTable
    private let lines: [Substring]

    init(_ text: String, file: String) throws(FileProblem) {
        self.file = file
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        do {
            root = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            throw FileProblem(file: file, line: error.source.begin.line, what: Self.short(error.description))
        } catch {
            throw FileProblem(file: file, line: nil, what: "cannot be read as TOML")
        }
    }

    func table(_ name: String) -> TOMLTable? { root[name]?.table }

    func problem(_ what: String, key: String, in table: String?) -> FileProblem {
        FileProblem(file: file, line: line(of: key, in: table), what: what)
    }

    /// Where `key = …` stands below `[table]`, from 1; nil for forms this does not look for (dotted keys).
    func line(of key: String, in table: String?) -> Int? {
        var current: Substring?
        for (index, line) in lines.enumerated() {
            let line = line.drop { $0 == " " || $0 == "\t" }
            if line.first == "[" {
                current = line.dropFirst().prefix { $0 != "]" }
                if key.isEmpty, current.map(String.init) == table { return index + 1 }
            } else if current.map(String.init) == table, Self.key(of: line) == key {
                return index + 1
            }
        }
        return nil
    }

    private static func key(of line: Substring) -> String? {
        guard let equals = line.firstIndex(of: "=") else { return nil }
        var key = line[..<equals]
        while key.last == " " || key.last == "\t" { key.removeLast() }
        if let quote = key.first, quote == "\"" || quote == "'", key.count >= 2, key.last == quote {
            key = key.dropFirst().dropLast()
        }
        return String(key)
    }

    /// toml++ explains at length, with what it was doing; its last sentence says what is wrong.
    private static func short(_ text: String) -> String {
        let line = text.prefix { !$0.isNewline }
        return String(
            String.UnicodeScalarView(line.unicodeScalars.filter { $0.value >= 0x20 && $0.value < 0x7F }))
    }
}
