import FTPProtocol
import Transfers
import Transport

/// What is at the destination of an upload, and what proves that it is the beginning of the source.
extension Upload {
    /// What is at the destination; nil when nothing is.
    func destination(
        _ target: RemotePath, _ session: Session
    ) throws(Failure) -> ConflictDecision.File? {
        let answer = try session.sizeReply(of: target)
        if let size = answer?.sizeInBytes {
            let wantsTime =
                job.mayHaveEnded || [.newer, .newerOrSize, .ask].contains(transfer.options.onConflict)
            return ConflictDecision.File(
                size: size, modified: wantsTime ? try session.modificationTime(of: target) : nil)
        }
        // Only a plain 550 says that nothing is there: not 450, not "in use", not a size beyond 32 bits.
        if let answer, answer.code == .fileUnavailable, !RetryPolicy.isTemporary(answer) { return nil }
        guard let entry = try session.entry(at: target), entry.kind != .directory else { return nil }
        return ConflictDecision.File(size: entry.size, modified: entry.modified?.utcSeconds)
    }

    /// What an earlier try of this very transfer left under the final name is gone on with; anything else is a conflict.
    func decide(_ source: ConflictDecision.File, _ there: ConflictDecision.File) -> ConflictDecision {
        if let part = transfer.part, part.name == transfer.remoteName, let size = there.size,
            let whole = source.size, size <= whole,
            part.difference(fromSize: source.size, modified: source.modified) == nil
        {
            return size > 0 && !job.isText ? .resume(at: size) : .proceed
        }
        return ConflictDecision.decide(
            transfer.options.onConflict, source: source, destination: there, clockAhead: -job.clockAhead)
    }

    /// What was written just now has the time of the server's clock, until it is given the source's.
    func measureClock(_ path: RemotePath, _ session: Session) throws(Failure) {
        guard let tell = job.clockMeasured else { return }
        let time = try session.modificationTime(of: path)
        let now = wallClockNanoseconds() / 1_000_000_000
        // The way there and whole seconds take that much.
        tell(time.map { $0 - now }.map { abs($0) <= Self.clockTolerance ? 0 : $0 })
    }

    /// In seconds.
    private static let clockTolerance: Int64 = 2

    func freeName(_ session: Session) throws(Failure) -> RemotePath {
        for number in 1...FileTransfer.mostNumbers {
            let name = FileTransfer.numbered(transfer.remoteName, number)
            let path = session.resolve(transfer.remoteDirectory.appending(name))
            if try destination(path, session) == nil { return path }
        }
        throw Failure(.cannotCreate, "\(session.shown(transfer.remotePath)): all names beside it are taken")
    }

    /// Compares the last bytes on the server with the source (RETR behind REST, RFC 3659 §5).
    ///
    /// - Returns: why what is there cannot be gone on with, as the end of a sentence; nil when it can.
    func whyNot(
        behind offset: Int64, of path: RemotePath, _ source: Source, _ session: Session
    ) throws(Failure) -> String? {
        let count = min(
            PartFile.overlap(attempts: transfer.attempts, hasRecord: transfer.part != nil),
            Int(clamping: offset))
        guard count > 0 else { return nil }
        let start = offset - Int64(count)
        var here: [UInt8] = []
        try FileTransfer.disk { () throws(TransportError) in
            here = try source.file.bytes(at: start, count: count)
        }
        var there: [UInt8] = []
        do throws(Failure) {
            _ = try session.retrieve(path, from: start, progress: nil, limit: nil) {
                bytes throws(TransportError) in
                guard there.count + bytes.count <= count else { throw .unusable("more came than is there") }
                there += bytes
            }
        } catch {
            guard !error.isTemporary, !error.endsConnection, error.kind != .cancelled else { throw error }
            return there.isEmpty
                ? "what is there cannot be read (\(error.message))"
                : "the server does not go on from the middle"
        }
        return here == there ? nil : "what is there is not the beginning of what is here"
    }
}
