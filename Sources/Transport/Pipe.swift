import CLinux
import Glibc

/// The two ends of a pipe, for `splice`.
final class Pipe {
    private let reading: Descriptor
    private let writing: Descriptor
    let capacity: Int  // bytes

    var output: Int32 { reading.raw }
    var input: Int32 { writing.raw }

    private init(reading: consuming Descriptor, writing: consuming Descriptor, capacity: Int) {
        self.reading = reading
        self.writing = writing
        self.capacity = capacity
    }

    /// Nil when the process is out of descriptors.
    static func make(capacity wanted: Int) -> Pipe? {
        var ends: (Int32, Int32) = (-1, -1)
        let code = withUnsafeMutablePointer(to: &ends) {
            $0.withMemoryRebound(to: Int32.self, capacity: 2) { pipe2($0, O_CLOEXEC) }
        }
        guard code == 0 else { return nil }
        let granted = cl_set_pipe_size(ends.1, Int32(wanted))
        return Pipe(
            reading: Descriptor(owning: ends.0), writing: Descriptor(owning: ends.1),
            capacity: granted > 0 ? Int(granted) : 64 << 10)
    }
}
