import FTPProtocol
import Transport

extension Fault {
    /// What is wrong with files: their bytes, sizes and times, and what becomes of uploads.
    static let files = Area(
        title: "Files",
        forms: [
            FaultForm(
                "file-changes", "after the first RETR a file has other bytes, of the same number",
                .fileChanges),
            FaultForm("file-grows", "a file grows by 1,000 bytes while it is sent", .fileGrows),
            FaultForm("file-shrinks", "a file loses half of its bytes while it is sent", .fileShrinks),
            FaultForm("size-lies", "[:BYTES]", "all sizes are so many bytes (1,000) too large") {
                FaultForm.bytes($0, or: 1_000).map { .sizeLies(bytes: $0) }
            },
            FaultForm("size-huge", ":X", "SIZE answers X, whatever that is") {
                FaultForm.fileName($0).map { .sizeIs(String(decoding: $0, as: UTF8.self)) }
            },
            FaultForm("extra-data", "[:BYTES]", "RETR brings so many bytes (1,000) more than the file has") {
                FaultForm.bytes($0, or: 1_000).map { .extraData(bytes: $0) }
            },
            FaultForm("ascii-crlf", "RETR brings CR LF for LF in TYPE I too", .alwaysASCII),
            FaultForm("stor-short", "[:BYTES]", "loses the last bytes (1) of an upload, and says 226") {
                FaultForm.bytes($0, or: 1).map { .storeShort(bytes: $0) }
            },
            FaultForm("stor-552", "takes an upload and says 552", .storeExceeded),
            FaultForm("stor-553", "553 to STOR, APPE and STOU", .storeRefused),
            FaultForm("disk-full", "[:BYTES]", "452 after so many bytes (0) of an upload") {
                FaultForm.bytes($0, or: 0).map { .diskFull(after: $0) }
            },
            FaultForm("rnto-fails", "553 to RNTO", .renameFails),
            FaultForm("clock-skew", ":SECONDS", "all times are so many seconds ahead, or behind") {
                guard let value = $0, let seconds = Int64(value), abs(seconds) <= 1 << 40 else { return nil }
                return .clockSkew(seconds: seconds)
            },
        ])
}

extension ServerSession {
    static let growth: Int64 = 1_000

    /// What clients are told of a file.
    func shown(_ status: FileStatus, at place: [UInt8]) -> FileStatus {
        var status = status
        if let seconds = fault({ if case .clockSkew(let seconds) = $0 { seconds } else { nil } }) {
            status.modified += seconds
        }
        guard status.kind == .file else { return status }
        if let bytes = fault({ if case .sizeLies(let bytes) = $0 { bytes } else { nil } }) {
            status.size += bytes
        }
        guard has(.fileChanges) || has(.fileGrows) || has(.fileShrinks), state.retrievals(of: place) > 0
        else {
            return status
        }
        status.modified += 60
        if has(.fileGrows) { status.size += Self.growth }
        if has(.fileShrinks) { status.size /= 2 }
        return status
    }

    /// What RETR sends of a file, and what is wrong with it.
    struct Contents {
        /// Where the bytes of the file end.
        var end: Int64
        /// Bytes after that which are in no file.
        var padding: Int64 = 0
        var isChanged = false
        var isTranslated = false

        var isPlain: Bool { padding == 0 && !isChanged && !isTranslated }
    }

    func contents(of place: [UInt8], size: Int64) -> Contents {
        let isFirst = state.noteRetrieval(of: place)
        var contents = Contents(end: has(.fileShrinks) ? size / 2 : size)
        contents.isChanged = has(.fileChanges) && !isFirst
        contents.isTranslated = type == .ascii || has(.alwaysASCII)
        contents.padding = fault { if case .extraData(let bytes) = $0 { bytes } else { nil } } ?? 0
        if has(.fileGrows) { contents.padding += Self.growth }
        return contents
    }
}
