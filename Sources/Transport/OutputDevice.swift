import Glibc

/// A device or a pipe with a name, open for writing: it has no size, no place to go on from and no other name.
public final class OutputDevice: Sendable {
    private let descriptor: Descriptor
    private let path: [UInt8]

    /// Opens it, blocking until a pipe has a reader.
    ///
    /// - Throws: `timedOut` when none came, `cancelled`, `disk`.
    public init(
        _ path: [UInt8], until deadline: Deadline, cancellation: Cancellation?
    ) throws(TransportError) {
        while true {
            let raw = withCPath(path) { Glibc.open($0, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) }
            if raw >= 0 {
                descriptor = Descriptor(owning: raw)
                self.path = path
                return
            }
            if errno == EINTR { continue }
            guard errno == ENXIO else { throw diskError("open", path) }
            if deadline.hasPassed { throw .timedOut(what: "reader of \(visiblePath(path))") }
            // Nothing tells of a reader before there is one.
            let outcome = Wait.wait(
                for: -1, .readable, until: .after(Self.patienceBetweenLooks), cancellation: cancellation)
            if case .cancelled = outcome { throw .cancelled }
        }
    }

    private static let patienceBetweenLooks = Duration.milliseconds(50)

    /// Writes all of it, blocking while a pipe is full.
    ///
    /// - Throws: `timedOut` when the reader takes nothing, `cancelled`, `disk`.
    public func write(
        _ bytes: UnsafeRawBufferPointer, patience: Duration, cancellation: Cancellation?
    ) throws(TransportError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor.raw, rest.baseAddress, rest.count)
            if count > 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
            } else if errno == EAGAIN {
                try Wait.require(
                    descriptor.raw, .writable, until: .after(patience), cancellation: cancellation,
                    what: "room in \(visiblePath(path))")
            } else if errno != EINTR {
                throw diskError("write", path)
            }
        }
    }
}
