import FTPProtocol
import Transport

/// One client's session on the server (the server-PI of RFC 959 §2.2): reads commands, answers them, and runs
/// the transfers. Blocks; lives on a queue of its own.
struct ServerSession: ~Copyable {
    let state: ServerState
    let number: Int
    var control: Socket
    var input = CommandReader()
    var data: DataChannel
    var pump = Pump()
    var isOver = false
    /// Ends every wait of this session.
    let cancellation: Cancellation
    /// Commands so far.
    var commandCount = 0
    /// Holds what `active-hijack` opened.
    var stranger: Socket?

    var user: String?
    var isLoggedIn = false
    /// The current directory, from the root of what is served.
    var directory: [[UInt8]] = []
    var type = RepresentationType.ascii
    /// MODE Z holds.
    var isDeflating = false
    /// On data connections this side begins the TLS handshake: SSCN ON, or CPSV for one.
    var isDataClient = false
    var isDataClientOnce = false
    /// The last encrypted data connection resumed a session.
    var hasResumed = false
    var restartOffset: Int64 = 0  // bytes
    var renameFrom: [UInt8]?
    var isExtendedPassiveOnly = false
    var encoding: NameEncoding
    var listFacts = ListFact.allCases
    /// PBSZ has been said.
    var hasProtectionBuffer = false
    /// PROT P holds.
    var protectsData = false
    /// The form of LIST, which SITE DIRSTYLE changes.
    var directoryStyle: Personality.ListingStyle

    init(_ control: consuming Socket, number: Int, state: ServerState) {
        self.state = state
        self.number = number
        cancellation = state.cancellation
        data = DataChannel(state.configuration.personality.data.spoilt(by: state), control: control)
        encoding = state.configuration.personality.needsUTF8Option ? .latin1 : .bytes
        directoryStyle = state.configuration.personality.listing
        self.control = control
    }

    var configuration: ServerConfiguration { state.configuration }
    var personality: Personality { state.configuration.personality }

    func has(_ fault: Fault) -> Bool { state.has(fault) }

    func fault<Value>(_ read: (Fault) -> Value?) -> Value? { state.fault(read) }

    /// Serves the client until it leaves, is silent for too long, or the server stops.
    mutating func run(hasRoom: Bool) {
        control.sendImmediately()
        control.keepAlive()
        control.receiveUrgentInline()
        defer { if isLoggedIn { state.logOut() } }
        do throws(TransportError) {
            try encryptFromTheStart()
            guard hasRoom else { return try reply(.tooManyConnections) }
            try greet()
            while !isOver, let line = try nextLine() {
                try perform(line)
            }
        } catch {
            // The client is gone, or the server stops: nobody is left to tell.
        }
    }

    private mutating func nextLine() throws(TransportError) -> CommandReader.Line? {
        while true {
            if let line = input.next() { return line }
            if input.isLineTooLong {
                try reply(.lineTooLong)
                return nil
            }
            if input.hasEnded { return nil }
            let idle = idleLimit
            let deadline = Deadline.after(idle.patience)
            do throws(TransportError) {
                try waitForClient(until: deadline)
                try input.fill(from: control, until: deadline, cancellation: cancellation)
            } catch .timedOut {
                if !idle.isSilent { try reply(.idleTooLong) }
                return nil
            }
        }
    }

    /// How long the client may be silent, and whether it is told so.
    private var idleLimit: (patience: Duration, isSilent: Bool) {
        if let seconds = fault({ if case .idleUnavailable(let seconds) = $0 { seconds } else { nil } }) {
            return (.seconds(seconds), false)
        }
        if let seconds = fault({ if case .idleClose(let seconds) = $0 { seconds } else { nil } }) {
            return (.seconds(seconds), true)
        }
        return (configuration.idlePatience, false)
    }

    /// Meanwhile the data connection before may end, and the next one wait for that.
    private mutating func waitForClient(until deadline: Deadline) throws(TransportError) {
        while data.previousRaw >= 0, !control.isReadable {
            switch Wait.wait(
                for: control.raw, .readable, watching: data.previousRaw, until: deadline,
                cancellation: cancellation)
            {
            case .ready, .watchedReady(firstIsReady: true): return
            case .watchedReady: data.readPrevious(cancellation)
            case .timedOut: return
            case .cancelled: throw .cancelled
            }
        }
    }

    private mutating func perform(_ line: CommandReader.Line) throws(TransportError) {
        note(.sent, Command(raw: line.bytes).logged)
        commandCount += 1
        if line.hasBareLineFeed {
            if has(.lineFeedRefused) { return try send(Reply(451, "The parameter is incorrect.")) }
            guard personality.acceptsBareLineFeed else { return try reply(.bareLineFeed) }
        }
        let verb = line.verb
        if try spoil(verb) { return }
        try execute(verb, line.argument)
        // REST and RNFR hold for the command that follows, and for no other (RFC 959 §4.1.3, RFC 3659 §5.1).
        if verb != "REST", !Self.keepsRestart.contains(verb) { restartOffset = 0 }
        if verb != "RNFR" { renameFrom = nil }
    }

    /// Commands that prepare the data connection may stand between REST and the transfer.
    private static let keepsRestart: Set<String> = ["PASV", "EPSV", "PORT", "EPRT", "TYPE", "SIZE", "MDTM"]

    // MARK: Replies

    /// Answers in the words of the personality.
    func reply(_ answer: Answer) throws(TransportError) {
        try send(personality.wording(answer))
    }

    func send(_ reply: Reply) throws(TransportError) {
        if let seconds = fault({ if case .stallControl(let seconds) = $0 { seconds } else { nil } }) {
            try rest(.seconds(seconds))
        }
        if let pause = fault({ if case .byteReplies(let pause) = $0 { pause } else { nil } }) {
            for byte in reply.wireBytes {
                try send([byte])
                if pause > 0 { try rest(.milliseconds(pause)) }
            }
        } else {
            try send(reply.wireBytes)
        }
        if let dialogue = configuration.dialogue {
            for line in reply.lines { dialogue(number, .received(reply.code), line) }
        }
    }

    func send(_ bytes: [UInt8]) throws(TransportError) {
        try control.write(
            bytes, until: .after(configuration.dataPatience), cancellation: cancellation)
    }

    func note(_ direction: DialogueLine.Direction, _ bytes: [UInt8]) {
        configuration.dialogue?(number, direction, bytes)
    }
}
