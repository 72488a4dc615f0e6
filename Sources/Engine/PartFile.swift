import FTPProtocol
import Transfers
import Transport

/// The file a download grows in: `NAME.part`, or one that has no name until it is whole, or, with `--no-temp` and where
/// the user's own file is gone on with, the destination itself.
///
/// One that is found is used only when it is ours: a regular file of this user, with one name, and the one that was
/// recorded when it was begun. Else another name is chosen. Until it is whole only its owner may read it.
final class PartFile {
    /// What a file is called until it is whole.
    static let suffix = Array(".part".utf8)
    /// From this size on it pays to have a name and a record of it in the journal, in bytes. What is smaller is fetched
    /// again after a crash, and leaves nothing behind.
    static let worthRemembering: Int64 = 256 << 10
    /// A server sends this much once more before it goes on, in bytes: a block of most disks.
    private static let usualOverlap = 4 << 10
    /// The longest name that Linux file systems take, in bytes.
    static let longestName = 255

    let file: LocalFile
    let isInPlace: Bool
    /// This transfer made it, or found nothing there; what is not its own is never cut short.
    let isOwn: Bool
    /// So much of it is there and is gone on with, in bytes.
    private(set) var offset: Int64
    /// Why what an earlier try left is not used, as the end of a sentence.
    private(set) var whyNotGoneOnWith: String?

    private let job: FileTransfer
    private let directory: OpenDirectory
    private let inode: UInt64
    /// Nil while it has none.
    private var name: [UInt8]?
    private var record: Part?
    private var checkpoint: Checkpoint?
    /// What came of `finishAhead`.
    private var finished: Result<Void, TransportError>?

    private init(
        _ file: consuming LocalFile, _ name: [UInt8]?, _ job: FileTransfer, _ directory: OpenDirectory,
        isInPlace: Bool = false, isOwn: Bool = true, offset: Int64 = 0, record: Part? = nil
    ) throws(Failure) {
        do throws(TransportError) { inode = name == nil ? 0 : try file.status().inode } catch {
            throw Failure(error, attempt: "disk")
        }
        self.file = file
        self.name = name
        self.job = job
        self.directory = directory
        self.isInPlace = isInPlace
        self.isOwn = isOwn
        self.offset = offset
        self.record = record
    }

    // MARK: - Which file

    /// Finds what an earlier try left, or begins anew.
    ///
    /// - Parameters:
    ///   - size: of the source, in bytes, as far as known.
    ///   - isStartingOver: what is there was found to be of no use.
    static func open(
        for job: FileTransfer, _ target: Download.Target, size: Int64?, in directory: OpenDirectory,
        isStartingOver: Bool
    ) throws(Failure) -> PartFile {
        let transfer = job.transfer
        if let offset = target.goesOnAt {
            let isOwn = transfer.part?.name == target.name && transfer.part?.inode == target.replaced?.inode
            let file = try FileTransfer.disk { () throws(TransportError) in try directory.open(target.name) }
            return try PartFile(
                file, target.name, job, directory, isInPlace: true, isOwn: isOwn,
                offset: isStartingOver ? 0 : offset, record: isOwn ? transfer.part : nil)
        }
        if transfer.options.writesInPlace { return try inPlace(job, target, directory) }
        var why: String?
        if let part = transfer.part {
            if let found = try find(part, job, directory, isStartingOver, &why) { return found }
        } else if transfer.options.onConflict == .resume, !isStartingOver {
            if let adopted = try adopt(clipped(target.name, suffix), job, directory) { return adopted }
        }
        let fresh = try make(target.name, job, directory, mayBeUnnamed: size ?? .max < worthRemembering)
        fresh.whyNotGoneOnWith = why
        return fresh
    }

    private static func inPlace(
        _ job: FileTransfer, _ target: Download.Target, _ directory: OpenDirectory
    ) throws(Failure) -> PartFile {
        let file: LocalFile
        do throws(TransportError) {
            file = try emptied(target, directory)
        } catch {
            var failure = Failure(error, attempt: "disk")
            // It appeared a moment ago: the next try judges it.
            failure.isTemporary = error.meansExists
            throw failure
        }
        return try PartFile(file, target.name, job, directory, isInPlace: true)
    }

    private static func emptied(
        _ target: Download.Target, _ directory: OpenDirectory
    ) throws(TransportError) -> LocalFile {
        if target.replaced == nil {
            let file = try directory.create(target.name)
            try file.setMode(usualFileMode)
            return file
        }
        let file = try directory.open(target.name)
        try file.truncate(to: 0)
        return file
    }

    /// What the journal says that this transfer left.
    private static func find(
        _ part: Part, _ job: FileTransfer, _ directory: OpenDirectory, _ isStartingOver: Bool,
        _ why: inout String?
    ) throws(Failure) -> PartFile? {
        let shown = visible(part.name)
        guard let there = try status(part.name, directory) else {
            why = "\(shown) is gone"
            return nil
        }
        guard there.isOurAlone, there.inode == part.inode else {
            why = "\(shown) is not the file that was begun; it is left as it is"
            return nil
        }
        let file = try FileTransfer.disk { () throws(TransportError) in try directory.open(part.name) }
        // Between looking and opening somebody may have put another one there.
        let opened = try FileTransfer.disk { () throws(TransportError) in try file.status() }
        guard opened.isOurAlone, opened.inode == part.inode else { return nil }
        let offset = isStartingOver ? 0 : min(opened.size, part.safeBytes)
        if offset == 0, !isStartingOver {
            why = opened.size > 0 ? "none of it was safe on the disk" : "nothing of it had arrived"
        }
        let found = try PartFile(file, part.name, job, directory, offset: offset, record: part)
        found.whyNotGoneOnWith = why
        return found
    }

    /// A part of an earlier run, which the user wants to be gone on with: only its bytes can prove what it is.
    private static func adopt(
        _ name: [UInt8], _ job: FileTransfer, _ directory: OpenDirectory
    ) throws(Failure) -> PartFile? {
        guard let there = try status(name, directory), there.isOurAlone, there.size > 0 else { return nil }
        let file = try FileTransfer.disk { () throws(TransportError) in try directory.open(name) }
        let opened = try FileTransfer.disk { () throws(TransportError) in try file.status() }
        guard opened.isOurAlone, opened.inode == there.inode else { return nil }
        return try PartFile(file, name, job, directory, isOwn: false, offset: opened.size)
    }

    private static func make(
        _ target: [UInt8], _ job: FileTransfer, _ directory: OpenDirectory, mayBeUnnamed: Bool
    ) throws(Failure) -> PartFile {
        if mayBeUnnamed, let file = directory.createUnnamed(for: target) {
            return try PartFile(file, nil, job, directory)
        }
        for name in names(for: target, job.transfer.id) {
            let file: LocalFile
            do throws(TransportError) { file = try directory.create(name) } catch {
                if error.meansExists { continue }
                throw Failure(error, attempt: "disk")
            }
            return try PartFile(file, name, job, directory)
        }
        throw Failure(.cannotCreate, "\(job.transfer.localPath): all names for its part are taken")
    }

    /// `NAME.part`, `NAME.ID.part`, then some that nobody can foresee.
    private static func names(for target: [UInt8], _ id: Transfer.ID) -> [[UInt8]] {
        let own = Array(".\(id)".utf8)
        let unforeseen = (1...20).map { _ in
            Array("-\(String(UInt32.random(in: .min ... .max), radix: 16))".utf8)
        }
        return ([[], own] + unforeseen.map { own + $0 }).map { clipped(target, $0 + suffix) }
    }

    private static func clipped(_ name: [UInt8], _ end: [UInt8]) -> [UInt8] {
        Array(name.prefix(longestName - end.count)) + end
    }

    private static func status(_ name: [UInt8], _ directory: OpenDirectory) throws(Failure) -> FileStatus? {
        try FileTransfer.disk { () throws(TransportError) in try directory.status(of: name) }
    }

    // MARK: - Going on

    /// How many bytes are to be compared before it is gone on with. Fewer with each try in a row that came no
    /// further, so that a line which breaks after some bytes still ends whole; size and time are compared always.
    var overlap: Int { Self.overlap(attempts: job.transfer.attempts, hasRecord: record != nil) }

    static func overlap(attempts: Int, hasRecord: Bool) -> Int {
        let bytes = usualOverlap >> (4 * min(max(0, attempts - 1), 4))
        return hasRecord ? bytes : max(bytes, 64)
    }

    /// What is there cannot be the beginning of the source; nil when it may be.
    func reasonToStartOver(_ source: ConflictDecision.File) -> String? {
        guard offset > 0 else { return nil }
        if let difference = record?.difference(fromSize: source.size, modified: source.modified) {
            return difference
        }
        guard let size = source.size, size < offset else { return nil }
        return "what is here is longer than the source"
    }

    /// To be called before the first byte is written: cuts off what is not safe, and has the journal know of it.
    func begin(_ source: ConflictDecision.File) throws(Failure) {
        if name != nil {
            try truncate(to: offset)
            // What somebody else wrote is safe from here on.
            if offset > 0, record == nil {
                try FileTransfer.disk { () throws(TransportError) in try file.synchronize() }
            }
        }
        guard let name, source.size ?? .max >= Self.worthRemembering else { return }
        let part = Part(
            name: name, inode: inode, sourceSize: source.size, sourceModified: source.modified,
            safeBytes: offset)
        if part != job.transfer.part { job.beginning(part) }
        record = part
        guard let synchronizer = file.synchronizer() else { return }
        checkpoint = Checkpoint(of: part, synchronizer, in: directory, progress: job.progress)
        job.checkpoints(checkpoint)
    }

    func truncate(to size: Int64) throws(Failure) {
        try FileTransfer.disk { () throws(TransportError) in
            if try file.status().size > size { try file.truncate(to: size) }
        }
    }

    // MARK: - The end

    /// Keeps what has arrived, so that a later try goes on with it; not an empty file.
    func stopped(at reached: Int64, _ source: ConflictDecision.File) {
        let isUnharmed = endCheckpoints()
        // What was being compared once more is there all the same.
        let bytes = max(offset, reached)
        if bytes == 0, !isInPlace {
            if isOwn { discard() }
            return
        }
        guard let name = nameOfPart() else { return }
        var part =
            record
            ?? Part(name: name, inode: inodeNow, sourceSize: source.size, sourceModified: source.modified)
        do throws(TransportError) {
            try file.synchronize()
            try directory.synchronize()
            if isUnharmed { part.safeBytes = bytes }
        } catch {
            // The last checkpoint holds.
        }
        job.kept(part)
    }

    /// A name for what had none.
    private func nameOfPart() -> [UInt8]? {
        if let name { return name }
        try? file.setMode(0o600)
        for candidate in Self.names(for: job.transfer.localName, job.transfer.id) {
            do throws(TransportError) {
                try directory.link(file, as: candidate)
                name = candidate
                return candidate
            } catch {
                guard error.meansExists else { return nil }
            }
        }
        return nil
    }

    private var inodeNow: UInt64 { (try? file.status().inode) ?? inode }

    /// - Returns: whether the disk took everything so far.
    private func endCheckpoints() -> Bool {
        job.checkpoints(nil)
        do throws(TransportError) { try checkpoint?.end() } catch { return false }
        return true
    }

    /// Time and disk; after this the file is whole and safe, but not in its place.
    func finish(_ source: ConflictDecision.File) throws(Failure) {
        job.checkpoints(nil)
        try FileTransfer.disk { () throws(TransportError) in
            // A disk tells of an error once.
            if let finished { return try finished.get() }
            try checkpoint?.end()
            try complete(source)
        }
    }

    /// The same for a small file whose last byte has come, while the server is still about to say so.
    func finishAhead(_ source: ConflictDecision.File) {
        guard name == nil else { return }
        do throws(TransportError) {
            finished = .success(try complete(source))
        } catch {
            finished = .failure(error)
        }
    }

    private func complete(_ source: ConflictDecision.File) throws(TransportError) {
        if let modified = source.modified { file.setModified(modified) }
        try file.synchronize()
    }

    /// Gives it its name, the mode of what it replaces or else the usual one, and has the disk know of it.
    ///
    /// - Throws: `disk` with EEXIST when something has the name that is not to be replaced.
    func take(_ target: [UInt8], replacing replaced: FileStatus?) throws(TransportError) {
        // A file that only its owner may read stays so (CVE-2022-32207 of curl).
        let mode = replaced?.kind == .file ? (replaced?.mode ?? 0) & 0o777 : usualFileMode
        if name == nil, replaced == nil {
            try directory.link(file, as: target)
        } else {
            guard let part = nameOfPart(), try directory.status(of: part)?.inode == inodeNow else {
                throw .unusable(
                    "the part of \(LocalPath(bytes: target)) was replaced while it was written; try again")
            }
            try file.setMode(mode)
            do throws(TransportError) {
                try directory.rename(part, to: target, replacing: replaced != nil)
            } catch {
                try? file.setMode(0o600)
                throw error
            }
        }
        try directory.synchronize()
    }

    /// The journal need not know of it any more.
    func forget() {
        if record != nil || job.transfer.part != nil { job.kept(nil) }
    }

    func discard() {
        _ = endCheckpoints()
        if let name, (try? directory.status(of: name)?.inode) == inode { try? directory.removeFile(name) }
        forget()
    }
}
