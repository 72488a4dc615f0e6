import Glibc

extension Socket {
    /// From now on everything that crosses is encrypted. Does not wait: the handshake begins with the next call, and
    /// is over after `finishHandshake`, or with the first byte that is read or written.
    ///
    /// A server's side takes a server's context, and only that.
    ///
    /// - Parameters:
    ///   - host: of a client: the name that is sent to the server and that its certificate has to be for.
    ///   - expected: of a client's data connection: the SHA-256 of the control connection's certificate. A session of
    ///     `context` is offered to be resumed; where the server does not take it, it must show this certificate.
    public mutating func startTLS(
        _ context: TLSContext, host: String? = nil, expecting expected: [UInt8]? = nil
    ) throws(TransportError) {
        tls = try TLSConnection(raw, context, host: host, expecting: expected)
        // The first message leaves at once: servers wait for it before they say anything.
        if !context.isServer { _ = try progress { () throws(TLSFailure) in try tls?.handshake() } }
    }

    /// Blocks until both sides have agreed. Nothing about the certificate is judged here, except of a data connection.
    public func finishHandshake(until deadline: Deadline, cancellation: Cancellation?) throws(TransportError)
    {
        while let step = try progress({ () throws(TLSFailure) in try tls?.handshake() }) {
            guard try wait(step, until: deadline, cancellation, what: "end of the TLS handshake") else {
                return
            }
        }
    }

    /// Whether bytes have been decrypted that a wait for the descriptor would not announce.
    public var hasPendingBytes: Bool { tls?.hasPending == true }

    /// Goes on with the handshake until it is over, or `watched` is readable, or the deadline passes; for a handshake
    /// that runs while another connection is heard. Its failure is told by the next call that needs it.
    public func advanceHandshake(
        watching watched: Int32, until deadline: Deadline, cancellation: Cancellation?
    ) {
        while let step = try? tls?.handshake(), step != .done {
            let outcome = Wait.wait(
                for: raw, step == .wantsToRead ? .readable : .writable, watching: watched, until: deadline,
                cancellation: cancellation)
            switch outcome {
            case .ready, .watchedReady(firstIsReady: true): continue
            case .watchedReady, .timedOut, .cancelled: return
            }
        }
    }

    /// Says that nothing more will be written: close_notify, then the end of the stream. Reading goes on.
    ///
    /// Blocks until the kernel has it: a server takes data that end without it for cut off.
    public func endWriting(until deadline: Deadline, cancellation: Cancellation?) throws(TransportError) {
        while let step = try progress({ () throws(TLSFailure) in try tls?.sayEnd() }) {
            guard try wait(step, until: deadline, cancellation, what: "room to say the end") else { break }
        }
        shutdownWriting()
    }

    /// Reads what comes, tickets among it, and throws the rest away; until the peer has ended, or `deadline`. Closing a
    /// connection with unread bytes makes the kernel reset it, and what was sent may be lost.
    public func discardRest(until deadline: Deadline, cancellation: Cancellation?) {
        withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 1) { buffer in
            while let count = try? read(into: buffer, until: deadline, cancellation: cancellation), count > 0
            {}
        }
    }

    /// Ends TLS and goes on in clear on the same connection (CCC, RFC 4217 §12.3): both sides say close_notify.
    public mutating func endTLS(until deadline: Deadline, cancellation: Cancellation?) throws(TransportError)
    {
        while let step = try progress({ () throws(TLSFailure) in try tls?.sayEnd() }) {
            guard try wait(step, until: deadline, cancellation, what: "room to say the end") else { break }
        }
        discardRest(until: deadline, cancellation: cancellation)
        tls = nil
    }

    func read(
        _ tls: TLSConnection, into buffer: UnsafeMutableRawBufferPointer, until deadline: Deadline,
        cancellation: Cancellation?
    ) throws(TransportError) -> Int {
        while true {
            switch try progress({ () throws(TLSFailure) in try tls.read(into: buffer) }) {
            case .bytes(let count): return count
            case .ended: return 0
            case .cutOff: throw .tls(.endedWithoutCloseNotify, peer: "\(peer)")
            case .wantsToRead:
                try require(.readable, until: deadline, cancellation, what: "answer from \(peer)")
            case .wantsToWrite:
                try require(.writable, until: deadline, cancellation, what: "answer from \(peer)")
            }
        }
    }

    func write(
        _ tls: TLSConnection, _ all: [UInt8], until deadline: Deadline, cancellation: Cancellation?
    ) throws(TransportError) {
        var written = 0
        while written < all.count {
            let outcome = all.withUnsafeBytes { bytes in
                Result { () throws(TLSFailure) in
                    try tls.write(UnsafeRawBufferPointer(rebasing: bytes[written...]))
                }
            }
            switch try progress({ () throws(TLSFailure) in try outcome.get() }) {
            case .bytes(let count): written += count
            case .wantsToRead:
                try require(.readable, until: deadline, cancellation, what: "room to send to \(peer)")
            case .wantsToWrite:
                try require(.writable, until: deadline, cancellation, what: "room to send to \(peer)")
            case .ended, .cutOff: throw .closedByPeer
            }
        }
    }

    private func progress<Result>(_ body: () throws(TLSFailure) -> Result) throws(TransportError) -> Result {
        do throws(TLSFailure) { return try body() } catch { throw self.error(error) }
    }

    func error(_ failure: TLSFailure) -> TransportError {
        if case .system(let code) = failure { return .network(call: "TLS", peer: "\(peer)", errno: code) }
        return .tls(failure, peer: "\(peer)")
    }

    /// False when there is nothing to wait for.
    private func wait(
        _ step: TLSConnection.Progress, until deadline: Deadline, _ cancellation: Cancellation?, what: String
    ) throws(TransportError) -> Bool {
        switch step {
        case .done: return false
        case .wantsToRead: try require(.readable, until: deadline, cancellation, what: what)
        case .wantsToWrite: try require(.writable, until: deadline, cancellation, what: what)
        }
        return true
    }

    private func require(
        _ readiness: Wait.Readiness, until deadline: Deadline, _ cancellation: Cancellation?,
        what: @autoclosure () -> String
    ) throws(TransportError) {
        try Wait.require(raw, readiness, until: deadline, cancellation: cancellation, what: what())
    }
}
