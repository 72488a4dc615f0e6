import FTPProtocol
import Transport

/// Directories and files (RFC 959 §4.1.3; SIZE, MDTM: RFC 3659 §3, §4).
extension ServerSession {
    func components(_ argument: [UInt8]) -> [[UInt8]]? {
        state.tree.components(of: encoding.toDisk(argument), from: directory)
    }

    /// Where the entry itself is, a link not followed.
    private func location(_ argument: [UInt8]) -> [UInt8]? {
        components(argument).flatMap { state.tree.location(of: $0) }
    }

    /// What the path leads to, and what it is.
    private func found(_ argument: [UInt8]) -> (place: [UInt8], status: FileStatus)? {
        guard let path = components(argument), let place = state.tree.target(of: path),
            let status = ((try? LocalDirectory.status(of: place)) ?? nil)
        else { return nil }
        return (place, status)
    }

    /// The same for what is only listed.
    private func described(_ argument: [UInt8]) -> (place: [UInt8], status: FileStatus)? {
        if let ghost = ghost(argument), let status = status(of: ghost) { return (ghost.name, status) }
        return found(argument)
    }

    mutating func changeDirectory(_ argument: [UInt8]) throws(TransportError) {
        guard let path = components(argument), let (_, status) = found(argument) else {
            return try reply(.failed(.notFound, .changeDirectory))
        }
        guard status.kind == .directory else { return try reply(.failed(.notADirectory, .changeDirectory)) }
        directory = has(.linksAsDirectories) ? state.tree.real(path) : path
        try reply(.changedDirectory(parent: false))
    }

    mutating func changeToParent() throws(TransportError) {
        directory = Array(directory.dropLast())
        try reply(.changedDirectory(parent: true))
    }

    func makeDirectory(_ argument: [UInt8]) throws(TransportError) {
        try change(argument, .makeDirectory) { place throws(TransportError) in
            try LocalDirectory.make(place)
        } done: { path in
            .directoryMade(path)
        }
    }

    func removeDirectory(_ argument: [UInt8]) throws(TransportError) {
        try change(argument, .removeDirectory) { place throws(TransportError) in
            try LocalDirectory.remove(place)
        } done: { _ in
            .directoryRemoved
        }
    }

    func deleteFile(_ argument: [UInt8]) throws(TransportError) {
        try change(argument, .delete) { place throws(TransportError) in
            try LocalDirectory.removeFile(place)
        } done: { _ in
            .deleted
        }
    }

    func takesChange(of place: [UInt8]) -> Answer.Failure? {
        if configuration.isReadOnly { return .readOnly }
        if personality.locksOpenFiles, state.openFiles.isOpen(place) { return .inUse }
        if isHeldByFault(place) { return .inUse }
        return nil
    }

    func isHeldByFault(_ place: [UInt8]) -> Bool {
        has(.inUse(RemotePath(bytes: place).lastComponent))
    }

    /// One change of one entry, and what to answer when it went well.
    private func change(
        _ argument: [UInt8], _ purpose: Answer.Purpose, _ body: ([UInt8]) throws(TransportError) -> Void,
        done: ([UInt8]) -> Answer
    ) throws(TransportError) {
        guard !argument.isEmpty else { return try reply(.missingParameter) }
        guard let path = components(argument), !path.isEmpty else {
            return try reply(.failed(.denied, purpose))
        }
        guard let place = state.tree.location(of: path) else {
            return try reply(.failed(.notFound, purpose))
        }
        if let failure = takesChange(of: place) { return try reply(.failed(failure, purpose)) }
        do {
            try body(place)
        } catch {
            return try reply(.failed(Answer.Failure(error), purpose))
        }
        try reply(done(encoding.toWire(path.asPath)))
    }

    mutating func takeOldName(_ argument: [UInt8]) throws(TransportError) {
        guard let place = location(argument), components(argument)?.isEmpty == false,
            ((try? LocalDirectory.status(of: place, followingLinks: false)) ?? nil) != nil
        else { return try reply(.failed(.notFound, .renameFrom)) }
        if let failure = takesChange(of: place) { return try reply(.failed(failure, .renameFrom)) }
        renameFrom = place
        try reply(.renameFrom)
    }

    func takeNewName(_ argument: [UInt8]) throws(TransportError) {
        guard let old = renameFrom else { return try reply(.badSequence) }
        guard !has(.renameFails) else { return try send(Reply(553, "Rename refused.")) }
        try change(argument, .renameTo) { place throws(TransportError) in
            try LocalDirectory.rename(old, to: place, replacing: personality.replacesOnRename)
        } done: { _ in
            .renamed
        }
    }

    func reportSize(_ argument: [UInt8]) throws(TransportError) {
        guard type == .image || personality.sizesInASCII else {
            return try send(Reply(550, "SIZE not allowed in ASCII mode."))
        }
        if let text = fault({ if case .sizeIs(let text) = $0 { text } else { nil } }) {
            return try send(Reply(213, text))
        }
        guard let (place, status) = described(argument), status.kind == .file else {
            return try reply(.failed(.notFound, .size))
        }
        try reply(.size(shown(status, at: place).size))
    }

    func reportModification(_ argument: [UInt8]) throws(TransportError) {
        guard let (place, status) = described(argument), status.kind == .file else {
            return try reply(.failed(.notFound, .modificationTime))
        }
        try reply(.modified(CivilDate(secondsSince1970: shown(status, at: place).modified)))
    }

    /// `MFMT YYYYMMDDHHMMSS path` (draft-somers-ftp-mfxx-04 §3).
    func setModification(_ argument: [UInt8]) throws(TransportError) {
        guard personality.features.contains("MFMT") else { return try reply(.unknownCommand) }
        let time = argument.prefix { $0 != 0x20 }
        let path = Array(argument.dropFirst(time.count + 1))
        guard let date = CivilDate(timeVal: time), let seconds = date.secondsSince1970, !path.isEmpty else {
            return try reply(.badParameter)
        }
        try setModified(seconds, path, .modifiedSet(date, path))
    }

    func setModified(_ seconds: Int64, _ path: [UInt8], _ answer: Answer) throws(TransportError) {
        guard let (place, _) = found(path) else {
            return try reply(.failed(.notFound, .modificationTime))
        }
        if let failure = takesChange(of: place) { return try reply(.failed(failure, .modificationTime)) }
        do {
            try LocalDirectory.setModified(seconds, of: place)
        } catch {
            return try reply(.failed(Answer.Failure(error), .modificationTime))
        }
        try reply(answer)
    }

    /// `SITE CHMOD 644 path`, `SITE UTIME path atime mtime ctime UTC` and its short form, `SITE HELP`.
    mutating func performSite(_ argument: [UInt8]) throws(TransportError) {
        let words = argument.split(separator: 0x20, maxSplits: 2).map(Array.init)
        switch words.first.map({ String(decoding: $0, as: UTF8.self).uppercased() }) {
        case "HELP": try reply(.siteHelp)
        case "DIRSTYLE" where personality.changesDirectoryStyle:
            let isDOS = directoryStyle == .unix
            directoryStyle = isDOS ? .dos(fourDigitYears: false) : .unix
            try reply(.directoryStyle(isDOS: isDOS))
        case "CHMOD" where words.count == 3 && personality.listing == .unix:
            try changeMode(String(decoding: words[1], as: UTF8.self), words[2])
        case "UTIME" where words.count == 3 && personality.listing == .unix:
            try setSiteTime(Array(argument.drop { $0 != 0x20 }.dropFirst()))
        default: try reply(.unknownCommand)
        }
    }

    private func changeMode(_ text: String, _ path: [UInt8]) throws(TransportError) {
        guard let mode = UInt32(text, radix: 8), mode <= 0o7777 else { return try reply(.badParameter) }
        guard let (place, _) = found(path) else { return try reply(.failed(.notFound, .changeMode)) }
        if let failure = takesChange(of: place) { return try reply(.failed(failure, .changeMode)) }
        do {
            try LocalDirectory.setMode(mode, of: place)
        } catch {
            return try reply(.failed(Answer.Failure(error), .changeMode))
        }
        try reply(.modeChanged)
    }

    private func setSiteTime(_ argument: [UInt8]) throws(TransportError) {
        let words = argument.split(separator: 0x20).map(Array.init)
        // ProFTPD's form has the time first, wu-ftpd's has path, access, modification, creation and UTC.
        if words.count >= 5, words[words.count - 1] == Array("UTC".utf8),
            let seconds = CivilDate(timeVal: words[words.count - 3])?.secondsSince1970
        {
            let path = Array(words[..<(words.count - 4)].joined(separator: [0x20]))
            return try setModified(seconds, path, .timeChanged)
        }
        guard let time = words.first, let path = words.count > 1 ? argument.dropFirst(time.count + 1) : nil,
            let seconds = CivilDate(timeVal: time.count == 12 ? time + Array("00".utf8) : time)?
                .secondsSince1970
        else { return try reply(.badParameter) }
        try setModified(seconds, Array(path), .timeChanged)
    }
}

extension Answer.Failure {
    /// What the disk said, as far as clients are told.
    init(_ error: TransportError) {
        self =
            if error.isNoSuchFile {
                .notFound
            } else if error.meansExists {
                .exists
            } else if error.meansNotEmpty {
                .notEmpty
            } else {
                .denied
            }
    }
}
