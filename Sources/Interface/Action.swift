public import FTPProtocol
public import Transfers

/// What happened: somebody pressed a key, the engine reported, time passed. `update` takes one at a time.
public enum Action: Hashable, Sendable {
    // MARK: From the program

    /// The first one: asks for what the screen shows at the beginning.
    case started
    /// The time of an `Effect.wake` has come.
    case woke
    case resized(Size)
    case engine(EngineEvent)
    /// A viewer or an editor has ended.
    case programEnded(Ticket, ProgramEnd)
    /// A server named on the command line, or in the connect prompt.
    case connectRequested(Site, password: Secret?, directory: RemotePath?)

    // MARK: Moving about

    case cursorMoved(by: Int)
    case pageMoved(by: Int)
    case cursorToTop, cursorToBottom
    case opened
    case parentOpened, homeOpened, wentBack, wentForward
    case focused(Focus)
    case focusMoved(by: Int)

    // MARK: Choosing

    case markToggled
    /// Marks and moves on, as Shift with an arrow does.
    case markExtended(by: Int)
    case allMarked, markPatternAsked, unmarkPatternAsked, marksInverted
    case filterAsked, jumpAsked, sortAsked
    case sorted(SortKey)
    case hiddenToggled

    // MARK: Acting on files

    case copyAsked, makeDirectoryAsked, renameAsked, deleteAsked
    case viewAsked, editAsked
    case permissionsAsked, factsAsked, undone
    case pathCopied, urlCopied

    // MARK: The connection

    case connectAsked, disconnectAsked, demoAsked
    case dataModeToggled
    case rawCommandAsked
    case listAgain
    /// What went wrong last, why, and what can be done.
    case diagnosisAsked
    /// `^G`: ends what is running on the network.
    case stopped

    // MARK: The queue

    case queuePauseToggled, queueAllPauseToggled
    case queueRetry, queueRetryAll, queueRemove, queueDoneForgotten
    case queueItemMoved(by: Int)
    case queueItemFirst, queueItemLast
    case queueFailedForgotten
    case connectionsChanged(by: Int)
    case rateLimitAsked
    case answerAsked, conflictsAsked, whenDoneChanged
    case queueDetailsAsked

    // MARK: The log

    case logFollowToggled, logExplained, logOpened, logFoldsToggled, logTimesToggled
    case logFilterAsked, logSearchAsked
    /// To the next line that holds what was searched for; negative is upwards.
    case logSearchedAgain(by: Int)
    case logLineCopied, logConversationCopied, logSaved

    // MARK: The screen and the program

    case helpAsked, commandsAsked, messagesAsked, menuAsked
    case zoomToggled, layoutChanged
    /// The two panes, with everything below them.
    case compareAsked
    /// Of what is decided in the compare view.
    case planSaved
    /// Of the panes to the right, of queue and log downwards; negative is the other way.
    case splitterMoved(columns: Int, rows: Int)
    case panesSwapped
    case redrawAsked, suspendAsked, quitAsked
    /// One step back.
    case escaped
}

/// Which of the four parts of the screen the keys go to.
public enum Focus: Int, Hashable, Sendable, CaseIterable {
    case local = 1
    case remote, queue, log

    var isPane: Bool { self == .local || self == .remote }
}

/// What the entries of a pane are ordered by; directories come first in every order.
public enum SortKey: String, Hashable, Sendable, CaseIterable {
    case name, size, time, `extension`
}

/// Which characters may be drawn with.
public enum GlyphSet: Hashable, Sendable {
    case unicode, ascii
}

extension Action {
    /// What it does, in a few words: help overlay, palette and `docs/keys.md` print this.
    /// Keys with the same words in the same group share a line.
    public var help: String {
        switch self {
        case .started, .woke, .resized, .engine, .programEnded, .connectRequested: ""
        case .cursorMoved: "cursor"
        case .pageMoved: "one page"
        case .cursorToTop, .cursorToBottom: "top, bottom"
        case .opened: "open"
        case .parentOpened: "parent folder"
        case .homeOpened: "home"
        case .wentBack, .wentForward: "back, forward"
        case .focused: "the four panes"
        case .focusMoved: "other pane"
        case .markToggled: "mark"
        case .markExtended: "mark a range"
        case .allMarked: "mark all"
        case .markPatternAsked: "mark by pattern"
        case .unmarkPatternAsked: "unmark by pattern"
        case .marksInverted: "invert marks"
        case .filterAsked: "filter as you type"
        case .jumpAsked: "jump to a name"
        case .sortAsked: "sort"
        case .sorted(let key): "sort by \(key.rawValue)"
        case .hiddenToggled: "hidden files"
        case .copyAsked: "copy into the queue"
        case .makeDirectoryAsked: "new folder"
        case .renameAsked: "rename"
        case .deleteAsked: "delete"
        case .viewAsked: "view"
        case .editAsked: "edit"
        case .permissionsAsked: "permissions"
        case .factsAsked: "all facts"
        case .undone: "undo"
        case .pathCopied: "copy path"
        case .urlCopied: "copy URL"
        case .connectAsked: "connect"
        case .disconnectAsked: "disconnect"
        case .demoAsked: "try the demo server"
        case .dataModeToggled: "active, passive, auto"
        case .rawCommandAsked: "raw command"
        case .listAgain: "list again"
        case .stopped: "stop what is running"
        case .queuePauseToggled: "pause, go on"
        case .queueAllPauseToggled: "pause the queue"
        case .queueRetry: "try again"
        case .queueRetryAll: "try all again"
        case .queueRemove: "remove"
        case .queueDoneForgotten: "forget what is done"
        case .queueItemMoved: "earlier, later"
        case .queueItemFirst, .queueItemLast: "first, last"
        case .queueFailedForgotten: "forget what failed"
        case .splitterMoved: "move the splitters"
        case .panesSwapped: "swap the panes"
        case .diagnosisAsked: "diagnose"
        case .connectionsChanged: "more, fewer connections"
        case .rateLimitAsked: "limit the speed"
        case .answerAsked: "answer what waits"
        case .queueDetailsAsked: "details, the whole error"
        case .whenDoneChanged: "when all is done"
        case .conflictsAsked: "answer conflicts"
        case .logFollowToggled: "follow"
        case .logExplained: "explain the line"
        case .logOpened: "unfold, or explain"
        case .logFoldsToggled: "fold, or show all"
        case .logTimesToggled: "times"
        case .logFilterAsked: "filter"
        case .logSearchAsked: "search"
        case .logSearchedAgain: "next, previous"
        case .logConversationCopied: "copy the conversation"
        case .logSaved: "write it to a file"
        case .logLineCopied: "copy the line"
        case .helpAsked: "this page"
        case .commandsAsked: "every command by name"
        case .menuAsked: "menu"
        case .messagesAsked: "past messages"
        case .zoomToggled: "zoom this pane"
        case .compareAsked: "compare folders"
        case .planSaved: "compare view: write plan"
        case .layoutChanged: "next layout"
        case .redrawAsked: "draw again"
        case .suspendAsked: "suspend"
        case .quitAsked: "quit"
        case .escaped: "one step back"
        }
    }
}
