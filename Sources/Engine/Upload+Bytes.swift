public import FTPProtocol
import Transfers
public import Transport

/// The bytes of an upload: on their way, and whether all of them are there.
extension Upload {
    /// The journal knows of what is large before it is begun, so that it is gone on with after a crash.
    func begin(_ name: [UInt8], _ source: Source) {
        job.activity(nil)
        guard source.status.size >= PartFile.worthRemembering else { return }
        let part = Part(
            name: name, sourceSize: source.status.size, sourceModified: source.status.modified)
        if part != transfer.part { job.beginning(part) }
    }

    func forgetPart(_ source: Source) {
        if transfer.part != nil || source.status.size >= PartFile.worthRemembering { job.kept(nil) }
    }

    /// - Returns: the offset reached.
    func send(
        _ source: Source, from offset: Int64, as target: RemotePath, _ session: Session
    ) throws(Failure) -> Int64 {
        job.progress.set(offset)
        if offset == source.status.size, offset > 0 { return offset }
        do throws(Failure) {
            return try store(source, from: offset, as: target, session)
        } catch {
            throw session.sayingWhatIsLeft(of: target, after: job.progress, error)
        }
    }

    private func store(
        _ source: Source, from offset: Int64, as target: RemotePath, _ session: Session
    ) throws(Failure) -> Int64 {
        do throws(Failure) {
            return try storeOnce(source, from: offset, as: target, session)
        } catch {
            if error.kind == .cannotCreate, job.makesDirectories, offset == 0, target.parent != session.home,
                try session.ensureDirectoryWithParents(target.parent)
            {
                return try storeOnce(source, from: 0, as: target, session)
            }
            guard offset > 0, error.refusesRestart else { throw error }
        }
        // No REST for uploads here: append what is missing (RFC 3659 §5 allows no REST with APPE).
        return try offset
            + session.store(
                source.file, from: offset, as: target, with: .append, progress: job.progress,
                limit: job.limit)
    }

    /// - Returns: the offset reached.
    private func storeOnce(
        _ source: Source, from offset: Int64, as target: RemotePath, _ session: Session
    ) throws(Failure) -> Int64 {
        if job.isText {
            return try session.storeText(source.file, as: target, progress: job.progress, limit: job.limit)
        }
        return try offset
            + session.store(source.file, from: offset, as: target, progress: job.progress, limit: job.limit)
    }

    func append(
        _ source: Source, to target: RemotePath, _ session: Session
    ) throws(Failure) -> FileTransfer.Outcome {
        guard transfer.bytes == 0 else { throw Self.appendedInPart(session.shown(target)) }
        let before = try session.size(of: target)
        job.progress.set(0)
        do throws(Failure) {
            let sent =
                try job.isText
                ? session.storeText(
                    source.file, as: target, with: .append, progress: job.progress, limit: job.limit)
                : session.store(
                    source.file, from: 0, as: target, with: .append, progress: job.progress, limit: job.limit)
            if job.comparesSizes, let before, let now = try session.size(of: target), now != before + sent {
                throw Failure(
                    .doesNotVerify,
                    "\(session.shown(target)): the server has \(now) bytes, \(before + sent) were expected; compare the two"
                )
            }
            return .done(bytes: sent)
        } catch {
            // A second APPE would append the beginning once more.
            throw job.progress.bytes > 0 && error.kind != .cancelled
                ? Self.appendedInPart(session.shown(target), error) : error
        }
    }

    private static func appendedInPart(_ target: String, _ cause: Failure? = nil) -> Failure {
        let why = cause.map { "\($0.message); " } ?? ""
        return Failure(
            .doesNotVerify,
            why
                + "\(target): a part may have been appended already; compare the two, then append what is missing"
        )
    }

    func verify(
        _ source: Source, sent: Int64, _ target: RemotePath, _ session: Session
    ) throws(Failure) {
        job.activity("checking")
        let now = try FileTransfer.disk { () throws(TransportError) in try source.file.status() }
        guard now.size == source.status.size, now.modified == source.status.modified,
            sent == source.status.size
        else {
            throw Failure(
                .doesNotVerify, "\(transfer.localPath) changed while it was sent; try again",
                isTemporary: true)
        }
        if job.comparesSizes, let stored = try session.size(of: target), stored != sent {
            throw Failure(
                .doesNotVerify,
                "\(session.shown(target)): the server has \(stored) of \(sent) bytes; try again",
                isTemporary: true)
        }
        try job.compareHash(target, size: sent, source.file.lent, session)
    }
}

extension Session {
    /// Adds to the sentence about an upload that failed how much of it there is, and under which name.
    public func sayingWhatIsLeft(
        of path: RemotePath, after progress: ProgressCounter, _ failure: Failure
    ) -> Failure {
        guard progress.bytes > 0, !failure.endsConnection, failure.kind != .cancelled,
            let left = try? size(of: path)
        else { return failure }
        var copy = failure
        copy.message += "; \(left) bytes of it are there as \(shown(path))"
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
