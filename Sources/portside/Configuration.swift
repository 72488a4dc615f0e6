import Interface
import TOMLKit
import Transfers

/// What the user has set in `$XDG_CONFIG_HOME/portside/config.toml`. Every key may be left out.
///
///     [interface]
///     theme = "auto"            # a file of themes/, or auto
///     glyphs = "auto"           # auto | unicode | ascii
///     mouse = true
///     escape_delay_ms = 25      # 100 over slow links
///     viewer = "less"           # F3; else $PAGER
///     editor = "vim"            # F4; else $VISUAL, $EDITOR
///     [transfers]
///     connections = 4           # at once, to one server
///     text_extensions = ["txt"] # what `--type auto` takes for text, instead of the usual list
///     when_done = "nothing"      # nothing | notify | quit | command; `w` in the queue changes it
///     when_done_command = "…"    # a program and its arguments, for `command`; no shell sees them
///     on_hangup = "stop"        # or background: the transfers go on when the terminal or its line is gone
///     on_conflict = "ask"       # where a destination exists: what --on-conflict takes
///     on_conflict_down = "ask"  # the same for downloads only, and on_conflict_up for uploads
struct Configuration: Equatable {
    enum Glyphs: String { case auto, unicode, ascii }
    enum OnHangup: String { case stop, background }

    var theme = "auto"
    var glyphs = Glyphs.auto
    var mouse = true
    /// Milliseconds.
    var escapeDelay = 25
    /// A program and its arguments, divided at blanks; no shell sees them. Nil: what the environment says.
    var viewer: String?
    var editor: String?
    /// Nil: what the site says.
    var connections: Int?
    /// In lower case, without the dot.
    var textExtensions = TypeChoice.usualTexts
    var whenDone = WhenDone.nothing
    var whenDoneCommand: String?
    var onHangup = OnHangup.stop
    /// Where a destination exists and nothing else is said.
    var onConflict = ConflictAnswers()

    /// - Returns: the defaults where there is no file. A broken file keeps them all, and says in one line what is wrong.
    static func load(_ path: String) -> (configuration: Configuration, problems: [String]) {
        do {
            guard let text = try UserFiles.read(path) else { return (Configuration(), []) }
            var problems: [FileProblem] = []
            let configuration = try Configuration(text, file: path, problems: &problems)
            return (configuration, problems.map(\.description))
        } catch {
            return (Configuration(), ["\(error); the settings of this file are not used"])
        }
    }

    /// For commands without a screen, which say what is wrong in the file once, and go on without it.
    static let current: Configuration = {
        let (configuration, problems) = load(UserFiles.ofThisProcess().configuration + "/config.toml")
        for problem in problems { complain(problem) }
        return configuration
    }()

    init() {}

    /// - Parameter problems: keys that are not known, which a newer version may have written: passed over.
    init(_ text: String, file: String, problems: inout [FileProblem]) throws(FileProblem) {
        let document = try TOMLDocument(text, file: file)
        for (name, value) in document.root {
            guard let table = value.table else {
                problems.append(document.problem("there is no setting '\(name)'", key: name, in: nil))
                continue
            }
            for (key, value) in table {
                let problem = { (what: String) in document.problem(what, key: key, in: name) }
                switch (name, key) {
                case ("interface", "theme"): theme = try Self.text(value, key, problem)
                case ("interface", "glyphs"):
                    guard let glyphs = try Glyphs(rawValue: Self.text(value, key, problem)) else {
                        throw problem("glyphs is auto, unicode or ascii")
                    }
                    self.glyphs = glyphs
                case ("interface", "mouse"):
                    guard let mouse = value.bool else { throw problem("mouse is true or false") }
                    self.mouse = mouse
                case ("interface", "escape_delay_ms"):
                    escapeDelay = try Self.number(value, key, 0...1000, problem)
                case ("interface", "viewer"): viewer = try Self.text(value, key, problem)
                case ("interface", "editor"): editor = try Self.text(value, key, problem)
                case ("transfers", "text_extensions"):
                    guard let words = value.array?.map(\.string), !words.contains(nil) else {
                        throw problem("text_extensions is a list of texts, such as [\"txt\", \"md\"]")
                    }
                    textExtensions = Set(
                        words.compactMap { $0?.lowercased() }.map {
                            $0.hasPrefix(".") ? String($0.dropFirst()) : $0
                        })
                case ("transfers", "when_done"):
                    guard let action = WhenDone(rawValue: value.string ?? "") else {
                        throw problem("when_done is nothing, notify, quit or command")
                    }
                    whenDone = action
                case ("transfers", "when_done_command"):
                    whenDoneCommand = try Self.text(value, key, problem)
                case ("transfers", "on_hangup"):
                    guard let action = OnHangup(rawValue: value.string ?? "") else {
                        throw problem("on_hangup is stop or background")
                    }
                    onHangup = action
                case ("transfers", "on_conflict"):
                    let policy = try Self.policy(value, key, problem)
                    // What is said for one direction holds, whatever stands first.
                    if onConflict.download == nil { onConflict.download = policy }
                    if onConflict.upload == nil { onConflict.upload = policy }
                case ("transfers", "on_conflict_down"):
                    onConflict.download = try Self.policy(value, key, problem)
                case ("transfers", "on_conflict_up"):
                    onConflict.upload = try Self.policy(value, key, problem)
                case ("transfers", "connections"): connections = try Self.number(value, key, 1...32, problem)
                default: problems.append(problem("there is no setting '\(name).\(key)'"))
                }
            }
        }
    }

    private static func text(
        _ value: any TOMLValueConvertible, _ key: String, _ problem: (String) -> FileProblem
    ) throws(FileProblem) -> String {
        guard let text = value.string else { throw problem("\(key) is a text in quotes") }
        return text
    }

    private static func policy(
        _ value: any TOMLValueConvertible, _ key: String, _ problem: (String) -> FileProblem
    ) throws(FileProblem) -> ConflictPolicy {
        guard let policy = ConflictPolicy(rawValue: value.string ?? "") else {
            let words = ConflictPolicy.allCases.map(\.rawValue).joined(separator: ", ")
            throw problem("\(key) is one of \(words)")
        }
        return policy
    }

    private static func number(
        _ value: any TOMLValueConvertible, _ key: String, _ range: ClosedRange<Int>,
        _ problem: (String) -> FileProblem
    ) throws(FileProblem) -> Int {
        guard let number = value.int, range.contains(number) else {
            throw problem("\(key) is a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
