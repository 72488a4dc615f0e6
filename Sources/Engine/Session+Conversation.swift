public import FTPProtocol
import Transfers
import Transport

/// One command, one reply, on a connection that is made anew where it was lost.
extension Session {
    /// Runs `body` on a connection that stands. When it turns out to be lost, connects again and runs it once more.
    ///
    /// - Parameter repeatable: whether a second run can do no harm: not for DELE, RNTO and APPE, and not once
    ///   bytes have moved. Asked when the connection is lost.
    @discardableResult
    func connected<Result>(
        repeatable: @autoclosure () -> Bool = true, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let stood = control != nil
        try connect()
        let silences = unanswered.count
        // The error is taken out of the `catch`: Swift 6.3.1 crashes on this function with -O otherwise.
        var failure: Failure
        do {
            return try body()
        } catch {
            failure = error
        }
        guard failure.endsConnection else { throw failure }
        disconnect()
        // Only a connection that had gone stale is worth a silent second try.
        let isSilence = unanswered.count > silences
        guard isSilence || stood && failure.meansStaleConnection, repeatable() else { throw failure }
        if !isSilence { warn("connection lost; connecting again") }
        do {
            try connect()
            return try body()
        } catch {
            failure = error
        }
        if failure.endsConnection { disconnect() }
        throw failure
    }

    /// Something to know, said whether a connection stands or not.
    func warn(_ text: String) {
        dialogue(
            DialogueLine(
                connection: name, direction: .warning, bytes: Array(text.utf8), time: wallClockNanoseconds()))
    }

    /// Writes this very command and reads its reply, whatever it says. `ask` is what knows older servers, and 421, too.
    ///
    /// - Parameter patience: for the first answer; nil for the site's time-out.
    func converse(_ command: Command, within patience: Duration? = nil) throws(Failure) -> Reply {
        // Before the command is out nothing is owed, and the connection stays in step.
        if cancellation.isCancelled { throw .cancelled }
        try write(command)
        var exchange = SimpleExchange(command, followsTransfer: hasJustTransferred)
        hasJustTransferred = false
        var leftOver: Reply?
        while true {
            let reply: Reply
            do throws(Failure) {
                reply = try readReply(within: leftOver == nil ? patience : SimpleExchange.patience)
            } catch {
                // What looked like the second 226 of the transfer before was the answer.
                guard let leftOver, error.kind == .temporary else { throw error }
                return leftOver
            }
            if reply.code.kind == .intermediate { return reply }
            switch exchange.receive(reply) {
            case .finished(let reply): return reply
            case .failed: return reply
            case .send: continue
            case .wait: leftOver = reply.code.kind == .preliminary ? leftOver : reply
            }
        }
    }

    /// The same for a command that must succeed.
    @discardableResult
    func require(_ command: Command) throws(Failure) -> Reply {
        let reply = try ask(command)
        guard reply.code.kind == .completion else {
            throw Failure(
                reply.code.isNegative
                    ? .refused(command, reply)
                    : .protocolViolation("“\(reply.summary)” in answer to \(charset.shown(command.logged))"))
        }
        return reply
    }

    func readReply(within patience: Duration? = nil) throws(Failure) -> Reply {
        guard let control else { throw notConnected }
        return try control.readReply(until: .after(patience ?? self.patience), cancellation: cancellation)
    }

    func setType(_ wanted: RepresentationType) throws(Failure) {
        guard type != wanted else { return }
        let reply = try ask(.type(wanted))
        if reply.code.kind != .completion {
            // Eight bits to the byte are the same by another name (RFC 959 §3.1.1.4).
            guard wanted == .image, reply.code.kind == .permanentNegative else {
                throw Failure(.refused(.type(wanted), reply))
            }
            let other = try ask(.type(.local(bits: 8)))
            // What has no types at all has files as they are.
            let hasNone = reply.code.meansUnknownCommand && other.code.meansUnknownCommand
            guard other.code.kind == .completion || hasNone else {
                throw Failure(.refused(.type(wanted), reply))
            }
        }
        type = wanted
    }

    /// The path as seen from the login directory: what a URL's path means (RFC 1738 §3.2.2).
    ///
    /// To be called after `connect`: before it nobody knows the login directory.
    public func resolve(_ path: RemotePath) -> RemotePath {
        if serverSystem == .mvs, path.syntax == .mvs { return path }
        return path.bytes.isEmpty ? home : home.resolving(path)
    }
}
