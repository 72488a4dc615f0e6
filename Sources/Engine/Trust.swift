import FTPProtocol
import Synchronization
public import Transfers
import Transport

/// Which servers are believed to be who they say they are. One for the program: what the user decides once holds for
/// browsing and for transfers.
public final class Trust: Sendable {
    private let known: (any KnownServers)?
    private let decided = Mutex(Decided())

    private struct Decided {
        /// For this run only.
        var trusted: Set<Certificate> = []
        /// Servers that refuse a data connection that resumes a session of TLS 1.3.
        var needingOlderTLS: Set<Server> = []
        /// Of client keys, by the key's file.
        var passphrases: [String: Secret] = [:]
    }

    private struct Server: Hashable {
        var host: String
        var port: UInt16
    }

    private struct Certificate: Hashable {
        var server: Server
        var fingerprint: String
    }

    /// Why a certificate is believed.
    enum Standing {
        case verified, pinned, unverified
    }

    /// - Parameter known: nil to remember nothing beyond this run.
    public init(known: (any KnownServers)? = nil) {
        self.known = known
    }

    // MARK: What the user says

    /// - Parameter forever: pinned: this certificate is the server's from now on, also in later runs.
    /// - Returns: why it cannot be kept; it holds for this run all the same.
    @discardableResult
    public func trust(_ doubt: CertificateDoubt, forever: Bool) -> String? {
        let server = Server(host: doubt.host, port: doubt.port)
        decided.withLock {
            _ = $0.trusted.insert(Certificate(server: server, fingerprint: doubt.fingerprint))
        }
        return forever
            ? known?.remember(KnownServer(fingerprint: doubt.fingerprint), doubt.host, doubt.port) : nil
    }

    /// For this run only, as somebody has decided in another process of this user.
    public func trust(_ certificate: TrustedCertificate) {
        let server = Server(host: certificate.host, port: certificate.port)
        decided.withLock {
            _ = $0.trusted.insert(Certificate(server: server, fingerprint: certificate.fingerprint))
        }
    }

    /// What is trusted for this run, to be handed to a process that goes on with the work.
    public var trustedForNow: [TrustedCertificate] {
        decided.withLock { decided in
            decided.trusted.map {
                TrustedCertificate(
                    host: $0.server.host, port: $0.server.port, fingerprint: $0.fingerprint)
            }
        }
    }

    public func setPassphrase(_ passphrase: Secret, ofKey path: String) {
        decided.withLock { $0.passphrases[path] = passphrase }
    }

    func passphrase(ofKey path: String) -> Secret? { decided.withLock { $0.passphrases[path] } }

    // MARK: What servers do

    /// Whether this server has spoken TLS before: then it will not be believed that it cannot.
    func onceSpokeTLS(_ site: Site) -> Bool { known?.server(site.host, site.port) != nil }

    func noteTLS(_ site: Site) {
        guard let known, known.server(site.host, site.port) == nil else { return }
        _ = known.remember(KnownServer(), site.host, site.port)
    }

    func needsOlderTLS(_ site: Site) -> Bool {
        decided.withLock { $0.needingOlderTLS.contains(Server(host: site.host, port: site.port)) }
    }

    func noteNeedOfOlderTLS(_ site: Site) {
        decided.withLock { _ = $0.needingOlderTLS.insert(Server(host: site.host, port: site.port)) }
    }

    /// Decides before anything is sent that only the right server may read.
    ///
    /// - Throws: `notTrusted`, with the doubt for whoever can ask the user.
    func judge(
        _ certificate: TLSCertificate, _ verification: TLSConnection.Verification, of site: Site
    ) throws(Failure) -> Standing {
        let fingerprint = hexadecimal(certificate.fingerprint)
        if let wanted = site.security.fingerprint {
            guard wanted == fingerprint else {
                throw Failure(
                    .notTrusted,
                    "\(site.shortName): its certificate is not the one that is wanted; it has the SHA-256 "
                        + "\(fingerprint), and \(wanted) is wanted", endsConnection: true)
            }
            return .pinned
        }
        if site.security.trustsAnyone { return .unverified }
        let server = Server(host: site.host, port: site.port)
        let isTrustedNow = decided.withLock {
            $0.trusted.contains(Certificate(server: server, fingerprint: fingerprint))
        }
        let pinned = known?.server(site.host, site.port)?.fingerprint
        if pinned == fingerprint || isTrustedNow { return .pinned }
        if pinned == nil, verification.isTrusted { return .verified }
        throw Failure(
            CertificateDoubt(
                host: site.host, port: site.port, subject: certificate.subject, issuer: certificate.issuer,
                names: certificate.names, notBefore: certificate.notBefore, notAfter: certificate.notAfter,
                fingerprint: fingerprint, isSelfSigned: certificate.isSelfSigned,
                matchesHost: verification.matchesHost, isInTime: verification.isInTime,
                chainProblem: verification.chainProblem, pinned: pinned))
    }
}

extension Failure {
    fileprivate init(_ doubt: CertificateDoubt) {
        let host = visible(doubt.host)
        if let pinned = doubt.pinned {
            self.init(
                .notTrusted,
                "\(host): THE CERTIFICATE HAS CHANGED since it was trusted: somebody may be in between; it was "
                    + "\(pinned) and is \(doubt.fingerprint); ask the server's owner, and if it is right "
                    + "\(Advice.pin.rawValue) \(doubt.fingerprint)", endsConnection: true)
        } else {
            self.init(
                .notTrusted,
                "\(host): its certificate is not trusted: \(doubt.problems(now: wallClockNanoseconds() / 1_000_000_000).joined(separator: ", ")); if the "
                    + "server's owner says that its SHA-256 is right, \(Advice.pin.rawValue) \(doubt.fingerprint), or "
                    + Advice.authority.rawValue,
                endsConnection: true)
        }
        certificate = doubt
    }
}

/// The SHA-256 of a certificate as it is written in options and files: 64 digits, in upper case.
func hexadecimal(_ bytes: [UInt8]) -> String {
    fingerprintText(bytes).filter { $0 != ":" }
}
