import FTPProtocol
import Transfers
import Transport

/// RETR into `NAME.part`, then into its place.
///
/// Everything happens in a directory that is held by its descriptor. What is at the destination is judged by the
/// conflict policy before the first byte, and once more when the file is whole and is to get its name.
struct Download {
    let job: FileTransfer

    private var transfer: Transfer { job.transfer }

    /// Where the file is to go, and what is known of what is there.
    struct Target {
        var name: [UInt8]
        /// What the policy allows to be replaced, as it was when it was asked.
        var replaced: FileStatus?
        /// The file that is there is gone on with, behind this many bytes.
        var goesOnAt: Int64?
    }

    private enum Judgement {
        case write(Target)
        case end(FileTransfer.Outcome)
    }

    func run(on session: Session) throws(Failure) -> FileTransfer.Outcome {
        do throws(Failure) { return try runOnce(on: session) } catch {
            // Where bytes have come, something of them is kept, and goes on in the queue's next try.
            let hasMoved = job.progress.bytes > 0 || transfer.options.writesInPlace || transfer.part != nil
            guard session.leaveLane(after: error, mayTryAgain: !hasMoved) else { throw error }
            return try runOnce(on: session)
        }
    }

    private func runOnce(on session: Session) throws(Failure) -> FileTransfer.Outcome {
        guard isSafeLocalName(transfer.localName) else {
            throw Failure(FTPError.unsafeName(transfer.localName))
        }
        guard transfer.localName.count <= PartFile.longestName else {
            throw Failure(
                .cannotCreate,
                "\(session.shown(transfer.remotePath)): its name has \(transfer.localName.count) bytes, and "
                    + "\(PartFile.longestName) is the most a disk takes; take it alone, with -o and a shorter name"
            )
        }
        // Only what the user named: a listing must not lead into a pipe.
        if transfer.depth == 0, try isDevice() {
            return .done(bytes: try DeviceDownload(job: job).run(on: session))
        }
        let directory = try FileTransfer.disk { () throws(TransportError) in
            try job.directories.open(
                transfer.localDirectory.bytes, depth: max(0, transfer.depth - 1), making: true)
        }
        var source = ConflictDecision.File(size: transfer.size, modified: transfer.modified)
        switch try judge(directory, &source, session) {
        case .end(let outcome): return outcome
        case .write(let target):
            // Nothing else is asked in between of a small one.
            if source.modified == nil, let size = source.size, size < PartFile.worthRemembering,
                target.goesOnAt == nil, transfer.part == nil, !job.isText
            {
                try session.askAhead(beforeRetrieving: transfer.remotePath)
            }
            try learn(&source, session)
            // What one connection has begun one connection ends.
            if target.goesOnAt == nil, !transfer.options.writesInPlace, transfer.part == nil {
                let segments = SegmentedDownload(job: job, directory: directory, target: target)
                if let outcome = try segments.run(source, on: session) { return outcome }
            }
            return try fetch(&source, as: target, in: directory, session)
        }
    }

    // MARK: - What is there

    /// Asks the conflict policy about what stands at the destination now.
    private func judge(
        _ directory: OpenDirectory, _ source: inout ConflictDecision.File, _ session: Session
    ) throws(Failure) -> Judgement {
        let name = transfer.localName
        guard let there = try status(name, directory) else { return .write(Target(name: name)) }
        guard there.kind != .directory else {
            throw Failure(.cannotCreate, "\(transfer.localPath) is a directory; choose another name")
        }
        if let taken = try FileTransfer.disk({ () throws(TransportError) in
            try directory.otherSpelling(of: name)
        }) {
            return try judge(there, spelled: taken, directory)
        }
        // Renamed by us just before a crash: the part was whole and synced.
        if let part = transfer.part, part.name != name, there.inode == part.inode, there.kind == .file,
            there.size == part.sourceSize
        {
            return .end(.done(bytes: there.size))
        }
        // To ask is to tell both sizes.
        if job.mayHaveEnded || transfer.options.onConflict.comparesFiles {
            try learn(&source, session)
        }
        let destination = ConflictDecision.File(size: there.size, modified: there.modified)
        if job.isAlreadyDone(source, destination) { return .end(.done(bytes: there.size)) }
        // What an earlier try wrote straight into its place.
        if let part = transfer.part, part.name == name, there.inode == part.inode, there.isOurAlone {
            return .write(Target(name: name, replaced: there, goesOnAt: min(part.safeBytes, there.size)))
        }
        switch ConflictDecision.decide(
            transfer.options.onConflict, source: source, destination: destination, clockAhead: job.clockAhead)
        {
        case .proceed: return .write(Target(name: name, replaced: there))
        case .resume(let bytes): return .write(Target(name: name, replaced: there, goesOnAt: bytes))
        case .skip(let reason): return .end(.skipped(reason))
        case .ask: return .end(.conflict(size: there.size, modified: there.modified))
        case .rename: return .write(Target(name: try freeName(directory)))
        }
    }

    /// What is there has a name that the server tells from this one and the disk does not: it may be another file of the
    /// same server, and is never replaced.
    private func judge(
        _ there: FileStatus, spelled taken: [UInt8], _ directory: OpenDirectory
    ) throws(Failure) -> Judgement {
        switch transfer.options.onConflict {
        case .rename: return .write(Target(name: try freeName(directory)))
        case .ask: return .end(.conflict(size: there.size, modified: there.modified))
        case .skip: return .end(.skipped(Self.sameName(transfer.localPath, taken)))
        default: throw Failure(.cannotCreate, Self.sameName(transfer.localPath, taken))
        }
    }

    private static func sameName(_ path: LocalPath, _ taken: [UInt8]) -> String {
        "\(path): “\(visible(taken))” is there, and this disk does not tell the cases of letters apart; "
            + "take it alone and give it another name"
    }

    /// Asks the server for what the listing did not say.
    private func learn(_ source: inout ConflictDecision.File, _ session: Session) throws(Failure) {
        if source.size == nil { source.size = try session.size(of: transfer.remotePath) }
        if source.modified == nil { source.modified = try session.modificationTime(of: transfer.remotePath) }
        // With the transfer, so that a later try can tell whether the source is still the same.
        if source.size != transfer.size || source.modified != transfer.modified {
            job.learnt(source.size, source.modified)
        }
    }

    /// A name beside the one that is taken.
    private func freeName(_ directory: OpenDirectory) throws(Failure) -> [UInt8] {
        for number in 1...FileTransfer.mostNumbers {
            let name = FileTransfer.numbered(transfer.localName, number)
            if try status(name, directory) == nil { return name }
        }
        throw Failure(.cannotCreate, "\(transfer.localPath): all names beside it are taken")
    }

    private func status(_ name: [UInt8], _ directory: OpenDirectory) throws(Failure) -> FileStatus? {
        try FileTransfer.disk { () throws(TransportError) in try directory.status(of: name) }
    }

    /// A device or a pipe, be it behind a link (`/dev/stdout`).
    private func isDevice() throws(Failure) -> Bool {
        let path = transfer.localPath.bytes
        return try FileTransfer.disk { () throws(TransportError) in
            try LocalDirectory.status(of: path)?.kind == .other
        }
    }

    // MARK: - The bytes

    /// Gets the bytes and gives them their name.
    private func fetch(
        _ source: inout ConflictDecision.File, as wanted: Target, in directory: OpenDirectory,
        _ session: Session
    ) throws(Failure) -> FileTransfer.Outcome {
        var target = wanted
        if job.isText { target.goesOnAt = nil }
        var startsOver = job.isText
        while true {
            let part = try PartFile.open(
                for: job, target, size: source.size, in: directory, isStartingOver: startsOver)
            if part.offset > 0 { try ask(&source, session) }
            let end: End
            if let why = part.reasonToStartOver(source) {
                end = .refused(why)
            } else {
                if let why = part.whyNotGoneOnWith {
                    job.startOver(session.shown(transfer.remotePath), because: why, session)
                }
                try part.begin(source)
                end = try retrieve(into: part, source, session)
            }
            guard case .whole(let bytes) = end else {
                if case .refused(let why) = end {
                    job.startOver(session.shown(transfer.remotePath), because: why, session)
                }
                startsOver = true
                // A file of the user's stays as it is until the whole new one can take its place.
                if !part.isOwn { target.goesOnAt = nil }
                continue
            }
            do throws(Failure) {
                try job.compareHash(transfer.remotePath, size: bytes, part.file.lent, session)
            } catch {
                // What is wrong somewhere is no beginning to go on from.
                if error.kind == .doesNotVerify, !part.isInPlace {
                    part.discard()
                } else {
                    part.stopped(at: bytes, source)
                }
                throw error
            }
            try part.finish(source)
            if part.isInPlace {
                part.forget()
                return .done(bytes: bytes)
            }
            return try place(part, bytes, &source, as: target, in: directory, session)
        }
    }

    private enum End {
        case whole(Int64)
        case refused(String)
    }

    private func retrieve(
        into part: PartFile, _ source: ConflictDecision.File, _ session: Session
    ) throws(Failure) -> End {
        let start = part.offset
        job.progress.set(start)
        job.activity(nil)
        do throws(Failure) {
            var bytes = start
            if start > 0 {
                switch try session.resume(
                    transfer.remotePath, from: start, overlap: part.overlap, isWhole: start == source.size,
                    of: part.file,
                    progress: job.progress, limit: job.limit)
                {
                case .moved(let count): bytes += count
                case .refused(let why): return .refused(why)
                }
            } else if job.isText {
                bytes = try session.retrieveText(
                    transfer.remotePath, into: part.file, progress: job.progress, limit: job.limit)
            } else {
                bytes = try session.retrieve(
                    transfer.remotePath, from: 0, into: part.file, progress: job.progress, limit: job.limit,
                    atEndOfData: { part.finishAhead(source) })
            }
            job.activity("checking")
            if start > 0, let size = source.size, bytes > size {
                try part.truncate(to: start)
                return .refused("the server sent more than the rest")
            }
            try verify(bytes, source, session)
            return .whole(bytes)
        } catch {
            part.stopped(at: job.progress.bytes, source)
            throw try explained(error, session)
        }
    }

    /// What the source is now, not what it was when it was listed.
    private func ask(_ source: inout ConflictDecision.File, _ session: Session) throws(Failure) {
        source.size = try session.size(of: transfer.remotePath) ?? source.size
        source.modified = try session.modificationTime(of: transfer.remotePath) ?? source.modified
        if source.size != transfer.size || source.modified != transfer.modified {
            job.learnt(source.size, source.modified)
        }
    }

    /// RETR of a directory is refused with the same 550 as of a file that is not there.
    private func explained(_ failure: Failure, _ session: Session) throws(Failure) -> Failure {
        guard failure.verb == "RETR", failure.kind == .noSuchSource,
            try session.entry(at: transfer.remotePath)?.kind == .directory
        else { return failure }
        return Failure(
            .noSuchSource,
            "\(session.shown(session.resolve(transfer.remotePath))) is a directory; take it with -r")
    }

    private func verify(
        _ bytes: Int64, _ source: ConflictDecision.File, _ session: Session
    ) throws(Failure) {
        guard job.comparesSizes, let size = source.size, size != bytes else { return }
        // The listing may be old: what the server says now decides.
        if let now = try session.size(of: transfer.remotePath), now == bytes { return }
        throw Failure(
            .doesNotVerify,
            "\(session.shown(transfer.remotePath)): \(bytes) bytes arrived, the server has \(size); "
                + (bytes > size ? "try again from the beginning" : "try again: it goes on from there"),
            isTemporary: true)
    }

    // MARK: - The name

    /// Gives the whole file its name. What appeared there, or changed, since it was judged is judged again.
    private func place(
        _ part: PartFile, _ bytes: Int64, _ source: inout ConflictDecision.File, as wanted: Target,
        in directory: OpenDirectory, _ session: Session
    ) throws(Failure) -> FileTransfer.Outcome {
        var target = wanted
        for _ in 1...Self.mostJudgements {
            let now = target.replaced == nil ? nil : try status(target.name, directory)
            let isUnchanged = now == nil || now?.isUnchanged(since: target.replaced) == true
            if isUnchanged || transfer.options.onConflict == .overwrite {
                do throws(TransportError) {
                    try part.take(target.name, replacing: now)
                    part.forget()
                    return .done(bytes: bytes)
                } catch {
                    guard error.meansExists else { throw Failure(error, attempt: "disk") }
                }
            }
            switch try judge(directory, &source, session) {
            case .write(let judged) where judged.goesOnAt == nil: target = judged
            case .write:
                // Shorter than ours, and not there when we began: not for us to decide.
                part.stopped(at: bytes, source)
                let there = try status(transfer.localName, directory)
                return .conflict(size: there?.size, modified: there?.modified)
            case .end(.conflict(let size, let modified)):
                part.stopped(at: bytes, source)
                return .conflict(size: size, modified: modified)
            case .end(let outcome):
                part.discard()
                return outcome
            }
        }
        part.stopped(at: bytes, source)
        throw Failure(
            .cannotCreate, "\(transfer.localPath): changed again and again; try again when it rests",
            isTemporary: true)
    }

    private static let mostJudgements = 10
}

extension FileStatus {
    fileprivate func isUnchanged(since before: FileStatus?) -> Bool {
        before?.inode == inode && before?.size == size && before?.modified == modified
            && before?.kind == kind
    }
}
