import FTPProtocol
import Transport

/// AUTH, PBSZ, PROT (RFC 2228, RFC 4217), and TLS on data connections.
extension ServerSession {
    var isEncrypted: Bool { control.tls != nil }

    /// Of this session; nil where the server speaks no TLS.
    private var controlContext: TLSContext? {
        guard let tls = state.tls else { return nil }
        return number > 1 ? tls.changed ?? tls.control : tls.control
    }

    mutating func takeAuthentication(_ argument: [UInt8]) throws(TransportError) {
        guard let context = controlContext, !has(.authRefused), configuration.encryption?.kind != .implicit
        else {
            return try reply(.noTLS)
        }
        guard !isEncrypted else { return try reply(.badSequence) }
        // FileZilla Server: whoever adds something here adds it in clear text.
        if has(.authStrict), !input.isEmpty || control.isReadable {
            isOver = true
            return try reply(.badSequence)
        }
        let mechanism = String(decoding: argument, as: UTF8.self).uppercased()
        guard ["TLS", "TLS-C", "TLS-P", "SSL"].contains(mechanism) else { return try reply(.typeUnsupported) }
        if has(.authInjection) {
            try send(Array("234 AUTH command ok.\r\n230 Already logged in.\r\n257 \"/\" injected\r\n".utf8))
        } else {
            try reply(.authAccepted)
        }
        if has(.authStall) { try stayAway() }
        try encryptControl(context)
    }

    /// Before the greeting on a port that speaks TLS from the first byte.
    mutating func encryptFromTheStart() throws(TransportError) {
        guard configuration.encryption?.kind == .implicit, let context = controlContext else { return }
        if has(.authStall) { try stayAway() }
        try encryptControl(context)
    }

    /// What came in clear before is forgotten (RFC 4217 §15), and so is who was logged in.
    private mutating func encryptControl(_ context: TLSContext) throws(TransportError) {
        input = CommandReader()
        try control.startTLS(context)
        try control.finishHandshake(until: .after(configuration.dataPatience), cancellation: cancellation)
        if isLoggedIn { state.logOut() }
        isLoggedIn = false
        user = nil
    }

    mutating func setProtectionBuffer() throws(TransportError) {
        guard isEncrypted else { return try reply(.badSequence) }
        hasProtectionBuffer = true
        try reply(.protectionBuffer)
    }

    mutating func setProtection(_ argument: [UInt8]) throws(TransportError) {
        guard isEncrypted, hasProtectionBuffer else { return try reply(.badSequence) }
        switch String(decoding: argument, as: UTF8.self).uppercased() {
        case "P" where !has(.protectionRefused): protectsData = true
        case "C" where configuration.encryption?.kind != .required: protectsData = false
        case "C", "P", "S", "E": return try reply(.protectionRefused)
        default: return try reply(.typeUnsupported)
        }
        try reply(.protectionSet)
    }

    /// CCC (RFC 4217 §12.3): from the answer on commands cross in clear.
    mutating func clearCommandChannel() throws(TransportError) {
        guard isEncrypted, features.contains("CCC") else { return try reply(.unknownCommand) }
        try send(Reply(200, "Clearing the control channel."))
        try control.endTLS(until: .after(configuration.dataPatience), cancellation: cancellation)
    }

    /// `SSCN ON` and `SSCN OFF`: for data connections with another server, one of the two has to be TLS's client.
    mutating func setClientRole(_ argument: [UInt8]) throws(TransportError) {
        guard isEncrypted, features.contains("SSCN") else { return try reply(.unknownCommand) }
        switch String(decoding: argument, as: UTF8.self).uppercased() {
        case "ON": isDataClient = true
        case "OFF": isDataClient = false
        case "": break
        default: return try reply(.badParameter)
        }
        try send(Reply(200, "SSCN:\(isDataClient ? "CLIENT" : "SERVER") METHOD"))
    }

    /// PASV, and the next data connection with the roles of TLS exchanged.
    mutating func enterPassiveAsClient() throws(TransportError) {
        guard isEncrypted, features.contains("CPSV") else { return try reply(.unknownCommand) }
        isDataClientOnce = true
        try enterPassive()
    }

    /// Whether the command may be carried out on a connection that is as clear as this one.
    func isTooClear(for verb: String) -> Bool {
        if has(.clearDataRefused), isEncrypted, !protectsData, Self.transferVerbs.contains(verb) {
            return true
        }
        guard configuration.encryption?.kind == .required else { return false }
        if !isEncrypted { return verb == "USER" || verb == "PASS" }
        return !protectsData && Self.transferVerbs.contains(verb)
    }

    private static let transferVerbs: Set<String> = ["RETR", "STOR", "APPE", "STOU", "LIST", "NLST", "MLSD"]

    /// Shakes hands on a data connection; nil when that failed and the client has been told.
    mutating func protect(_ socket: consuming Socket) throws(TransportError) -> Socket? {
        guard protectsData, let tls = state.tls, !has(.plainData) else { return socket }
        var socket = socket
        let isClient = isDataClient || isDataClientOnce
        isDataClientOnce = false
        do throws(TransportError) {
            if isClient {
                // Whose certificate that is nobody has told this server: so it is with all that do this.
                try socket.startTLS(try TLSContext.client(TLSSettings()))
                try socket.finishHandshake(
                    until: .after(configuration.dataPatience), cancellation: cancellation)
                return socket
            }
            try socket.startTLS(has(.dataCertificateDiffers) ? tls.data : controlContext ?? tls.data)
            try socket.finishHandshake(until: .after(configuration.dataPatience), cancellation: cancellation)
        } catch {
            guard error != .cancelled else { throw error }
            try reply(.protectionFailed)
            return nil
        }
        let isReused = socket.tls?.isResumed == true
        hasResumed = isReused
        if has(.reuseOfTLS12), !isReused || socket.tls?.version != .tls12 {
            try reply(.reuseRequired)
            return nil
        }
        guard !has(.reuseRequired) || isReused else {
            try reply(.reuseRequired)
            return nil
        }
        return socket
    }

    /// Says the end of the data, as TLS wants it said.
    func sayEnd(_ socket: borrowing Socket) {
        guard socket.tls != nil, !has(.missingCloseNotify), !has(.truncatesTLS) else { return }
        try? socket.endWriting(until: .after(.seconds(5)), cancellation: cancellation)
        // A client gets tickets: closing with these unread would reset what has been sent.
        if socket.tls?.isServer == false {
            socket.discardRest(until: .after(.seconds(5)), cancellation: cancellation)
        }
    }
}
