import FTPProtocol
import Transport

/// One client's session on the server (the server-PI of RFC 959 §2.2): reads commands, answers them, and runs
/// the transfers. Blocks; lives on a queue of its own.
struct ServerSession: ~Copyable {
    let state: ServerState
    let number: Int
    let control: Socket
    var input = CommandReader()
    var data: DataChannel
    var pump = Pump()
    var isOver = false

    var user: String?
    var isLoggedIn = false
    /// The current directory, from the root of what is served.
    var directory: [[UInt8]] = []
    var type = RepresentationType.ascii
    var restartOffset: Int64 = 0  // bytes
    var renameFrom: [UInt8]?
    var isExtendedPassiveOnly = false
    var encoding: NameEncoding
    var listFacts = ListFact.allCases

    init(_ control: consuming Socket, number: Int, state: ServerState) {
        self.state = state
        self.number = number
        data = DataChannel(state.configuration.personality.data, control: control)
        encoding = state.configuration.personality.needsUTF8Option ? .latin1 : .bytes
        self.control = control
    }

    var configuration: ServerConfiguration { state.configuration }
    var personality: Personality { state.configuration.personality }
    var faults: Set<Fault> { state.configuration.faults }

    /// Serves the client until it leaves, is silent for too long, or the server stops.
    mutating func run(hasRoom: Bool) {
        control.sendImmediately()
        control.keepAlive()
        control.receiveUrgentInline()
        do throws(TransportError) {
            guard hasRoom else { return try reply(.tooManyConnections) }
            if !faults.contains(.noGreeting) { try reply(.ready) }
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
            let deadline = Deadline.after(configuration.idlePatience)
            do throws(TransportError) {
                try waitForClient(until: deadline)
                try input.fill(from: control, until: deadline, cancellation: state.cancellation)
            } catch .timedOut {
                try reply(.idleTooLong)
                return nil
            }
        }
    }

    /// Meanwhile the data connection before may end, and the next one wait for that.
    private mutating func waitForClient(until deadline: Deadline) throws(TransportError) {
        while data.previousRaw >= 0 {
            switch Wait.wait(
                for: control.raw, .readable, watching: data.previousRaw, until: deadline,
                cancellation: state.cancellation)
            {
            case .ready, .watchedReady(firstIsReady: true): return
            case .watchedReady: data.readPrevious(state.cancellation)
            case .timedOut: return
            case .cancelled: throw .cancelled
            }
        }
    }

    private mutating func perform(_ line: CommandReader.Line) throws(TransportError) {
        note(.sent, Command(raw: line.bytes).logged)
        guard !line.hasBareLineFeed || personality.acceptsBareLineFeed else {
            return try reply(.bareLineFeed)
        }
        let verb = line.verb
        if faults.contains(.dropControl(on: verb)) {
            isOver = true
            return
        }
        if faults.contains(.serviceNotAvailable(on: verb)) {
            isOver = true
            return try reply(.serviceNotAvailable)
        }
        if faults.contains(.endlessReply(on: verb)) { return try replyWithoutEnd() }
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
        if let seconds = faults.stall {
            guard
                case .timedOut = Wait.wait(
                    for: -1, .readable, until: .after(.seconds(seconds)), cancellation: state.cancellation)
            else { throw .cancelled }
        }
        let reply = personality.wording(answer)
        try send(reply.wireBytes)
        if let dialogue = configuration.dialogue {
            for line in reply.lines { dialogue(number, .received(reply.code), line) }
        }
    }

    func send(_ bytes: [UInt8]) throws(TransportError) {
        try control.write(
            bytes, until: .after(configuration.dataPatience), cancellation: state.cancellation)
    }

    private func replyWithoutEnd() throws(TransportError) {
        var bytes = Array("211-".utf8)
        while true {
            try send(bytes)
            bytes = [UInt8](repeating: UInt8(ascii: "x"), count: 64 * 1024)
        }
    }

    func note(_ direction: DialogueLine.Direction, _ bytes: [UInt8]) {
        configuration.dialogue?(number, direction, bytes)
    }
}
