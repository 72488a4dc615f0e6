import Engine
import FTPProtocol
import Transfers

/// The sessions of one command: one a server, each named in the dialogue, ended by ^C at once.
final class RemoteSessions {
    let credentials: Credentials
    let printer: DialoguePrinter
    let interrupts: Interrupts
    private var sessions: [Site.ID: Session] = [:]
    private var made = 0

    init(_ options: ConnectionOptions) throws {
        interrupts = Interrupts(maxTime: options.maxTime)
        credentials = Credentials(options: options, cancellation: interrupts.cancellation)
        printer = try DialoguePrinter(options)
    }

    /// The session for a target, and its path as seen from the login directory.
    func session(for target: TargetURL) throws -> Session {
        let site = try credentials.site(of: target)
        if let session = sessions[site.id] { return session }
        let session = try makeSession(for: site)
        sessions[site.id] = session
        return session
    }

    /// A login of its own for a target, which the caller ends.
    ///
    /// - Parameter family: only this one; nil for what the options say.
    func makeSession(for target: TargetURL, over family: AddressFamily? = nil) throws -> sending Session {
        var site = try credentials.site(of: target)
        site.family = family ?? site.family
        return try makeSession(for: site)
    }

    private func makeSession(for site: Site) throws -> sending Session {
        try credentials.askIfNeeded(for: site)
        try credentials.unlockKey(of: site)
        let passwords = credentials.passwords
        made += 1
        let controls = SessionControls(dataMode: site.dataMode)
        interrupts.add(controls.cancellation)
        return Session(
            site: site, name: ConnectionName(.browsing, made), controls: controls,
            memory: .kept, password: { passwords[$0.id] }, trust: credentials.trust,
            dialogue: printer.sink)
    }

    /// Runs `body` with the session of a target; the right exit status when ^C ended it.
    func with<Result>(_ target: TargetURL, _ body: (Session) throws -> Result) throws -> Result {
        try ended { try body(try session(for: target)) }
    }

    /// The same with a site that is known already.
    func with<Result>(_ site: Site, _ body: (Session) throws -> Result) throws -> Result {
        try ended {
            let session = try sessions[site.id] ?? makeSession(for: site)
            sessions[site.id] = session
            return try body(session)
        }
    }

    /// The same for what has sessions of its own.
    func ended<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
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
