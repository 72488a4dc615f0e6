public import FTPProtocol
public import Transfers

/// A saved site, ready to be connected to.
public struct KnownSite: Hashable, Sendable {
    public var name: String
    public var site: Site
    public var directory: RemotePath?
    public var localDirectory: LocalPath?

    public init(name: String, site: Site, directory: RemotePath?, localDirectory: LocalPath?) {
        self.name = name
        self.site = site
        self.directory = directory
        self.localDirectory = localDirectory
    }
}

/// Everything the screen shows, as one value. Only `update` and `handle` change it; `view` reads it.
public struct Model: Sendable {
    /// Nanoseconds since 1970. The main loop sets it before it hands over what happened.
    public var now: Int64
    public internal(set) var size: Size
    public var glyphs: GlyphSet
    /// Opened by `portside demo`: the server inside the program is the only one offered.
    public let isDemo: Bool
    /// Shown at the right of the first line while there is no connection.
    public let version: String
    /// Seconds east of Greenwich at a moment given in seconds since 1970.
    public let utcOffset: @Sendable (Int64) -> Int
    /// A charset for the names on a server, by its name; nil for one that there is not. Without a name it is UTF-8.
    public let charsets: @Sendable (String?) -> NameCharset?

    var local: Pane
    var remote: Pane
    var log = LogPane()
    var queue = QueuePane()
    var focus: Focus
    /// The pane that had the focus last: what F5 copies from while the queue or the log has it.
    var lastPane: EngineEvent.Side
    var isZoomed = false
    var layout = LayoutPreset.classic
    /// How far the splitters were moved: the one between the panes to the right, the one above the queue down.
    var splitColumns = 0
    var splitRows = 0
    /// The remote pane stands at the left.
    var isSwapped = false

    public internal(set) var connection: ConnectionState = .notConnected
    var connectionSince: Int64 = 0
    /// Esc or `^G` ended what was going on: what the engine reports next is no failure.
    var wasStopped = false
    var stoppedAt: Int64 = 0
    /// The demo server was asked for: the next connection to this machine as its user is the one.
    var awaitsDemo: Bool
    /// The server inside the program, once it has been connected to.
    var demoSite: Site.ID?
    /// The connection that was asked for last waits for a password, and nobody was interrupted to be asked.
    var passwordWanted: PasswordForm?
    /// Where to go after login, as asked for with `connectRequested`.
    var directoryAfterLogin: RemotePath?
    /// As the engine said last: `update` never guesses it.
    public internal(set) var dataMode: DataMode
    var dataMethod: DataMethod?
    var home = HomeForm()
    /// What F5 does where a destination exists, as the user has set it; else it asks.
    public var onConflict = ConflictAnswers()
    public var whenDone = WhenDone.nothing
    /// There is a program for `WhenDone.command`.
    public var hasDoneCommand = false
    /// What the keys do; the user may have changed it.
    public var keymap = Keymap.standard
    /// Those with a name, as the user has saved them.
    public var sites: [KnownSite] = []

    var dialogs: [Dialog] = []
    var toasts: [Toast] = []
    var messages: [Message] = []

    var lastTicket: Ticket = 0
    var operations: [Ticket: Operation] = [:]
    var undos: [Undo] = []
    /// Files in a viewer or an editor.
    var opened: [Ticket: EditedFile] = [:]
    /// Copies on their way back to their server.
    var returning: Set<LocalPath> = []
    /// When the wake-up that was asked for last comes, in nanoseconds since 1970.
    var wakeAt: Int64?

    /// - Parameters:
    ///   - directory: what the local pane shows first.
    ///   - localHome: the user's home, shown as `~`.
    ///   - dataMode: what the engine begins with.
    public init(
        size: Size, now: Int64, directory: LocalPath, localHome: LocalPath, glyphs: GlyphSet = .unicode,
        isDemo: Bool = false, dataMode: DataMode = .auto, version: String = "",
        utcOffset: @escaping @Sendable (Int64) -> Int,
        charsets: @escaping @Sendable (String?) -> NameCharset? = { $0 == nil ? .utf8 : nil }
    ) {
        self.size = size
        self.now = now
        self.glyphs = glyphs
        self.isDemo = isDemo
        awaitsDemo = isDemo
        if isDemo { queue.notKept = "the demo server ends too" }
        self.version = version
        self.utcOffset = utcOffset
        self.charsets = charsets
        self.dataMode = dataMode
        local = Pane(
            side: .local, location: Location(.local, RemotePath(bytes: directory.bytes)),
            home: RemotePath(bytes: localHome.bytes))
        remote = Pane(side: .remote, location: nil, home: .root)
        focus = .remote
        lastPane = .remote
    }
}
