import Dispatch
import Synchronization
import Transfers
import Transport

/// Syncs a growing part while the transfer goes on, so that after a crash only what came later is fetched again.
final class Checkpoint: Sendable {
    private struct State {
        var isAtWork = false
        /// That the part is in its directory is safe too.
        var hasName = false
        var hasEnded = false
        /// Not again before: the monotonic clock, in nanoseconds.
        var notBefore: Int64 = 0
        var safe: Int64
        var failure: TransportError?
    }

    /// A sync that took a second is followed by nine without: at most a tenth of the time is spent on it.
    private static let pauseFactor: Int64 = 9
    /// One for all: a disk is not made faster by several who sync at a time.
    private static let queue = DispatchQueue(label: "portside.checkpoint")

    private static let lastDuration = Atomic<Int64>(0)
    /// How long the last one took, of whichever file, in nanoseconds.
    static var lastSync: Int64 { lastDuration.load(ordering: .relaxed) }

    private let file: FileSynchronizer
    private let directory: OpenDirectory
    private let progress: ProgressCounter
    private let part: Part
    private let state: Mutex<State>

    /// - Parameter progress: counts the bytes that are in the file from its beginning, never more.
    init(of part: Part, _ file: FileSynchronizer, in directory: OpenDirectory, progress: ProgressCounter) {
        self.part = part
        self.file = file
        self.directory = directory
        self.progress = progress
        state = Mutex(State(safe: part.safeBytes))
    }

    /// Returns at once. Does nothing while the one before is at work, or no bytes came since.
    ///
    /// - Parameter kept: told the part with what is safe of it now, on another thread.
    func make(_ kept: @escaping @Sendable (Part) -> Void) {
        let now = monotonicNanoseconds()
        let bytes = progress.bytes
        let begins = state.withLock { state in
            guard !state.isAtWork, !state.hasEnded, now >= state.notBefore, bytes > state.safe,
                state.failure == nil
            else { return false }
            state.isAtWork = true
            return true
        }
        guard begins else { return }
        Self.queue.async { [self] in
            var failure: TransportError?
            do throws(TransportError) {
                try file.synchronize()
                if !state.withLock({ $0.hasName }) { try directory.synchronize() }
            } catch { failure = error }
            let end = monotonicNanoseconds()
            Self.lastDuration.store(end - now, ordering: .relaxed)
            // Told before `end` returns, so that nothing is told afterwards.
            if failure == nil {
                var safe = part
                safe.safeBytes = bytes
                kept(safe)
            }
            state.withLock { state in
                state.isAtWork = false
                state.notBefore = end + (end - now) * Self.pauseFactor
                if failure == nil {
                    (state.safe, state.hasName) = (bytes, true)
                } else {
                    state.failure = failure
                }
            }
        }
    }

    /// No more of them; waits for the one at work.
    ///
    /// - Throws: what the disk said to one of them, since it says so only once.
    func end() throws(TransportError) {
        state.withLock { $0.hasEnded = true }
        if state.withLock({ $0.isAtWork }) { Self.queue.sync {} }
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }
}
