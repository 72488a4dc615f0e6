internal import FTPProtocol
internal import Transfers

/// What lies over the screen and takes the keys. The last one opened is on top; Esc closes it.
enum Dialog: Sendable {
    case help(HelpPage)
    case connect(ConnectForm)
    case password(PasswordForm)
    case input(InputForm)
    case delete(DeleteForm)
    case sort(cursor: Int)
    case conflict(ConflictForm)
    case quit(choice: Int)
    case messages(top: Int)
    case details(QueueDetails)
    case explanation(title: String, lines: [String], top: Int)
    case commands(CommandForm)
    case facts(FactsPage)
    case sendBack(SendBackForm)
    case certificate(CertificateForm)
    case diagnosis(Diagnosis, choice: Int)
    case compare(CompareForm)
    case menu(MenuForm)
}

struct HelpPage: Sendable {
    var context: Keymap.Context
    var filter = TextField()
    var top = 0
}

struct ConnectForm: Sendable {
    enum Field: Int, CaseIterable { case address, user, password, encryption, charset, connect, cancel }

    var address: TextField
    var user: TextField
    var password = TextField(isMasked: true)
    /// Of the names on the server; empty for UTF-8.
    var charset = TextField()
    var field = Field.address
    var error: String?
    /// Nil: as the address says.
    var encryption: Site.Encryption?
    /// Of the saved sites that fit what is typed, the one that Enter connects to.
    var chosenSite: Int?
    /// The site the fields were filled from: its user and charset go when another address is typed.
    let filledFrom: Filled?

    struct Filled: Sendable {
        let address: String
        let user: String
        let charset: String
    }
}

struct PasswordForm: Sendable {
    let site: Site
    let reason: String?
    /// Transfers of the queue wait for it.
    var isForQueue = false
    var password = TextField(isMasked: true)
}

/// A prompt of one line.
struct InputForm: Sendable {
    enum Purpose: Sendable {
        case makeDirectory(Location)
        case rename(Location, name: [UInt8])
        case filter(EngineEvent.Side)
        case jump(EngineEvent.Side, from: Int)
        case mark(EngineEvent.Side, marks: Bool)
        case logFilter
        case logSearch(from: Int)
        case rawCommand
        /// Of one server, or of everything together.
        case rateLimit(Site.ID?)
        case permissions(Location, paths: [RemotePath])
        /// Of the file that the plan of the comparison below goes to.
        case planName(Location)
    }

    let purpose: Purpose
    var field: TextField
    var error: String?
}

struct DeleteForm: Sendable {
    let location: Location
    let items: [RemoteRequest.RemoteItem]
    let names: [String]
    let bytes: Int64
    let folders: Int
    /// Of local ones: what is being looked up, and what was found.
    var ticket: Ticket?
    var survey: DeletionSurvey?
    /// 0 is Cancel.
    var choice = 0
}

struct ConflictForm: Sendable {
    enum Choice: Int, CaseIterable { case resume, overwrite, newer, size, newerOrSize, rename, skip, ask }
    /// What the answer is for.
    enum Scope: Int, CaseIterable { case file, batch, session, site }

    let transfer: Transfer
    let destinationSize: Int64?
    let destinationModified: Int64?
    /// Bytes it would be resumed from are there only when the destination is shorter.
    let canResume: Bool
    var choice: Choice
    var scope = Scope.file
    /// So many of its batch ask.
    var asking = 1
    /// How far the server's clock is ahead of ours, in seconds, as far as it was measured.
    var clockAhead: Int64?
    /// Opened before there is a conflict: to say what is to become of those that come.
    var isPrecaution = false
}

/// Everything about one row of the queue.
struct QueueDetails: Sendable {
    /// As it was when it was opened: it stays readable when the row is gone from the window.
    let row: QueueSnapshot.Row
    var top = 0
}

struct CommandForm: Sendable {
    var field = TextField()
    var cursor = 0
}

/// The remote pane while there is no connection: an address line and what else can be done.
struct HomeForm: Sendable {
    var address = TextField(isAddress: true)
    /// 0 is the address line, the offers follow.
    var selection = 0
    var error: String?
}

/// A message in the corner, for a while.
struct Toast: Hashable, Sendable {
    let text: String
    let isError: Bool
    /// Nanoseconds since 1970; nil for errors, which stay until a key is pressed.
    let until: Int64?
}

struct Message: Hashable, Sendable {
    let time: Int64
    let text: String
    let isError: Bool
}

/// Something other than a listing that was asked for with a ticket.
struct Operation: Sendable {
    enum Kind: Sendable {
        /// It changes the directory, which is listed again when it has ended.
        case change
        case fetch(FileUse, name: [UInt8])
        /// Whether a file that was edited is still on the server what it was.
        case check(EditedFile)
        case facts
        case compare
        /// What was decided about a comparison, to be written to these files.
        case plan(to: [LocalPath])
        case planFile([LocalPath], isIncomplete: Bool)
    }

    let what: String
    let location: Location
    /// Where the cursor goes when it has succeeded.
    let cursorName: [UInt8]?
    var kind = Kind.change
    var since: Int64 = 0
    /// How it is taken back once it has succeeded.
    var undo: Undo.Step?
}

/// A copy of a remote file in a viewer or an editor, and where it came from.
struct EditedFile: Sendable {
    let use: FileUse
    /// The directory on the server; for a local file, the file's own directory.
    let location: Location
    let name: [UInt8]
    let file: LocalPath
    /// What the server said of it when it was fetched; nil for local files.
    let source: ListingEntry?
}

/// After an edit that changed the copy.
/// A certificate that is not trusted by itself. Disconnect is chosen first.
struct CertificateForm: Sendable {
    enum Choice: Int, CaseIterable { case disconnect, once, forever }

    let site: Site
    let doubt: CertificateDoubt
    var choice = Choice.disconnect
    /// Where it is another than the pinned one: the word that has to be typed.
    var word = TextField()

    static let wordForReplacing = "replace"

    var hasChanged: Bool { doubt.pinned != nil }
}

struct SendBackForm: Sendable {
    enum Choice: Int, CaseIterable { case send, keep, discard }

    let file: EditedFile
    /// Why sending it back would overwrite what somebody else did, or cannot be checked.
    var trouble: String?
    var choice: Choice
}

/// Everything known about one entry.
struct FactsPage: Sendable {
    let location: Location
    let entry: ListingEntry
    /// The server's own words are still to come.
    var ticket: Ticket?
    var top = 0
}

/// What `L` cycles through.
enum LayoutPreset: String, Sendable, CaseIterable {
    case classic, wide, log, panes, single
}
