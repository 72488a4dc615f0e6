import Dispatch
import Engine
import Glibc
import Synchronization
import Transport

/// ^C, SIGTERM and `--max-time` end what the program waits for; a second ^C ends the program.
final class Interrupts: Sendable {
    private struct State {
        var cancellations: [Cancellation] = []
        var handlers: [@Sendable () -> Void] = []
        var reason: Failure?
        var status: Int32?
    }

    private let state = Mutex(State())
    /// Cancelled by the first interruption: for what waits on no session.
    let cancellation = Cancellation()
    // Written in `init` alone, and never read: it only keeps the sources alive.
    nonisolated(unsafe) private var sources: [any DispatchSourceProtocol] = []

    init(maxTime: Int?) {
        for (number, status) in [(SIGINT, ExitStatus.interrupted), (SIGTERM, ExitStatus.terminated)] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: Self.queue())
            source.setEventHandler { [weak self] in
                self?.interrupt(
                    status, .cancelled)
            }
            // Until it is registered the signal is ignored, and would be lost.
            let registered = DispatchSemaphore(value: 0)
            source.setRegistrationHandler { registered.signal() }
            source.activate()
            registered.wait()
            sources.append(source)
        }
        if let maxTime {
            let timer = DispatchSource.makeTimerSource(queue: Self.queue())
            timer.schedule(deadline: .now() + .seconds(maxTime))
            timer.setEventHandler { [weak self] in
                self?.interrupt(
                    75, Failure(.temporary, "not done within \(maxTime) s (--max-time); try again later"))
            }
            timer.activate()
            sources.append(timer)
        }
    }

    /// One for each, as a handler waits for what it ends. Not the global one: Dispatch looks after that once a second from
    /// its first use on, and an idle program would never rest.
    private static func queue() -> DispatchQueue { DispatchQueue(label: "portside.interrupt") }

    private func interrupt(_ status: Int32, _ reason: Failure) {
        let (isSecond, cancellations, handlers) = state.withLock { state in
            let isSecond = state.status != nil
            state.status = status
            state.reason = reason
            return (isSecond, state.cancellations, state.handlers)
        }
        if isSecond { _exit(status) }
        cancellation.cancel()
        for cancellation in cancellations { cancellation.cancel() }
        for handler in handlers { handler() }
    }

    func add(_ cancellation: Cancellation) {
        state.withLock { $0.cancellations.append(cancellation) }
    }

    func whenInterrupted(_ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.handlers.append(body) }
    }

    /// Why it was interrupted, when it was.
    var failure: Failure? { state.withLock { $0.reason } }

    /// 130, 143 or 75, when it was interrupted.
    var status: Int32? { state.withLock { $0.status } }
}
