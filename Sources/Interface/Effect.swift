public import Transfers

/// What a file is opened for in another program.
public enum FileUse: Hashable, Sendable { case view, edit }

/// How a viewer or an editor ended.
public struct ProgramEnd: Hashable, Sendable {
    /// The file is not what it was before.
    public var isChanged: Bool
    /// Why it could not be started, or how it failed: a sentence.
    public var problem: String?

    public init(isChanged: Bool, problem: String? = nil) {
        self.isChanged = isChanged
        self.problem = problem
    }
}

/// What happens when nothing is left to do in the queue.
public enum WhenDone: String, Hashable, Sendable, CaseIterable {
    case nothing, notify, quit, command
}

/// What `update` wants done by those who may act. The main loop performs them in order.
public enum Effect: Hashable, Sendable {
    case request(Request)
    /// Start the server inside the program and connect to it.
    case connectDemo
    /// Leave. The queue is kept; running transfers stop at an offset they can go on from.
    case quit
    /// Before `quit`: a process without a screen goes on with the queue.
    case goOnInBackground
    /// The process in the background that has the queue stops what runs, and ends; the queue is kept.
    case endWorker
    /// `^Z`: give the terminal back and stop this process.
    case suspend
    /// Draw everything again, whatever the terminal is believed to show.
    case redraw
    /// Hand over `.woke` after this time, once. An earlier wake-up asked for before stays; later ones may be dropped.
    /// Nothing asks for one while nothing moves.
    case wake(afterMilliseconds: Int)
    /// Hand the terminal to a viewer or an editor, wait until it ends, and report `.programEnded` with this ticket.
    case open(LocalPath, FileUse, Ticket)
    /// The bell of the terminal.
    case ring
    /// Start the program that the user has set for when all is done, and go on at once.
    case runWhenDone
    /// Through OSC 52.
    case copyToClipboard(String)
}
