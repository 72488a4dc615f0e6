/// The table of keys as people read it.
extension Keymap {
    /// One line of the help: keys that do the same, or two halves of the same.
    struct Line: Sendable {
        let group: Group
        let keys: String
        let help: String
        let action: Action
    }

    /// What can be pressed while a part of the screen has the focus, grouped; first its own keys.
    func lines(for context: Context) -> [Line] {
        let order: [Group] =
            switch context {
            case .panes, .compare, .everywhere: [.move, .choose, .act, .connection, .screen, .program]
            case .queue: [.queue, .move, .connection, .screen, .program]
            case .log: [.log, .move, .connection, .screen, .program]
            }
        let here = bindings.filter {
            // The compare view is opened from the panes, and has no page of its own.
            !$0.keys.isEmpty && order.contains($0.group)
                && ($0.context == context || $0.context == .everywhere
                    || context == .panes && $0.context == .compare)
        }
        return order.flatMap { group in merged(here.filter { $0.group == group }) }
    }

    private func merged(_ bindings: [Binding]) -> [Line] {
        var lines: [Line] = []
        var done: Set<String> = []
        for binding in bindings where done.insert(binding.words).inserted {
            let same = bindings.filter { $0.words == binding.words }
            // `*` stands before the user's own.
            let mark = same.contains(where: \.isOwn) ? "* " : ""
            lines.append(
                Line(
                    group: binding.group, keys: mark + Self.label(same.flatMap(\.keys)), help: binding.words,
                    action: binding.action))
        }
        return lines
    }

    /// `↑ ↓  j k`: keys of one kind close together.
    private static func label(_ keys: [Key]) -> String {
        let letters = keys.filter { if case .character(let scalar) = $0 { scalar != " " } else { false } }
        let others = keys.filter { !letters.contains($0) }
        return [others.map(\.label).joined(separator: " "), letters.map(\.label).joined(separator: " ")]
            .filter { !$0.isEmpty }.joined(separator: "  ")
    }

    /// What the palette lists: everything that is done rather than moved.
    var commands: [Line] {
        var done: Set<Action> = []
        return bindings.compactMap { binding in
            guard binding.group != .move || [.opened, .homeOpened, .parentOpened].contains(binding.action),
                binding.action != .escaped, binding.context != .compare,
                binding.action != .commandsAsked, binding.action != .menuAsked,
                done.insert(binding.action).inserted
            else { return nil }
            let keys = keys(for: binding.action)
            return Line(
                group: binding.group, keys: keys.first.map(\.label) ?? "", help: binding.action.commandName,
                action: binding.action)
        }
    }

    /// The table as a page: `docs/keys.md`.
    public var markdown: String {
        var text = "# Keys\n\nPrinted from the table of keys; `F1` shows the same in the program.\n"
        for (context, title) in [(Context.panes, "Panes"), (.queue, "Queue"), (.log, "Log")] {
            text += "\n## \(title)\n"
            var group: Group?
            for line in lines(for: context) {
                if line.group != group {
                    group = line.group
                    text += "\n### \(line.group.rawValue)\n\n| keys | what |\n|---|---|\n"
                }
                text += "| \(line.keys) | \(line.help) |\n"
            }
        }
        text += "\n## Names\n\nFor `keys.toml`, which holds only what differs:\n\n"
        text +=
            "```toml\n[panes]                       # or everywhere, queue, log, compare\n\"ctrl+t\" = \"compare\"\n"
        text +=
            "\"x\"      = \"none\"\n[queue]\n\"space\"  = { run = \"queue.pause\", help = \"pause or go on\" }\n```\n"
        text += "\n| name | what |\n|---|---|\n"
        for (name, action) in Self.names { text += "| `\(name)` | \(action.commandName.lowercased()) |\n" }
        return text
    }
}

extension Keymap.Binding {
    fileprivate var words: String { help ?? action.help }
}

extension Action {
    /// For the palette, where one line is one thing and stands alone.
    var commandName: String {
        let text: String =
            switch self {
            case .parentOpened: "go to the parent folder"
            case .homeOpened: "go home"
            case .hiddenToggled: "show or hide hidden files"
            case .filterAsked: "filter by name"
            case .connectionsChanged(let by): by > 0 ? "one connection more" : "one connection fewer"
            case .queueItemMoved(let by): by > 0 ? "move the transfer later" : "move the transfer earlier"
            case .markExtended(let by): by > 0 ? "mark and move down" : "mark and move up"
            case .dataModeToggled: "next data mode: active, passive, auto"
            case .queuePauseToggled: "pause the transfer, or go on"
            case .queueAllPauseToggled: "pause the whole queue, or go on"
            case .queueItemFirst: "move the transfer before all that wait"
            case .queueItemLast: "move the transfer behind all that wait"
            case .splitterMoved(let columns, let rows):
                columns < 0
                    ? "narrower left pane"
                    : columns > 0
                        ? "wider left pane" : rows < 0 ? "higher queue and log" : "lower queue and log"
            case .undone: "undo the last renaming, or deletion here"
            case .rateLimitAsked: "limit the speed of transfers"
            case .compareAsked: "compare the two folders, and make them equal"
            case .planSaved: "write the plan of the compare view to a file"
            case .diagnosisAsked: "diagnose what went wrong"
            case .whenDoneChanged: "change what happens when all is done"
            case .conflictsAsked: "answer conflicts before they come"
            case .queueRetry: "try the transfer again"
            case .queueRetryAll: "try everything that failed again"
            case .queueRemove: "remove the transfer"
            case .logFollowToggled: "follow the log"
            case .logExplained: "explain the line of the log"
            case .logLineCopied: "copy the line of the log"
            case .logOpened: "unfold the line of the log"
            case .logFoldsToggled: "fold the log, or show every line"
            case .logTimesToggled: "times in the log"
            case .logFilterAsked: "filter the log"
            case .logSearchAsked: "search the log"
            case .logSearchedAgain(let by):
                by > 0 ? "next line found in the log" : "previous line found in the log"
            case .logConversationCopied: "copy the conversation of the log"
            case .logSaved: "write the log to a file"
            case .helpAsked: "keys"
            default: help
            }
        return text.prefix(1).uppercased() + text.dropFirst()
    }
}
