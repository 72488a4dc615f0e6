import Dispatch
import Synchronization
import Transport

/// Bytes from a thread that has them to one that wants them, a few pieces at a time.
final class ByteChannel: Sendable {
    private struct State {
        var pieces: [[UInt8]] = []
        /// Of the first piece, what has been read.
        var read = 0
        var isFinished = false
        var isClosed = false
        var failure: Failure?
    }

    /// Pieces between the two: enough that neither waits for the other's every turn; each is a buffer of the pump's.
    private static let most = 8

    private let state = Mutex(State())
    // Both begin at 0: Dispatch ends a program whose semaphore goes with less than it began with.
    private let filled = DispatchSemaphore(value: 0)
    private let free = DispatchSemaphore(value: 0)

    init() {
        for _ in 0..<Self.most { free.signal() }
    }

    /// Blocks while the reader has enough.
    ///
    /// - Throws: `cancelled` when the reader wants no more.
    func write(_ bytes: UnsafeRawBufferPointer) throws(TransportError) {
        free.wait()
        let isClosed = state.withLock { state in
            if !state.isClosed { state.pieces.append(Array(bytes)) }
            return state.isClosed
        }
        if isClosed { throw .cancelled }
        filled.signal()
    }

    /// The writer has no more.
    func finish(_ failure: Failure?) {
        state.withLock {
            $0.isFinished = true
            $0.failure = failure
        }
        filled.signal()
    }

    /// The reader wants no more: a writer that waits goes on, to its end.
    func close() {
        state.withLock { $0.isClosed = true }
        for _ in 0..<Self.most { free.signal() }
    }

    var failure: Failure? { state.withLock { $0.failure } }

    /// Blocks until there is something; the writer has time-outs of its own.
    ///
    /// - Returns: the bytes read; 0 at the end.
    /// - Throws: `cancelled` when the reader is, or the writer has failed.
    func read(
        into buffer: UnsafeMutableRawBufferPointer, cancellation: Cancellation
    ) throws(TransportError) -> Int {
        while true {
            if cancellation.isCancelled { throw .cancelled }
            let (count, hasEnded, hasFailed) = state.withLock { state -> (Int, Bool, Bool) in
                guard let first = state.pieces.first else {
                    return (0, state.isFinished, state.failure != nil)
                }
                let count = min(buffer.count, first.count - state.read)
                buffer.copyBytes(from: first[state.read..<(state.read + count)])
                state.read += count
                if state.read == first.count {
                    state.pieces.removeFirst()
                    state.read = 0
                    free.signal()
                }
                return (count, false, false)
            }
            if count > 0 { return count }
            if hasFailed { throw .cancelled }
            if hasEnded { return 0 }
            // Looks up now and then, for a cancellation.
            _ = filled.wait(timeout: .now() + .milliseconds(100))
        }
    }
}
