/// Which key does what where. The help overlay, the palette, the bar of function keys and `docs/keys.md` are all
/// printed from this one table.
public struct Keymap: Sendable {
    /// Where a binding holds. The focused part is asked first, then `everywhere`.
    public enum Context: Hashable, Sendable, CaseIterable { case panes, queue, log, compare, everywhere }

    /// The heading a binding stands under in the help.
    public enum Group: String, Sendable, CaseIterable {
        case move = "Move"
        case choose = "Choose"
        case act = "Act"
        case connection = "Connection"
        case screen = "Screen"
        case program = "Program"
        case queue = "Queue"
        case log = "Log"
    }

    public struct Binding: Sendable {
        public let action: Action
        public let keys: [Key]
        public let context: Context
        public let group: Group
        /// Instead of the action's own words; nil for those.
        let help: String?
        /// The user has bound it.
        let isOwn: Bool

        init(_ action: Action, _ context: Context, _ group: Group, _ keys: Key...) {
            self.init(action, context, group, keys, help: nil, isOwn: false)
        }

        init(
            _ action: Action, _ context: Context, _ group: Group, _ keys: [Key], help: String?, isOwn: Bool
        ) {
            self.action = action
            self.keys = keys
            self.context = context
            self.group = group
            self.help = help
            self.isOwn = isOwn
        }
    }

    public let bindings: [Binding]
    private let table: [Context: [Key: Action]]

    public init(_ bindings: [Binding]) {
        self.bindings = bindings
        var table: [Context: [Key: Action]] = [:]
        for binding in bindings {
            for key in binding.keys { table[binding.context, default: [:]][key] = binding.action }
        }
        self.table = table
    }

    public func action(for key: Key, in context: Context) -> Action? {
        table[context]?[key] ?? table[.everywhere]?[key]
    }

    public func keys(for action: Action) -> [Key] {
        bindings.filter { $0.action == action }.flatMap(\.keys)
    }

    public static let standard = Keymap(
        moving + choosing + acting + connecting + queueing + logging + program)

    private static let moving: [Binding] = [
        Binding(.cursorMoved(by: -1), .everywhere, .move, .up, "k"),
        Binding(.cursorMoved(by: 1), .everywhere, .move, .down, "j"),
        Binding(.pageMoved(by: -1), .everywhere, .move, .pageUp),
        Binding(.pageMoved(by: 1), .everywhere, .move, .pageDown),
        Binding(.opened, .panes, .move, .enter, "l"),
        Binding(.parentOpened, .panes, .move, .backspace, "h"),
        Binding(.wentBack, .panes, .move, .altLeft),
        Binding(.wentForward, .panes, .move, .altRight),
        Binding(.homeOpened, .panes, .move, "~"),
        Binding(.focusMoved(by: 1), .everywhere, .move, .tab),
        Binding(.focusMoved(by: -1), .everywhere, .move, .backTab),
        Binding(.focused(.local), .everywhere, .move, "1"),
        Binding(.focused(.remote), .everywhere, .move, "2"),
        Binding(.focused(.queue), .everywhere, .move, "3"),
        Binding(.focused(.log), .everywhere, .move, "4"),
        Binding(.cursorToTop, .everywhere, .move, "g", .home),
        Binding(.cursorToBottom, .everywhere, .move, "G", .end),
    ]

    private static let choosing: [Binding] = [
        Binding(.markToggled, .panes, .choose, .insert, " ", "t"),
        Binding(.markExtended(by: -1), .panes, .choose, .shiftUp),
        Binding(.markExtended(by: 1), .panes, .choose, .shiftDown),
        Binding(.allMarked, .panes, .choose, .control("a")),
        Binding(.markPatternAsked, .panes, .choose, "+"),
        Binding(.unmarkPatternAsked, .panes, .choose, "-"),
        Binding(.marksInverted, .panes, .choose, "*"),
        Binding(.filterAsked, .panes, .choose, "/"),
        Binding(.jumpAsked, .panes, .choose, .control("s")),
        Binding(.hiddenToggled, .panes, .choose, "."),
        Binding(.sortAsked, .panes, .choose, "s"),
        Binding(.sorted(.name), .panes, .choose),
        Binding(.sorted(.size), .panes, .choose),
        Binding(.sorted(.time), .panes, .choose),
        Binding(.sorted(.extension), .panes, .choose),
    ]

    private static let acting: [Binding] = [
        Binding(.viewAsked, .panes, .act, .function(3), "v"),
        Binding(.editAsked, .panes, .act, .function(4), "e"),
        Binding(.copyAsked, .panes, .act, .function(5), "c"),
        Binding(.renameAsked, .panes, .act, .function(6), .shiftFunction(6), "m", "r"),
        Binding(.makeDirectoryAsked, .panes, .act, .function(7), "a"),
        Binding(.deleteAsked, .panes, .act, .function(8), .delete),
        Binding(.permissionsAsked, .panes, .act, "M"),
        Binding(.factsAsked, .panes, .act, "i"),
        Binding(.undone, .panes, .act, "u"),
        Binding(.pathCopied, .panes, .act, "y"),
        Binding(.urlCopied, .panes, .act, "Y"),
    ]

    private static let connecting: [Binding] = [
        Binding(.connectAsked, .everywhere, .connection, .function(2)),
        Binding(.dataModeToggled, .everywhere, .connection, "P"),
        Binding(.rawCommandAsked, .everywhere, .connection, "Q"),
        Binding(.diagnosisAsked, .everywhere, .connection, "D"),
        Binding(.listAgain, .everywhere, .connection, .control("r")),
        Binding(.stopped, .everywhere, .connection, .control("g")),
        Binding(.disconnectAsked, .everywhere, .connection, "X"),
        Binding(.demoAsked, .everywhere, .connection),
    ]

    private static let queueing: [Binding] = [
        Binding(.queuePauseToggled, .queue, .queue, " "),
        Binding(.queueAllPauseToggled, .queue, .queue, "p"),
        Binding(.queueItemMoved(by: -1), .queue, .queue, "K"),
        Binding(.queueItemMoved(by: 1), .queue, .queue, "J"),
        Binding(.queueItemFirst, .queue, .queue, "T"),
        Binding(.queueItemLast, .queue, .queue, "B"),
        Binding(.connectionsChanged(by: 1), .queue, .queue, "+"),
        Binding(.connectionsChanged(by: -1), .queue, .queue, "-"),
        Binding(.rateLimitAsked, .queue, .queue, "b"),
        Binding(.queueRetry, .queue, .queue, "r", .function(6)),
        Binding(.queueRetryAll, .queue, .queue, "R"),
        Binding(.queueRemove, .queue, .queue, "x", .delete),
        Binding(.queueDoneForgotten, .queue, .queue, "f"),
        Binding(.queueFailedForgotten, .queue, .queue, "F"),
        Binding(.answerAsked, .everywhere, .queue, "A"),
        Binding(.conflictsAsked, .queue, .queue, "o"),
        Binding(.whenDoneChanged, .queue, .queue, "w"),
        Binding(.queueDetailsAsked, .queue, .queue, .enter, .function(3), "v"),
    ]

    private static let logging: [Binding] = [
        Binding(.logFilterAsked, .log, .log, "f"),
        Binding(.logSearchAsked, .log, .log, "/", .control("s")),
        Binding(.logSearchedAgain(by: 1), .log, .log, "n"),
        Binding(.logSearchedAgain(by: -1), .log, .log, "N"),
        Binding(.logExplained, .log, .log, "e", .function(4)),
        Binding(.logOpened, .log, .log, .enter, .function(3), "v"),
        Binding(.logFoldsToggled, .log, .log, "o"),
        Binding(.logFollowToggled, .log, .log, "F"),
        Binding(.logTimesToggled, .log, .log, "t"),
        Binding(.logLineCopied, .log, .log, "y"),
        Binding(.logConversationCopied, .log, .log, "Y"),
        Binding(.logSaved, .log, .log, "w"),
    ]

    private static let program: [Binding] = [
        Binding(.zoomToggled, .everywhere, .screen, "z"),
        Binding(.layoutChanged, .everywhere, .screen, "L"),
        Binding(.splitterMoved(columns: -2, rows: 0), .everywhere, .screen, "<"),
        Binding(.splitterMoved(columns: 2, rows: 0), .everywhere, .screen, ">"),
        Binding(.splitterMoved(columns: 0, rows: -1), .everywhere, .screen, "{"),
        Binding(.splitterMoved(columns: 0, rows: 1), .everywhere, .screen, "}"),
        Binding(.panesSwapped, .everywhere, .screen, .control("u")),
        Binding(.compareAsked, .panes, .screen, "="),
        Binding(.planSaved, .compare, .screen, "w"),
        Binding(.redrawAsked, .everywhere, .screen, .control("l")),
        Binding(.escaped, .everywhere, .screen, .escape),
        Binding(.commandsAsked, .everywhere, .program, .control("p"), ":"),
        Binding(.menuAsked, .everywhere, .program, .function(9)),
        Binding(.helpAsked, .everywhere, .program, .function(1), "?"),
        Binding(.messagesAsked, .everywhere, .program, "N"),
        Binding(.suspendAsked, .everywhere, .program, .control("z")),
        Binding(.quitAsked, .everywhere, .program, .function(10), "q"),
    ]
}

extension Key: ExpressibleByUnicodeScalarLiteral {
    public init(unicodeScalarLiteral value: Unicode.Scalar) { self = .character(value) }

    /// As the help and `docs/keys.md` write it; empty for what is not a key.
    public var label: String {
        switch self {
        case .character(" "): "Space"
        case .character(let scalar): String(scalar)
        case .control(let letter): "Ctrl-\(letter.uppercased())"
        case .alt(let letter): "Alt-\(letter)"
        case .function(let number): "F\(number)"
        case .shiftFunction(let number): "Shift-F\(number)"
        case .up: "↑"
        case .down: "↓"
        case .left: "←"
        case .right: "→"
        case .home: "Home"
        case .end: "End"
        case .pageUp: "PgUp"
        case .pageDown: "PgDn"
        case .shiftUp: "Shift-↑"
        case .shiftDown: "Shift-↓"
        case .altLeft: "Alt-←"
        case .altRight: "Alt-→"
        case .controlLeft: "Ctrl-←"
        case .controlRight: "Ctrl-→"
        case .enter: "Enter"
        case .tab: "Tab"
        case .backTab: "Shift-Tab"
        case .backspace: "Bksp"
        case .delete: "Del"
        case .insert: "Ins"
        case .escape: "Esc"
        case .paste, .mouse, .focusGained, .focusLost, .resized: ""
        }
    }
}
