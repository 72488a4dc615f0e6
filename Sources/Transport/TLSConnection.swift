import COpenSSL
import Glibc
import Synchronization

/// TLS over the descriptor of one TCP connection (RFC 8446, RFC 5246). Never waits: whoever wants to go on after
/// `.wantsToRead` or `.wantsToWrite` waits for the descriptor.
///
/// Every call into OpenSSL holds the lock, so that one thread may read while another writes.
public final class TLSConnection: Sendable {
    // Unsafe only in name: every use of the pointer holds `lock`.
    nonisolated(unsafe) private let connection: OpaquePointer
    private let lock = Mutex(State())
    private let context: TLSContext
    private let isAsked = Atomic(false)
    private let host: String?
    private let expected: [UInt8]?

    private struct State {
        var isEstablished = false
        /// Nothing more can be done with it; not even an end can be said.
        var hasFailed = false
        /// Why the handshake failed: said again to whoever asks again.
        var failure: TLSFailure?
        /// How reading ended, which holds from then on.
        var end: Moved?
    }

    /// Which side of the handshake this is, whoever called whom.
    public var isServer: Bool { context.isServer }

    enum Progress {
        case done
        case wantsToRead
        case wantsToWrite
    }

    enum Moved: Equatable {
        case bytes(Int)
        /// The peer said that nothing more comes.
        case ended
        /// The connection ended without that.
        case cutOff
        case wantsToRead
        case wantsToWrite
    }

    /// - Parameters:
    ///   - raw: a non-blocking descriptor that outlives this.
    ///   - host: of a client: sent to the server (SNI), and what its certificate is compared with.
    ///   - expected: the fingerprint of the control connection's certificate, for a data connection: it offers a
    ///     session to resume, and is refused where it neither does nor shows this certificate.
    init(
        _ raw: Int32, _ context: TLSContext, host: String?, expecting expected: [UInt8]?
    ) throws(TransportError) {
        ERR_clear_error()
        guard let connection = SSL_new(context.raw) else { throw .unusable("no memory for TLS") }
        self.connection = connection
        self.context = context
        self.host = host
        self.expected = expected
        SSL_set_ex_data(connection, 0, Unmanaged.passUnretained(self).toOpaque())
        guard SSL_set_fd(connection, raw) == 1 else { throw .unusable("no memory for TLS") }
        if context.isServer {
            SSL_set_accept_state(connection)
        } else {
            SSL_set_connect_state(connection)
            // RFC 6066 §3: a name, never an address.
            if let host, Address(numeric: host, port: 0) == nil { _ = co_set_server_name(connection, host) }
            if expected != nil { context.sessions.offer { SSL_set_session(connection, $0) } }
        }
        // A data connection ends with its TLS: what is read ahead is never anything else's. That saves a call a record.
        if expected != nil { SSL_set_read_ahead(connection, 1) }
    }

    deinit {
        // Without this the library takes a connection that was not ended for broken.
        SSL_set_quiet_shutdown(connection, 1)
        SSL_free(connection)
    }

    /// The server asked for a client certificate, and there was none to show.
    public var lacksCertificate: Bool { isAsked.load(ordering: .relaxed) }

    /// Called within a handshake, by the library: asked for a certificate that there is not.
    static func noteRequest(_ connection: OpaquePointer?) {
        guard let connection, let owner = SSL_get_ex_data(connection, 0) else { return }
        Unmanaged<TLSConnection>.fromOpaque(owner).takeUnretainedValue().isAsked.store(
            true, ordering: .relaxed)
    }

    public var isEstablished: Bool { lock.withLock { $0.isEstablished } }

    /// Goes on with the handshake as far as it goes.
    func handshake() throws(TLSFailure) -> Progress {
        try locked { state throws(TLSFailure) in try advance(&state) }
    }

    /// Shakes hands first where that has not been done.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(TLSFailure) -> Moved {
        try locked { state throws(TLSFailure) in
            if let end = state.end { return end }
            if let wish = try needed(&state) { return wish }
            var count = 0
            let code = SSL_read_ex(connection, buffer.baseAddress, buffer.count, &count)
            if code == 1 { return .bytes(count) }
            let moved = try outcome(of: code, &state)
            if moved == .ended || moved == .cutOff { state.end = moved }
            return moved
        }
    }

    /// Takes some of `buffer`; shakes hands first where that has not been done. After `.wantsTo…` the same bytes
    /// must come again.
    func write(_ buffer: UnsafeRawBufferPointer) throws(TLSFailure) -> Moved {
        try locked { state throws(TLSFailure) in
            if let wish = try needed(&state) { return wish }
            var count = 0
            let code = SSL_write_ex(connection, buffer.baseAddress, buffer.count, &count)
            return code == 1 ? .bytes(count) : try outcome(of: code, &state)
        }
    }

    private func needed(_ state: inout State) throws(TLSFailure) -> Moved? {
        switch try advance(&state) {
        case .done: nil
        case .wantsToRead: .wantsToRead
        case .wantsToWrite: .wantsToWrite
        }
    }

    /// No byte passes before this is done, and with it the look at a data connection's certificate.
    private func advance(_ state: inout State) throws(TLSFailure) -> Progress {
        if state.isEstablished { return .done }
        if let failure = state.failure { throw failure }
        do throws(TLSFailure) { return try shakeHands(&state) } catch {
            let failure = error.afterRequest(wasAnswered: !lacksCertificate)
            state.failure = failure
            throw failure
        }
    }

    private func shakeHands(_ state: inout State) throws(TLSFailure) -> Progress {
        let code = SSL_do_handshake(connection)
        if code != 1 {
            switch try outcome(of: code, &state) {
            case .wantsToRead: return .wantsToRead
            case .wantsToWrite: return .wantsToWrite
            case .ended, .cutOff, .bytes:
                state.hasFailed = true
                throw .endedInHandshake
            }
        }
        if let expected, SSL_session_reused(connection) == 0, certificate?.fingerprint != expected {
            state.hasFailed = true
            throw .certificateDiffers
        }
        state.isEstablished = true
        return .done
    }

    /// Says that nothing more will be written (close_notify). To be called again after `.wantsToWrite`.
    func sayEnd() throws(TLSFailure) -> Progress {
        try locked { state throws(TLSFailure) in
            guard state.isEstablished, !state.hasFailed else { return .done }
            let code = SSL_shutdown(connection)
            if code >= 0 { return .done }
            switch try outcome(of: code, &state) {
            case .wantsToWrite: return .wantsToWrite
            default: return .done
            }
        }
    }

    /// Whether bytes are here already that no wait for the descriptor would announce.
    var hasPending: Bool { lock.withLock { _ in SSL_pending(connection) > 0 } }

    private func locked<Result>(
        _ body: (inout State) throws(TLSFailure) -> Result
    ) throws(TLSFailure) -> Result {
        var outcome: Swift.Result<Result, TLSFailure>?
        lock.withLock { state in
            ERR_clear_error()
            var copy = state
            do throws(TLSFailure) { outcome = .success(try body(&copy)) } catch { outcome = .failure(error) }
            state = copy
        }
        guard let outcome else { throw .other("nothing happened") }
        return try outcome.get()
    }

    private func outcome(of code: Int32, _ state: inout State) throws(TLSFailure) -> Moved {
        let failedCall = errno
        switch SSL_get_error(connection, code) {
        case SSL_ERROR_WANT_READ: return .wantsToRead
        case SSL_ERROR_WANT_WRITE: return .wantsToWrite
        case SSL_ERROR_ZERO_RETURN: return .ended
        case SSL_ERROR_SYSCALL:
            state.hasFailed = true
            if failedCall == 0 { return .cutOff }
            throw .system(failedCall)
        default:
            state.hasFailed = true
            let failure = TLSFailure.fromErrorQueue(duringHandshake: !state.isEstablished)
            if failure == .endedWithoutCloseNotify { return .cutOff }
            throw failure
        }
    }

    // MARK: What is known after the handshake

    public var version: TLSVersion? { lock.withLock { _ in TLSVersion(number: SSL_version(connection)) } }

    /// `TLS_AES_256_GCM_SHA384`
    public var cipher: String {
        lock.withLock { _ in
            guard let name = SSL_CIPHER_get_name(SSL_get_current_cipher(connection)) else { return "" }
            return String(cString: name)
        }
    }

    /// Whether the session of an earlier connection was gone on with.
    public var isResumed: Bool { lock.withLock { _ in SSL_session_reused(connection) == 1 } }

    /// The name that the client asked for (SNI); nil for none.
    public var requestedName: String? {
        lock.withLock { _ in
            SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name).map { String(cString: $0) }
        }
    }

    /// The peer's.
    public var peerCertificate: TLSCertificate? { lock.withLock { _ in certificate } }

    private var certificate: TLSCertificate? {
        guard let raw = SSL_get1_peer_certificate(connection) else { return nil }
        defer { X509_free(raw) }
        return TLSCertificate(raw)
    }

    /// What is to be said about the server's certificate.
    public struct Verification: Hashable, Sendable {
        /// Why nobody who is trusted has signed it: `self-signed certificate`; nil when somebody has.
        public var chainProblem: String?
        /// Whether its time has come and is not over.
        public var isInTime: Bool
        /// Whether it is for the host that was asked for.
        public var matchesHost: Bool

        public var isTrusted: Bool { chainProblem == nil && isInTime && matchesHost }
    }

    /// Nil where the peer shows no certificate.
    public var verification: Verification? {
        lock.withLock { _ in
            guard let raw = SSL_get1_peer_certificate(connection) else { return nil }
            defer { X509_free(raw) }
            let code = SSL_get_verify_result(connection)
            let isAboutTime = code == X509_V_ERR_CERT_HAS_EXPIRED || code == X509_V_ERR_CERT_NOT_YET_VALID
            let isInTime =
                X509_cmp_current_time(X509_get0_notBefore(raw)) < 0
                && X509_cmp_current_time(X509_get0_notAfter(raw)) > 0
            return Verification(
                // Of a certificate above it, an expiry is a problem of the chain.
                chainProblem: code == X509_V_OK || isAboutTime && !isInTime
                    ? nil : String(cString: X509_verify_cert_error_string(code)),
                isInTime: isInTime, matchesHost: host.map { Self.matches(raw, $0) } ?? false)
        }
    }

    private static func matches(_ certificate: OpaquePointer, _ host: String) -> Bool {
        if Address(numeric: host, port: 0) != nil {
            return X509_check_ip_asc(certificate, host, 0) == 1
        }
        return X509_check_host(
            certificate, host, host.utf8.count, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS), nil) == 1
    }
}
