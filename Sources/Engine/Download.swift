import FTPProtocol
import Transfers
import Transport

/// RETR into `NAME.part`, then into its place.
struct Download {
    let job: FileTransfer

    /// What a file is called until it is whole.
    static let partSuffix = Array(".part".utf8)

    private var transfer: Transfer { job.transfer }

    func run(on session: Session) throws(Failure) -> FileTransfer.Outcome {
        guard isSafeLocalName(transfer.localName) else {
            throw Failure(FTPError.unsafeName(transfer.localName))
        }
        if try isDevice() { return .done(bytes: try retrieveIntoDevice(session)) }
        var source = ConflictDecision.File(size: transfer.size, modified: transfer.modified)
        try FileTransfer.disk { () throws(TransportError) in
            try LocalDirectory.makeWithParents(transfer.localDirectory.bytes)
        }
        var target = transfer.localPath.bytes
        var replacing = transfer.options.onConflict == .overwrite
        var mode: UInt32?
        var inPlace = transfer.options.writesInPlace
        var offset: Int64 = 0
        if let there = try status(target) {
            guard there.kind != .directory else {
                throw Failure(.cannotCreate, "\(transfer.localPath) is a directory; choose another name")
            }
            // To ask is to tell both sizes.
            if job.mayHaveEnded || [.newer, .resume, .ask].contains(transfer.options.onConflict) {
                try learn(&source, session)
            }
            let destination = ConflictDecision.File(size: there.size, modified: there.modified)
            if job.isAlreadyDone(source, destination) { return .done(bytes: there.size) }
            switch ConflictDecision.decide(
                transfer.options.onConflict, source: source, destination: destination)
            {
            case .proceed:
                replacing = true
                // A file that only its owner may read stays so (CVE-2022-32207 of curl).
                if there.kind == .file { mode = there.mode & 0o777 }
            case .resume(let bytes):
                inPlace = true
                offset = bytes
            case .skip(let reason): return .skipped(reason)
            case .ask: return .conflict(size: there.size, modified: there.modified)
            case .rename: target = try freeName()
            }
        }
        try learn(&source, session)
        var part = inPlace ? target : try partName(of: target)
        if !inPlace { offset = try restartOffset(of: part, source) }
        var bytes = try retrieve(from: offset, into: part, mode: mode, source, session)
        if bytes == nil {
            // What is there is no beginning of what the server has, or the server cannot go on from it. A file of the
            // user's is left as it is until the whole new one can take its place.
            if inPlace, !transfer.options.writesInPlace {
                inPlace = false
                replacing = true
                part = try partName(of: target)
            }
            bytes = try retrieve(from: 0, into: part, mode: mode, source, session)
        }
        guard let bytes else {
            throw Failure(.protocolViolation("a transfer that begins at 0 cannot start over"))
        }
        if !inPlace {
            do throws(TransportError) {
                try LocalDirectory.rename(part, to: target, replacing: replacing)
            } catch .disk(_, _, let code) where code == alreadyExists {
                // It appeared while we were busy: the policy is asked again.
                let there = try status(target)
                return .conflict(size: there?.size, modified: there?.modified)
            } catch {
                throw Failure(error, attempt: "disk")
            }
            LocalDirectory.synchronize(transfer.localDirectory.bytes)
        }
        return .done(bytes: bytes)
    }

    /// A device or a pipe, be it behind a link (`/dev/stdout`).
    private func isDevice() throws(Failure) -> Bool {
        let path = transfer.localPath.bytes
        return try FileTransfer.disk { () throws(TransportError) in
            try LocalDirectory.status(of: path)?.kind == .other
        }
    }

    /// Straight into it: nothing is replaced, and nothing can be renamed into its place.
    private func retrieveIntoDevice(_ session: Session) throws(Failure) -> Int64 {
        // What an earlier try wrote has gone where it cannot be taken back from.
        let start = transfer.bytes
        let size = try session.size(of: transfer.remotePath)
        if let size { job.learnt(size, transfer.modified) }
        let device: OutputDevice
        do throws(TransportError) {
            device = try OutputDevice(
                transfer.localPath.bytes, until: .after(session.patience), cancellation: session.cancellation)
        } catch {
            throw Failure(error, attempt: "\(transfer.localPath)")
        }
        job.progress.set(start)
        job.activity(nil)
        let patience = session.patience
        let cancellation = session.cancellation
        let bytes =
            try start
            + session.retrieve(transfer.remotePath, from: start, progress: job.progress, limit: job.limit) {
                bytes throws(TransportError) in
                try device.write(bytes, patience: patience, cancellation: cancellation)
            }
        guard size == nil || size == bytes else {
            throw Failure(
                .doesNotVerify, "\(transfer.remotePath): \(bytes) bytes arrived, the server has \(size ?? 0)")
        }
        return bytes
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

    /// `NAME.part`, or, where something of that name is not ours, `NAME.ID.part`: another program's
    /// download, or a file that is really called so.
    private func partName(of target: [UInt8]) throws(Failure) -> [UInt8] {
        let usual = target + Self.partSuffix
        let own = target + Array(".\(transfer.id)".utf8) + Self.partSuffix
        if transfer.bytes > 0 { return try status(own) == nil ? usual : own }
        if isResuming { return usual }
        return try status(usual) == nil ? usual : own
    }

    /// Whether an earlier try of this transfer left something, or the user says that the part is to be gone on with.
    private var isResuming: Bool { transfer.bytes > 0 || transfer.options.onConflict == .resume }

    /// Where to go on: behind what an earlier try of this transfer left, if the source is still the same.
    private func restartOffset(of part: [UInt8], _ source: ConflictDecision.File) throws(Failure) -> Int64 {
        guard isResuming, let there = try status(part), there.kind == .file, there.size > 0 else { return 0 }
        if let size = source.size, there.size > size { return 0 }
        return there.size
    }

    /// - Returns: the bytes that are there at the end; nil when going on from `start` is not possible.
    private func retrieve(
        from start: Int64, into part: [UInt8], mode: UInt32?, _ source: ConflictDecision.File,
        _ session: Session
    ) throws(Failure) -> Int64? {
        if start > 0, !(try isUnchanged(source, session)) { return nil }
        // To open a pipe is to wait for its reader.
        if let there = try status(part), there.kind != .file {
            throw Failure(
                .cannotCreate, "\(LocalPath(bytes: part)) is in the way; move it or choose another folder")
        }
        if transfer.bytes == 0, source.size ?? .max >= FileTransfer.worthRemembering { job.beginning() }
        let file = try FileTransfer.disk { () throws(TransportError) in
            try LocalFile.openForWriting(part, truncating: start == 0)
        }
        if let mode {
            try FileTransfer.disk { () throws(TransportError) in try LocalDirectory.setMode(mode, of: part) }
        }
        job.progress.set(start)
        job.activity(nil)
        var offset = start
        if source.size == nil || offset < source.size ?? 0 || source.size == 0 {
            do throws(Failure) {
                offset += try session.retrieve(
                    transfer.remotePath, from: start, into: file, progress: job.progress, limit: job.limit)
            } catch {
                if start > 0, error.verb == "REST", error.reply?.code.kind == .permanentNegative {
                    return nil
                }
                // Nothing came: no empty file is left to be wondered at.
                if start == 0, job.progress.bytes == 0 { try? LocalDirectory.removeFile(part) }
                throw try explained(error, session)
            }
        }
        job.activity("checking")
        if start > 0, let size = source.size, offset > size {
            // REST was answered with yes, and the file sent from its beginning.
            try FileTransfer.disk { () throws(TransportError) in try file.truncate(to: start) }
            return nil
        }
        try verify(offset, source, session)
        try finish(file, part, source)
        return offset
    }

    /// RETR of a directory is refused with the same 550 as of a file that is not there.
    private func explained(_ failure: Failure, _ session: Session) throws(Failure) -> Failure {
        guard failure.verb == "RETR", failure.kind == .noSuchSource,
            try session.entry(at: transfer.remotePath)?.kind == .directory
        else { return failure }
        return Failure(
            .noSuchSource, "\(session.resolve(transfer.remotePath)) is a directory; take it with -r")
    }

    /// Time and disk; after this the part is whole and safe.
    private func finish(
        _ file: consuming LocalFile, _ part: [UInt8], _ source: ConflictDecision.File
    ) throws(Failure) {
        if let modified = source.modified { file.setModified(modified) }
        let written: FileStatus
        do throws(TransportError) { written = try file.status() } catch {
            throw Failure(error, attempt: "disk")
        }
        guard try status(part)?.inode == written.inode else {
            throw Failure(
                .localDisk, "\(LocalPath(bytes: part)) was replaced while it was written; starting over",
                isTemporary: true)
        }
        do throws(TransportError) {
            try file.synchronize()
            try file.close()
        } catch {
            throw Failure(error, attempt: "disk")
        }
    }

    /// A part is gone on with only while the source has the size and the time it had when the part was begun.
    private func isUnchanged(_ source: ConflictDecision.File, _ session: Session) throws(Failure) -> Bool {
        if let size = try session.size(of: transfer.remotePath), let known = source.size, size != known {
            return false
        }
        if let modified = try session.modificationTime(of: transfer.remotePath), let known = source.modified,
            modified != known
        {
            return false
        }
        return true
    }

    private func verify(
        _ bytes: Int64, _ source: ConflictDecision.File, _ session: Session
    ) throws(Failure) {
        guard let size = source.size, size != bytes else { return }
        // The listing may be old: what the server says now decides.
        if let now = try session.size(of: transfer.remotePath), now == bytes { return }
        throw Failure(
            .doesNotVerify,
            "\(transfer.remotePath): \(bytes) bytes arrived, the server has \(size); "
                + (bytes > size ? "starting over" : "going on from there"),
            isTemporary: true)
    }

    private func status(_ path: [UInt8]) throws(Failure) -> FileStatus? {
        try FileTransfer.disk { () throws(TransportError) in
            try LocalDirectory.status(of: path, followingLinks: false)
        }
    }

    /// A name beside the one that is taken.
    private func freeName() throws(Failure) -> [UInt8] {
        for number in 1...FileTransfer.mostNumbers {
            let name = FileTransfer.numbered(transfer.localName, number)
            let path = transfer.localDirectory.appending(name).bytes
            if try status(path) == nil { return path }
        }
        throw Failure(.cannotCreate, "\(transfer.localPath): all names beside it are taken")
    }
}

/// EEXIST
private let alreadyExists: Int32 = 17
