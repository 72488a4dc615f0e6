internal import FTPProtocol

extension Site {
    /// How this site is trusted and what it is shown, where the usual does not do.
    public struct Security: Hashable, Sendable, Codable {
        /// The file of certificates that are trusted instead of the system's (`--ca`).
        public var authorities: String?
        /// The files of the client's certificate and of its key.
        public var certificate: String?
        public var key: String?
        /// Only the certificate with this SHA-256 is trusted: 64 digits, in upper case.
        public var fingerprint: String?
        /// Whoever answers is believed (`--insecure`).
        public var trustsAnyone = false
        /// Files and listings are encrypted too (`--prot private`).
        public var protectsData = true
        /// The control connection goes on in clear after login (CCC), for routers that have to read it.
        public var clearsControl = false

        public init() {}
    }
}

/// What there is to decide about a certificate that is not trusted by itself.
public struct CertificateDoubt: Hashable, Sendable {
    public var host: String
    public var port: UInt16
    public var subject: String
    public var issuer: String
    public var names: [String]
    /// Seconds since 1970.
    public var notBefore: Int64
    public var notAfter: Int64
    /// SHA-256: 64 digits, in upper case.
    public var fingerprint: String
    public var isSelfSigned: Bool
    public var matchesHost: Bool
    public var isInTime: Bool
    /// Why nobody who is trusted has signed it; nil when somebody has.
    public var chainProblem: String?
    /// The fingerprint that was pinned for this server, which is another: perhaps somebody is in between.
    public var pinned: String?

    public init(
        host: String, port: UInt16, subject: String, issuer: String, names: [String], notBefore: Int64,
        notAfter: Int64, fingerprint: String, isSelfSigned: Bool, matchesHost: Bool, isInTime: Bool,
        chainProblem: String?, pinned: String?
    ) {
        self.host = host
        self.port = port
        self.subject = subject
        self.issuer = issuer
        self.names = names
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.fingerprint = fingerprint
        self.isSelfSigned = isSelfSigned
        self.matchesHost = matchesHost
        self.isInTime = isInTime
        self.chainProblem = chainProblem
        self.pinned = pinned
    }

    /// What is wrong with it, in words; one at least.
    ///
    /// - Parameter now: seconds since 1970.
    public func problems(now: Int64) -> [String] {
        var problems: [String] = []
        if !matchesHost {
            let others = names.isEmpty ? subject : names.prefix(4).joined(separator: ", ")
            problems.append("it is for \(visible(others))")
        }
        if !isInTime {
            let isOver = notAfter < now
            problems.append(
                isOver ? "it ended on \(dayText(notAfter))" : "it begins on \(dayText(notBefore))")
        }
        if let chainProblem { problems.append(isSelfSigned ? "it is signed by itself" : chainProblem) }
        return problems.isEmpty ? ["it is not the one of before"] : problems
    }
}

/// `2027-02-01`, of seconds since 1970 in UTC.
public func dayText(_ seconds: Int64) -> String {
    let date = CivilDate(secondsSince1970: seconds)
    func two(_ number: UInt8) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(date.year ?? 0)-\(two(date.month))-\(two(date.day))"
}

/// A certificate that the user trusts for a server.
public struct TrustedCertificate: Hashable, Sendable, Codable {
    public var host: String
    public var port: UInt16
    /// SHA-256: 64 digits, in upper case.
    public var fingerprint: String

    public init(host: String, port: UInt16, fingerprint: String) {
        self.host = host
        self.port = port
        self.fingerprint = fingerprint
    }
}

/// What is remembered of a server that once spoke TLS.
public struct KnownServer: Hashable, Sendable {
    /// The certificate that the user has decided to trust; nil where it was trusted by itself.
    public var fingerprint: String?

    public init(fingerprint: String? = nil) {
        self.fingerprint = fingerprint
    }
}

/// Remembers servers between runs of the program. Blocks for as long as a small file takes.
public protocol KnownServers: Sendable {
    func server(_ host: String, _ port: UInt16) -> KnownServer?
    /// - Returns: why it cannot be kept, as a sentence; nil when it is.
    func remember(_ server: KnownServer, _ host: String, _ port: UInt16) -> String?
}
