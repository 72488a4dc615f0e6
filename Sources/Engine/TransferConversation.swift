import FTPProtocol
import Transfers
import Transport

/// What one transfer is to do, whichever data connection it gets.
struct TransferOrder {
    var command: Command
    /// The whole path of what the command may name by its last name alone.
    var file: RemotePath?
    /// The whole file here, to be compared with the server's should the end of the transfer be in doubt.
    var local: LocalFile.Lent?
    var restartOffset: Int64 = 0  // bytes
    /// The end of the data is ours to say.
    var isUpload = false
    var progress: ProgressCounter?
    var limit: RateLimit?
    /// Asked when the data has ended, for the right side of the final reply's line in the dialogue.
    var remark: (() -> String)?
    /// Called when the data of a download has ended, before the final reply is waited for.
    var atEndOfData: (() -> Void)?
    /// How long the data connection may take to stand.
    var connectPatience = Duration.seconds(30)

    var isListing: Bool { ["LIST", "MLSD", "NLST"].contains(command.verb) }
}

/// How far a transfer came.
struct TransferEnd {
    var bytes: Int64 = 0
    var reply: Reply?
    /// The data connection of a listing broke, and the reply says that all is well: mostly true (ProFTPD and IIS
    /// reset what they have sent whole), but nobody can tell. Or what was encrypted ended without close_notify.
    var isCut = false
}

/// Runs the pump once; called again after each interruption.
typealias DataMove = (inout Pump, borrowing Socket, Pump.Conditions) -> PumpResult

/// The dialogue about one transfer over one data connection.
///
/// There are two inputs, and each may be first with everything: what the control connection says goes into `hear`, what
/// happens on the data connection into `dataSaid`. What it means is `TransferExchange`'s to judge; here it is brought.
struct TransferConversation: ~Copyable {
    enum Outcome {
        case done(TransferEnd)
        /// No byte was moved: another way to a data connection may do better.
        case methodFailed(MethodFailure)
        /// The data came to a clean end, and the control connection was lost before it could say that all is well.
        case unconfirmed(TransferEnd, Failure)
    }

    private enum Turn {
        case step(TransferExchange.Step)
        case over(Outcome)
    }

    private let session: Session
    private let order: TransferOrder
    private let data: DataConnection
    private var socket: Socket?
    private var exchange: TransferExchange
    private var end = TransferEnd()
    /// The data connection is in use, or awaited: neither its end nor its failure was seen.
    private var isMoving = false
    private var hasNotedSecurity = false
    /// What is said after it is about something else.
    private var hasFinalReply = false
    /// Why the control connection says nothing any more.
    private var controlLoss: Failure?

    /// How long the 1yz may take before the data connection is used without it: servers that forget it wait for
    /// the bytes, or have filled the line with theirs.
    private static let preliminaryGrace = Duration.seconds(3)
    /// How long the server may take to say why the data connection broke.
    private static let reasonPatience = Duration.seconds(5)
    /// The rest of a broken transfer is here already, or on its way on a line that works.
    private static let restPatience = Duration.milliseconds(500)

    /// - Parameter socket: the data connection, where it stands already.
    init(_ session: Session, _ order: TransferOrder, over data: DataConnection, socket: consuming Socket?) {
        self.session = session
        self.order = order
        self.data = data
        self.socket = socket
        exchange = TransferExchange(order.command, restartOffset: order.restartOffset)
    }

    /// Blocks until both connections have come to an end, or one of them ends it all.
    mutating func run(_ move: DataMove) throws(Failure) -> Outcome {
        defer { session.leavesOffsetBehind = exchange.leavesOffsetBehind }
        var turn = Turn.step(exchange.start())
        while true {
            switch turn {
            case .step(.send(let command)): turn = try send(command)
            case .step(.moveBytes):
                isMoving = true
                turn = .step(.wait)
            case .step(.wait): turn = isMoving ? try listenToBoth(move) : try awaitFinalReply()
            case .step(.finished):
                closeData()
                return .done(end)
            case .step(.failed(let error)): turn = .over(try fail(error, move))
            case .over(let outcome): return outcome
            }
        }
    }

    // MARK: - The control connection

    private mutating func hear(_ reply: Reply) throws(Failure) -> Turn {
        if reply.code == .enteringExtendedPassiveMode, session.control?.hasAskedAhead == true {
            // Else it would be taken for the success of what it says nothing about.
            throw Failure(
                .protocolViolation,
                "\(order.command.verb): the server answered the EPSV behind it while it had this to end; try again",
                isTemporary: true, endsConnection: true)
        }
        end.reply = reply
        if reply.code.kind == .completion || reply.code.isNegative { hasFinalReply = true }
        return .step(exchange.receive(reply))
    }

    /// What the server says while bytes move is about them: unless it has ended that, and more was asked behind it.
    private var watched: ControlConnection? {
        guard controlLoss == nil, let control = session.control else { return nil }
        return hasFinalReply && control.hasAskedAhead ? nil : control
    }

    private mutating func send(_ command: Command) throws(Failure) -> Turn {
        guard let control = session.control else { throw session.notConnected }
        try session.write(command, over: data.method)
        let grace = Deadline.after(min(session.patience, Self.preliminaryGrace))
        if command.verb == order.command.verb {
            // The handshake may come before the 1yz or after it: servers differ.
            try session.protect(&socket)
            if !control.hasUnreadBytes { shakeHands(until: grace) }
            if !control.isHeard(until: grace, session.cancellation) { return .step(.moveBytes) }
        }
        return try hear(session.readReply())
    }

    /// What has been said already, without waiting. That the control connection has gone does not end the transfer: the
    /// bytes may still come, and whether they are all can be asked on another connection.
    private mutating func replyIfThere() throws(Failure) -> Reply? {
        guard let control = watched else { return nil }
        do throws(Failure) { return try control.replyIfThere() } catch {
            guard error.kind == .unreachable else { throw error }
            controlLoss = error
            return nil
        }
    }

    private mutating func awaitFinalReply() throws(Failure) -> Turn {
        if let controlLoss { return .over(.unconfirmed(end, controlLoss)) }
        do throws(Failure) { return try hear(session.readReply(within: session.finalReplyPatience)) } catch {
            guard exchange.hasSeenEndOfData, error.kind != .cancelled, error.endsConnection else {
                throw error
            }
            return .over(.unconfirmed(end, error))
        }
    }

    // MARK: - The data connection

    private mutating func listenToBoth(_ move: DataMove) throws(Failure) -> Turn {
        if let reply = try replyIfThere() { return try hear(reply) }
        guard socket != nil else { return try open() }
        shakeHands(until: .after(session.patience))
        return try dataSaid(
            movePart(
                Pump.Conditions(
                    patience: session.patience, cancellation: session.cancellation,
                    watched: watched?.raw ?? -1, progress: order.progress,
                    limit: order.limit), move))
    }

    /// Waits for the data connection, or for a reply that makes it needless.
    private mutating func open() throws(Failure) -> Turn {
        if let controlLoss { throw controlLoss }
        guard let control = session.control else { throw session.notConnected }
        do throws(TransportError) {
            socket = try data.open(
                from: control.peer, watching: watched?.raw ?? -1, until: .after(order.connectPatience),
                cancellation: session.cancellation
            ) { control.note(.warning, "data: turned away a connection from \($0), which is not the server") }
        } catch {
            if error == .cancelled {
                // A server that waits in accept() hears nothing of ABOR; one that dials us finds nobody.
                if data.method.mode == .passive { session.disconnect() } else { session.abort(&socket) }
                throw .cancelled
            }
            let failure = session.dataConnectionFailed(data, error)
            // The server may wait in accept() for long: only a new login is sure to be in step.
            session.disconnect()
            return .over(.methodFailed(failure))
        }
        try session.protect(&socket)
        return .step(.wait)
    }

    /// Goes on with the handshake of an encrypted data connection until it is over or the server says something. Why it
    /// fails is what the pump will say.
    private mutating func shakeHands(until deadline: Deadline) {
        guard !hasNotedSecurity, let open = socket.take() else { return }
        if let tls = open.tls {
            open.advanceHandshake(
                watching: watched?.raw ?? -1, until: deadline, cancellation: session.cancellation)
            if tls.isEstablished {
                hasNotedSecurity = true
                session.noteSecurity(of: tls)
            }
        }
        socket = consume open
    }

    private mutating func movePart(_ conditions: Pump.Conditions, _ move: DataMove) -> PumpResult {
        guard let open = socket.take() else { return PumpResult(bytes: 0, end: .interrupted) }
        let result = move(&session.pump, open, conditions)
        socket = consume open
        end.bytes += result.bytes
        return result
    }

    private mutating func dataSaid(_ result: PumpResult) throws(Failure) -> Turn {
        switch result.end {
        case .interrupted: return .step(.wait)
        case .endOfData, .cutOff:
            session.control?.remark = order.remark?()
            isMoving = false
            if result.end == .cutOff { end.isCut = true }
            sayEndOfData()
            if result.end == .endOfData { order.atEndOfData?() }
            return .step(exchange.dataEnded())
        case .peerFailed(let error): return try dataBroke(error)
        case .cancelled:
            session.abort(&socket)
            throw .cancelled
        case .diskFailed(let error):
            session.abort(&socket)
            throw Failure(error, attempt: order.command.verb)
        case .timedOut:
            session.abort(&socket)
            let isEncrypting = session.security?.protectsData == true && !hasNotedSecurity
            throw Failure(
                .temporary,
                "\(order.command.verb): the data connection (\(data.route)) "
                    + (isEncrypting ? "had no answer to its TLS handshake" : "was silent")
                    + " for \(session.site.timeout) s; try again, or the other mode", isTemporary: true)
        }
    }

    /// An upload's end is ours to say, and has to leave: without close_notify an encrypted one is taken for cut off. Of
    /// a download servers want to hear that its end was seen.
    private mutating func sayEndOfData() {
        guard let open = socket.take() else { return }
        if order.isUpload {
            try? open.endWriting(until: .after(session.patience), cancellation: session.cancellation)
            socket = consume open
        } else if open.tls != nil {
            try? open.endWriting(until: .after(.zero), cancellation: nil)
        }
    }

    /// An upload that is confirmed may still have brought tickets, which the next data connection wants.
    private mutating func closeData() {
        guard let open = socket.take() else { return }
        if open.tls != nil { open.discardRest(until: .after(.zero), cancellation: nil) }
    }

    private mutating func dataBroke(_ error: TransportError) throws(Failure) -> Turn {
        socket = nil
        isMoving = false
        if let controlLoss { throw controlLoss }
        if error.meansSomebodyInBetween { throw Failure(error, attempt: "data connection") }
        var step = exchange.dataFailed()
        // The server's own words are the better reason, if they come soon.
        while case .wait = step {
            let reply = try session.readReply(within: Self.reasonPatience)
            end.reply = reply
            step = exchange.receive(reply)
        }
        guard end.reply?.code.isNegative != true else { return .step(step) }
        if order.isListing, !error.isAboutTLS, end.reply?.code.kind == .completion {
            end.isCut = true
            return .over(.done(end))
        }
        throw Failure(error, attempt: "data connection").keepingConnection
    }

    // MARK: - The end

    private mutating func fail(_ error: FTPError, _ move: DataMove) throws(Failure) -> Outcome {
        var hasEnded = exchange.hasSeenEndOfData
        // What came before it broke is kept: a line that breaks again and again still ends whole.
        if isMoving, socket != nil, !order.isUpload {
            let rest = movePart(
                Pump.Conditions(
                    patience: Self.restPatience, cancellation: session.cancellation, progress: order.progress,
                    limit: order.limit), move)
            hasEnded = rest.end == .endOfData
        }
        socket = nil
        if case .refused(_, let reply) = error {
            if reply.code == .cannotOpenDataConnection, end.bytes == 0 {
                session.ladder.noteFailure(of: data.method)
                return .methodFailed(
                    MethodFailure(
                        Failure(error), data.method, at: "\(data.endpoint)", .refused(reply.summary)))
            }
            // The server closes, and the bytes are here: the size will tell.
            if reply.code == .serviceNotAvailable, hasEnded {
                return .unconfirmed(end, Failure(error))
            }
            // vsftpd and its kin, when they have missed how the TLS of an upload ended that they have whole.
            if reply.code == .transferAborted, order.isUpload, hasEnded,
                session.security?.protectsData == true
            {
                return .unconfirmed(end, Failure(error))
            }
        }
        var failure = Failure(error)
        failure.cameAfterBeginning = exchange.hasBegun
        throw failure
    }
}

extension TransportError {
    fileprivate var isAboutTLS: Bool { if case .tls = self { true } else { false } }

    /// Whatever the server says about it, this is not to be passed over.
    fileprivate var meansSomebodyInBetween: Bool {
        switch self {
        case .tls(.notTLS, _), .tls(.certificateDiffers, _): true
        default: false
        }
    }
}

extension Failure {
    /// The data connection's trouble, not the control connection's.
    fileprivate var keepingConnection: Failure {
        var copy = self
        copy.endsConnection = false
        return copy
    }
}
