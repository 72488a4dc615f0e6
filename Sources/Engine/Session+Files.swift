public import FTPProtocol
import Transfers
public import Transport

/// What a listing was, apart from its entries.
public struct ListingEnd: Sendable {
    /// `MLSD`, `LIST` or `STAT`.
    public var command: String
    /// Lines nobody understood, entries beyond the bound: what is shown is not all there is.
    public var isIncomplete: Bool
    public var entryCount: Int
    /// What was listed, as the server calls it.
    public var directory = RemotePath.root
}

extension Session {
    /// Lists a directory: MLSD where the server has it, else LIST; always the directory itself, without an
    /// argument, since arguments with blanks, dashes or stars are read as options and patterns.
    ///
    /// - Parameter entries: called with some of the entries while they arrive.
    public func list(
        _ path: RemotePath, entries: ([ListingEntry]) -> Void
    ) throws(Failure) -> ListingEnd {
        try connect()
        let path = resolve(path)
        var hasBegun = false
        func found(_ some: [ListingEntry]) {
            hasBegun = true
            entries(some)
        }
        return try connected(repeatable: !hasBegun) { () throws(Failure) in
            try changeDirectory(to: path)
            let place = try directoryAsAnswered(path)
            var end = try listHere(found)
            end.directory = place
            return end
        }
    }

    private func listHere(_ found: ([ListingEntry]) -> Void) throws(Failure) -> ListingEnd {
        if listingMethod == .status { return try listByStatus(found) }
        if features.supportsMachineListings, features.mayTry("MLSD") {
            do throws(Failure) {
                return try list(.machineList, found)
            } catch {
                // What is refused may also be the data connection.
                guard error.verb == "MLSD", let reply = error.reply, reply.code.meansNotImplemented else {
                    throw error
                }
                features.disable("MLSD")
            }
        }
        return try listInUTC(found)
    }

    /// LIST, with `-a` where that is known to show what begins with a dot and not taken for a name.
    ///
    /// The proof is a `.` in the listing. Until there is one nothing is believed: some servers answer with the
    /// listing of a file called `-a`, which is empty. Servers that do not say UNIX are not asked.
    func listWithHidden(_ found: ([ListingEntry]) -> Void) throws(Failure) -> ListingEnd {
        switch showsHidden {
        case true?: return try list(.listAll, found)
        case nil where claimsToBeUnix:
            var entries: [ListingEntry] = []
            var start: [UInt8] = []
            do throws(Failure) {
                let end = try list(.listAll, { entries += $0 }, start: { start = $0 })
                if start.showsItself {
                    showsHidden = true
                    found(entries)
                    return end
                }
            } catch {
                guard error.verb == "LIST", error.reply != nil, !error.endsConnection else { throw error }
            }
            showsHidden = false
            return try list(.list, found)
        case false?, nil: return try list(.list, found)
        }
    }

    /// - Parameter start: given the first bytes of the listing.
    private func list(
        _ command: Command, _ entries: ([ListingEntry]) -> Void, start: ([UInt8]) -> Void = { _ in }
    ) throws(Failure) -> ListingEnd {
        let begun = monotonicNanoseconds()
        try setType(command.verb == "LIST" && listsAsText ? .ascii : .image)
        var isFirst = true
        var isTruncated = false
        var parser = ListingParser(
            now: CivilDate(secondsSince1970: wallClockNanoseconds() / 1_000_000_000),
            isMachineListing: command.verb == "MLSD", server: systemText)
        var count = 0
        do throws(Failure) {
            let end = try transfer(
                TransferOrder(command: command, remark: { count == 1 ? "1 entry" : "\(count) entries" })
            ) {
                pump, socket, conditions in
                pump.receive(from: socket, conditions) { bytes in
                    if isFirst { start(Array(bytes.prefix(4_096))) }
                    isFirst = false
                    parser.append(bytes)
                    let some = parser.takeEntries()
                    count += some.count
                    if !some.isEmpty { entries(some) }
                }
            }
            isTruncated = end.isCut || end.reply?.meansIncompleteListing == true
            if let text = end.reply?.summary, end.bytes == 0, text.contains("failed to open directory") {
                // vsftpd says 226 to a directory that it may not read.
                throw Failure(.permissionRefused, "\(command.verb): the server answered “\(text)”")
            }
        } catch {
            guard error.saysThatNothingIsThere else { throw error }
        }
        let outcome = parser.finish()
        count += outcome.entries.count
        if !outcome.entries.isEmpty { entries(outcome.entries) }
        if outcome.unparsedLineCount > 0 {
            control?.note(
                .warning,
                "\(outcome.unparsedLineCount) lines of the listing are not understood: "
                    + (outcome.unparsedLines.first.map { charset.shown($0) } ?? ""))
        }
        // Where the final reply came before the last entry, its line could not say how many there are.
        if let remark = control?.remark.take() {
            control?.note(.note, "listed", since: begun, remark: remark)
        }
        return ListingEnd(
            command: command.verb,
            isIncomplete: isTruncated || outcome.unparsedLineCount > 0 || outcome.droppedEntryCount > 0,
            entryCount: count)
    }

    /// Retrieves a file into `file` from `offset` on (RFC 959 RETR; REST, RFC 3659 §5).
    ///
    /// - Parameters:
    ///   - progress: counts the bytes of this run.
    ///   - atEndOfData: called when they have come, before the server has said that they are all.
    /// - Returns: the bytes moved now, without what was there before `offset`. Whether they are all is for
    ///   the caller to compare: see `Pump.receive`.
    public func retrieve(
        _ path: RemotePath, from offset: Int64, into file: borrowing LocalFile, progress: ProgressCounter?,
        limit: RateLimit?, atEndOfData: (() -> Void)? = nil
    ) throws(Failure) -> Int64 {
        try connect()
        var position = offset
        // A closure cannot hold what is borrowed, so the road to the file goes through its descriptor.
        let target = file.lent
        return try connected(repeatable: position == offset) { () throws(Failure) in
            try prepareTransfer(as: .image)
            return try transfer(
                TransferOrder(
                    command: .retrieve(try argument(for: path)), file: resolve(path), local: target,
                    restartOffset: offset, progress: progress, limit: limit, atEndOfData: atEndOfData)
            ) {
                pump, socket, conditions in
                let result = pump.receive(from: socket, into: target, at: position, conditions)
                position += result.bytes
                return result
            }.bytes
        }
    }

    /// Retrieves a file to `sink`, a buffer at a time: standard output.
    public func retrieve(
        _ path: RemotePath, as type: RepresentationType = .image, from offset: Int64 = 0,
        progress: ProgressCounter?, limit: RateLimit?,
        sink: (UnsafeRawBufferPointer) throws(TransportError) -> Void
    ) throws(Failure) -> Int64 {
        try connect()
        return try connected(repeatable: false) { () throws(Failure) in
            try prepareTransfer(as: type)
            return try transfer(
                TransferOrder(
                    command: .retrieve(try argument(for: path)), file: resolve(path), restartOffset: offset,
                    progress: progress, limit: limit)
            ) {
                pump, socket, conditions in
                pump.receive(from: socket, conditions, sink: sink)
            }.bytes
        }
    }

    public enum StoreCommand: Sendable { case store, append }

    /// Stores `file`, from `offset` on, under `path`.
    ///
    /// - Returns: the bytes sent; that they are stored is what the server's 226 says, and SIZE afterwards.
    public func store(
        _ file: borrowing LocalFile, from offset: Int64, as path: RemotePath,
        with store: StoreCommand = .store,
        progress: ProgressCounter?, limit: RateLimit?
    ) throws(Failure) -> Int64 {
        try connect()
        let restart = store == .store ? offset : 0
        var position = offset
        let source = file.lent
        return try connected(repeatable: store == .store && position == offset) { () throws(Failure) in
            try prepareTransfer(as: .image)
            if store == .store { try allocate(max(0, (try? source.size()) ?? 0) - offset) }
            return try transfer(
                TransferOrder(
                    command: try command(store, path), file: resolve(path), local: source,
                    restartOffset: restart,
                    isUpload: true, progress: progress, limit: limit
                )
            ) {
                pump, socket, conditions in
                let result = pump.send(source, from: position, to: socket, conditions)
                position += result.bytes
                return result
            }.bytes
        }
    }

    /// Stores what `source` puts into the buffer it is given, until it puts nothing: standard input, a range of a file.
    public func store(
        as path: RemotePath, type: RepresentationType = .image, with store: StoreCommand = .store,
        from offset: Int64 = 0, progress: ProgressCounter?, limit: RateLimit?,
        source: (UnsafeMutableRawBufferPointer) throws(TransportError) -> Int
    ) throws(Failure) -> Int64 {
        try connect()
        var isResuming = false
        return try connected(repeatable: false) { () throws(Failure) in
            try prepareTransfer(as: type)
            return try transfer(
                TransferOrder(
                    command: try command(store, path), file: resolve(path), restartOffset: offset,
                    isUpload: true, progress: progress, limit: limit)
            ) { pump, socket, conditions in
                defer { isResuming = true }
                return pump.send(to: socket, conditions, resuming: isResuming, source: source)
            }.bytes
        }
    }

    private func command(_ store: StoreCommand, _ path: RemotePath) throws(Failure) -> Command {
        let path = try argument(for: path)
        return store == .store ? .store(path) : .append(path)
    }

    /// What is at `path`, or nil when there is nothing.
    ///
    /// MLST where the server has it; else SIZE and MDTM, which only know files, then CWD, which only knows
    /// directories, then the listing of the directory above.
    public func entry(at path: RemotePath) throws(Failure) -> ListingEntry? {
        try connect()
        let path = resolve(path).withoutTrailingSlash
        let name = path.lastComponent
        return try connected { () throws(Failure) in
            if features.supportsMachineListings, features.mayTry("MLST") {
                let reply = try ask(.machineListOne(try argument(for: path)))
                if reply.code.kind == .completion, reply.lines.count >= 2 {
                    var parser = ListingParser(now: nil, isMachineListing: true)
                    parser.append(reply.lines[1].drop { $0 == 0x20 } + [0x0A])
                    if var entry = parser.finish().entries.first {
                        entry.name = name
                        return entry
                    }
                    // `type=cdir` is how some describe the directory itself.
                    if path.isRoot { return ListingEntry(name: name, kind: .directory) }
                } else if reply.code.meansNotImplemented, reply.code != .argumentError {
                    features.disable("MLST")
                } else if reply.code == .fileUnavailable {
                    return nil
                }
            }
            if let size = try size(of: path) {
                let modified = try modificationTime(of: path).map { CivilDate(secondsSince1970: $0) }
                return ListingEntry(name: name, kind: .file, size: size, modified: modified)
            }
            directory = nil
            do throws(Failure) {
                try changeDirectory(to: path)
                return ListingEntry(name: name, kind: .directory)
            } catch {
                guard error.reply != nil, !error.endsConnection, error.kind != .cancelled else { throw error }
            }
            guard !path.isRoot else { return nil }
            var found: ListingEntry?
            do throws(Failure) {
                _ = try list(path.parent) { entries in
                    found = found ?? entries.first { $0.name == name }
                }
            } catch {
                guard error.kind == .noSuchSource else { throw error }
            }
            return found
        }
    }
}

extension Failure {
    /// 450 or 550 to LIST in a directory that was entered: how some say that it is empty (ProFTPD, z/OS).
    fileprivate var saysThatNothingIsThere: Bool { reply?.meansEmptyDirectory == true }
}

extension Command {
    /// Not of RFC 959: what `ls` would show with `-a`.
    fileprivate static let listAll = Command("LIST", "-a")
}

extension [UInt8] {
    /// Whether a line of this Unix listing ends in the name `.`, the directory itself.
    fileprivate var showsItself: Bool {
        split { $0 == 0x0A || $0 == 0x0D }.contains { $0.suffix(2).elementsEqual([0x20, 0x2E]) }
    }
}
