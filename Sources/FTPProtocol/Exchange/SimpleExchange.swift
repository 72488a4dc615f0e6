/// One command with one final reply (RFC 959 §5.4 group 1): CWD, PWD, TYPE, DELE, MKD, SIZE, SITE …
public struct SimpleExchange: Sendable {
    public enum Step: Hashable, Sendable {
        case send(Command)
        /// For the next reply; after `patience` without one, call `silence()`.
        case wait
        /// The 2yz.
        case finished(Reply)
        case failed(FTPError)
    }

    /// How long a reply may keep us waiting once one was taken for a leftover. lftp waits as long.
    public static let patience: Duration = .seconds(2)

    public let command: Command
    private let mayFollowLeftOvers: Bool
    private var leftOver: Reply?
    private var outcome: Step?

    /// - Parameter followsTransfer: the command before was a transfer or ABOR, so that a second 226
    ///   may still come: it is dropped unless nothing else follows.
    public init(_ command: Command, followsTransfer: Bool = false) {
        self.command = command
        mayFollowLeftOvers = followsTransfer
    }

    public mutating func start() -> Step { .send(command) }

    public mutating func receive(_ reply: Reply) -> Step {
        if let outcome { return outcome }
        if mayFollowLeftOvers, leftOver == nil, reply.code.isLeftOver {
            leftOver = reply
            return .wait
        }
        return take(reply)
    }

    /// Nothing came for `patience`: then what looked like a leftover was the answer.
    public mutating func silence() -> Step {
        if let outcome { return outcome }
        guard let reply = leftOver else { return .wait }
        return take(reply)
    }

    private mutating func take(_ reply: Reply) -> Step {
        switch reply.code.kind {
        case .preliminary: return .wait
        case .completion: return end(.finished(reply))
        case .transientNegative, .permanentNegative: return end(.failed(.refused(command, reply)))
        case .intermediate, .unknown: return end(.failed(.unexpected(reply, to: command)))
        }
    }

    private mutating func end(_ step: Step) -> Step {
        outcome = step
        return step
    }
}
