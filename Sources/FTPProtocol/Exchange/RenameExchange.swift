/// RNFR and RNTO, with nothing between them (RFC 959 §4.1.3, figure “Rename”).
public struct RenameExchange: Sendable {
    public enum Step: Hashable, Sendable {
        case send(Command)
        /// For the next reply: this one was preliminary.
        case wait
        case finished
        case failed(FTPError)
    }

    private enum State { case ready, sentFrom, sentTo }

    private let from: Command
    private let to: Command
    private var state = State.ready
    private var outcome: Step?

    public init(from: RemotePath, to: RemotePath) {
        self.from = .renameFrom(from)
        self.to = .renameTo(to)
    }

    public mutating func start() -> Step {
        // A name that cannot be sent must stop the pair before its first half.
        do {
            _ = try to.wireBytes()
        } catch {
            return end(.failed(error))
        }
        state = .sentFrom
        return .send(from)
    }

    public mutating func receive(_ reply: Reply) -> Step {
        if let outcome { return outcome }
        switch (state, reply.code.kind) {
        case (.ready, _), (_, .preliminary): return .wait
        case (.sentFrom, .intermediate):
            state = .sentTo
            return .send(to)
        case (.sentTo, .completion): return end(.finished)
        case (_, .transientNegative), (_, .permanentNegative): return end(.failed(.refused(sent, reply)))
        case (_, .completion), (_, .intermediate), (_, .unknown):
            return end(.failed(.unexpected(reply, to: sent)))
        }
    }

    private var sent: Command { state == .sentTo ? to : from }

    private mutating func end(_ step: Step) -> Step {
        outcome = step
        return step
    }
}
