import CLinux
import Glibc
import Synchronization

/// Ends a wait from another thread, at once.
///
/// Every blocking call of this module polls its descriptor together with the socket, so a wait
/// that is cancelled returns without waiting for the network. Stays cancelled until `reset`.
public final class Cancellation: Sendable {
    private let event: Descriptor
    private let flag = Atomic<Bool>(false)

    /// Falls back to flag only, noticed at the next step of a transfer, when the process is out of descriptors.
    public init() {
        event = Descriptor(owning: eventfd(0, eventDescriptorFlags))
    }

    public var isCancelled: Bool { flag.load(ordering: .acquiring) }

    public func cancel() {
        flag.store(true, ordering: .releasing)
        var one: UInt64 = 1
        _ = Glibc.write(event.raw, &one, 8)
    }

    public func reset() {
        var count: UInt64 = 0
        _ = Glibc.read(event.raw, &count, 8)
        flag.store(false, ordering: .releasing)
    }

    var raw: Int32 { event.raw }
}

/// EFD_CLOEXEC | EFD_NONBLOCK, which are O_CLOEXEC and O_NONBLOCK on Linux.
let eventDescriptorFlags = O_CLOEXEC | O_NONBLOCK
