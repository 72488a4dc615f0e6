/// One RETR, STOR, APPE, LIST or MLSD as the control connection sees it
/// (RFC 959 §4.1.3 and §5.4; REST, RFC 3659 §5).
///
/// A transfer is over when *both* connections say so, and either may be first: IIS sends 226
/// before the last byte has been read, others think for minutes after it. The bytes never pass
/// through here; the exchange only hears that they ended.
public struct TransferExchange: Sendable {
    public enum Step: Hashable, Sendable {
        /// Write it, then bring the reply.
        case send(Command)
        /// The data connection may be used now.
        case moveBytes
        /// For the next reply, or for the data to end.
        case wait
        case finished
        /// Close the data connection (in active mode the listener) and wait for nothing on it.
        case failed(FTPError)
    }

    /// All bytes have moved, in order: what remains is the server's word.
    public var hasSeenEndOfData: Bool { data == .ended }

    /// The server has said that it begins (1yz): what it says from then on is not about the command any more.
    public private(set) var hasBegun = false

    private enum State { case ready, sentRestart, sentTransfer, moving, replyPending, dataPending }
    private enum Data { case open, ended, failed }

    /// The command that moves the bytes.
    public let command: Command
    private let restart: Command?
    private var state = State.ready
    private var data = Data.open
    private var outcome: Step?
    /// REST was accepted and no transfer came of it: send `REST 0` before the next one, since some servers
    /// keep the offset, even for a LIST.
    public private(set) var leavesOffsetBehind = false

    /// - Parameter restartOffset: bytes to skip, of an image transfer (RFC 3659 §5); 0 sends no REST.
    ///   Not for APPE: servers refuse the two together.
    public init(_ command: Command, restartOffset: Int64 = 0) {
        self.command = command
        restart = restartOffset > 0 ? .restart(at: restartOffset) : nil
    }

    public mutating func start() -> Step {
        guard let restart else { return transfer() }
        state = .sentRestart
        return .send(restart)
    }

    public mutating func receive(_ reply: Reply) -> Step {
        if let outcome { return outcome }
        switch (state, reply.code.kind) {
        case (.ready, _): return .wait
        case (.sentRestart, .intermediate):
            leavesOffsetBehind = true
            return transfer()
        case (.sentRestart, .preliminary): return .wait
        case (.sentRestart, .completion) where reply.code.isLeftOver: return .wait
        // The 1yz: 125 and 150 mean the same, and a second one means nothing.
        case (.sentTransfer, .preliminary): return begin()
        case (_, .preliminary): return .wait
        // The final reply. Without a 1yz before it the data is still to be read.
        case (.sentTransfer, .completion), (.moving, .completion), (.replyPending, .completion):
            return accept(isFirst: state == .sentTransfer)
        case (.dataPending, .completion): return .wait
        // Also after all the bytes: 426, 451, 452. The end of the data alone is no success.
        case (_, .transientNegative), (_, .permanentNegative):
            return end(.failed(.refused(sent, reply)))
        case (_, .intermediate), (.sentRestart, .completion), (_, .unknown):
            return end(.failed(.unexpected(reply, to: sent)))
        }
    }

    /// Downloads and listings: end of file was read. Uploads: all was written, and the end of it too.
    public mutating func dataEnded() -> Step { data(.ended) }

    /// The data connection broke, timed out or never came. The server's own words, if they follow,
    /// are the better reason; otherwise the caller knows what broke.
    public mutating func dataFailed() -> Step { data(.failed) }

    private mutating func data(_ news: Data) -> Step {
        if let outcome { return outcome }
        guard data == .open else { return .wait }
        data = news
        switch state {
        case .ready, .sentRestart, .sentTransfer, .replyPending: return .wait
        case .moving:
            state = .replyPending
            return .wait
        case .dataPending: return conclude()
        }
    }

    private mutating func transfer() -> Step {
        state = .sentTransfer
        return .send(command)
    }

    private mutating func begin() -> Step {
        leavesOffsetBehind = false
        hasBegun = true
        guard data == .open else {
            state = .replyPending
            return .wait
        }
        state = .moving
        return .moveBytes
    }

    private mutating func accept(isFirst: Bool) -> Step {
        leavesOffsetBehind = false
        guard data == .open else { return conclude() }
        state = .dataPending
        return isFirst ? .moveBytes : .wait
    }

    private mutating func conclude() -> Step {
        data == .ended
            ? end(.finished)
            : end(.failed(.protocolViolation("the data connection broke, though the reply says all is well")))
    }

    /// What the reply that comes now answers.
    private var sent: Command { state == .sentRestart ? restart ?? command : command }

    private mutating func end(_ step: Step) -> Step {
        outcome = step
        return step
    }
}
