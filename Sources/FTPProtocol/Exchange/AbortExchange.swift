/// ABOR, and the collecting of what servers answer to it (RFC 959 §4.1.3).
///
/// Two replies are due, one for the transfer and one for ABOR, and one, two or none come:
/// `426 226`, `226 225`, `226` alone, `226 500`. So what comes is counted, a silence ends the wait,
/// and NOOP is the fence behind which the dialogue is in step again: before its 200 all is leftover.
/// When this fails the control connection is of no more use: close it and log in again.
public struct AbortExchange: Sendable {
    public enum Step: Hashable, Sendable {
        /// ABOR itself goes as Telnet IP and Synch before the line where the connection is not encrypted.
        case send(Command)
        /// For the next reply; after `patience` without one, call `silence()`.
        case wait
        case finished
        case failed(FTPError)
    }

    private enum State { case ready, sentAbort(replies: Int), sentFence(missing: Int, sawRefusal: Bool) }

    private let due: Int
    private var state = State.ready
    private var outcome: Step?

    /// - Parameter transferIsRunning: its final reply has not come yet, so two replies are due.
    public init(transferIsRunning: Bool = true) {
        due = transferIsRunning ? 2 : 1
    }

    /// How long to wait before `silence()`: longer while nothing at all has come.
    public var patience: Duration {
        if case .sentAbort(replies: 0) = state { return .seconds(3) }
        return .seconds(1)
    }

    /// How long all of it may take. Who stops a transfer does not want to wait, and to close the control
    /// connection and log in again is always right.
    public static let limit = Duration.seconds(5)

    /// ABOR was answered as a command that does not exist.
    public private(set) var wasNotUnderstood = false

    public mutating func start() -> Step {
        state = .sentAbort(replies: 0)
        return .send(.abort)
    }

    public mutating func receive(_ reply: Reply) -> Step {
        if let outcome { return outcome }
        if reply.code == .serviceNotAvailable { return end(.failed(.refused(.abort, reply))) }
        switch (state, reply.code.kind) {
        case (.ready, _), (_, .preliminary): return .wait
        case (.sentAbort(let replies), _):
            if reply.code.meansNotImplemented { wasNotUnderstood = true }
            return count(replies + 1)
        case (.sentFence(let missing, let sawRefusal), _):
            return fence(reply, missing: missing, sawRefusal: sawRefusal)
        }
    }

    /// Nothing came for `patience`.
    public mutating func silence() -> Step {
        if let outcome { return outcome }
        switch state {
        case .ready: return .wait
        case .sentAbort(replies: 0): return end(.failed(.protocolViolation("no answer to ABOR")))
        case .sentAbort(let replies): return sendFence(missing: max(0, due - replies))
        case .sentFence(_, sawRefusal: true): return end(.finished)
        case .sentFence: return end(.failed(.protocolViolation("no answer to NOOP after ABOR")))
        }
    }

    private mutating func count(_ replies: Int) -> Step {
        state = .sentAbort(replies: replies)
        return replies < due ? .wait : sendFence(missing: 0)
    }

    private mutating func sendFence(missing: Int) -> Step {
        state = .sentFence(missing: missing, sawRefusal: false)
        return .send(.noOperation)
    }

    private mutating func fence(_ reply: Reply, missing: Int, sawRefusal: Bool) -> Step {
        switch reply.code {
        case .commandOkay: return end(.finished)
        case _ where reply.code.meansNotImplemented:
            // NOOP is unknown, or this is still about ABOR and NOOP's own answer follows.
            guard missing > 0 else { return end(.finished) }
            state = .sentFence(missing: missing - 1, sawRefusal: true)
            return .wait
        default: return .wait
        }
    }

    private mutating func end(_ step: Step) -> Step {
        outcome = step
        return step
    }
}
