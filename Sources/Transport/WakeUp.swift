import CLinux
import Glibc

/// A descriptor by which one thread wakes another out of `poll`, however often, until it is drained.
public struct WakeUp: ~Copyable, Sendable {
    private let event: Descriptor

    /// Where the process is out of descriptors `descriptor` is -1, which `poll` skips.
    public init() {
        event = Descriptor(owning: eventfd(0, eventDescriptorFlags))
    }

    /// Readable while a wake-up waits.
    public var descriptor: Int32 { event.raw }

    public func wake() {
        var one: UInt64 = 1
        _ = Glibc.write(event.raw, &one, 8)
    }

    public func drain() {
        var count: UInt64 = 0
        _ = Glibc.read(event.raw, &count, 8)
    }
}
