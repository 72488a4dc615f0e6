import FTPProtocol
import Synchronization
import Transfers
import Transport

/// One large file over several connections, each with REST and RETR of a range of its own.
///
/// The bytes go to `NAME.segments.part`, which has all its length from the beginning, and behind it, as long as it is
/// not whole, says which of them are there (`SegmentMap`). So a kill at any moment leaves a file that can be gone on with,
/// and that nobody takes for a whole one.
struct SegmentedDownload {
    let job: FileTransfer
    let directory: OpenDirectory
    let target: Download.Target

    private var part: [UInt8] { target.name + Array(".segments.part".utf8) }

    /// How often what is there is written down, in nanoseconds: at most this much is fetched again after a crash.
    private static let checkpointInterval: Int64 = 2_000_000_000

    private var transfer: Transfer { job.transfer }

    /// Blocks until all of it is there.
    ///
    /// - Returns: nil when the file is to be fetched over one connection: too small, of unknown size, begun that way, or
    ///   the server does not begin in the middle of a file.
    func run(_ source: ConflictDecision.File, on session: Session) throws(Failure) -> FileTransfer.Outcome? {
        guard let size = source.size, size >= 2 * Transfer.smallestSegment, part.count <= 255 else {
            return nil
        }
        let there = try status(part)
        guard job.connections > 1 || there != nil else { return nil }
        var plan = SegmentPlan(size: size, parts: job.connections)
        // Whatever has that name and is not ours is left alone.
        guard there == nil || there?.kind == .file && there?.isOurAlone == true else { return nil }
        let file = try FileTransfer.disk { () throws(TransportError) in
            there == nil ? try directory.create(part) : try directory.open(part)
        }
        if let there {
            let map = SegmentMap.read(from: file)
            guard map != nil || there.size == 0 else { return nil }
            if let map, map.isOf(size: size, modified: source.modified), let stored = map.plan(of: size) {
                plan = stored
            }
        }
        let work = Work(plan: plan, modified: source.modified, path: transfer.remotePath, job: job)
        try FileTransfer.disk { () throws(TransportError) in try work.checkpoint(in: file.lent) }
        job.progress.set(plan.done)
        job.activity(nil)
        let lent = file.lent
        let failure = job.onSeveralConnections(
            session, while: { !work.isComplete && !work.restartIsIgnored }, refused: { work.refused }
        ) { session in work.run(on: session, into: lent) }
        if work.restartIsIgnored {
            try FileTransfer.disk { () throws(TransportError) in try directory.removeFile(part) }
            job.progress.set(0)
            return nil
        }
        try FileTransfer.disk { () throws(TransportError) in try work.checkpoint(in: file.lent) }
        job.progress.set(work.done)
        guard work.isComplete else {
            throw failure
                ?? Failure(
                    .doesNotVerify, "\(session.shown(transfer.remotePath)): not all of it came",
                    isTemporary: true)
        }
        job.activity("checking")
        if let now = try session.size(of: transfer.remotePath), now != size {
            throw Failure(
                .doesNotVerify,
                "\(session.shown(transfer.remotePath)) changed while it was fetched; try again from the beginning",
                isTemporary: true)
        }
        try FileTransfer.disk { () throws(TransportError) in
            try file.truncate(to: size)
            if let modified = source.modified { file.setModified(modified) }
            let replaced = target.replaced
            try file.setMode(replaced?.kind == .file ? (replaced?.mode ?? 0) & 0o777 : usualFileMode)
            try file.synchronize()
        }
        do throws(TransportError) {
            try directory.rename(part, to: target.name, replacing: target.replaced != nil)
            try directory.synchronize()
        } catch {
            guard error.meansExists else { throw Failure(error, attempt: "disk") }
            // It appeared while we were busy: the policy is asked again, and what is here is kept.
            try FileTransfer.disk { () throws(TransportError) in try work.checkpoint(in: file.lent) }
            let there = try status(target.name)
            return .conflict(size: there?.size, modified: there?.modified)
        }
        return .done(bytes: size)
    }

    private func status(_ name: [UInt8]) throws(Failure) -> FileStatus? {
        try FileTransfer.disk { () throws(TransportError) in try directory.status(of: name) }
    }

    /// What the connections share.
    private final class Work: Sendable {
        private struct State {
            var plan: SegmentPlan
            var isIgnored = false
            var refused = 0
            var lastCheckpoint = monotonicNanoseconds()
        }

        private let state: Mutex<State>
        private let modified: Int64?
        private let path: RemotePath
        private let progress: ProgressCounter
        private let limit: RateLimit?

        init(plan: SegmentPlan, modified: Int64?, path: RemotePath, job: FileTransfer) {
            state = Mutex(State(plan: plan))
            self.modified = modified
            self.path = path
            progress = job.progress
            limit = job.limit
        }

        var done: Int64 { state.withLock { $0.plan.done } }
        var isComplete: Bool { state.withLock { $0.plan.isComplete } }
        var restartIsIgnored: Bool { state.withLock { $0.isIgnored } }
        /// Connections that the server did not take.
        var refused: Int { state.withLock { $0.refused } }

        /// Fetches ranges until there are none.
        ///
        /// - Returns: why it ended before.
        func run(on session: Session, into file: LocalFile.Lent) -> Failure? {
            do throws(Failure) { try session.connect() } catch {
                state.withLock { $0.refused += 1 }
                return error
            }
            while let segment = state.withLock({ $0.isIgnored ? nil : $0.plan.take() }) {
                do throws(Failure) {
                    try fetch(segment, on: session, into: file)
                } catch {
                    state.withLock { $0.plan.release(segment.begin) }
                    // 502 to REST, or the like: never again for this file.
                    if segment.next > 0, error.verb == "REST", error.reply?.code.kind == .permanentNegative {
                        state.withLock { $0.isIgnored = true }
                    }
                    return error
                }
                state.withLock { $0.plan.release(segment.begin) }
            }
            return nil
        }

        private func fetch(
            _ segment: SegmentPlan.Segment, on session: Session, into file: LocalFile.Lent
        ) throws(Failure) {
            var position = segment.next
            var isAtEnd = false
            let size = state.withLock { $0.plan.size }
            do throws(Failure) {
                _ = try session.retrieve(path, from: position, progress: progress, limit: limit) {
                    bytes throws(TransportError) in
                    // More than the file has: REST was answered with yes, and the file sent from its beginning.
                    if Int64(bytes.count) > size - position { state.withLock { $0.isIgnored = true } }
                    if isAtEnd || self.restartIsIgnored { throw .cancelled }
                    let room = state.withLock { $0.plan.room(segment.begin, for: bytes.count) }
                    // Written before it is called there.
                    try file.write(UnsafeRawBufferPointer(rebasing: bytes.prefix(room)), at: position)
                    isAtEnd = state.withLock { $0.plan.advance(segment.begin, by: room) }
                    position += Int64(room)
                    try checkpointIfDue(in: file)
                    // At the end of the file the server has the last word: that there is no more.
                    if isAtEnd, position < size { throw .cancelled }
                }
            } catch {
                guard error.kind == .cancelled, isAtEnd, !session.cancellation.isCancelled else {
                    throw error
                }
                return
            }
            guard isAtEnd else {
                throw Failure(
                    .doesNotVerify, "\(session.shown(path)): the data ended \(size - position) bytes early",
                    isTemporary: true)
            }
        }

        private func checkpointIfDue(in file: LocalFile.Lent) throws(TransportError) {
            let now = monotonicNanoseconds()
            let isDue = state.withLock { state in
                guard now - state.lastCheckpoint > SegmentedDownload.checkpointInterval else { return false }
                state.lastCheckpoint = now
                return true
            }
            if isDue { try checkpoint(in: file) }
        }

        /// Writes down what is there, after it is safe on the disk.
        func checkpoint(in file: LocalFile.Lent) throws(TransportError) {
            // Taken before the sync: what came after it is only fetched again.
            let plan = state.withLock { $0.plan }
            try file.synchronize()
            try SegmentMap(plan, modified: modified).write(to: file)
            try file.synchronize()
        }
    }
}
