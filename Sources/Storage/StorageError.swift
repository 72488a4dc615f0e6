import GRDB
public import Transfers

/// Why the queue could not be read or written. Each prints as one sentence that says what to do.
public enum StorageError: JournalError, Hashable, Sendable {
    /// No space left (SQLITE_FULL): nothing of this change was written.
    case full(path: String)
    /// Missing permission, a read-only file system, or a directory that cannot be made.
    case notWritable(path: String, reason: String)
    /// Another process holds the database for longer than the busy timeout.
    case busy(path: String)
    /// What is in the file is not what was written there.
    case damaged(path: String, reason: String)
    /// Written by a newer version of the program; nothing in it was changed.
    case newerSchema(path: String, found: Int, known: Int)
    /// A transfer names a site that was never remembered: a mistake of ours.
    case unknownSite(String)
    /// What was to be written is nothing that may stand there: a mistake of ours, or a limit of SQLite.
    case refused(reason: String)
    case other(path: String, reason: String)

    public var concernsRow: Bool {
        switch self {
        case .unknownSite, .refused: true
        case .full, .notWritable, .busy, .damaged, .newerSchema, .other: false
        }
    }

    init(_ error: any Error, path: String) {
        guard let error = error as? DatabaseError else {
            self = (error as? StorageError) ?? .other(path: path, reason: "\(error)")
            return
        }
        let reason = error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
        self =
            switch error.resultCode {
            case .SQLITE_FULL: .full(path: path)
            case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN, .SQLITE_AUTH:
                .notWritable(path: path, reason: reason)
            case .SQLITE_BUSY, .SQLITE_LOCKED: .busy(path: path)
            case .SQLITE_CONSTRAINT, .SQLITE_TOOBIG: .refused(reason: reason)
            case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_MISMATCH: .damaged(path: path, reason: reason)
            default: .other(path: path, reason: reason)
            }
    }
}

extension StorageError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .full(let path):
            "no space left for the queue (\(path)): free some space, then go on"
        case .notWritable(let path, let reason):
            "the queue cannot be written (\(path): \(reason)): check the permissions of its directory"
        case .busy(let path):
            "another program holds the queue (\(path)): try again in a moment"
        case .damaged(let path, let reason):
            "the queue is damaged (\(path): \(reason)): move the file away, or open portside, which sets it aside"
        case .newerSchema(let path, let found, let known):
            "the queue (\(path)) was written by a newer portside (format \(found), this one knows \(known)): "
                + "update portside, or move the file away; nothing in it was changed"
        case .unknownSite(let site):
            "the queue does not know the server \(site) of a transfer"
        case .refused(let reason): "the queue does not take it (\(reason))"
        case .other(let path, let reason):
            "the queue cannot be used (\(path): \(reason))"
        }
    }
}
