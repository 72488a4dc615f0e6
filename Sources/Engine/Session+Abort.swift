import FTPProtocol
import Transport

extension Session {
    /// Stops a transfer: ABOR, then the data connection closed at once; the session stays in step, or is closed.
    func abort(_ socket: inout Socket?) {
        guard let control else { return }
        let limit = Deadline.after(.seconds(3))
        control.writeSynch(until: limit)
        var exchange = AbortExchange()
        var step = exchange.start()
        while true {
            switch step {
            case .send(let command):
                do throws(Failure) {
                    try control.write(command, until: limit, cancellation: nil)
                    socket = nil
                    step = exchange.receive(
                        try control.readReply(until: .earlier(limit, .after(.seconds(1))), cancellation: nil))
                } catch {
                    guard error.kind == .temporary, !limit.hasPassed else { return disconnect() }
                    step = exchange.silence()
                }
            case .wait:
                do throws(Failure) {
                    step = exchange.receive(
                        try control.readReply(until: .earlier(limit, .after(.seconds(1))), cancellation: nil))
                } catch {
                    guard error.kind == .temporary, !limit.hasPassed else { return disconnect() }
                    step = exchange.silence()
                }
            case .finished:
                hasJustTransferred = true
                return
            case .failed: return disconnect()
            }
        }
    }
}
