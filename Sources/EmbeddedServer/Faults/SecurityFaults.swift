import FTPProtocol
import Transport

extension Fault {
    /// What goes wrong with TLS.
    static let security = Area(
        title: "TLS",
        forms: [
            FaultForm(
                "auth-refused", "refuses AUTH, as a server without TLS does (530; IIS: 534)", .authRefused),
            FaultForm("auth-stall", "234 to AUTH, and no handshake", .authStall),
            FaultForm(
                "auth-strict", "503 to an AUTH that is not the last of what has arrived, and closes",
                .authStrict),
            FaultForm("auth-tls-injection", "sends a reply in clear behind the 234", .authInjection),
            FaultForm("self-signed", "shows a certificate that it signed itself", .selfSigned),
            FaultForm("wrong-host-cert", "shows the certificate of another host", .wrongHost),
            FaultForm("expired-cert", "shows a certificate whose time is over", .expired),
            FaultForm(
                "changed-cert", "shows another certificate from the second connection on", .changedCertificate
            ),
            FaultForm(
                "data-cert-differs", "shows another certificate on data connections", .dataCertificateDiffers),
            FaultForm("tls-data-plain", "sends data in clear after PROT P", .plainData),
            FaultForm("prot-refused", "536 to PROT P", .protectionRefused),
            FaultForm(
                "session-reuse-required", "522 where a data connection does not resume the TLS session",
                .reuseRequired),
            FaultForm(
                "session-reuse-tls-1.2", "the same, and takes no session of TLS 1.3 for resumed",
                .reuseOfTLS12),
            FaultForm(
                "short-tickets", "[:SECONDS]", "gives sessions that may be resumed for so long (3)"
            ) { FaultForm.number($0, or: 3, from: 1).map { .shortTickets(seconds: $0) } },
            FaultForm(
                "unresumed-upload-lost",
                "stores nothing of an upload that does not resume the TLS session, and says 226",
                .unresumedUploadLost),
            FaultForm(
                "upload-426", "426 to an encrypted upload that is there as a whole", .completeUploadAborted),
            FaultForm("clear-data-refused", "521 to transfers without PROT P", .clearDataRefused),
            FaultForm("no-tickets", "gives no sessions to be resumed", .noTickets),
            FaultForm("tls-1.2", "knows no TLS above 1.2", .onlyTLS12),
            FaultForm(
                "tls-truncation", "cuts a file in half without close_notify, and says 226", .truncatesTLS),
            FaultForm("missing-close-notify", "ends data without close_notify", .missingCloseNotify),
            FaultForm(
                "strict-upload-eof", "426 to an upload that ends without close_notify", .strictUploadEnd),
            FaultForm(
                "tls-tickets-on-upload", "sends many tickets on data connections", .manyTickets),
        ])
}

/// The certificates and contexts that the sessions of a server share.
struct ServerTLS: Sendable {
    let control: TLSContext
    /// For data connections: the same, so that sessions can be resumed, unless a fault says otherwise.
    let data: TLSContext
    /// From the second connection on, with `changed-cert`.
    let changed: TLSContext?

    init(_ encryption: ServerConfiguration.Encryption, _ faults: Set<Fault>) throws(TransportError) {
        var settings = TLSSettings()
        if faults.contains(.onlyTLS12) { settings.maximumVersion = .tls12 }
        if faults.contains(.manyTickets) { settings.ticketCount = 20 }
        if faults.contains(.noTickets) { settings.ticketCount = 0 }
        settings.ticketLifetime =
            faults.lazy.compactMap {
                if case .shortTickets(let seconds) = $0 { seconds } else { nil }
            }.first
        func context(_ identity: TLSIdentity) throws(TransportError) -> TLSContext {
            settings.identity = identity
            return try TLSContext.server(settings)
        }
        var identity = encryption.identity
        let local = ["localhost", "127.0.0.1", "::1"]
        if faults.contains(.wrongHost) {
            identity = try TLSIdentity.make(for: ["elsewhere.example"])
        } else if faults.contains(.expired) {
            identity = try TLSIdentity.make(for: local, validFor: -7_200 ... -3_600)
        } else if faults.contains(.selfSigned) {
            identity = nil
        }
        let own: TLSIdentity = if let identity { identity } else { try TLSIdentity.make(for: local) }
        let shared = try context(own)
        control = shared
        data =
            faults.contains(.dataCertificateDiffers) ? try context(try TLSIdentity.make(for: local)) : shared
        changed = faults.contains(.changedCertificate) ? try context(try TLSIdentity.make(for: local)) : nil
    }
}
