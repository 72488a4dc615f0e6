public import FTPProtocol
import Transfers
import Transport

/// Takes each line of dialogue as it crosses the wire. Called on the queue of the session that speaks.
public typealias DialogueSink = @Sendable (DialogueLine) -> Void

/// The control connection (RFC 959 §2.2): `write` and `readReply` are the only two places a line is seen,
/// and both give it to the dialogue at once.
final class ControlConnection {
    private var socket: Socket
    private var parser = ReplyParser()
    /// What is read at once.
    private var room = [UInt8](repeating: 0, count: 4_096)
    private let name: ConnectionName
    private let dialogue: DialogueSink
    private let charset: NameCharset
    /// When the last command was written, by the monotonic clock.
    private var asked: Int64
    private var lastVerb: String?
    /// When the last reply was whole, by the same clock.
    private var answered: Int64 = 0
    /// Milliseconds the last replies took, newest last.
    private(set) var latencies: [Int] = []
    /// The least of all, in nanoseconds.
    private(set) var quickest: Int64?
    /// What is asked is answered at once, so that a round trip costs less than to be woken for it.
    var isNearby: Bool { (quickest ?? .max) < Self.nearby }
    private static let nearby: Int64 = 1_000_000
    private var hasTimedReply = false
    /// The time its answer takes is its own.
    private var isTimed = true
    /// It has said something since TLS began.
    private(set) var hasAnsweredEncrypted = false
    /// The server undoes the doubling of 0xFF.
    var knowsTelnet = true
    /// Written before their turn: the replies come in this order.
    private var ahead: [Command] = []
    /// None of them was given to `write` yet.
    private var isFirstAhead = false
    /// The command that is being answered, where it brought a secret: the server may repeat it.
    private var secret: Command?
    /// For the right side of the next reply that completes something; gone once it stands there.
    var remark: String?

    /// Something was read since the last command: no command of ours will tell the server so.
    private var owesAcknowledgement = false
    /// It was waited for: the next read need not.
    private var isKnownReadable = false

    private static let latencySamples = 9
    /// 1yz replies since the last that was none. A greeting may have a few, a transfer one or two; a server that
    /// says nothing else would keep us waiting for ever.
    private var preliminaries = 0
    private static let mostPreliminaries = 20

    /// Connects to the first of the host's addresses that answers; does not wait for the greeting.
    init(
        to site: Site, name: ConnectionName, charset: NameCharset, dialogue: @escaping DialogueSink,
        cancellation: Cancellation
    ) throws(Failure) {
        let begun = monotonicNanoseconds()
        func say(_ direction: DialogueLine.Direction, _ text: String) {
            dialogue(
                DialogueLine(
                    connection: name, direction: direction, bytes: Array(text.utf8),
                    time: wallClockNanoseconds(),
                    duration: direction == .note ? nil : monotonicNanoseconds() - begun))
        }
        let route = Route(site: site)
        say(.note, "connecting to \(route.words)")
        var server: ProxyRequest.Destination?
        do {
            socket = try route.connect(cancellation: cancellation, server: &server) { say(.warning, $0) }
        } catch {
            if error.kind != .cancelled { say(.warning, error.message) }
            throw error
        }
        self.name = name
        self.dialogue = dialogue
        self.charset = charset
        self.server = server
        asked = monotonicNanoseconds()
        say(
            .connection,
            "control: connected to \(server.map { "\($0) through \(socket.peer)" } ?? "\(socket.peer)")")
        socket.keepAlive()
        socket.sendImmediately()
    }

    /// The server, or the proxy in front of it.
    var peer: Address { socket.peer }
    /// Its address in numbers, which each data connection is compared with.
    private(set) lazy var peerHost = socket.peer.unmapped.host
    /// The server, where `peer` is a proxy that passes on what it gets.
    let server: ProxyRequest.Destination?
    /// For how long nothing was asked, nor heard in answer to it.
    var idleTime: Duration { .nanoseconds(monotonicNanoseconds() - max(asked, answered)) }
    var local: Address { socket.local }
    /// For `poll`: readable when the server says something, or has gone.
    var raw: Int32 { socket.raw }
    /// Bytes that were said in clear and not read yet: after AUTH there may be none.
    var hasUnreadBytes: Bool { parser.hasUnreadBytes }
    /// Nil while it is clear.
    var tls: TLSConnection? { socket.tls }

    /// Encrypts it, blocking until both sides have agreed. What is known of the certificate is not judged here.
    func startTLS(
        _ context: TLSContext, host: String, until deadline: Deadline, cancellation: Cancellation
    ) throws(Failure) {
        do throws(TransportError) {
            try socket.startTLS(context, host: host)
            try socket.finishHandshake(until: deadline, cancellation: cancellation)
        } catch {
            throw ended(by: error, awaiting: "end of the TLS handshake")
        }
    }

    /// After CCC: both sides end the encryption and go on in clear.
    func endTLS(until deadline: Deadline, cancellation: Cancellation) throws(Failure) {
        do throws(TransportError) {
            try socket.endTLS(until: deadline, cancellation: cancellation)
        } catch {
            throw ended(by: error)
        }
    }

    /// Says, without waiting, that nothing more will be sent.
    func sayEnd() {
        if socket.tls != nil { try? socket.endWriting(until: .after(.zero), cancellation: nil) }
    }

    /// Writes one line, in one piece, and shows it with its secret hidden.
    func write(
        _ command: Command, until deadline: Deadline, cancellation: Cancellation?
    ) throws(Failure) {
        lastVerb = command.verb
        // How long the later ones of a piece took tells of those before them.
        isTimed = !isNextAhead(command) || isFirstAhead
        isFirstAhead = false
        hasTimedReply = !isTimed
        if ahead.first == command {
            ahead.removeFirst()
            return
        }
        try settle(until: deadline, cancellation)
        let bytes: [UInt8]
        do { bytes = try command.wireBytes(doublingIAC: knowsTelnet) } catch { throw Failure(error) }
        asked = monotonicNanoseconds()
        secret = command.isSecret ? command : nil
        parser.mostBytes =
            command.verb == "STAT" ? ReplyParser.longestListing : ReplyParser.longestReply
        // Shown first, so that the reply can never stand above the command in the log.
        say(.sent, command.logged)
        owesAcknowledgement = false
        do {
            try socket.write(bytes, until: deadline, cancellation: cancellation)
        } catch {
            throw Failure(error, attempt: "cannot send \(command.verb) to \(peer.host)")
        }
    }

    /// Writes commands in one piece, each of which is to be given to `write` in its turn, and is read a reply to then.
    func writeAhead(_ commands: [Command], until deadline: Deadline, cancellation: Cancellation?)
        throws(Failure)
    {
        try settle(until: deadline, cancellation)
        var bytes: [UInt8] = []
        do { for command in commands { bytes += try command.wireBytes(doublingIAC: knowsTelnet) } } catch {
            throw Failure(error)
        }
        asked = monotonicNanoseconds()
        for command in commands { say(.sent, command.logged) }
        owesAcknowledgement = false
        do { try socket.write(bytes, until: deadline, cancellation: cancellation) } catch {
            throw Failure(error, attempt: "cannot send \(commands.first?.verb ?? "") to \(peer.host)")
        }
        ahead = commands
        isFirstAhead = true
    }

    /// Whether this was written before its turn, and its turn is next.
    func isNextAhead(_ command: Command) -> Bool { ahead.first == command }

    var hasAskedAhead: Bool { !ahead.isEmpty }

    /// What was asked ahead, and is not wanted any more, is answered all the same.
    func settle(until deadline: Deadline, _ cancellation: Cancellation?) throws(Failure) {
        while !ahead.isEmpty {
            ahead.removeFirst()
            try readFinalReply(until: deadline, cancellation)
        }
    }

    private func readFinalReply(until deadline: Deadline, _ cancellation: Cancellation?) throws(Failure) {
        while try readReply(until: deadline, cancellation: cancellation).code.kind == .preliminary {}
    }

    /// Telnet IP and Synch, which must go before ABOR: vsftpd sees an ABOR in mid-transfer only by the urgent
    /// signal, NonStop only after IP (RFC 959 §4.1.3, RFC 854).
    func writeSynch(until deadline: Deadline) {
        // An urgent byte would fall into the middle of what is encrypted.
        guard socket.tls == nil else { return }
        try? socket.write([0xFF, 0xF4, 0xFF], until: deadline, cancellation: nil)
        socket.writeUrgent(0xF2)
    }

    /// Reads the next reply, blocking until its last line.
    ///
    /// - Throws: `.temporary` after `deadline`, `.unreachable` when the server hangs up, `.cancelled`,
    ///   `.protocolViolation` for what is no FTP; all of these end the connection: a reply that comes
    ///   later would be taken for the answer to the next command.
    func readReply(until deadline: Deadline, cancellation: Cancellation?) throws(Failure) -> Reply {
        var hasHeard = false
        while true {
            if let reply = try nextParsed() { return reply }
            // A server that never stops talking never makes us wait, so these are looked at here too.
            if cancellation?.isCancelled == true { throw ended(by: .cancelled) }
            if hasHeard, deadline.hasPassed { throw ended(by: .timedOut(what: "end of its reply")) }
            let count: Int
            do {
                count = try fill(until: deadline, cancellation: cancellation)
            } catch {
                throw ended(by: error)
            }
            hasHeard = true
            guard count > 0 else { throw ended(by: .closedByPeer) }
        }
    }

    /// The dialogue says so too: it is what everything after it is about.
    ///
    /// - Parameter what: what there was to come; nil for the reply to the last command.
    private func ended(by error: TransportError, awaiting what: String? = nil) -> Failure {
        var error = error
        // Many servers say goodbye in FTP's words and in no others.
        if case .tls(.endedWithoutCloseNotify, _) = error { error = .closedByPeer }
        if case .timedOut = error {
            error = .timedOut(what: what ?? lastVerb.map { "reply to \($0)" } ?? "greeting")
        }
        if error != .cancelled { note(.warning, "\(error)") }
        var failure = Failure(error, attempt: peer.host)
        failure.endsConnection = true
        return failure
    }

    /// Waits until the server says something, or has gone; false when it was silent until `deadline`.
    func isHeard(until deadline: Deadline, _ cancellation: Cancellation?) -> Bool {
        if parser.hasUnreadBytes { return true }
        acknowledge()
        switch Wait.wait(for: socket.raw, .readable, until: deadline, cancellation: cancellation) {
        case .timedOut: return false
        case .ready: isKnownReadable = true
        case .watchedReady, .cancelled: break
        }
        return true
    }

    /// A reply that has arrived already; nil when none has, or only the beginning of one. Does not wait.
    ///
    /// - Throws: as `readReply`.
    func replyIfThere() throws(Failure) -> Reply? {
        if let reply = try nextParsed() { return reply }
        guard socket.isReadable else { return nil }
        isKnownReadable = true
        do throws(TransportError) {
            guard try fill(until: .after(.zero), cancellation: nil) > 0 else { throw .closedByPeer }
        } catch .timedOut {
            return nil
        } catch {
            throw ended(by: error)
        }
        return try nextParsed()
    }

    /// Under TLS what made the connection readable may have been no reply, but a ticket.
    private func replyIfWhole() throws(Failure) -> Reply? {
        do throws(TransportError) {
            guard try fill(until: .after(.zero), cancellation: nil) > 0 else { throw .closedByPeer }
        } catch {
            if case .timedOut = error { return nil }
            throw ended(by: error)
        }
        return try nextParsed()
    }

    private func fill(until deadline: Deadline, cancellation: Cancellation?) throws(TransportError) -> Int {
        var result: Result<Int, TransportError> = .success(0)
        room.withUnsafeMutableBytes { buffer in
            do throws(TransportError) {
                // A reply is hardly ever there already: to wait first saves a read in vain each time.
                if !isKnownReadable, !socket.hasPendingBytes {
                    acknowledge()
                    _ = Wait.wait(for: socket.raw, .readable, until: deadline, cancellation: cancellation)
                }
                isKnownReadable = false
                owesAcknowledgement = true
                var count = 0
                repeat {
                    let more = try socket.read(into: buffer, until: deadline, cancellation: cancellation)
                    parser.append(UnsafeRawBufferPointer(rebasing: buffer[..<more]))
                    count += more
                    // What is decrypted already, nobody who waits for the descriptor would hear of.
                } while socket.hasPendingBytes
                result = .success(count)
            } catch {
                result = .failure(error)
            }
        }
        return try result.get()
    }

    /// Before waiting for more than what has come.
    private func acknowledge() {
        guard owesAcknowledgement, !isNearby else { return }
        socket.acknowledge()
        owesAcknowledgement = false
    }

    private func nextParsed() throws(Failure) -> Reply? {
        while true {
            let event: ReplyParser.Event?
            do { event = try parser.next() } catch { throw Failure(error) }
            switch event {
            case nil: return nil
            case .line(let bytes, let code):
                say(.received(code), secret?.hidingSecret(in: bytes) ?? bytes, isTimed: isTimed)
            case .noise(let bytes): say(.received(nil), secret?.hidingSecret(in: bytes) ?? bytes)
            case .reply(var reply):
                if let secret {
                    reply = Reply(code: reply.code, lines: reply.lines.map { secret.hidingSecret(in: $0) })
                }
                reply.charset = charset
                hasTimedReply = true
                if socket.tls != nil { hasAnsweredEncrypted = true }
                answered = monotonicNanoseconds()
                let isPreliminary = reply.code.kind == .preliminary
                preliminaries = isPreliminary ? preliminaries + 1 : 0
                // What follows it is the data, and nothing of ours.
                if isPreliminary { acknowledge() }
                guard preliminaries <= Self.mostPreliminaries else {
                    throw Failure(.protocolViolation("preliminary replies (“\(reply.summary)”) without end"))
                }
                return reply
            }
        }
    }

    /// Adds a line of Portside's own to the dialogue.
    func note(
        _ direction: DialogueLine.Direction, _ text: String, since begun: Int64? = nil, remark: String? = nil
    ) {
        dialogue(
            DialogueLine(
                connection: name, direction: direction, bytes: Array(text.utf8), time: wallClockNanoseconds(),
                duration: begun.map { monotonicNanoseconds() - $0 }, remark: remark))
    }

    private func say(_ direction: DialogueLine.Direction, _ bytes: [UInt8], isTimed: Bool = false) {
        let took = isTimed ? monotonicNanoseconds() - asked : nil
        if let took, !hasTimedReply {
            hasTimedReply = true
            quickest = min(quickest ?? took, took)
            latencies.append(Int(took / 1_000_000))
            if latencies.count > Self.latencySamples { latencies.removeFirst() }
        }
        var shown: String?
        if case .received(let code?) = direction, code.kind == .completion { shown = remark.take() }
        dialogue(
            DialogueLine(
                connection: name, direction: direction, bytes: bytes, time: wallClockNanoseconds(),
                duration: took, remark: shown, charset: charset))
    }
}
