import CLinux
import Glibc
import Synchronization

/// Ends a wait from another thread, at once.
///
/// Every blocking call of this module polls its descriptor together with the socket, so a wait
/// that is cancelled returns without waiting for the network. Stays cancelled until `reset`, or for good.
public final class Cancellation: Sendable {
    private enum State { case none, once, forGood }

    private let event: Descriptor
    private let state = Mutex(State.none)
    /// The same as `state`, to be looked at without a lock.
    private let flag = Atomic<Bool>(false)

    /// Falls back to flag only, noticed at the next step of a transfer, when the process is out of descriptors.
    public init() {
        event = Descriptor(owning: eventfd(0, eventDescriptorFlags))
    }

    public var isCancelled: Bool { flag.load(ordering: .acquiring) }

    public func cancel() {
        state.withLock {
            if $0 == .none { $0 = .once }
            raise()
        }
    }

    /// Cancels what is waited for now and whatever may be waited for later: `reset` does not help any more.
    public func cancelForGood() {
        state.withLock {
            $0 = .forGood
            raise()
        }
    }

    public func reset() {
        state.withLock {
            guard $0 == .once else { return }
            $0 = .none
            var count: UInt64 = 0
            _ = Glibc.read(event.raw, &count, 8)
            flag.store(false, ordering: .releasing)
        }
    }

    private func raise() {
        flag.store(true, ordering: .releasing)
        var one: UInt64 = 1
        _ = Glibc.write(event.raw, &one, 8)
    }

    var raw: Int32 { event.raw }
}

/// EFD_CLOEXEC | EFD_NONBLOCK, which are O_CLOEXEC and O_NONBLOCK on Linux.
let eventDescriptorFlags = O_CLOEXEC | O_NONBLOCK
