import COpenSSL
import Glibc
import Synchronization

public enum TLSVersion: String, Hashable, Sendable, Comparable, CaseIterable {
    case tls10 = "TLS 1.0"
    case tls11 = "TLS 1.1"
    case tls12 = "TLS 1.2"
    case tls13 = "TLS 1.3"

    var number: Int32 {
        switch self {
        case .tls10: TLS1_VERSION
        case .tls11: TLS1_1_VERSION
        case .tls12: TLS1_2_VERSION
        case .tls13: TLS1_3_VERSION
        }
    }

    init?(number: Int32) {
        guard let version = Self.allCases.first(where: { $0.number == number }) else { return nil }
        self = version
    }

    public static func < (left: TLSVersion, right: TLSVersion) -> Bool { left.number < right.number }
}

/// How one side wants TLS. What is not said here is OpenSSL's and the system's policy.
public struct TLSSettings: Sendable {
    /// Below 1.2 nothing is safe (RFC 8996).
    public var minimumVersion = TLSVersion.tls12
    public var maximumVersion = TLSVersion.tls13
    /// The certificates that are trusted, in PEM; nil for the system's. Of a client only.
    public var authorities: [UInt8]?
    /// What is shown of oneself: always of a server, on demand of a client.
    public var identity: TLSIdentity?
    /// Of a server: how many tickets it gives after a TLS 1.3 handshake.
    public var ticketCount = 2
    /// Of a server: for how long a session may be resumed; nil for OpenSSL's two hours.
    public var ticketLifetime: Int?  // seconds
    /// Where the secrets are written for those who record and read their own traffic (`SSLKEYLOGFILE`); nil for
    /// nowhere.
    public var keyLog: String?

    public init() {}

    /// What the environment says about `keyLog`.
    public static var keyLogOfEnvironment: String? {
        getenv("SSLKEYLOGFILE").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// What one control connection and its data connections have in common: versions, trust, identity, and the sessions
/// that tie them together. A server has one for all its clients.
///
/// OpenSSL's own object may be used by several threads once it has been set up, which `init` does.
public final class TLSContext: Sendable {
    // Set up in `init` and only read afterwards, which OpenSSL allows to several threads.
    nonisolated(unsafe) let raw: OpaquePointer
    let isServer: Bool
    let sessions = TLSSessions()

    /// The server gave sessions to be resumed, and the time of all of them is over.
    public var sessionsHaveExpired: Bool { sessions.haveExpired }
    private let keyLog: KeyLog?

    /// Offered by RFC 7301's list of names; keeps our bytes from being taken for another protocol's.
    private static let protocolNames = Array("\u{3}ftp".utf8)

    public static func client(_ settings: TLSSettings) throws(TransportError) -> TLSContext {
        let context = try TLSContext(settings, isServer: false)
        SSL_CTX_set_alpn_protos(context.raw, protocolNames, UInt32(protocolNames.count))
        // Asked only where there is no certificate to show: then we go on without, and remember it.
        SSL_CTX_set_client_cert_cb(context.raw) { connection, _, _ in
            TLSConnection.noteRequest(connection)
            return 0
        }
        // The result is looked at, not enforced: a pinned certificate is trusted, whoever signed it.
        SSL_CTX_set_verify(context.raw, SSL_VERIFY_NONE, nil)
        try context.trust(settings.authorities)
        // Sessions are kept by us: the library's own store knows no single use.
        _ = co_set_session_cache_mode(
            context.raw, Int(SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE))
        SSL_CTX_set_ex_data(context.raw, 0, Unmanaged.passUnretained(context).toOpaque())
        SSL_CTX_sess_set_new_cb(context.raw) { connection, session in
            if let session, let context = TLSContext.of(connection) { context.sessions.add(session) }
            return 0  // not kept
        }
        return context
    }

    public static func server(_ settings: TLSSettings) throws(TransportError) -> TLSContext {
        guard settings.identity != nil else {
            throw .unusable("a TLS server needs a certificate and its key")
        }
        let context = try TLSContext(settings, isServer: true)
        // Whoever resumes a session must have had it from here.
        let name = Array("portside".utf8)
        SSL_CTX_set_session_id_context(context.raw, name, UInt32(name.count))
        SSL_CTX_set_num_tickets(context.raw, settings.ticketCount)
        if let lifetime = settings.ticketLifetime { SSL_CTX_set_timeout(context.raw, lifetime) }
        SSL_CTX_set_alpn_select_cb(
            context.raw,
            { _, chosen, length, offered, offeredLength, _ in
                let names = Array(UnsafeBufferPointer(start: offered, count: Int(offeredLength)))
                guard let start = names.firstRange(of: TLSContext.protocolNames)?.lowerBound else {
                    return SSL_TLSEXT_ERR_NOACK
                }
                chosen?.pointee = offered.map { $0 + start + 1 }
                length?.pointee = UInt8(TLSContext.protocolNames.count - 1)
                return SSL_TLSEXT_ERR_OK
            }, nil)
        return context
    }

    private init(_ settings: TLSSettings, isServer: Bool) throws(TransportError) {
        ERR_clear_error()
        BrokenPipes.areErrors
        guard let raw = SSL_CTX_new(isServer ? TLS_server_method() : TLS_client_method()) else {
            throw .unusable("TLS cannot be used: \(TLSFailure.fromErrorQueue(duringHandshake: false))")
        }
        self.raw = raw
        self.isServer = isServer
        keyLog = settings.keyLog.map { KeyLog(path: $0) }
        _ = co_set_min_proto_version(raw, settings.minimumVersion.number)
        _ = co_set_max_proto_version(raw, settings.maximumVersion.number)
        // Write calls may be repeated with another buffer that holds the same bytes, and may do a part.
        _ = co_set_mode(raw, Int(SSL_MODE_ENABLE_PARTIAL_WRITE) | Int(SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER))
        // SSL_OP_NO_RENEGOTIATION and SSL_OP_NO_COMPRESSION: the one is an attack surface that FTP does not need, the
        // other leaks.
        SSL_CTX_set_options(raw, UInt64(1) << 30 | UInt64(1) << 17)
        if let identity = settings.identity { try show(identity) }
        if keyLog != nil {
            SSL_CTX_set_ex_data(raw, 0, Unmanaged.passUnretained(self).toOpaque())
            SSL_CTX_set_keylog_callback(raw) { connection, line in
                if let line { TLSContext.of(connection)?.keyLog?.write(line) }
            }
        }
    }

    deinit {
        SSL_CTX_free(raw)
    }

    /// The context outlives its connections, which hold it.
    private static func of(_ connection: OpaquePointer?) -> TLSContext? {
        guard let owner = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), 0) else { return nil }
        return Unmanaged<TLSContext>.fromOpaque(owner).takeUnretainedValue()
    }

    private func show(_ identity: TLSIdentity) throws(TransportError) {
        let loaded = try TLSIdentity.Loaded(identity)
        guard let own = loaded.chain.first, SSL_CTX_use_certificate(raw, own) == 1,
            SSL_CTX_use_PrivateKey(raw, loaded.key) == 1
        else {
            throw .unusable(
                "the certificate cannot be used: \(TLSFailure.fromErrorQueue(duringHandshake: false))")
        }
        for certificate in loaded.chain.dropFirst() { _ = co_add_chain_certificate(raw, certificate) }
    }

    private func trust(_ authorities: [UInt8]?) throws(TransportError) {
        guard let authorities else {
            SSL_CTX_set_default_verify_paths(raw)
            return
        }
        guard let store = SSL_CTX_get_cert_store(raw),
            let bio = BIO_new_mem_buf(authorities, Int32(authorities.count))
        else { throw .unusable("no memory") }
        defer {
            BIO_free(bio)
            ERR_clear_error()
        }
        var count = 0
        while let certificate = PEM_read_bio_X509(bio, nil, nil, nil) {
            X509_STORE_add_cert(store, certificate)
            X509_free(certificate)
            count += 1
        }
        guard count > 0 else {
            throw .unusable("there is no certificate in PEM form in the file of authorities")
        }
        // What is named is trusted itself, also where it is no root.
        X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN))
    }
}

/// Appends to the file that SSLKEYLOGFILE names, a line at a time.
private final class KeyLog: Sendable {
    private let path: String
    private let lock = Mutex(())

    init(path: String) {
        self.path = path
    }

    func write(_ line: UnsafePointer<CChar>) {
        let bytes: [UInt8] = Array(String(cString: line).utf8) + [0x0A]
        lock.withLock { _ in
            let raw = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
            guard raw >= 0 else { return }
            let file = Descriptor(owning: raw)
            _ = Glibc.write(file.raw, bytes, bytes.count)
        }
    }
}
