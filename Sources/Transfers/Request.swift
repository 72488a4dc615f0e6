public import FTPProtocol

/// What the screen asks of the engine. Asking returns at once; what became of it is an `EngineEvent`.
public enum Request: Hashable, Sendable {
    case local(LocalRequest)
    case remote(RemoteRequest)
    case queue(QueueRequest)
}

/// Comes back with every event about the listing or the operation it was given to, so that
/// a late answer can be told from the one that is waited for.
public typealias Ticket = Int

public enum LocalRequest: Hashable, Sendable {
    case list(LocalPath, Ticket)
    case makeDirectory(LocalPath, Ticket)
    case rename(LocalPath, to: LocalPath, Ticket)
    /// Directories with everything in them; links are removed, never entered.
    case delete([LocalPath], Ticket)
    /// What deleting them would do: `EngineEvent.surveyed`, soon, however much there is.
    case survey([LocalPath], Ticket)
    /// To where they can be taken back from; never deleted for good. A notice says where they are.
    case moveToTrash([LocalPath], Ticket)
    /// What `EngineEvent.trashed` named goes back to where it was; nothing there is replaced.
    case restore([TrashedFile], Ticket)
    /// Permission bits, at most 0o7777, for each.
    case changeMode([LocalPath], UInt16, Ticket)
    /// Makes a file with these bytes; an error where the name is taken.
    case write(LocalPath, [UInt8], Ticket)
    /// Makes a file of each, or none; an error where a name is taken.
    case writePlans([PlanToWrite], Ticket)
    /// Removes a copy that `RemoteRequest.fetch` made, with the directory that was made for it.
    case discard(LocalPath)
}

/// A plan, and the file it is to be in.
public struct PlanToWrite: Hashable, Sendable {
    public var path: LocalPath
    public var plan: MirrorPlan

    public init(_ path: LocalPath, _ plan: MirrorPlan) {
        self.path = path
        self.plan = plan
    }
}

/// Something that was moved to the trash.
public struct TrashedFile: Hashable, Sendable {
    public var original: LocalPath
    public var inTrash: LocalPath

    public init(original: LocalPath, inTrash: LocalPath) {
        self.original = original
        self.inTrash = inTrash
    }
}

public enum RemoteRequest: Hashable, Sendable {
    /// Ends an existing connection first. The password is asked for when it is missing (`passwordNeeded`).
    case connect(Site, password: Secret?, directory: RemotePath?)
    case disconnect
    case list(RemotePath, Ticket)
    case makeDirectory(RemotePath, Ticket)
    case rename(RemotePath, to: RemotePath, Ticket)
    /// Directories with everything in them; links are removed, never entered.
    case delete([RemoteItem], Ticket)
    /// SITE CHMOD, with permission bits of at most 0o7777, for each.
    case changeMode([RemotePath], UInt16, Ticket)
    /// A private copy of a file, to look at or to edit: `EngineEvent.fetched`, or `operationEnded` with an error.
    case fetch(RemotePath, Ticket)
    /// What is at a path now: `EngineEvent.found`, or `operationEnded` with an error.
    case lookUp(RemotePath, Ticket)
    /// The directory with everything below it beside one here: `EngineEvent.compared`, or `operationEnded` with an error.
    case compare(RemotePath, LocalPath, by: Comparison.Criterion, Ticket)
    /// Plans of what was decided: `EngineEvent.planned`, or `operationEnded` with an error.
    case plan(DecidedComparison, Ticket)
    /// A line typed by the user, sent as it is; the reply is in the dialogue.
    case raw([UInt8])
    /// Holds from the next data connection on, without reconnecting; confirmed by `dataModeChanged`.
    case setDataMode(DataMode)
    /// The user's answer to `certificateDoubted`; `connect` follows. Forever: also in later runs of the program.
    case trust(CertificateDoubt, forever: Bool)
    /// Ends what is running on the browsing connection, at once.
    case stop

    public struct RemoteItem: Hashable, Sendable {
        public var path: RemotePath
        public var kind: ListingEntry.Kind

        public init(path: RemotePath, kind: ListingEntry.Kind) {
            self.path = path
            self.kind = kind
        }
    }
}

public enum QueueRequest: Hashable, Sendable {
    /// Identifiers and positions in these are ignored; the queue gives them.
    case add([Transfer])
    case pause([Transfer.ID])
    case resume([Transfer.ID])
    /// Ends and removes; what has arrived in the `.part` file stays.
    case cancel([Transfer.ID])
    case retry([Transfer.ID])
    /// By that many places among those waiting; negative is earlier.
    case move(Transfer.ID, by: Int)
    /// The same, or before or behind all of its state and priority; several keep their order.
    case place([Transfer.ID], LeftRequest.Move)
    case setPriority([Transfer.ID], Priority)
    /// Of what asks, and of what has not come to it.
    case answer([Transfer.ID], ConflictPolicy)
    /// For all that ask and are meant, now and later; `ask` takes the answer back. Direction nil: both.
    case decide(ConflictPolicy, for: ConflictScope, Transfer.Direction?)
    /// Holds also after a restart.
    case pauseAll
    case resumeAll
    case pauseSite(Site.ID)
    case resumeSite(Site.ID)
    /// Most bytes a second to and from one server; nil: as many as go.
    case setSiteRate(Site.ID, bytesPerSecond: Int64?)
    /// Most bytes a second of everything together.
    case setRate(bytesPerSecond: Int64?)
    /// The same between two times of the day.
    case addRateWindow(RatePlan.Window)
    case clearRateWindows
    /// Of all that failed, and of what waits for its next try.
    case retryFailed
    /// Removes the rows of what is done or skipped.
    case forgetDone
    /// Removes the rows of what failed.
    case forgetFailed
    case setConnections(Int)
    /// Which rows the next snapshots should hold.
    case show(firstRow: Int, count: Int)
    case password(Site.ID, Secret)
}

extension QueueRequest {
    /// Whoever asks this wants what is held to be tried again.
    public var letsGoOn: Bool {
        switch self {
        case .add, .resume, .retry, .resumeAll, .retryFailed: true
        default: false
        }
    }
}
