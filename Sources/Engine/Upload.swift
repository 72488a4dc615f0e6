import FTPProtocol
import Transfers
import Transport

/// STOR of a local file to a temporary name, the proof by SIZE that all of it is there, and RNFR and RNTO; or APPE.
///
/// Straight to the final name it goes where the user wants it (`--no-temp`), where the server takes no temporary
/// names, and behind what is there already.
struct Upload {
    let job: FileTransfer

    var transfer: Transfer { job.transfer }

    /// What is sent, as it was when it was opened.
    final class Source: Sendable {
        let file: LocalFile
        let status: FileStatus

        init(_ file: consuming LocalFile, _ status: FileStatus) {
            self.file = file
            self.status = status
        }

        var entry: ConflictDecision.File { .init(size: status.size, modified: status.modified) }
    }

    /// A server that refuses temporary names is not asked again on this connection.
    static let temporaryNames = "TEMPORARY NAMES"

    func run(on session: Session) throws(Failure) -> FileTransfer.Outcome {
        let file = try FileTransfer.disk { () throws(TransportError) in
            try LocalFile.openForReading(transfer.localPath.bytes)
        }
        let status = try FileTransfer.disk { () throws(TransportError) in try file.status() }
        guard status.kind == .file else {
            throw Failure(.noSuchSource, "\(transfer.localPath) is not a file")
        }
        let source = Source(file, status)
        if transfer.size != status.size || transfer.modified != status.modified {
            job.learnt(status.size, status.modified)
        }
        var target = session.resolve(transfer.remotePath)
        if transfer.options.appends { return try append(source, to: target, session) }
        var replaces = false
        if !job.isDestinationFresh, let there = try destination(target, session) {
            if job.isAlreadyDone(source.entry, there) { return .done(bytes: status.size) }
            switch decide(source.entry, there) {
            case .proceed: replaces = true
            case .resume(let bytes): return try inPlace(source, from: bytes, as: target, session)
            case .skip(let reason): return .skipped(reason)
            case .ask: return .conflict(size: there.size, modified: there.modified)
            case .rename: target = try freeName(session)
            }
        }
        guard !transfer.options.writesInPlace, session.features.mayTry(Self.temporaryNames) else {
            return try inPlace(source, from: 0, as: target, session)
        }
        return try throughTemporary(source, as: target, replacing: replaces, session)
    }

    // MARK: - Straight to its name

    private func inPlace(
        _ source: Source, from offset: Int64, as target: RemotePath, _ session: Session
    ) throws(Failure) -> FileTransfer.Outcome {
        var offset = offset
        if offset > 0, let why = try whyNot(behind: offset, of: target, source, session) {
            job.startOver(session.shown(target), because: why, session)
            // What is there is no beginning of ours: it stays until the whole new one can take its place.
            if !transfer.options.writesInPlace, !isOwn(target), session.features.mayTry(Self.temporaryNames) {
                return try throughTemporary(source, as: target, replacing: true, session)
            }
            offset = 0
        }
        begin(transfer.remoteName, source)
        let sent: Int64
        do throws(Failure) { sent = try send(source, from: offset, as: target, session) } catch {
            throw try whyNoFile(target, error, session) ?? error
        }
        try verify(source, sent: sent, target, session)
        if sent > offset { try measureClock(target, session) }
        try session.setModificationTime(of: target, to: source.status.modified)
        forgetPart(source)
        return .done(bytes: sent)
    }

    /// What an earlier try of this very transfer left under its final name.
    private func isOwn(_ target: RemotePath) -> Bool { transfer.part?.name == target.lastComponent }

    // MARK: - Through a temporary name

    private func throughTemporary(
        _ source: Source, as target: RemotePath, replacing replaces: Bool, _ session: Session
    ) throws(Failure) -> FileTransfer.Outcome {
        let segments = SegmentedUpload(
            job: job, source: source,
            temporary: target.parent.appending(
                temporaryName(for: target.lastComponent, SegmentedUpload.suffix)))
        if try segments.run(on: session) {
            do throws(Failure) {
                return try finish(
                    segments.temporary, sent: source.status.size, source, as: target,
                    replacing: replaces, session)
            } catch {
                // Of what is wrong somewhere nothing is a beginning.
                if error.kind == .doesNotVerify { segments.forget(session) }
                throw error
            }
        }
        let temporary = target.parent.appending(temporaryName(for: target.lastComponent, PartFile.suffix))
        let offset = try whereToGoOn(temporary, source, session)
        begin(temporary.lastComponent, source)
        let sent: Int64
        do throws(Failure) {
            sent = try send(source, from: offset, as: temporary, session)
        } catch {
            // No such name, perhaps; where the final one is refused too, that is the reason.
            guard error.refusesName, offset == 0 else { throw error }
            let outcome = try inPlace(source, from: 0, as: target, session)
            session.warn(
                "\(session.shown(temporary)): \(error.message); straight to the final name from now on")
            session.features.disable(Self.temporaryNames)
            return outcome
        }
        return try finish(
            temporary, sent: sent, begunAt: offset, source, as: target, replacing: replaces, session)
    }

    /// All of it is there under its temporary name: proves that, and gives it its time and its name.
    private func finish(
        _ temporary: RemotePath, sent: Int64, begunAt offset: Int64 = 0, _ source: Source,
        as target: RemotePath, replacing replaces: Bool, _ session: Session
    ) throws(Failure) -> FileTransfer.Outcome {
        // Nothing else is asked in between of a small one, and where nothing is it replaces nothing.
        var isRenamed = false
        if job.isDestinationFresh, job.comparesSizes, transfer.options.verification != .hash,
            job.clockMeasured == nil, sent == source.status.size, sent < PartFile.worthRemembering
        {
            isRenamed = try session.askAhead(
                afterStoring: temporary, as: target, modified: source.status.modified)
        }
        do throws(Failure) { try verify(source, sent: sent, temporary, session) } catch {
            if isRenamed, error.kind == .doesNotVerify { try? session.delete(target) }
            throw error
        }
        if sent > offset { try measureClock(temporary, session) }
        try session.setModificationTime(of: temporary, to: source.status.modified)
        return try place(temporary, as: target, source, replacing: replaces, session)
    }

    /// `NAME.1a2b3c4d.part`: of this job alone, and the same with each try, so that a try replaces what the one before
    /// has left.
    func temporaryName(for name: [UInt8], _ suffix: [UInt8]) -> [UInt8] {
        // FNV-1a: nobody's file is called so by chance.
        let hash = (transfer.localPath.bytes + [0] + transfer.remotePath.bytes).reduce(UInt32(0x811C_9DC5)) {
            ($0 ^ UInt32($1)) &* 0x0100_0193
        }
        let end = Array(".\(String(hash, radix: 16))".utf8) + suffix
        return Array(name.prefix(PartFile.longestName - end.count)) + end
    }

    /// How much of an earlier try is there and proven to be the beginning of the source.
    private func whereToGoOn(
        _ temporary: RemotePath, _ source: Source, _ session: Session
    ) throws(Failure) -> Int64 {
        guard !job.isText, let part = transfer.part, part.name == temporary.lastComponent else { return 0 }
        var why = part.difference(fromSize: source.status.size, modified: source.status.modified)
        var there: Int64 = 0
        if why == nil {
            guard let size = try session.size(of: temporary) else {
                job.startOver(
                    "\(transfer.localPath)", because: "\(session.shown(temporary)) is gone", session)
                return 0
            }
            there = size
            if there > source.status.size { why = "\(session.shown(temporary)) is longer than the source" }
        }
        if why == nil, there > 0 { why = try whyNot(behind: there, of: temporary, source, session) }
        guard let why else { return there }
        job.startOver("\(transfer.localPath)", because: why, session)
        return 0
    }

    /// Renames the whole file into its place, against nothing but what the policy allows.
    private func place(
        _ temporary: RemotePath, as target: RemotePath, _ source: Source, replacing: Bool,
        _ session: Session
    ) throws(Failure) -> FileTransfer.Outcome {
        var replaces = replacing
        // A long transfer gives others time to put something there, and Unix servers replace it without a word.
        if !replaces, !job.isDestinationFresh, source.status.size >= PartFile.worthRemembering {
            switch try judgeAgain(target, source, session) {
            case .end(let outcome):
                if case .skipped = outcome { try? session.delete(temporary) }
                return outcome
            case .go(let allowed): replaces = allowed
            }
        }
        do throws(Failure) {
            try session.rename(temporary, to: target, replacing: true)
        } catch {
            if let refusal = try whyNoFile(target, error, session) {
                try? session.delete(temporary)
                throw refusal
            }
            guard error.verb == "RNTO" || error.verb == "RNFR", error.reply?.code.kind == .permanentNegative
            else {
                throw leaving(temporary, error)
            }
            if try destination(target, session) != nil {
                // IIS renames onto nothing that exists.
                guard replaces else { return try conflict(target, source, session) }
                try session.delete(target)
                do throws(Failure) {
                    try session.rename(temporary, to: target, replacing: true)
                } catch {
                    throw leaving(temporary, error)
                }
            } else {
                return try withoutRenaming(temporary, as: target, source, because: error, session)
            }
        }
        forgetPart(source)
        return .done(bytes: source.status.size)
    }

    /// A directory has that name. Servers say so in many ways, some of them as if it could pass (Pure-FTPd: 451).
    private func whyNoFile(
        _ target: RemotePath, _ failure: Failure, _ session: Session
    ) throws(Failure) -> Failure? {
        guard ["STOR", "RNFR", "RNTO"].contains(failure.verb), failure.reply?.code.isNegative == true,
            !failure.endsConnection, try session.entry(at: target)?.kind == .directory
        else { return nil }
        return Failure(
            .cannotCreate,
            "\(session.shown(target)) is a directory; end the target with / to put the file in it")
    }

    private enum Judgement {
        case go(replacing: Bool)
        case end(FileTransfer.Outcome)
    }

    private func judgeAgain(
        _ target: RemotePath, _ source: Source, _ session: Session
    ) throws(Failure) -> Judgement {
        guard let there = try destination(target, session) else { return .go(replacing: false) }
        switch ConflictDecision.decide(
            transfer.options.onConflict, source: source.entry, destination: there, clockAhead: -job.clockAhead
        )
        {
        case .proceed: return .go(replacing: true)
        case .skip(let reason): return .end(.skipped(reason))
        case .ask, .resume, .rename: return .end(.conflict(size: there.size, modified: there.modified))
        }
    }

    private func conflict(
        _ target: RemotePath, _ source: Source, _ session: Session
    ) throws(Failure) -> FileTransfer.Outcome {
        let there = try destination(target, session)
        return .conflict(size: there?.size, modified: there?.modified)
    }

    /// The server stores but does not rename: once more, straight to the final name, and so from now on.
    private func withoutRenaming(
        _ temporary: RemotePath, as target: RemotePath, _ source: Source, because refusal: Failure,
        _ session: Session
    ) throws(Failure) -> FileTransfer.Outcome {
        session.features.disable(Self.temporaryNames)
        session.warn("\(refusal.message); once more, straight to the final name")
        let outcome = try inPlace(source, from: 0, as: target, session)
        do throws(Failure) { try session.delete(temporary) } catch {
            session.warn("\(session.shown(temporary)) is left over: \(error.message)")
        }
        return outcome
    }

    func leaving(_ temporary: RemotePath, _ failure: Failure) -> Failure {
        var copy = failure
        copy.message += "; all of it is there as \(transfer.charset.shown(temporary))"
        return copy
    }
}

extension Failure {
    /// 553 and the like to STOR: not for want of space, and not of a connection. Once the server has begun it has taken
    /// the name, and whatever happened then would happen to the file that is there under the final name.
    fileprivate var refusesName: Bool {
        verb == "STOR" && kind == .cannotCreate && !cameAfterBeginning
            && reply?.code.kind == .permanentNegative
            && reply?.code != .exceededStorage
    }
}

extension CivilDate {
    /// Seconds since 1970, when this is known in UTC and to the second.
    package var utcSeconds: Int64? { isUTC && second != nil ? secondsSince1970 : nil }
}
