public import FTPProtocol
import Transfers
public import Transport

/// STOR or APPE of a local file, and the proof by SIZE that all of it is there.
struct Upload {
    let job: FileTransfer

    private var transfer: Transfer { job.transfer }

    func run(on session: Session) throws(Failure) -> FileTransfer.Outcome {
        let source = try FileTransfer.disk { () throws(TransportError) in
            try LocalFile.openForReading(transfer.localPath.bytes)
        }
        let status = try FileTransfer.disk { () throws(TransportError) in try source.status() }
        guard status.kind == .file else {
            throw Failure(.noSuchSource, "\(transfer.localPath) is not a file")
        }
        if transfer.size != status.size || transfer.modified == nil {
            job.learnt(status.size, transfer.modified ?? status.modified)
        }
        var target = session.resolve(transfer.remotePath)
        var offset: Int64 = 0
        if transfer.options.appends {
            guard transfer.bytes == 0 else { throw Self.appendedInPart(target) }
            let before = try session.size(of: target)
            do throws(Failure) {
                return try append(source, status, to: target, after: before, session)
            } catch {
                // A second APPE would append the beginning once more.
                throw job.progress.bytes > 0 && error.kind != .cancelled
                    ? Self.appendedInPart(target, error) : error
            }
        }
        if !job.isDestinationFresh, let there = try destination(target, session) {
            let local = ConflictDecision.File(size: status.size, modified: status.modified)
            if job.isAlreadyDone(local, there) { return .done(bytes: status.size) }
            switch decide(local, there) {
            case .proceed: break
            case .resume(let bytes): offset = bytes
            case .skip(let reason): return .skipped(reason)
            case .ask: return .conflict(size: there.size, modified: there.modified)
            case .rename: target = try freeName(session)
            }
        }
        if offset < status.size || status.size == 0 {
            job.progress.set(offset)
            job.activity(nil)
            if transfer.bytes == 0, status.size >= PartFile.worthRemembering {
                job.beginning(
                    Part(name: transfer.remoteName, sourceSize: status.size, sourceModified: status.modified))
            }
            do throws(Failure) {
                offset = try send(source, from: offset, as: target, session)
            } catch {
                throw session.sayingWhatIsLeft(of: target, after: job.progress, error)
            }
        }
        job.activity("checking")
        try verify(source, status, sent: offset, target, session)
        try session.setModificationTime(of: target, to: status.modified)
        return .done(bytes: offset)
    }

    /// - Returns: the offset reached.
    private func send(
        _ source: borrowing LocalFile, from offset: Int64, as target: RemotePath, _ session: Session
    ) throws(Failure) -> Int64 {
        do throws(Failure) {
            return try offset
                + session.store(source, from: offset, as: target, progress: job.progress, limit: job.limit)
        } catch {
            if error.kind == .cannotCreate, job.makesDirectories, offset == 0, target.parent != session.home,
                try session.ensureDirectoryWithParents(target.parent)
            {
                return try session.store(
                    source, from: 0, as: target, progress: job.progress, limit: job.limit)
            }
            guard offset > 0, error.refusesRestart else { throw error }
        }
        // No REST for uploads here: append what is missing (RFC 3659 §5 allows no REST with APPE).
        return try offset
            + session.store(
                source, from: offset, as: target, with: .append, progress: job.progress, limit: job.limit)
    }

    private func append(
        _ source: borrowing LocalFile, _ status: FileStatus, to target: RemotePath, after before: Int64?,
        _ session: Session
    ) throws(Failure) -> FileTransfer.Outcome {
        job.progress.set(0)
        let sent = try session.store(
            source, from: 0, as: target, with: .append, progress: job.progress, limit: job.limit)
        if let before, let now = try session.size(of: target), now != before + sent {
            throw Failure(
                .doesNotVerify,
                "\(target): the server has \(now) bytes, \(before + sent) were expected; compare the two")
        }
        return .done(bytes: sent)
    }

    private static func appendedInPart(_ target: RemotePath, _ cause: Failure? = nil) -> Failure {
        let why = cause.map { "\($0.message); " } ?? ""
        return Failure(
            .doesNotVerify,
            why
                + "\(target): a part may have been appended already; compare the two, then append what is missing"
        )
    }

    /// What is at the destination; nil when nothing is.
    private func destination(
        _ target: RemotePath, _ session: Session
    ) throws(Failure) -> ConflictDecision.File? {
        let answer = try session.sizeReply(of: target)
        if let size = answer?.sizeInBytes {
            let wantsTime = job.mayHaveEnded || [.newer, .ask].contains(transfer.options.onConflict)
            return ConflictDecision.File(
                size: size, modified: wantsTime ? try session.modificationTime(of: target) : nil)
        }
        // Only a plain 550 says that nothing is there: not 450, not "in use", not a size beyond 32 bits.
        if let answer, answer.code == .fileUnavailable, !RetryPolicy.isTemporary(answer) { return nil }
        guard let entry = try session.entry(at: target), entry.kind != .directory else { return nil }
        return ConflictDecision.File(size: entry.size, modified: entry.modified?.utcSeconds)
    }

    /// What an earlier try of this very transfer left is gone on with; anything else is a conflict.
    private func decide(_ source: ConflictDecision.File, _ there: ConflictDecision.File) -> ConflictDecision {
        // A try that never came to STOR has left nothing, so what is there then is somebody else's.
        // Nor is it ours where the policy lets something stand under that name before: replaced or kept beside.
        let policy = transfer.options.onConflict
        let isOurs =
            policy != .overwrite && policy != .newer && policy != .rename
            && (transfer.bytes > 0 || transfer.attempts > 0 && there.size == 0)
        if isOurs, source.modified == transfer.modified || transfer.modified == nil, let size = there.size,
            let whole = source.size, size <= whole
        {
            return .resume(at: size)
        }
        return ConflictDecision.decide(transfer.options.onConflict, source: source, destination: there)
    }

    private func verify(
        _ source: borrowing LocalFile, _ status: FileStatus, sent: Int64, _ target: RemotePath,
        _ session: Session
    ) throws(Failure) {
        let now = try FileTransfer.disk { () throws(TransportError) in try source.status() }
        guard now.size == status.size, now.modified == status.modified, sent == status.size else {
            throw Failure(
                .doesNotVerify, "\(transfer.localPath) changed while it was sent; trying again",
                isTemporary: true)
        }
        if let stored = try session.size(of: target), stored != sent {
            throw Failure(
                .doesNotVerify, "\(target): the server has \(stored) of \(sent) bytes; trying again",
                isTemporary: true)
        }
    }

    private func freeName(_ session: Session) throws(Failure) -> RemotePath {
        for number in 1...FileTransfer.mostNumbers {
            let name = FileTransfer.numbered(transfer.remoteName, number)
            let path = session.resolve(transfer.remoteDirectory.appending(name))
            if try destination(path, session) == nil { return path }
        }
        throw Failure(.cannotCreate, "\(transfer.remotePath): all names beside it are taken")
    }
}

extension Session {
    /// Adds to the sentence about an upload that failed how much of it there is: it stands under its final
    /// name, and looks like a whole file.
    public func sayingWhatIsLeft(
        of path: RemotePath, after progress: ProgressCounter, _ failure: Failure
    ) -> Failure {
        guard progress.bytes > 0, !failure.endsConnection, failure.kind != .cancelled,
            let left = try? size(of: path)
        else { return failure }
        var copy = failure
        copy.message += "; \(left) bytes of it are there"
        return copy
    }
}

extension Failure {
    /// REST is refused, or taken and then held against STOR (ProFTPD without AllowStoreRestart says 451).
    fileprivate var refusesRestart: Bool {
        guard let reply else { return false }
        switch verb {
        case "REST": return reply.code.kind == .permanentNegative
        case "STOR": return reply.code == .localError || reply.code.meansNotImplemented
        default: return false
        }
    }
}

extension CivilDate {
    /// Seconds since 1970, when this is known in UTC and to the second.
    package var utcSeconds: Int64? { isUTC && second != nil ? secondsSince1970 : nil }
}
