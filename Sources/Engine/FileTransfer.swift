import FTPProtocol
import Transfers
import Transport

/// One transfer of a file, carried out on a session that is given to it.
///
/// Done means whole: the final reply was good and the bytes at the destination are as many as the source has.
/// A download grows in `NAME.part` and gets its name when it is complete; nothing that exists is replaced
/// unless the conflict policy says so.
struct FileTransfer {
    enum Outcome: Sendable {
        case done(bytes: Int64)
        case skipped(String)
        case conflict(size: Int64?, modified: Int64?)
    }

    private(set) var transfer: Transfer
    /// Bytes at the destination, as they grow.
    let progress: ProgressCounter
    let limit: RateLimit?
    /// Whether an upload makes the directories that are missing above it.
    var makesDirectories = true
    /// The destination directory was made by this queue, so nothing of that name can be in it.
    var isDestinationFresh = false
    /// It was in the journal when the program started: it may have come to its end before a crash, and only the
    /// journal does not know. A destination with the source's size and time is then its own work.
    var mayHaveEnded = false
    /// As many connections as may be used, this one counted: more than one for the segments of a large file.
    var connections = 1
    /// How far the server's clock is ahead of ours, in seconds, as far as it was measured.
    var clockAhead: Int64 = 0
    /// Told how far that is; nil when nobody wants to know.
    var clockMeasured: ((_ ahead: Int64?) -> Void)?
    /// Where files go.
    var directories = LastDirectory()
    /// Makes a session for another segment.
    var anotherSession: () -> Session? = { nil }
    /// Makes one with another server; nil when the transfer has been cancelled.
    var sessionWith: (Site) -> Session? = { _ in nil }
    /// The one that is kept for the copies from that server.
    var keptSessionWith: (Site) -> Session? = { _ in nil }
    /// Told when the server takes no more than so many connections for it.
    var narrowed: (Int) -> Void = { _ in }
    /// Told what the source turned out to be.
    var learnt: (_ size: Int64?, _ modified: Int64?) -> Void = { _, _ in }
    /// Told, before the first byte of a large file, what is this transfer's own from now on. Returns when the journal
    /// has it: after a crash what is found there is gone on with, not taken for a stranger's.
    var beginning: (Part) -> Void = { _ in }
    /// Told what is left if it stops now, from any thread; nil when nothing is.
    var kept: @Sendable (Part?) -> Void = { _ in }
    /// Given what makes the bytes safe that have arrived; nil when there is nothing more to make safe.
    var checkpoints: (Checkpoint?) -> Void = { _ in }
    /// Told in a word what is being done while no bytes move.
    var activity: (String?) -> Void = { _ in }

    /// Told what check sum the file has on both sides.
    var verified: (HashProof) -> Void = { _ in }
    /// Told, in a sentence, why what an earlier try had is of no use.
    var startingOver: (String) -> Void = { _ in }
    /// What `--type auto` takes for text.
    var textExtensions = TypeChoice.usualTexts

    /// Moved as TYPE A. Then sizes prove nothing, and no offset here is one on the server.
    var isText: Bool {
        transfer.options.type.representation(ofName: transfer.sourceName, texts: textExtensions) == .ascii
    }

    /// Whether the sizes of both sides are to be the same at the end.
    var comparesSizes: Bool { !isText && transfer.options.verification != .none }

    func run(on session: Session) throws(Failure) -> Outcome {
        if isText, transfer.options.onConflict == .resume || transfer.bytes > 0 {
            startOver(
                session.shown(transfer.remotePath), because: "a text (TYPE A) cannot be gone on with", session
            )
            if transfer.options.onConflict == .resume {
                var job = self
                job.transfer.options.onConflict = .overwrite
                return try job.carryOut(on: session)
            }
        }
        return try carryOut(on: session)
    }

    private func carryOut(on session: Session) throws(Failure) -> Outcome {
        // What was asked ahead for another file is not for this one.
        session.lane.leave()
        let options = transfer.options
        let isDone = { (outcome: Outcome) in if case .done = outcome { true } else { false } }
        return try session.surrounded(
            by: Session.rawCommands(options.before, charset: session.charset),
            Session.rawCommands(options.after, charset: session.charset), isDone: isDone
        ) { () throws(Failure) in
            if let origin = transfer.options.origin {
                return try CopyTransfer(job: self, origin: origin).run(on: session)
            }
            return switch transfer.direction {
            case .download: try Download(job: self).run(on: session)
            case .upload: try Upload(job: self).run(on: session)
            }
        }
    }

    func startOver(_ file: String, because why: String, _ session: Session) {
        let sentence = "\(file): starting over: \(why)"
        session.warn(sentence)
        startingOver(sentence)
    }

    /// - Throws: `.cancelled`.
    func companion(with site: Site) throws(Failure) -> Session {
        guard let session = keptSessionWith(site) else { throw .cancelled }
        return session
    }

    /// Compares check sums where that is wanted and the server computes any.
    func compareHash(_ remote: RemotePath, size: Int64, _ file: LocalFile.Lent, _ session: Session)
        throws(Failure)
    {
        guard transfer.options.verification == .hash, !isText else { return }
        activity("comparing check sums")
        if let proof = try session.compareHash(of: remote, size: size, with: file) { verified(proof) }
    }

    /// Calls a disk operation and turns its error into a sentence.
    static func disk<Result: ~Copyable>(
        _ body: () throws(TransportError) -> Result
    ) throws(Failure) -> Result {
        do throws(TransportError) { return try body() } catch { throw Failure(error, attempt: "disk") }
    }

    /// Whether what is at the destination is what this transfer would make of it.
    func isAlreadyDone(_ source: ConflictDecision.File, _ there: ConflictDecision.File) -> Bool {
        // What was to be replaced, or kept beside, is done over: that is what was asked for.
        guard mayHaveEnded, ![.overwrite, .rename].contains(transfer.options.onConflict),
            let size = source.size, let modified = source.modified
        else { return false }
        return there.size == size && there.modified == modified
    }

    /// `report (1).txt`: the number stands before the last extension.
    static func numbered(_ name: [UInt8], _ number: Int) -> [UInt8] {
        let mark = Array(" (\(number))".utf8)
        guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > 0 else { return name + mark }
        return Array(name[..<dot]) + mark + Array(name[dot...])
    }

    /// How many names are tried before giving up to keep both.
    static let mostNumbers = 1_000
}
