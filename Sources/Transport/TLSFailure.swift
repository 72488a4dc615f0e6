import COpenSSL
import Glibc

/// What went wrong with TLS, as far as it makes a difference to what is said and done next.
public enum TLSFailure: Error, Hashable, Sendable {
    /// What came is no TLS at all: clear text on a connection that was to be encrypted.
    case notTLS
    /// The peer offers only versions below the ones allowed here.
    case versionTooOld
    /// The connection ended in the middle of the handshake.
    case endedInHandshake
    /// The connection ended without close_notify (RFC 8446 §6.1), which an attacker could have brought about.
    case endedWithoutCloseNotify
    /// The peer wants a certificate of ours.
    case wantsCertificate
    /// The peer has seen our certificate and does not take it, with an alert that says why.
    case certificateRefused(String)
    /// The certificate of a data connection is not the one of its control connection.
    case certificateDiffers
    /// The peer gave up, with an alert that says why.
    case alert(String)
    /// Not TLS but the network failed, with this errno.
    case system(Int32)
    /// Anything else, in OpenSSL's words.
    case other(String)

    /// From what OpenSSL has put into this thread's error queue, which is empty afterwards.
    static func fromErrorQueue(duringHandshake: Bool) -> TLSFailure {
        let code = ERR_peek_error()
        defer { ERR_clear_error() }
        let reason = Int32(truncatingIfNeeded: code & 0x7F_FFFF)
        switch reason {
        case SSL_R_UNEXPECTED_EOF_WHILE_READING:
            return duringHandshake ? .endedInHandshake : .endedWithoutCloseNotify
        case SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST, SSL_R_PACKET_LENGTH_TOO_LONG: return .notTLS
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, SSL_R_WRONG_SSL_VERSION,
            SSL_R_NO_PROTOCOLS_AVAILABLE:
            return .versionTooOld
        case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED: return .wantsCertificate
        default: break
        }
        let isAboutCertificate = certificateAlerts.contains(reason - SSL_AD_REASON_OFFSET)
        guard let text = ERR_reason_error_string(code) else { return .other("error \(code)") }
        if isAboutCertificate { return .certificateRefused(String(cString: text)) }
        // Reasons from this number on are the alerts of the peer.
        return reason >= SSL_AD_REASON_OFFSET
            ? .alert(String(cString: text)) : .other(String(cString: text))
    }
}

extension TLSFailure {
    /// bad_certificate to certificate_unknown, unknown_ca, access_denied (RFC 8446 §6.2).
    private static let certificateAlerts: Set<Int32> = [42, 43, 44, 45, 46, 48, 49]

    /// The same, once it is known that the server had asked who we are, and whether it was told.
    func afterRequest(wasAnswered: Bool) -> TLSFailure {
        guard !wasAnswered else { return self }
        switch self {
        // Of TLS 1.2 the alert is only that the handshake has failed; others just hang up.
        case .alert, .certificateRefused, .endedInHandshake: return .wantsCertificate
        default: return self
        }
    }
}

extension TLSFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notTLS: "what the server says is not encrypted, and no TLS"
        case .versionTooOld: "the server speaks only versions of TLS below 1.2, which are not safe"
        case .endedInHandshake: "the server closed the connection during the TLS handshake"
        case .endedWithoutCloseNotify: "the encrypted connection was cut off (no close_notify)"
        case .wantsCertificate: "the server wants a client certificate"
        case .certificateRefused(let text): "the server does not take our client certificate (\(text))"
        case .certificateDiffers: "its certificate is not the one of the control connection"
        case .alert(let text): "the server ended the TLS connection (\(text))"
        case .system(let code): TransportError.text(code)
        case .other(let text): "TLS failed (\(text))"
        }
    }
}
