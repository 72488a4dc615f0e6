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
        let part = inPlace ? target : try partName(of: target)
        if !inPlace { offset = try restartOffset(of: part, source) }
        let bytes: Int64
        do throws(Failure) {
            bytes = try retrieve(from: offset, into: part, mode: mode, source, session)
        } catch {
            // Nothing came: no empty file is left to be wondered at.
            if offset == 0, !inPlace, let left = try status(part), left.kind == .file, left.size == 0 {
                try? LocalDirectory.removeFile(part)
            }
            guard error.verb == "RETR", error.kind == .noSuchSource,
                try session.entry(at: transfer.remotePath)?.kind == .directory
            else { throw error }
            throw Failure(
                .noSuchSource, "\(session.resolve(transfer.remotePath)) is a directory; take it with -r")
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
        if let size { job.learnt(size) }
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
        if source.size == nil, let size = try session.size(of: transfer.remotePath) {
            source.size = size
            job.learnt(size)
        }
        if source.modified == nil { source.modified = try session.modificationTime(of: transfer.remotePath) }
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

    private func retrieve(
        from start: Int64, into part: [UInt8], mode: UInt32?, _ source: ConflictDecision.File,
        _ session: Session
    ) throws(Failure) -> Int64 {
        var offset = start
        if offset > 0, !(try isUnchanged(source, session)) { offset = 0 }
        // To open a pipe is to wait for its reader.
        if let there = try status(part), there.kind != .file {
            throw Failure(
                .cannotCreate, "\(LocalPath(bytes: part)) is in the way; move it or choose another folder")
        }
        if transfer.bytes == 0, source.size ?? .max >= FileTransfer.worthRemembering { job.beginning() }
        let file = try FileTransfer.disk { () throws(TransportError) in
            try LocalFile.openForWriting(part, truncating: offset == 0)
        }
        if let mode {
            try FileTransfer.disk { () throws(TransportError) in try LocalDirectory.setMode(mode, of: part) }
        }
        if offset > 0 {
            let keep = offset
            try FileTransfer.disk { () throws(TransportError) in try file.truncate(to: keep) }
        }
        job.progress.set(offset)
        job.activity(nil)
        if source.size == nil || offset < source.size ?? 0 || source.size == 0 {
            do throws(Failure) {
                offset += try session.retrieve(
                    transfer.remotePath, from: offset, into: file, progress: job.progress, limit: job.limit)
            } catch {
                // A server that cannot restart: from the beginning then.
                guard error.verb == "REST", error.reply?.code.kind == .permanentNegative else { throw error }
                try FileTransfer.disk { () throws(TransportError) in try file.truncate(to: 0) }
                job.progress.set(0)
                offset = try session.retrieve(
                    transfer.remotePath, from: 0, into: file, progress: job.progress, limit: job.limit)
            }
        }
        job.activity("checking")
        try verify(offset, source, session)
        if let modified = source.modified { file.setModified(modified) }
        let written = try FileTransfer.disk { () throws(TransportError) in try file.status() }
        guard try status(part)?.inode == written.inode else {
            throw Failure(
                .localDisk, "\(LocalPath(bytes: part)) was replaced while it was written; starting over",
                isTemporary: true)
        }
        try FileTransfer.disk { () throws(TransportError) in try file.synchronize() }
        do throws(TransportError) { try file.close() } catch { throw Failure(error, attempt: "disk") }
        return offset
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
