public import FTPProtocol
public import Transfers
public import Transport

/// Why something did not work, in one sentence that names what was tried, what came back and what to do.
///
/// Whoever ends a job decides by `kind` (exit status, conflict, password prompt) and by `isTemporary`
/// (try again later); the sentence is for people only.
public struct Failure: Error, Hashable, Sendable {
    /// Whose fault it is; each has an exit status of its own (sysexits.h).
    public enum Kind: Hashable, Sendable {
        case invalidRequest
        case doesNotVerify
        case noSuchSource
        case unknownHost
        case unreachable
        case cannotCreate
        case localDisk
        case temporary
        case protocolViolation
        case loginRefused
        case permissionRefused
        /// TLS was wanted and is not to be had, or not with a server that is trusted.
        case notTrusted
        case passwordNeeded
        case cancelled
    }

    public var kind: Kind
    public var message: String
    /// Worth another try, later.
    public var isTemporary: Bool
    /// The control connection is gone, or of no more use.
    public var endsConnection: Bool
    /// The server's own words, where it was the server.
    public var reply: Reply?
    /// The verb of the command it refused.
    public var verb: String?
    /// The server had begun with the transfer (1yz) before it refused.
    var cameAfterBeginning = false
    /// The server that lets nobody in is the one that a copy comes from.
    var concernsOrigin = false
    /// What the user may decide about, where a certificate is not trusted.
    public var certificate: CertificateDoubt?
    /// The disk takes nothing now, whatever the file: full, read-only, failing.
    public var isDiskTrouble = false

    public init(
        _ kind: Kind, _ message: String, isTemporary: Bool = false, endsConnection: Bool = false,
        reply: Reply? = nil
    ) {
        self.kind = kind
        self.message = message
        self.isTemporary = isTemporary
        self.endsConnection = endsConnection
        self.reply = reply
    }

    /// The server had ended the connection, with 421 or without a word.
    var meansStaleConnection: Bool { kind == .unreachable || reply?.code == .serviceNotAvailable }

    public static let cancelled = Failure(.cancelled, "interrupted")

    /// What the server or the protocol said.
    public init(_ error: FTPError) {
        switch error {
        case .refused(let command, let reply):
            self = Self.refused(command, reply)
            verb = command.verb
        case .protocolViolation: self.init(.protocolViolation, "\(error)", endsConnection: true)
        case .unsendable(let why): self.init(.invalidRequest, why)
        case .unsafeName, .unwritable: self.init(.cannotCreate, "\(error)")
        }
    }

    /// What the network or the disk said.
    ///
    /// - Parameter attempt: what was tried, to begin the sentence with: `cannot connect to example.org`.
    public init(_ error: TransportError, attempt: String) {
        switch error {
        // EAI_AGAIN: the name may well be there.
        case .unknownHost(let host, let detail) where detail.hasPrefix("Temporary failure"):
            self.init(
                .temporary,
                "host “\(visible(host))” cannot be looked up now: \(detail); the name server of this machine does not "
                    + "answer: check the network, or try again later",
                isTemporary: true, endsConnection: true)
        case .unknownHost(let host, let detail):
            self.init(
                .unknownHost, "unknown host “\(visible(host))”: \(detail); check the spelling and the network"
            )
        case .network(_, _, let code):
            let refused = TransportError.text(code)
            self.init(
                .unreachable, "\(attempt): \(refused)\(Self.advice(code))", isTemporary: true,
                endsConnection: true)
        case .disk(_, _, let code):
            self.init(
                Self.isAbout(creating: error) ? .cannotCreate : .localDisk, "\(error)\(Self.diskAdvice(code))"
            )
            if error.isNoSuchFile, !Self.isAbout(creating: error) { kind = .noSuchSource }
            isDiskTrouble = [Errno.noSpace, Errno.quota, Errno.readOnly, Errno.inputOutput].contains(code)
        case .timedOut(let what):
            self.init(
                .temporary,
                "\(attempt): no \(Self.withoutPeer(what)) in time; try again later, or \(Advice.moreTime.rawValue)",
                isTemporary: true, endsConnection: true)
        case .cancelled: self = .cancelled
        case .closedByPeer:
            self.init(
                .unreachable, "\(attempt): the server closed the connection; try again later",
                isTemporary: true, endsConnection: true)
        case .tls(let failure, _): self.init(failure, attempt: attempt)
        case .proxyRefused(let refusal):
            let (kind, advice, isTemporary): (Kind, String, Bool) =
                switch refusal.fault {
                case .login, .request: (.permissionRefused, Advice.proxy.rawValue, false)
                case .server: (.unreachable, "is the server running, and is the port right?", true)
                case .proxy: (.unreachable, "try again later, or \(Advice.proxy.rawValue)", true)
                }
            self.init(
                kind, "\(attempt): \(visible(refusal.reason)); \(advice)", isTemporary: isTemporary,
                endsConnection: true)
        case .garbled:
            self.init(
                .doesNotVerify, "\(attempt): \(error); try again, or \(Advice.noCompression.rawValue)",
                isTemporary: true)
        case .unusable(let why): self.init(.invalidRequest, why)
        }
    }

    private init(_ failure: TLSFailure, attempt: String) {
        let (kind, advice): (Kind, String) =
            switch failure {
            case .notTLS: (.protocolViolation, "; is it the right port, and ftps:// the right scheme?")
            case .versionTooOld: (.notTrusted, "; it needs an update")
            case .endedInHandshake: (.unreachable, "; it may have no certificate")
            case .endedWithoutCloseNotify: (.unreachable, "; try again")
            case .wantsCertificate: (.notTrusted, "; \(Advice.certificate.rawValue)")
            case .certificateRefused:
                (.notTrusted, "; \(Advice.otherCertificate.rawValue) for this server, and in its time?")
            case .certificateDiffers: (.notTrusted, "; somebody may be in between")
            case .alert, .other, .system: (.protocolViolation, "")
            }
        self.init(kind, "\(attempt): \(failure)\(advice)", endsConnection: true)
    }

    /// The attempt has named it already.
    private static func withoutPeer(_ what: String) -> String {
        ["answer from the name server", "answer", "room to send"].first { what.hasPrefix($0 + " ") } ?? what
    }

    private static func isAbout(creating error: TransportError) -> Bool {
        if case .disk(let call, _, let code) = error {
            return call == "create" || call.hasPrefix("make")
                || call == "rename" && !TransportError.isFull(code)
        }
        return false
    }

    /// The same where the user has allowed only this mode: that the other may do is what to do next.
    func inFixed(_ mode: DataMode) -> Failure {
        let advice = mode == .active ? Advice.passiveMode : .activeMode
        let isSaid = [advice, .otherMode].contains { message.contains($0.rawValue) }
        guard mode != .auto, kind != .cancelled, !isSaid else { return self }
        var copy = self
        copy.message += "; \(advice.rawValue)"
        return copy
    }

    private static func advice(_ code: Int32) -> String {
        switch code {
        case Errno.connectionRefused: "; is the server running, and is the port right?"
        case Errno.timedOut: "; the server is off, or a firewall drops what we send: check both"
        case Errno.hostUnreachable: "; the server is off or not on this network: check its address"
        case Errno.networkUnreachable: "; this machine has no way there: check its own network"
        case Errno.connectionReset: "; the server or a firewall cut it: try again"
        default: ""
        }
    }

    private static func diskAdvice(_ code: Int32) -> String {
        switch code {
        case Errno.noSpace, Errno.quota: "; free some space and try again: what has arrived is kept"
        case Errno.permission, Errno.access: "; check the permissions"
        case Errno.readOnly: "; choose another place"
        default: ""
        }
    }
}

extension Failure: CustomStringConvertible {
    public var description: String { message }
}

/// The numbers of <errno.h> that change what is advised.
private enum Errno {
    static let permission: Int32 = 1
    static let inputOutput: Int32 = 5
    static let access: Int32 = 13
    static let noSpace: Int32 = 28
    static let readOnly: Int32 = 30
    static let networkUnreachable: Int32 = 101
    static let connectionReset: Int32 = 104
    static let timedOut: Int32 = 110
    static let connectionRefused: Int32 = 111
    static let hostUnreachable: Int32 = 113
    static let quota: Int32 = 122
}

extension TransportError {
    fileprivate static func isFull(_ code: Int32) -> Bool { code == Errno.noSpace || code == Errno.quota }
}

extension Reply {
    /// 530 and 421 say this for “too many connections” as well as for “wrong password”.
    public var soundsLikeALimit: Bool {
        code == .serviceNotAvailable || code.kind == .transientNegative || code == .notLoggedIn
            ? ["too many", "maximum", "limit", "more connections", "is full"].contains { contains($0) }
            : false
    }

    /// A 5yz whose words say that it passes. Some servers have no other code for what is over in a minute.
    var soundsTransient: Bool {
        code.kind == .permanentNegative
            && ["too many", "timed out", "broken pipe", "try again", "temporarily"].contains { contains($0) }
    }

    private func contains(_ words: String) -> Bool { summary.lowercased().contains(words) }
}
