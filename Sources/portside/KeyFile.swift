import Interface
import TOMLKit

/// The user's own keys, `$XDG_CONFIG_HOME/portside/keys.toml`: only what differs from the usual ones.
///
///     [panes]                       # or everywhere, queue, log
///     "ctrl+t" = "compare"
///     "x"      = "none"
///     [queue]
///     "space"  = { run = "queue.pause", help = "pause or go on" }
///
/// What is wrong in it is named with its line; the rest holds.
struct KeyFile {
    var keymap = Keymap.standard
    var problems: [String] = []

    private static let contexts: [String: Keymap.Context] = [
        "panes": .panes, "queue": .queue, "log": .log, "compare": .compare, "everywhere": .everywhere,
    ]

    /// - Returns: the usual keys where there is no file, or it cannot be read at all.
    static func load(_ path: String) -> KeyFile {
        var file = KeyFile()
        do {
            guard let text = try UserFiles.read(path) else { return file }
            try file.read(text, file: path)
        } catch { file.problems = ["\(error); the keys of this file are not used"] }
        return file
    }

    init() {}

    private mutating func read(_ text: String, file: String) throws(FileProblem) {
        let document = try TOMLDocument(text, file: file)
        var changes: [Keymap.Change] = []
        var lines: [Keymap.Change: Int?] = [:]
        for (name, value) in document.root {
            if name == "preset", value.string == "default" { continue }
            guard let context = Self.contexts[name], let table = value.table else {
                let what =
                    name == "preset"
                    ? "the only preset is default" : "keys are for [panes], [queue], [log] or [everywhere]"
                problems.append(document.problem(what, key: name, in: nil).description)
                continue
            }
            for (key, value) in table {
                let problem = { (what: String) in document.problem(what, key: key, in: name) }
                do throws(FileProblem) {
                    let change = try Self.change(key, value, context, problem)
                    // Two ways to write one key.
                    if let other = changes.first(where: { $0.context == context && $0.key == change.key }) {
                        let line = lines[other]?.flatMap { $0 }.map { " in line \($0)" } ?? ""
                        throw problem("\(key) is bound twice, also\(line)")
                    }
                    changes.append(change)
                    lines[change] = document.line(of: key, in: name)
                } catch { problems.append(error.description) }
            }
        }
        keymap = Keymap.standard.changed(by: changes)
    }

    private static func change(
        _ name: String, _ value: any TOMLValueConvertible, _ context: Keymap.Context,
        _ problem: (String) -> FileProblem
    ) throws(FileProblem) -> Keymap.Change {
        guard let key = Key(named: name) else {
            throw problem("there is no key “\(name)”; keys are like x, X, space, f5, shift+f6, ctrl+t, alt+x")
        }
        guard let wanted = value.string ?? value.table?["run"]?.string else {
            throw problem("\(name) is the name of a command, or { run = \"…\", help = \"…\" }")
        }
        if wanted == "none" { return Keymap.Change(context: context, key: key, action: nil) }
        guard let action = Keymap.action(named: wanted) else {
            throw problem("there is no command “\(wanted)”; docs/keys.md has their names")
        }
        return Keymap.Change(
            context: context, key: key, action: action, help: value.table?["help"]?.string)
    }
}
