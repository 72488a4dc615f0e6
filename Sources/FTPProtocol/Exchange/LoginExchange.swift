/// USER, PASS and ACCT as far as the server wants them (RFC 959 §6, figure “Login”).
///
/// A step that asks for a secret which was not given is answered by `give(password:)` or
/// `give(account:)`; the reply that asked may hold a challenge to show (S/KEY, RFC 2228 336).
/// A refused password is never tried again here: servers lock accounts (RFC 2577 §5).
public struct LoginExchange: Sendable {
    public enum Step: Hashable, Sendable {
        case send(Command)
        /// For the next reply: this one was preliminary.
        case wait
        case needsPassword
        case needsAccount
        case finished
        case failed(FTPError)
    }

    private enum State { case ready, sentUser, awaitingPassword, sentPassword, awaitingAccount, sentAccount }

    private let user: String
    private var password: String?
    private var account: String?
    private var hasSentPassword = false
    private var state = State.ready
    private var last: Command
    private var outcome: Step?

    public init(user: String, password: String? = nil, account: String? = nil) {
        self.user = user
        self.password = password
        self.account = account
        last = .user(user)
    }

    public mutating func start() -> Step { send(.user(user), .sentUser) }

    public mutating func receive(_ reply: Reply) -> Step {
        if let outcome { return outcome }
        switch (state, reply.code.kind) {
        case (.ready, _), (.awaitingPassword, .preliminary), (.awaitingAccount, .preliminary): return .wait
        case (.awaitingPassword, .transientNegative), (.awaitingPassword, .permanentNegative),
            (.awaitingAccount, .transientNegative), (.awaitingAccount, .permanentNegative):
            // It would not wait for the user to type: 421, mostly.
            return end(.failed(.refused(last, reply)))
        case (.awaitingPassword, _), (.awaitingAccount, _): return end(.failed(unexpected(reply)))
        case (_, .preliminary): return .wait
        // 230, 232; 202 to PASS too (Apache MINA when already logged in).
        case (_, .completion): return end(.finished)
        case (.sentUser, .intermediate): return reply.code == .needAccount ? sendAccount() : sendPassword()
        case (.sentPassword, .intermediate): return sendAccount()
        case (.sentAccount, .intermediate):
            return hasSentPassword ? end(.failed(unexpected(reply))) : sendPassword()
        case (_, .transientNegative), (_, .permanentNegative): return end(.failed(.refused(last, reply)))
        case (_, .unknown): return end(.failed(unexpected(reply)))
        }
    }

    /// The answer to `needsPassword`.
    public mutating func give(password: String) -> Step {
        self.password = password
        return state == .awaitingPassword ? sendPassword() : outcome ?? .wait
    }

    /// The answer to `needsAccount`.
    public mutating func give(account: String) -> Step {
        self.account = account
        return state == .awaitingAccount ? sendAccount() : outcome ?? .wait
    }

    private mutating func sendPassword() -> Step {
        guard let password else {
            state = .awaitingPassword
            return .needsPassword
        }
        hasSentPassword = true
        return send(.password(password), .sentPassword)
    }

    private mutating func sendAccount() -> Step {
        guard let account else {
            state = .awaitingAccount
            return .needsAccount
        }
        return send(.account(account), .sentAccount)
    }

    private mutating func send(_ command: Command, _ next: State) -> Step {
        state = next
        last = command
        return .send(command)
    }

    private mutating func end(_ step: Step) -> Step {
        outcome = step
        return step
    }

    private func unexpected(_ reply: Reply) -> FTPError { .unexpected(reply, to: last) }
}
