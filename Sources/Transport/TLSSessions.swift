import COpenSSL
import Glibc
import Synchronization

/// The TLS sessions that a control connection and its data connections were given, to be resumed by the next data
/// connection (RFC 5077; RFC 8446 §2.2). Never shared between control connections: servers tell them apart.
///
/// Servers tie a data connection to its control connection by demanding this. In TLS 1.3 a ticket is meant to be
/// used once, and there are two or so a connection; each data connection brings new ones. When only one is left
/// it is used again, since a full handshake would be refused for sure.
final class TLSSessions: Sendable {
    private let tickets = Mutex<[Ticket]>([])
    /// When the last of those that were given ends; nil where the server gives none.
    private let lastExpiry = Mutex<Int64?>(nil)

    /// Servers give two or four a connection; the older ones go.
    private static let most = 8

    /// A session as OpenSSL writes it down: what a connection does to the session that it resumes stays with it.
    private struct Ticket {
        var bytes: [UInt8]
        var isForOneUse: Bool
        /// Seconds since 1970.
        var expires: Int64
    }

    func add(_ session: OpaquePointer) {
        guard SSL_SESSION_is_resumable(session) == 1 else { return }
        let length = i2d_SSL_SESSION(session, nil)
        guard length > 0 else { return }
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
            var position = buffer.baseAddress
            count = Int(i2d_SSL_SESSION(session, &position))
        }
        // The library has an opinion of its own about how long a session lasts, and offers none that the server says
        // is over (RFC 8446 §4.6.1).
        var lifetime = Int64(SSL_SESSION_get_timeout(session))
        let isTLS13 = SSL_SESSION_get_protocol_version(session) >= TLS1_3_VERSION
        if isTLS13 {
            lifetime = min(lifetime, Int64(SSL_SESSION_get_ticket_lifetime_hint(session)))
            // “Discard at once.”
            guard lifetime > 0 else { return }
        }
        let ticket = Ticket(
            bytes: bytes, isForOneUse: isTLS13, expires: Int64(SSL_SESSION_get_time(session)) + lifetime)
        lastExpiry.withLock { $0 = max($0 ?? 0, ticket.expires) }
        tickets.withLock { tickets in
            tickets.append(ticket)
            if tickets.count > Self.most { tickets.removeFirst() }
        }
    }

    /// Calls `body` with the session to offer now; not at all when there is none.
    func offer(_ body: (OpaquePointer) -> Void) {
        let now = Self.now
        let bytes = tickets.withLock { tickets -> [UInt8]? in
            tickets.removeAll { $0.expires <= now }
            guard let newest = tickets.last else { return nil }
            if newest.isForOneUse, tickets.count > 1 { tickets.removeLast() }
            return newest.bytes
        }
        guard let bytes else { return }
        bytes.withUnsafeBufferPointer { buffer in
            var position = buffer.baseAddress
            guard let session = d2i_SSL_SESSION(nil, &position, bytes.count) else { return }
            body(session)
            SSL_SESSION_free(session)
        }
    }

    /// The server gave sessions, and none of them can be resumed any more.
    var haveExpired: Bool { lastExpiry.withLock { $0.map { $0 <= Self.now } ?? false } }

    private static var now: Int64 { wallClockNanoseconds() / 1_000_000_000 }

    var count: Int { tickets.withLock { $0.count } }
}
