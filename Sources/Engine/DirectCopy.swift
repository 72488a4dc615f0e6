public import FTPProtocol
import Transfers
import Transport

/// A file from one server to another without a detour: one listens, the other calls it (RFC 959 §2.3, figure 2).
///
/// Most servers refuse to call or to be called by a third machine, since that is how they are abused (RFC 2577 §3);
/// then nothing has happened, and `run` says why.
public struct DirectCopy {
    private let source: Session
    private let path: RemotePath
    private let destination: Session
    private let target: RemotePath

    /// Nothing is heard while the bytes move, so only silence of a length that no copy has means that nothing comes.
    private static let patience = Duration.seconds(3_600)
    /// How long the receiver may take to refuse before the sender is told to begin.
    private static let refusalGrace = Duration.seconds(1)
    /// How long one side may go on when the other has failed.
    private static let afterFailure = Duration.seconds(5)

    public init(of path: RemotePath, on source: Session, to target: RemotePath, on destination: Session) {
        self.source = source
        self.path = path
        self.destination = destination
        self.target = target
    }

    /// Blocks until the file is there, or it is known that the servers do not want it.
    ///
    /// - Returns: nil when it is done, else why the servers do not do it among themselves.
    public func run() throws(Failure) -> String? {
        try prepare()
        let (nearProtects, farProtects) = (
            source.security?.protectsData == true, destination.security?.protectsData == true
        )
        guard nearProtects == farProtects else { return "only one of them encrypts its data connections" }
        var reason = "there is no way"
        for (passive, active) in [(source, destination), (destination, source)] {
            for role in nearProtects ? Role.offered(passive, active) : [.none] {
                if let why = try arrange(passive, active, role) {
                    reason = why
                    continue
                }
                let why = try move()
                try role.end(passive, active)
                guard let why else { return nil }
                reason = why
                try prepare()
            }
        }
        if nearProtects, reason == "there is no way" {
            return "their data connections are encrypted, and neither knows CPSV or SSCN"
        }
        return reason
    }

    private func prepare() throws(Failure) {
        for session in [source, destination] {
            try session.connect()
            try session.setType(.image)
            // Both sides of the one data connection have to mean the same.
            try session.useStreamMode()
        }
    }

    /// Who begins the TLS handshake between two servers, which both would wait for (RFC 4217 §7 knows of no third machine).
    private enum Role {
        /// Nothing is encrypted.
        case none
        /// CPSV: the one that listens, for this once (glFTPd, drftpd).
        case passiveByCPSV
        /// SSCN ON: the one that it is said to, from then on (RaidenFTPD, ProFTPD, Serv-U).
        case passiveBySSCN, activeBySSCN

        static func offered(_ passive: Session, _ active: Session) -> [Role] {
            var roles: [Role] = []
            if passive.features.has("CPSV"), passive.control?.peer.unmapped.family == .ipv4 {
                roles.append(.passiveByCPSV)
            }
            if passive.features.has("SSCN") { roles.append(.passiveBySSCN) }
            if active.features.has("SSCN") { roles.append(.activeBySSCN) }
            return roles
        }

        /// Why it cannot be; nil when it is so now.
        func begin(_ passive: Session, _ active: Session) throws(Failure) -> String? {
            guard self == .passiveBySSCN || self == .activeBySSCN else { return nil }
            let session = self == .passiveBySSCN ? passive : active
            let reply = try session.ask(Command("SSCN", "ON"))
            guard reply.code.kind != .completion else { return nil }
            session.features.disable("SSCN")
            return "\(session.site.shortName) answers “\(reply.summary)”"
        }

        /// The next data connection is with us again.
        func end(_ passive: Session, _ active: Session) throws(Failure) {
            guard self == .passiveBySSCN || self == .activeBySSCN else { return }
            let session = self == .passiveBySSCN ? passive : active
            guard session.isConnected else { return }
            do throws(Failure) {
                if try session.ask(Command("SSCN", "OFF")).code.kind != .completion { session.quit() }
            } catch {
                if error.kind == .cancelled { throw error }
                // ProFTPD ends the whole session when the other's certificate does not suit it.
                session.disconnect()
            }
        }
    }

    /// Has one server listen and tells the other where. Nil when both agree.
    private func arrange(_ passive: Session, _ active: Session, _ role: Role) throws(Failure) -> String? {
        guard let listening = passive.control?.peer.unmapped, let calling = active.control?.peer.unmapped,
            passive.control?.server == nil, active.control?.server == nil
        else { return "a proxy stands in between" }
        guard listening.family == calling.family else { return "one has IPv4, the other IPv6" }
        guard listening.isLoopback == calling.isLoopback else { return "one of them is on this machine" }
        if let why = try role.begin(passive, active) { return why }
        let why = try introduce(passive, active, role, listening)
        if why != nil { try role.end(passive, active) }
        return why
    }

    private func introduce(
        _ passive: Session, _ active: Session, _ role: Role, _ listening: Address
    ) throws(Failure) -> String? {
        let isIPv4 = listening.family == .ipv4
        let reply = try passive.ask(
            role == .passiveByCPSV ? Command("CPSV") : isIPv4 ? .passive : .extendedPassive)
        guard reply.code.kind == .completion else {
            return "\(passive.site.shortName) answers “\(reply.summary)”"
        }
        let command: Command
        do throws(FTPError) {
            let endpoint = try PassiveEndpoint(reply: reply)
            let choice = DialChoice(
                offered: isIPv4 ? endpoint.address : nil, peer: listening.host,
                isTrusted: passive.site.network.trustsPassiveAddress)
            let place = try ActiveEndpoint(
                address: choice.address, family: isIPv4 ? .ipv4 : .ipv6, port: endpoint.port)
            command = isIPv4 ? try place.portCommand() : place.extendedPortCommand
        } catch {
            return "\(error)"
        }
        let answer = try active.ask(command)
        guard answer.code.kind == .completion else {
            return "\(active.site.shortName) answers “\(answer.summary)”"
        }
        return nil
    }

    /// One side of the transfer: what it was told, and how it ended.
    private struct Side {
        let session: Session
        var exchange: TransferExchange
        var end: Result<Void, Failure>?

        init(_ session: Session, _ command: Command) {
            self.session = session
            exchange = TransferExchange(command)
            _ = exchange.start()
            // The data is not ours to see: only the replies count.
            _ = exchange.dataEnded()
        }

        var failure: Failure? {
            if case .failure(let failure) = end { return failure }
            return nil
        }

        func send() throws(Failure) {
            guard let control = session.control else { throw session.notConnected }
            try control.write(
                exchange.command, until: .after(session.patience), cancellation: session.cancellation)
        }

        /// Takes what has been said already; whether that was anything.
        mutating func hear() -> Bool {
            guard end == nil else { return false }
            do throws(Failure) {
                guard let control = session.control else { throw session.notConnected }
                guard let reply = try control.replyIfThere() else { return false }
                switch exchange.receive(reply) {
                case .finished: end = .success(())
                case .failed(let error): end = .failure(Failure(error))
                case .send, .moveBytes, .wait: break
                }
            } catch {
                end = .failure(error)
            }
            return true
        }

        var raw: Int32 { end == nil ? session.control?.raw ?? -1 : -1 }
    }

    /// The receiver first, then the sender; then both are heard until both have ended.
    private func move() throws(Failure) -> String? {
        var receiver = Side(destination, .store(destination.resolve(target)))
        var sender = Side(source, .retrieve(source.resolve(path)))
        try receiver.send()
        if destination.control?.isHeard(until: .after(Self.refusalGrace), destination.cancellation) == true {
            _ = receiver.hear()
            if let failure = receiver.failure { return failure.message }
        }
        try sender.send()
        var deadline = Deadline.after(Self.patience)
        while receiver.end == nil || sender.end == nil {
            if receiver.hear() || sender.hear() {
                if receiver.failure != nil || sender.failure != nil {
                    deadline = .earlier(deadline, .after(Self.afterFailure))
                }
                continue
            }
            switch Wait.wait(
                for: receiver.raw, .readable, watching: sender.raw, until: deadline,
                cancellation: destination.cancellation)
            {
            case .ready, .watchedReady: continue
            case .timedOut, .cancelled:
                // Who is in the middle of a transfer is in step again only after a new login.
                source.disconnect()
                destination.disconnect()
                if destination.cancellation.isCancelled { throw .cancelled }
                return (receiver.failure ?? sender.failure)?.message ?? "neither says that it is done"
            }
        }
        source.hasJustTransferred = true
        destination.hasJustTransferred = true
        for failure in [receiver.failure, sender.failure].compactMap({ $0 }) {
            if failure.endsConnection {
                source.disconnect()
                destination.disconnect()
            }
            // Through this machine it would be the same.
            let isItsOwn =
                (failure.verb == "RETR" && failure.kind == .noSuchSource)
                || (failure.verb == "STOR" && failure.kind == .cannotCreate)
            if isItsOwn { throw failure }
            return failure.message
        }
        return nil
    }
}
