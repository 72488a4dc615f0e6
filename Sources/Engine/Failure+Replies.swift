import FTPProtocol
import Transfers

/// What the server's refusals mean: whose fault it is (the server's, the network's, this machine's, the request's), the
/// command, the server's own words, and what to do. Every sentence is made here.
///
///     RETR a.iso: the server answered “550 Failed to open file.”: there is no such file; check the path by listing its folder
extension Failure {
    /// A refused command; `verb` is left to the caller.
    static func refused(_ command: Command, _ reply: Reply) -> Failure {
        let meaning = meaning(of: command.verb, reply)
        let attempt = meaning.isAboutLogin ? "login refused" : reply.charset.shown(command.logged)
        return Failure(
            meaning.kind, "\(attempt): the server answered “\(reply.summary)”\(meaning.words)",
            isTemporary: meaning.isTemporary, endsConnection: meaning.endsConnection, reply: reply)
    }

    private struct Meaning {
        var kind: Kind
        /// What follows the server's own words.
        var words: String
        var isTemporary = false
        var endsConnection = false
        var isAboutLogin = false
    }

    private static func meaning(of verb: String, _ reply: Reply) -> Meaning {
        let isTemporary = RetryPolicy.isTemporary(reply) || reply.soundsTransient
        let isLogin = ["USER", "PASS", "ACCT"].contains(verb)
        let isStoring = ["STOR", "APPE", "STOU", "MKD", "XMKD", "RNTO"].contains(verb)
        switch reply.code {
        case .serviceNotAvailable:
            return Meaning(
                kind: .temporary,
                words: ": it closes the connection; try again later, "
                    + (reply.soundsLikeALimit
                        ? "or \(Advice.fewerConnections.rawValue)" : "it may be busy or shutting down"),
                isTemporary: true, endsConnection: true)
        case _ where isLogin && reply.code.kind == .permanentNegative: return login(reply)
        case .notLoggedIn:
            return Meaning(
                kind: .loginRefused, words: ": it has forgotten the login; log in again", isTemporary: true,
                endsConnection: true)
        case .cannotOpenDataConnection:
            return Meaning(
                kind: .temporary,
                words: ": no data connection, mostly for a firewall in the network between; "
                    + Advice.otherMode.rawValue,
                isTemporary: true)
        case .transferAborted:
            return Meaning(
                kind: .temporary,
                words:
                    ": the data connection broke in the network between; try again, what has arrived is kept",
                isTemporary: true)
        case .insufficientStorage:
            return Meaning(
                kind: .cannotCreate, words: ": no space on the server; free some or choose another folder")
        case .exceededStorage:
            return Meaning(
                kind: .cannotCreate,
                words:
                    ": no space on the server that this account may use; delete something there, or ask who runs it"
            )
        case .fileNameNotAllowed:
            return Meaning(
                kind: isStoring ? .cannotCreate : .permissionRefused,
                words: ": the server does not take this name, or not here; "
                    + "check the folder and your permission to write there, or choose another name")
        case .networkProtocolUnsupported:
            return reply.isAboutProtection
                ? Meaning(
                    kind: .permissionRefused,
                    words:
                        ": the server wants the data connection encrypted, or the session of the control connection "
                        + "on it; \(Advice.onlyEncryption.rawValue)")
                : Meaning(
                    kind: .permissionRefused,
                    words: ": the server does not speak this version of IP on data connections; "
                        + Advice.otherFamily.rawValue)
        case _ where isStoring && !isTemporary:
            return Meaning(
                kind: .cannotCreate, words: "; check the folder and your permission to write there")
        case .fileBusy,
            .fileUnavailable where isTemporary:
            return Meaning(
                kind: .temporary,
                words: ": \(reply.soundsTransient ? "" : "in use on the server; ")try again later",
                isTemporary: true)
        case .localError:
            return Meaning(
                kind: .temporary,
                words: ": the server failed at its own work; try again later, or tell who runs it",
                isTemporary: true)
        case .fileUnavailable where reply.mentionsPermission:
            return Meaning(kind: .permissionRefused, words: "; you lack the permission")
        case .fileUnavailable:
            return Meaning(kind: .noSuchSource, words: "; check the path by listing its folder")
        case _ where isTemporary:
            return Meaning(kind: .temporary, words: "; try again later", isTemporary: true)
        case _ where reply.code.meansNotImplemented:
            return Meaning(kind: .permissionRefused, words: ": this server cannot do that")
        default: return Meaning(kind: .permissionRefused, words: "; ask who runs the server")
        }
    }

    private static func login(_ reply: Reply) -> Meaning {
        // 530 says this for “too many connections” as well as for “wrong password”.
        reply.soundsLikeALimit
            ? Meaning(
                kind: .temporary, words: "; try again later or with fewer connections", isTemporary: true,
                endsConnection: true, isAboutLogin: true)
            : Meaning(
                kind: .loginRefused,
                words: reply.isAboutHomeDirectory
                    ? ": name and password are right perhaps, but the server has no directory for this user; tell who runs it"
                    : "; check user name and password", endsConnection: true,
                isAboutLogin: true)
    }
}

extension Reply {
    /// 522 lists families of IP by their numbers (RFC 2428 §2), or is about TLS (RFC 4217 §10.2).
    fileprivate var isAboutProtection: Bool {
        let text = summary.lowercased()
        return ["tls", "ssl", "prot", "secure", "session", "encrypt"].contains { text.contains($0) }
    }

    /// IIS: `530 User cannot log in, home directory inaccessible.`; in Active Directory isolation the attributes
    /// msIIS-FTPRoot and msIIS-FTPDir are missing then (KB 2505047).
    fileprivate var isAboutHomeDirectory: Bool { summary.lowercased().contains("home directory") }

    fileprivate var mentionsPermission: Bool {
        let text = summary.lowercased()
        return ["permission", "denied", "not allowed"].contains { text.contains($0) }
    }
}
