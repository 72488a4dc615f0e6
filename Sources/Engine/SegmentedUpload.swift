import Dispatch
import FTPProtocol
import Synchronization
import Transfers
import Transport

/// One large file over several connections, each with REST and STOR of a range of its own.
///
/// It grows under a temporary name that nothing else goes on with, since its length proves nothing: there are holes in it
/// until the last range is there. What the server has confirmed from the beginning on without a hole is in the journal, and
/// that is what is gone on behind after a crash. Servers differ in what they make of such a file (ProFTPD refuses to begin
/// behind its end, vsftpd lets the second wait for the first, and REST may be ignored), so its seams are read back.
struct SegmentedUpload {
    let job: FileTransfer
    let source: Upload.Source
    let temporary: RemotePath

    /// A server that has spoilt a file in segments is sent no other on this connection.
    private static let inSegments = "STOR IN SEGMENTS"
    static let suffix = Array(".segments.part".utf8)
    /// So many bytes are read back on both sides of each seam.
    private static let proof = 4 << 10

    /// Blocks until all of it is there under its temporary name.
    ///
    /// - Returns: false when the file is to be sent over one connection: too small, or the server has shown that it does not
    ///   take it in segments; then nothing is left of it.
    func run(on session: Session) throws(Failure) -> Bool {
        let size = source.status.size
        let wasBegun = transfer.part?.name == temporary.lastComponent
        guard job.connections > 1 || wasBegun, size >= 2 * Transfer.smallestSegment, !job.isText,
            temporary.lastComponent.count <= PartFile.longestName, session.features.mayTry(Self.inSegments)
        else { return false }
        let safe = wasBegun ? try whatIsSafe(session) : 0
        if safe == 0 { job.beginning(part(safe: 0)) }
        let work = Work(
            plan: SegmentPlan(size: size, parts: job.connections, done: safe), source: source,
            path: temporary, begun: part(safe: safe), job)
        job.progress.set(safe)
        job.activity(nil)
        let main = ObjectIdentifier(session)
        let failure = job.onSeveralConnections(
            session, while: { !work.isComplete }, refused: { work.refused }
        ) { work.run(on: $0, isFirst: ObjectIdentifier($0) == main) }
        job.progress.set(work.confirmed)
        job.kept(part(safe: work.confirmedFromTheBeginning))
        guard work.isComplete else {
            throw failure
                ?? Failure(
                    .doesNotVerify, "\(session.shown(temporary)): not all of it was stored", isTemporary: true
                )
        }
        job.activity("checking")
        guard try areSame(work.seams, size, session) else {
            session.features.disable(Self.inSegments)
            session.warn(
                "\(session.shown(temporary)): the server does not put ranges in their places; over one connection from now on"
            )
            forget(session)
            return false
        }
        return true
    }

    /// What is there is no beginning to go on from any more.
    func forget(_ session: Session) {
        job.kept(nil)
        job.progress.set(0)
        try? session.delete(temporary)
    }

    private var transfer: Transfer { job.transfer }

    private func part(safe: Int64) -> Part {
        Part(
            name: temporary.lastComponent, sourceSize: source.status.size,
            sourceModified: source.status.modified, safeBytes: safe)
    }

    /// How much of an earlier try the server confirmed, and still has.
    private func whatIsSafe(_ session: Session) throws(Failure) -> Int64 {
        guard let part = transfer.part, part.safeBytes > 0 else { return 0 }
        var why = part.difference(fromSize: source.status.size, modified: source.status.modified)
        if why == nil, try session.size(of: temporary) ?? 0 < part.safeBytes {
            why = "\(session.shown(temporary)) is shorter than it was"
        }
        let proven = max(0, part.safeBytes - Int64(Self.proof))..<part.safeBytes
        if why == nil, try !isSame(proven, session) {
            why = "what is there is not the beginning of what is here"
        }
        guard let why else { return part.safeBytes }
        job.startOver("\(transfer.localPath)", because: why, session)
        return 0
    }

    /// Reads back what lies around the seams. A file as long as the source with all of these in place was put together right.
    private func areSame(_ seams: [Int64], _ size: Int64, _ session: Session) throws(Failure) -> Bool {
        let proof = Int64(Self.proof)
        for seam in seams where try !isSame(max(0, seam - proof)..<min(size, seam + proof), session) {
            return false
        }
        return true
    }

    private func isSame(_ range: Range<Int64>, _ session: Session) throws(Failure) -> Bool {
        var here: [UInt8] = []
        try FileTransfer.disk { () throws(TransportError) in
            here = try source.file.bytes(at: range.lowerBound, count: range.count)
        }
        var there: [UInt8] = []
        do throws(Failure) {
            _ = try session.retrieve(temporary, from: range.lowerBound, progress: nil, limit: nil) {
                bytes throws(TransportError) in
                there += bytes.prefix(range.count - there.count)
                if there.count == range.count { throw .cancelled }
            }
        } catch {
            let isEnough = there.count == range.count && !session.cancellation.isCancelled
            guard isEnough || error.reply?.code.kind == .permanentNegative else { throw error }
        }
        return here == there
    }

    /// What the connections share.
    private final class Work: Sendable {
        private struct State {
            var plan: SegmentPlan
            /// Of each segment that was begun, by where it begins: the first byte that is not confirmed.
            var confirmed: [Int64: Int64] = [:]
            /// Where ranges begin that were stored for themselves.
            var seams: Set<Int64> = []
            /// The file is there; nil before that is known.
            var isOpen: Bool?
            var refused = 0
        }

        private let state: Mutex<State>
        /// Left when the file has been made, and nobody truncates it any more.
        private let opening = DispatchGroup()
        private let source: Upload.Source
        private let path: RemotePath
        private let progress: ProgressCounter
        private let limit: RateLimit?
        private let begun: Part
        private let kept: @Sendable (Part?) -> Void

        /// So many bytes are stored before the server is to confirm them: a file's first connection sends no more than
        /// this again after a crash.
        private static let confirmedAtOnce: Int64 = 16 << 20

        /// - Parameter begun: what is there from the beginning on, as the journal has it.
        init(
            plan: SegmentPlan, source: Upload.Source, path: RemotePath, begun: Part, _ job: FileTransfer
        ) {
            state = Mutex(State(plan: plan, confirmed: begun.safeBytes > 0 ? [0: begun.safeBytes] : [:]))
            self.begun = begun
            kept = job.kept
            self.source = source
            self.path = path
            progress = job.progress
            limit = job.limit
            opening.enter()
        }

        var isComplete: Bool { state.withLock { $0.plan.isComplete } }
        var refused: Int { state.withLock { $0.refused } }
        var seams: [Int64] { state.withLock { $0.seams.subtracting([0]).sorted() } }
        var confirmed: Int64 { state.withLock { $0.plan.done } }
        var confirmedFromTheBeginning: Int64 {
            state.withLock { state in
                for segment in state.plan.segments {
                    let confirmed = state.confirmed[segment.begin] ?? segment.begin
                    guard confirmed >= segment.end else { return confirmed }
                }
                return state.plan.size
            }
        }

        /// Stores ranges until there are none.
        ///
        /// - Parameter isFirst: makes the file; the others begin when it is there.
        /// - Returns: why it ended before.
        func run(on session: Session, isFirst: Bool) -> Failure? {
            defer { if isFirst { open(false) } }
            do throws(Failure) { try session.connect() } catch {
                if !isFirst { state.withLock { $0.refused += 1 } }
                return error
            }
            if !isFirst {
                opening.wait()
                guard state.withLock({ $0.isOpen == true }) else { return nil }
            }
            while let begin = state.withLock({ $0.plan.take()?.begin }) {
                do throws(Failure) {
                    while state.withLock({ $0.plan.segment(at: begin)?.missing ?? 0 > 0 }) {
                        try store(begin, on: session)
                    }
                } catch {
                    state.withLock { state in
                        state.plan.takeBack(begin, to: state.confirmed[begin] ?? begin)
                        state.plan.release(begin)
                        if !isFirst { state.refused += 1 }
                    }
                    return error
                }
                state.withLock { $0.plan.release(begin) }
            }
            return nil
        }

        private func open(_ isOpen: Bool) {
            let isFirstTime = state.withLock { state in
                defer { state.isOpen = state.isOpen ?? isOpen }
                return state.isOpen == nil
            }
            if isFirstTime { opening.leave() }
        }

        /// Stores what is left of a segment, or as much of it as is confirmed at once.
        private func store(_ begin: Int64, on session: Session) throws(Failure) {
            let start = state.withLock { $0.plan.segment(at: begin)?.next ?? begin }
            var position = start
            _ = try session.store(as: path, from: start, progress: progress, limit: limit) {
                buffer throws(TransportError) in
                self.open(true)
                let wanted = min(buffer.count, Int(clamping: start + Self.confirmedAtOnce - position))
                let room = self.state.withLock { $0.plan.room(begin, for: wanted) }
                guard room > 0 else { return 0 }
                let count = try self.source.file.read(
                    into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<room]), at: position)
                position += Int64(count)
                _ = self.state.withLock { $0.plan.advance(begin, by: count) }
                return count
            }
            guard position > start else {
                throw Failure(
                    .doesNotVerify, "\(path) has become shorter while it was sent; try again",
                    isTemporary: true)
            }
            state.withLock { state in
                state.confirmed[begin] = position
                state.seams.insert(start)
            }
            var part = begun
            part.safeBytes = confirmedFromTheBeginning
            kept(part)
        }
    }
}
