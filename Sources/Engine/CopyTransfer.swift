import FTPProtocol
import Transfers
import Transport

/// A file of the queue that goes from one server to another: to a temporary name, and renamed when all of it is there.
///
/// What was begun is never gone on with: neither server says what it has of the other's.
struct CopyTransfer {
    let job: FileTransfer
    let origin: Origin

    private var transfer: Transfer { job.transfer }

    func run(on session: Session) throws(Failure) -> FileTransfer.Outcome {
        let near = try job.companion(with: origin.site)
        let path = near.resolve(RemotePath(bytes: transfer.localPath.bytes))
        let source = try look(at: path, near)
        let upload = Upload(job: job)
        var target = session.resolve(transfer.remotePath)
        var replaces = false
        if !job.isDestinationFresh, let there = try upload.destination(target, session) {
            if job.isAlreadyDone(source, there) { return .done(bytes: there.size ?? 0) }
            switch ConflictDecision.decide(
                transfer.options.onConflict, source: source, destination: there, clockAhead: 0)
            {
            case .proceed, .resume: replaces = true
            case .skip(let reason): return .skipped(reason)
            case .ask: return .conflict(size: there.size, modified: there.modified)
            case .rename: target = try upload.freeName(session)
            }
        }
        let isDirect = transfer.options.writesInPlace || !session.features.mayTry(Upload.temporaryNames)
        let temporary =
            isDirect
            ? target
            : target.parent.appending(upload.temporaryName(for: target.lastComponent, PartFile.suffix))
        let bytes: Int64
        do throws(Failure) {
            try move(path, near, to: temporary, session)
            bytes = try verified(temporary, source, session)
        } catch {
            if !isDirect, !error.endsConnection, error.kind != .cancelled { try? session.delete(temporary) }
            throw error
        }
        if let modified = source.modified { try session.setModificationTime(of: temporary, to: modified) }
        guard !isDirect else { return .done(bytes: bytes) }
        return try place(temporary, as: target, bytes, replacing: replaces, upload, session)
    }

    /// What the source is.
    private func look(at path: RemotePath, _ near: Session) throws(Failure) -> ConflictDecision.File {
        try near.connectAsOrigin()
        var source = ConflictDecision.File(
            size: try near.size(of: path), modified: try near.modificationTime(of: path))
        if source.size == nil {
            guard let entry = try near.entry(at: path) else {
                throw Failure(
                    .noSuchSource,
                    "\(near.shown(path)): \(near.site.shortName) has no such file; check the path by listing its folder"
                )
            }
            guard entry.kind != .directory else {
                throw Failure(.noSuchSource, "\(near.shown(path)) is a directory; take it with -r")
            }
            source.size = entry.size
        }
        if source.size != transfer.size || source.modified != transfer.modified {
            job.learnt(source.size, source.modified)
        }
        return source
    }

    private func move(
        _ path: RemotePath, _ near: Session, to target: RemotePath, _ session: Session
    ) throws(Failure) {
        job.progress.set(0)
        // What comes through this machine is counted, and shown as any other transfer.
        job.activity(origin.isRelayed || near.leavesCopiesToUs ? nil : "between the servers")
        defer { job.activity(nil) }
        do throws(Failure) { try moveOnce(path, near, to: target, session) } catch {
            guard error.kind == .cannotCreate, job.makesDirectories, target.parent != session.home,
                try session.ensureDirectoryWithParents(target.parent)
            else { throw error }
            try moveOnce(path, near, to: target, session)
        }
    }

    private func moveOnce(
        _ path: RemotePath, _ near: Session, to target: RemotePath, _ session: Session
    ) throws(Failure) {
        let origin = origin
        let anotherSession = job.sessionWith
        try ServerToServer(of: path, on: near, to: target, on: session).run(
            isRelayed: origin.isRelayed,
            reader: { () throws(Failure) in
                guard let reader = anotherSession(origin.site) else { throw .cancelled }
                return reader
            }, progress: job.progress, limit: job.limit
        ) { why in
            job.activity(nil)
            session.warn("the servers do not copy among themselves (\(why)); copying through this machine")
        }
    }

    /// - Returns: the bytes that are there.
    private func verified(
        _ target: RemotePath, _ source: ConflictDecision.File, _ session: Session
    ) throws(Failure) -> Int64 {
        job.activity("checking")
        defer { job.activity(nil) }
        let arrived = try session.size(of: target)
        if let arrived { job.progress.set(arrived) }
        guard transfer.options.verification != .none, let size = source.size, let arrived, size != arrived
        else { return arrived ?? source.size ?? job.progress.bytes }
        throw Failure(
            .doesNotVerify,
            "\(session.shown(target)): \(arrived) bytes arrived, the source has \(size); trying again",
            isTemporary: true)
    }

    private func place(
        _ temporary: RemotePath, as target: RemotePath, _ bytes: Int64, replacing replaces: Bool,
        _ upload: Upload, _ session: Session
    ) throws(Failure) -> FileTransfer.Outcome {
        // What appeared meanwhile was not asked about.
        if !replaces, !job.isDestinationFresh, let there = try upload.destination(target, session) {
            try? session.delete(temporary)
            return .conflict(size: there.size, modified: there.modified)
        }
        do throws(Failure) { try session.rename(temporary, to: target, replacing: true) } catch {
            // IIS renames onto nothing that exists.
            guard replaces, error.verb == "RNTO", error.reply?.code.kind == .permanentNegative else {
                throw upload.leaving(temporary, error)
            }
            try session.delete(target)
            do throws(Failure) { try session.rename(temporary, to: target, replacing: true) } catch {
                throw upload.leaving(temporary, error)
            }
        }
        return .done(bytes: bytes)
    }
}

extension Session {
    /// Logs in to the server that a copy comes from.
    func connectAsOrigin() throws(Failure) {
        do throws(Failure) { try connect() } catch {
            var failure = error
            if error.kind == .passwordNeeded {
                // Only the destination's is asked for.
                failure = Failure(
                    .permissionRefused,
                    "\(site.shortName), where the files are, wants a password: \(Advice.password.rawValue)")
            }
            failure.concernsOrigin = true
            throw failure
        }
    }
}
