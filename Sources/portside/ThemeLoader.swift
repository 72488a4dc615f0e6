import Interface

/// Finds themes by name and puts them together.
struct ThemeLoader {
    /// Searched in this order.
    var directories: [String]
    /// More than a theme that extends one that extends another is a mistake, a circle most of all.
    static let depthLimit = 8

    /// What files name `default`.
    private static let builtIn = Dictionary(
        uniqueKeysWithValues: Role.allCases.map { ($0, Theme.harbour[$0]) })

    struct Loaded {
        var theme: Theme
        /// Lines for the user; the theme is usable all the same.
        var problems: [String]
    }

    /// The theme of that name; where there is none, or it is broken, the built-in one and a line that says why.
    func load(_ name: String) -> Loaded {
        if name == "default" { return Loaded(theme: .harbour, problems: []) }
        do {
            let file = try find(name, depth: 0)
            let styles = try file.styles(over: file.extends == "default" ? Self.builtIn : [:])
            let theme = Theme(name: file.name.isEmpty ? name : file.name, given: styles)
            return Loaded(theme: theme, problems: file.warnings.map(\.description))
        } catch {
            return Loaded(theme: .harbour, problems: ["\(error); the built-in theme is used"])
        }
    }

    /// - Returns: the file with all it extends below it; its `extends` is `default` if the last one says so.
    private func find(_ name: String, depth: Int) throws(FileProblem) -> ThemeFile {
        guard depth < Self.depthLimit else {
            throw FileProblem(file: name, line: nil, what: "themes extend each other in a circle")
        }
        guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }) else {
            throw FileProblem(file: "theme", line: nil, what: "'\(name)' is not the name of a theme")
        }
        for directory in directories {
            let path = "\(directory)/\(name).toml"
            guard let text = try UserFiles.read(path) else { continue }
            let file = try ThemeFile(text, file: path)
            guard let base = file.extends, base != "default" else { return file }
            let below = try find(base, depth: depth + 1)
            var merged = file.over(below)
            merged.extends = below.extends
            return merged
        }
        throw FileProblem(file: "theme", line: nil, what: "there is no theme '\(name)'")
    }

    static let dark = "harbour"
    static let light = "paper"

    /// What `auto` stands for before the terminal has answered: dark, unless the environment says light.
    /// - Parameter colorFGBG: COLORFGBG, `15;0` or `0;default;15`, set by rxvt, konsole and others.
    static func automatic(colorFGBG: String?) -> String {
        guard let last = colorFGBG?.split(separator: ";").last, let number = Int(last) else {
            return "harbour"
        }
        return number == 7 || number == 15 ? light : dark
    }
}
