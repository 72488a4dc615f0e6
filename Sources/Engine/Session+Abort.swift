import FTPProtocol
import Transport

extension Session {
    /// Stops a transfer: ABOR, then the data connection closed at once; the session stays in step, or is closed.
    ///
    /// Blocks for `AbortExchange.limit` at most. Is not cancelled itself: it is what a cancellation leads to.
    func abort(_ socket: inout Socket?) {
        // What was asked behind the transfer would be taken for the answer.
        guard let control, !control.hasAskedAhead, !features.isDisabled(Command.abort.verb) else {
            return disconnect()
        }
        let limit = Deadline.after(AbortExchange.limit)
        if !abortsPlainly { control.writeSynch(until: limit) }
        var exchange = AbortExchange()
        var step = exchange.start()
        while true {
            do throws(Failure) {
                switch step {
                case .send(let command):
                    try control.write(command, until: limit, cancellation: nil)
                    // Whatever becomes of ABOR, this is what a server in the middle of its writing notices.
                    socket = nil
                case .wait: break
                case .finished:
                    hasJustTransferred = true
                    if exchange.wasNotUnderstood { noteAbortRefused() }
                    return
                case .failed: return disconnect()
                }
                let deadline = Deadline.earlier(limit, .after(exchange.patience))
                if control.isHeard(until: deadline, nil) {
                    step = exchange.receive(try control.readReply(until: limit, cancellation: nil))
                } else {
                    guard !limit.hasPassed else { return disconnect() }
                    step = exchange.silence()
                }
            } catch {
                return disconnect()
            }
        }
    }

    /// Servers that take the Telnet bytes for a part of the verb understand a plain ABOR; who refuses that too has none.
    private func noteAbortRefused() {
        if abortsPlainly { features.disable(Command.abort.verb) } else { abortsPlainly = true }
    }
}
