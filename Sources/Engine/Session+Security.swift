import FTPProtocol
import Transfers
import Transport

/// TLS of one control connection and its data connections (RFC 4217).
struct SessionSecurity {
    let context: TLSContext
    /// SHA-256 of the server's certificate, which its data connections have to show too.
    let fingerprint: [UInt8]
    let standing: Trust.Standing
    let version: TLSVersion?
    /// What the server has agreed to with PROT.
    var protectsData = false

    /// For the status line: `TLS 1.3 verified`.
    var summary: String {
        guard protectsData else { return "TLS control only" }
        let name = version?.rawValue ?? "TLS"
        switch standing {
        case .verified: return "\(name) verified"
        case .pinned: return "\(name) pinned"
        case .unverified: return "\(name), not verified"
        }
    }
}

/// How a server said that it speaks no TLS.
enum RefusalOfTLS { case said, hungUp }

extension Session {
    /// What AUTH is tried with, in this order: the standard's name, and two of before it (RFC 4217 §2, §17).
    private static let mechanisms = ["TLS", "TLS-C", "SSL"]

    /// AUTH and the handshake, where the site wants them. Nothing that is a secret has been said yet.
    func negotiateSecurity() throws(Failure) {
        switch site.encryption {
        case .none, .implicit: return
        case .whenOffered where refusalOfTLS != nil: return
        case .explicit, .whenOffered: break
        }
        var refusal: Reply?
        for mechanism in Self.mechanisms {
            let reply: Reply
            do throws(Failure) { reply = try ask(.authenticate(mechanism)) } catch {
                guard error.kind == .unreachable, site.encryption == .whenOffered, !trust.onceSpokeTLS(site)
                else { throw error }
                // Servers from before TLS have been seen to hang up at a word they do not know.
                refusalOfTLS = .hungUp
                throw error
            }
            // 334 stands for 234 with some.
            if reply.code.kind == .completion || reply.code.kind == .intermediate { return try startTLS() }
            refusal = reply
            // Only this mechanism is not known.
            guard reply.code == .parameterNotImplemented else { break }
        }
        guard let refusal else { return }
        if site.encryption == .explicit {
            throw Failure(
                .notTrusted,
                "\(site.shortName) does not offer encryption (TLS): the server answered “\(refusal.summary)”; "
                    + "nothing was sent, \(Advice.noEncryption.rawValue) only where clear text is acceptable",
                endsConnection: true, reply: refusal)
        }
        if trust.onceSpokeTLS(site) {
            throw Failure(
                .notTrusted,
                "\(site.shortName) spoke TLS before and refuses it now (“\(refusal.summary)”): somebody may be in "
                    + "between; nothing was sent, \(Advice.noEncryption.rawValue) only where clear text is acceptable",
                endsConnection: true, reply: refusal)
        }
        refusalOfTLS = .said
        control?.note(.warning, "the server offers no encryption: password and files cross in clear text")
    }

    /// The handshake on the control connection, and the decision whether to believe the server.
    func startTLS() throws(Failure) {
        guard let control else { throw notConnected }
        guard !control.hasUnreadBytes else {
            throw Failure(
                .protocolViolation,
                "\(site.shortName): the server sent more in clear text after its answer to AUTH: somebody may be in "
                    + "between; nothing was sent", endsConnection: true)
        }
        let begun = monotonicNanoseconds()
        let context: TLSContext
        do throws(TransportError) { context = try .client(try tlsSettings()) } catch {
            throw Failure(error, attempt: site.shortName)
        }
        try control.startTLS(
            context, host: tlsName, until: .after(patience), cancellation: cancellation)
        guard let tls = control.tls, let certificate = tls.peerCertificate,
            let verification = tls.verification
        else {
            throw Failure(
                .notTrusted, "\(site.shortName): the server shows no certificate", endsConnection: true)
        }
        do throws(Failure) {
            let standing = try trust.judge(certificate, verification, of: site)
            let name = visible(certificate.names.first ?? certificate.subject)
            let worth =
                switch standing {
                case .verified: "verified until \(dayText(certificate.notAfter))"
                case .pinned: "pinned"
                case .unverified: "not verified"
                }
            control.note(
                .connection,
                "control: \(tls.version?.rawValue ?? "TLS"), \(tls.cipher), certificate \(name) \(worth)",
                since: begun)
            security = SessionSecurity(
                context: context, fingerprint: certificate.fingerprint, standing: standing,
                version: tls.version)
        } catch {
            control.note(.warning, error.message)
            control.sayEnd()
            throw error
        }
        if tls.lacksCertificate {
            control.note(.note, "the server asks for a client certificate; none is given")
        }
        trust.noteTLS(site)
    }

    /// With TLS 1.3 our side of the handshake is over before the server has looked for a certificate. Then it hangs up,
    /// with an alert that may be lost on the way.
    func wantingCertificate(_ failure: Failure) -> Failure {
        guard failure.kind == .unreachable, let control, let tls = control.tls, !control.hasAnsweredEncrypted
        else { return failure }
        let why: TLSFailure
        if tls.lacksCertificate {
            why = .wantsCertificate
        } else if site.security.certificate != nil {
            why = .certificateRefused("it hung up")
        } else {
            return failure
        }
        return Failure(.tls(why, peer: site.shortName), attempt: site.shortName)
    }

    private func tlsSettings() throws(TransportError) -> TLSSettings {
        var settings = TLSSettings()
        settings.keyLog = TLSSettings.keyLogOfEnvironment
        if trust.needsOlderTLS(site) { settings.maximumVersion = .tls12 }
        if let file = site.security.authorities { settings.authorities = try LocalFile.contents(of: file) }
        if let certificate = site.security.certificate {
            let certificates = try LocalFile.contents(of: certificate)
            let keyFile = site.security.key ?? certificate
            settings.identity = TLSIdentity(
                certificates: certificates, key: try LocalFile.contents(of: keyFile),
                passphrase: trust.passphrase(ofKey: keyFile)?.value)
        }
        return settings
    }

    /// PBSZ and PROT, after login: some servers know neither before it. PBSZ has to come first (RFC 4217 §9).
    func protectData() throws(Failure) {
        guard security != nil else { return }
        // Servers that have no use for PBSZ refuse it and take PROT all the same.
        _ = try ask(.protectionBufferSize)
        if site.security.protectsData || mustProtectData {
            try protectDataNow()
        } else {
            let reply = try ask(.protectionLevel("C"))
            if reply.code.kind != .completion {
                warn(
                    "PROT C: the server answered “\(reply.summary)”: files and listings are encrypted all the same"
                )
                try protectDataNow()
            }
        }
        guard site.security.clearsControl else { return }
        let cleared = try ask(.clearCommandChannel)
        guard cleared.code.kind == .completion else {
            throw Failure(
                .notTrusted,
                "CCC: the server answered “\(cleared.summary)”: \(Advice.encryptedControl.rawValue)",
                endsConnection: true,
                reply: cleared)
        }
        try control?.endTLS(until: .after(patience), cancellation: cancellation)
        control?.note(
            .warning, "control: not encrypted any more (CCC); commands and names cross in clear text")
    }

    private func protectDataNow() throws(Failure) {
        let reply = try ask(.protectionLevel("P"))
        guard reply.code.kind == .completion else {
            throw Failure(
                .notTrusted,
                "PROT P: the server answered “\(reply.summary)”: it will not encrypt files and listings; "
                    + "\(Advice.clearData.rawValue) where that is acceptable", endsConnection: true,
                reply: reply)
        }
        security?.protectsData = true
    }

    /// A server may let us say PROT C and then move nothing in clear (521, RFC 4217 §10.2; 522 of ProFTPD): more
    /// protection than was asked for harms nobody.
    ///
    /// - Returns: whether data connections are encrypted now, and were not before.
    func protectsDataNow(after failure: Failure) throws(Failure) -> Bool {
        // After CCC there is no way back.
        guard let security, !security.protectsData, !site.security.clearsControl, isConnected,
            let reply = failure.reply, reply.wantsProtectedData
        else { return false }
        warn(
            "the server moves nothing in clear (“\(reply.summary)”); encrypting files and listings from now on"
        )
        mustProtectData = true
        try protectDataNow()
        return true
    }

    /// The server gave TLS sessions to be resumed, and the time of all of them is over.
    package var sessionsHaveExpired: Bool { security?.context.sessionsHaveExpired == true }

    /// Servers tell a data connection by the session that it resumes. When all tickets have had their time, a new login
    /// brings new ones; without them the server would refuse, or store an empty file (ProFTPD).
    func renewSessions() throws(Failure) {
        guard security?.protectsData == true, sessionsHaveExpired else { return }
        let place = directory
        warn("the TLS session is too old to be resumed; logging in again")
        quit()
        try connect()
        try goBack(to: place)
    }

    /// Encrypts a data connection that stands, where the server has agreed to that; the pump does the rest.
    func protect(_ socket: inout Socket?) throws(Failure) {
        guard let security, security.protectsData, var open = socket.take() else { return }
        if open.tls == nil {
            do throws(TransportError) {
                try open.startTLS(security.context, host: tlsName, expecting: security.fingerprint)
            } catch {
                throw Failure(error, attempt: "data connection")
            }
        }
        socket = consume open
    }

    /// The line of the dialogue that tells how a data connection is encrypted.
    func noteSecurity(of tls: TLSConnection) {
        control?.note(
            .connection,
            "data: \(tls.version?.rawValue ?? "TLS"), \(tls.cipher), \(tls.isResumed ? "resumed" : "NOT resumed")"
        )
    }

    /// Whether a server that does not take a resumed session of TLS 1.3 may take one of TLS 1.2.
    func mayTryOlderTLS(after failure: Failure) -> Bool {
        guard let security, security.protectsData, security.version == .tls13, !trust.needsOlderTLS(site),
            failure.reply?.meansSessionNotResumed == true
        else { return false }
        return true
    }
}

extension Failure {
    /// The server wants TLS before it lets anybody in: says so, and what to do.
    func wantingTLS(of site: Site) -> Failure {
        guard let reply, reply.code.isNegative, reply.wantsEncryption else { return self }
        let advice =
            switch site.encryption {
            case .none: Advice.encryption.rawValue
            case .whenOffered, .explicit: "use ftpes:// or, on port 990, ftps://"
            case .implicit: "ask its owner how"
            }
        return Failure(
            .notTrusted, "the server wants encryption (TLS) first: it answered “\(reply.summary)”; \(advice)",
            endsConnection: true, reply: reply)
    }
}

extension Reply {
    /// vsftpd, ProFTPD, FileZilla Server: the data connection has to resume the control connection's session.
    var meansSessionNotResumed: Bool {
        guard code == .networkProtocolUnsupported || code == .cannotOpenDataConnection else { return false }
        let text = summary.lowercased()
        return ["session reuse", "not resumed", "session resum", "operation not permitted"].contains {
            text.contains($0)
        }
    }

    /// What is said to a clear data connection: 521 is for nothing else under TLS, the others say so in words.
    fileprivate var wantsProtectedData: Bool {
        switch code {
        case .protectionRequired, .policyRequiresProtection: true
        case .networkProtocolUnsupported, .fileUnavailable, .cannotOpenDataConnection:
            !meansSessionNotResumed && summary.uppercased().contains("PROT")
        default: false
        }
    }

    /// IIS, vsftpd, Pure-FTPd, ProFTPD to USER or PASS.
    fileprivate var wantsEncryption: Bool {
        let text = summary.lowercased()
        return ["ssl", "tls", "encrypt", "cleartext", "secure connection"].contains { text.contains($0) }
    }
}
