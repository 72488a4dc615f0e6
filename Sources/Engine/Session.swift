public import FTPProtocol
public import Transfers
import Transport

/// One login on one server: the user-PI of RFC 959 §2.2, with its control connection and, one at a time,
/// its data connections.
///
/// Every method blocks until the server has answered, the site's time-out has passed or
/// `controls.cancellation` is cancelled, and throws `Failure`. A connection that was lost is made again, once,
/// where repeating the command can do no harm. Belongs to one queue: see `Confined`.
public final class Session {
    public let site: Site
    public let name: ConnectionName
    public let controls: SessionControls
    let dialogue: DialogueSink
    private let password: @Sendable (Site) -> Secret?
    let memory: ServerMemory
    let trust: Trust

    /// Nil while not connected.
    var control: ControlConnection?
    var features = Features()
    /// Nil while what crosses is clear.
    var security: SessionSecurity?
    /// What AUTH was answered with, where it was no yes: a site that does not insist goes on without.
    var refusalOfTLS: RefusalOfTLS?
    var ladder = DataMethodLadder(mode: .auto, family: .ipv4)
    var pump = Pump()
    /// The mode the server has acknowledged: every login begins with streams (RFC 959 §5.1).
    var mode = TransmissionMode.stream
    /// The type the server has acknowledged, nil when a raw command may have changed it.
    var type: RepresentationType?
    /// Where the server stands, nil when unknown.
    var directory: RemotePath? {
        didSet { if let directory { lastDirectory = directory } }
    }
    /// Where it stood when that was last known: there a new connection goes on.
    private(set) var lastDirectory: RemotePath?
    /// The final reply of a transfer may still be repeated: some servers send it twice.
    var hasJustTransferred = false
    /// A REST was accepted and no transfer came of it.
    var leavesOffsetBehind = false
    /// The server took the Telnet bytes before ABOR for a part of the verb.
    var abortsPlainly = false
    /// The server moves nothing in clear, whatever the site would allow.
    var mustProtectData = false
    /// The other server of copies between two, for as long as there are such; ends with this one.
    var companion: Session?
    /// The two have refused to copy among themselves.
    var leavesCopiesToUs = false
    /// Where the address of a PASV reply and the server's own differ: the second choice is the one that answers.
    var prefersAlternativeAddress = false
    /// After so long without a command the connection is asked whether it still stands.
    package var trustedIdleTime = Duration.seconds(60)
    /// How long that may take: less than a user waits for anything else.
    private static let standsPatience = Duration.seconds(5)
    /// Which of the commands that do nothing was sent last.
    var keepAliveCount = 0
    /// Verbs that were never answered; kept through a new login.
    var unanswered: Set<String> = []
    /// Kept through a new login: what swallows EPSV does so again.
    var swallowed: Set<DataMethod> = []
    /// `site.activeAddress`, where that is a name, as it was resolved.
    var resolvedActiveAddress: String?
    /// Of the times in LIST; nil while it is not known.
    var zone: ServerZone?
    /// How often it was asked for on this session.
    var zoneQuestions = 0
    /// Whether `LIST -a` shows hidden files here; nil before it was tried.
    var showsHidden: Bool?
    /// How `list` asks; to be set before it is called.
    public var listingMethod = ListingMethod.dataConnection
    /// What the next transfer of a file on this connection wants said before it; said once a connection.
    var preparations: [Command] = [] {
        didSet { isPrepared = false }
    }
    var isPrepared = false
    /// What OPTS HASH was answered well with, on this connection.
    var chosenHash: String?
    /// The way to set a file's time that was seen to work, of those that nothing specifies.
    var provenTime: String?
    /// How the last data connection was made.
    public internal(set) var lastMethod: DataMethod?
    public private(set) var home = RemotePath.root
    private var greeting: Reply?
    /// The server takes several commands in one piece.
    private(set) var mayAskAhead = false
    var lane = FastLane()
    private var system: Reply? {
        didSet { serverSystem = systemText.flatMap { ServerSystem(reply: $0) } }
    }
    private var isUTF8 = false
    /// Of the names on this server.
    public let charset: NameCharset
    /// Why the site's charset cannot be had; then there is no connection either.
    private let charsetRefusal: Failure?

    /// - Parameters:
    ///   - password: asked when the server wants one; nil where nobody knows it.
    ///   - memory: what other sessions learned, and where this one's lessons go.
    ///   - trust: which certificates are believed.
    ///   - dialogue: called on the thread that uses the session.
    public init(
        site: Site, name: ConnectionName, controls: SessionControls? = nil,
        memory: ServerMemory = ServerMemory(), password: @escaping @Sendable (Site) -> Secret?,
        trust: Trust = Trust(),
        dialogue: @escaping DialogueSink
    ) {
        self.trust = trust
        self.site = site
        do throws(Failure) {
            charset = try NameCharset.named(site.charset)
            charsetRefusal = nil
        } catch {
            (charset, charsetRefusal) = (.utf8, error)
        }
        self.memory = memory
        self.name = name
        self.controls = controls ?? SessionControls(dataMode: site.dataMode)
        self.password = password
        self.dialogue = dialogue
    }

    public var isConnected: Bool { control != nil }

    /// For an event source that watches an idle connection; nil while not connected.
    var controlDescriptor: Int32? { control?.raw }

    /// What it said to SYST: a hint for reading its listings.
    var systemText: [UInt8]? { system?.lastLine }
    /// Serv-U says so in its greeting.
    var isServU: Bool { greeting?.summary.lowercased().contains("serv-u") == true }
    /// Read once: every command with a path asks.
    private(set) var serverSystem: ServerSystem?
    /// What SYST says, which many Windows servers say too.
    var claimsToBeUnix: Bool { system?.summary.uppercased().contains("UNIX") == true }

    var notConnected: Failure { Failure(TransportError.closedByPeer, attempt: site.shortName) }

    /// These send the lines of a listing in EBCDIC when the type is image. The others send the same text in either type, and
    /// are spared the TYPE.
    var listsAsText: Bool {
        let name = system?.summary.uppercased() ?? ""
        return ["MVS", "Z/OS", "OS/400", "Z/VM", "VM/ESA"].contains { name.contains($0) }
    }

    var patience: Duration { .seconds(site.timeout) }
    var cancellation: Cancellation { controls.cancellation }

    public var facts: ConnectionState.ServerFacts {
        let times = (control?.latencies ?? []).sorted()
        return ConnectionState.ServerFacts(
            system: serverName(greeting: greeting, system: system),
            charset: isUTF8 || !charset.isUTF8 ? charset.name : "bytes",
            security: security?.summary, home: home, latency: times.isEmpty ? nil : times[times.count / 2],
            features: ["MLST", "MLSD", "REST", "SIZE", "MDTM", "MFMT", "EPSV", "UTF8"].filter {
                features.has($0)
            })
    }

    /// Connects and logs in, if that is not done already.
    ///
    /// A connection that stands is asked whether it does when nobody has used it for long: routers forget such ones, and
    /// the next command would wait in vain.
    public func connect() throws(Failure) {
        if let charsetRefusal { throw charsetRefusal }
        if let control, control.idleTime > trustedIdleTime { try checkThatItStands() }
        guard control == nil else { return }
        let wasRefused = refusalOfTLS != nil
        let silences = unanswered.count
        let failure: Failure
        do throws(Failure) { return try logInOnNewConnection() } catch { failure = error }
        if unanswered.count > silences { return try logInOnNewConnection() }
        guard !wasRefused, refusalOfTLS == .hungUp else { throw failure }
        warn("the server hung up at AUTH; connecting again without encryption")
        try logInOnNewConnection()
    }

    private func logInOnNewConnection() throws(Failure) {
        let control = try ControlConnection(
            to: site, name: name, charset: charset, dialogue: dialogue, cancellation: cancellation)
        self.control = control
        var isLoggedIn = false
        do {
            if site.encryption == .implicit { try startTLS() }
            try greet()
            try nameHost()
            try negotiateSecurity()
            try logIn()
            isLoggedIn = true
            try protectData()
            try prepare()
        } catch {
            let error = isLoggedIn ? error : wantingCertificate(error)
            if error.kind == .passwordNeeded { quit() }
            disconnect()
            throw error
        }
    }

    private func greet() throws(Failure) {
        var reply = try readReply()
        while reply.code.kind == .preliminary { reply = try readReply() }  // 120: ready in n minutes
        greeting = reply
        control?.knowsTelnet = undoesTelnetDoubling(greeting: reply)
        mayAskAhead = takesCommandsTogether(greeting: reply)
        guard reply.code.kind == .completion else {
            throw Failure(
                reply.code.kind == .transientNegative ? .temporary : .unreachable,
                "\(site.shortName) does not let us in: “\(reply.summary)”; try again later",
                isTemporary: true, endsConnection: true, reply: reply)
        }
    }

    private func logIn() throws(Failure) {
        let isAnonymous = site.user == Site.anonymous || site.user == "ftp"
        // An address-like word is what anonymous servers expect; it says nothing about the user.
        let secret = password(site)?.value ?? (isAnonymous ? "anonymous@example.org" : nil)
        try logInAtGateway()
        try logIn(as: userForGateway, password: secret, account: site.account)
    }

    func logIn(as user: String, password: String?, account: String?) throws(Failure) {
        var exchange = LoginExchange(user: user, password: password, account: account)
        var step = exchange.start()
        while true {
            switch step {
            case .send(let command): step = exchange.receive(try converse(command))
            case .wait: step = exchange.receive(try readReply())
            case .needsPassword:
                throw Failure(
                    .passwordNeeded,
                    "\(site.shortName) wants a password for \(visible(site.user)): \(Advice.password.rawValue)"
                )
            case .needsAccount:
                throw Failure(
                    .loginRefused,
                    "\(site.shortName) wants an account for \(visible(site.user)): \(Advice.account.rawValue)",
                    endsConnection: true)
            case .finished: return
            case .failed(let error):
                let failure = Failure(error)
                throw control?.tls == nil ? failure.wantingTLS(of: site) : failure
            }
        }
    }

    /// What a session needs to know of its server. A refusal of any of these is no failure.
    private func prepare() throws(Failure) {
        system = try ask(.system)
        features = Features(reply: try ask(.features))
        // Some turn UTF-8 on only for clients they know.
        if features.wantsClientName, charset.isUTF8 { _ = try ask(Command("CLNT", "Portside")) }
        if features.has("CSID") { _ = try ask(Command("CSID", "Name=Portside;")) }
        isUTF8 = false
        // Not where the user knows that names are something else, whatever FEAT says.
        if features.supportsUTF8, charset.isUTF8 {
            // z/OS knows UTF-8 in English only.
            if listsAsText, features.has("LANG") { _ = try ask(Command("LANG", "EN")) }
            // IIS keeps its code page until this is said; 202 is FileZilla Server's yes.
            isUTF8 = true
            _ = try ask(.options("UTF8 ON"))
        }
        if let options = features.machineListingOptions { _ = try ask(options) }
        try preferSlashes()
        let here = try ask(.printWorkingDirectory)
        home = (here.code.kind == .completion ? RemotePath(reply257: here.lastLine) : nil) ?? .root
        let before = lastDirectory
        directory = home
        // Nothing has gone there yet: `goBack` may.
        if let before { lastDirectory = before }
        type = nil
        if let control {
            let local = control.local.unmapped
            let peer = control.peer.unmapped
            ladder = DataMethodLadder(
                mode: controls.dataMode, family: peer.family == .ipv4 ? .ipv4 : .ipv6,
                isEncrypted: security != nil,
                isReachable: site.activeAddress != nil || !local.isPrivate || peer.isPrivate
                    || peer.isLoopback,
                features: features,
                wantsExtendedPassive: site.network.extendedPassive == .auto
                    ? nil : site.network.extendedPassive == .on,
                proven: memory.method(for: site))
            ladder.allowsActive = control.server == nil
            for method in swallowed { ladder.noteSilence(of: method) }
        }
        try setType(.image)
    }

    /// After a reconnection: back to where the connection before it stood. Commands name whole paths, so
    /// only those that mean “here” need it.
    func goBack(to place: RemotePath?) throws(Failure) {
        guard let place, directory != place else { return }
        try changeDirectory(to: place)
    }

    private func checkThatItStands() throws(Failure) {
        do throws(Failure) {
            _ = try ask(.noOperation, within: min(patience, Self.standsPatience))
        } catch {
            if error.kind == .cancelled { throw error }
            warn("no sign of life from a connection that was idle; connecting again")
            disconnect()
        }
    }

    /// Says goodbye and closes; waits at most two seconds for the answer.
    public func quit() {
        companion?.quit()
        companion = nil
        guard let control else { return }
        lane.leave()
        let deadline = Deadline.after(.seconds(2))
        if (try? control.write(.quit, until: deadline, cancellation: nil)) != nil {
            _ = try? control.readReply(until: deadline, cancellation: nil)
        }
        control.sayEnd()
        disconnect()
    }

    /// Closes without a word.
    public func disconnect() {
        control = nil
        security = nil
        mode = .stream
        isPrepared = false
        chosenHash = nil
        directory = nil
        leavesOffsetBehind = false
        hasJustTransferred = false
        lane.connectionLost()
    }

    /// Something has arrived although nothing was asked: mostly 421, or the end of the connection.
    ///
    /// - Returns: why the connection is lost; nil when it still stands.
    func heardWhileIdle() -> ConnectionState? {
        guard let control, !control.hasAskedAhead else { return nil }
        do {
            guard let reply = try control.replyIfThere() else { return nil }
            guard reply.code == .serviceNotAvailable else { return nil }
            disconnect()
            return .endedIdle(site)
        } catch {
            disconnect()
            return .lost(site, reason: error.message)
        }
    }

    /// A path of this server for people.
    public func shown(_ path: RemotePath) -> String { charset.shown(path) }
}
