/// Connects to the first of a host's addresses that answers, so that a dead one costs a quarter of a second and not
/// a time-out (RFC 8305).
public enum Dialer {
    /// How long one attempt is alone before the next begins beside it (RFC 8305 §5).
    public static let stagger = Duration.milliseconds(250)

    /// The addresses with the families taking turns, the first as it was (RFC 8305 §4).
    public static func alternating(_ addresses: [Address]) -> [Address] {
        guard let first = addresses.first?.family else { return [] }
        let own = addresses.filter { $0.family == first }
        let other = addresses.filter { $0.family != first }
        var result: [Address] = []
        for index in 0..<max(own.count, other.count) {
            if index < own.count { result.append(own[index]) }
            if index < other.count { result.append(other[index]) }
        }
        return result
    }

    /// Begins with the first address, with each further one after `stagger` or as soon as one has failed, and
    /// takes the connection that stands first; the others are given up.
    ///
    /// - Parameter failed: told of each address that refused, while others are left.
    /// - Throws: when none answered: what the last of them said, an unreachable network only if no other said more.
    public static func connect(
        to addresses: [Address], until deadline: Deadline, cancellation: Cancellation?,
        failed: (TransportError) -> Void = { _ in }
    ) throws(TransportError) -> Socket {
        var left = alternating(addresses)[...]
        var attempts: [Attempt] = []
        var verdict: TransportError?
        func note(_ error: TransportError) {
            if verdict == nil || !error.meansNoRoute { verdict = error }
            if !left.isEmpty || !attempts.isEmpty { failed(error) }
        }
        while true {
            if let next = left.popFirst() {
                do throws(TransportError) { attempts.append(Attempt(try PendingConnection(to: next))) } catch
                {
                    note(error)
                    continue
                }
            }
            guard !attempts.isEmpty else { throw verdict ?? .unusable("there is no address to connect to") }
            let pause = left.isEmpty ? deadline : .earlier(deadline, .after(stagger))
            switch Wait.waitForAny(attempts.map(\.raw), .writable, until: pause, cancellation: cancellation) {
            case .ready(let index):
                let attempt = attempts.remove(at: index)
                guard let pending = attempt.pending.take() else { continue }
                do throws(TransportError) {
                    return try pending.established()
                } catch {
                    note(error)
                }
            case .timedOut:
                guard deadline.hasPassed else { continue }
                throw .timedOut(
                    what: "answer from \(attempts.map { "\($0.peer)" }.joined(separator: " or "))")
            case .cancelled: throw .cancelled
            }
        }
    }

    /// A class, because an array holds nothing that cannot be copied.
    private final class Attempt {
        var pending: PendingConnection?
        let raw: Int32
        let peer: Address

        init(_ pending: consuming PendingConnection) {
            raw = pending.raw
            peer = pending.peer
            self.pending = consume pending
        }
    }
}
