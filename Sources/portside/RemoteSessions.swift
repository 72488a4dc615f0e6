import Engine
import FTPProtocol
import Transfers

/// The sessions of one command: one a server, each named in the dialogue, ended by ^C at once.
final class RemoteSessions {
    let credentials: Credentials
    let printer: DialoguePrinter
    let interrupts: Interrupts
    private var sessions: [Site.ID: Session] = [:]

    init(_ options: ConnectionOptions) throws {
        interrupts = Interrupts(maxTime: options.maxTime)
        credentials = Credentials(options: options, cancellation: interrupts.cancellation)
        printer = try DialoguePrinter(options)
    }

    /// The session for a target, and its path as seen from the login directory.
    func session(for target: TargetURL) throws -> Session {
        let site = try credentials.site(of: target)
        if let session = sessions[site.id] { return session }
        try credentials.askIfNeeded(for: site)
        let passwords = credentials.passwords
        let session = Session(
            site: site, name: ConnectionName(.browsing, sessions.count + 1),
            memory: .kept, password: { passwords[$0.id] }, dialogue: printer.sink)
        interrupts.add(session.controls.cancellation)
        sessions[site.id] = session
        return session
    }

    /// Runs `body` with the session of a target; the right exit status when ^C ended it.
    func with<Result>(_ target: TargetURL, _ body: (Session) throws -> Result) throws -> Result {
        do {
            return try body(try session(for: target))
        } catch let failure as Failure where failure.kind == .cancelled {
            guard let status = interrupts.status, let reason = interrupts.failure else { throw failure }
            complain(reason.message)
            throw ExitStatus.Silent(code: status)
        }
    }

    func quit() {
        for session in sessions.values { session.quit() }
        sessions = [:]
    }
}
