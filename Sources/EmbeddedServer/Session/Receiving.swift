import FTPProtocol
import Transport

/// STOR, APPE, STOU.
extension ServerSession {
    enum StoreKind { case replacing, appending, unique }

    mutating func store(_ argument: [UInt8], _ kind: StoreKind) throws(TransportError) {
        guard !argument.isEmpty || kind == .unique else { return try reply(.missingParameter) }
        guard !configuration.isReadOnly else { return try reply(.failed(.readOnly, .store)) }
        guard !has(.storeRefused) else { return try reply(.failed(.badName, .store)) }
        let wanted = argument.isEmpty ? Array("stou".utf8) : argument
        guard let path = components(wanted), !path.isEmpty else {
            return try reply(.failed(.badName, .store))
        }
        // A link inside the tree is written through, one to the outside is not.
        guard var place = state.tree.target(of: path) ?? state.tree.location(of: path) else {
            return try reply(.failed(.notFound, .store))
        }
        let file: LocalFile
        let existed: Bool
        let offset: Int64
        do throws(TransportError) {
            if kind == .unique {
                file = try Self.createUnique(place)
                place = file.path
                existed = false
                offset = 0
            } else {
                let before = try LocalDirectory.status(of: place, followingLinks: false)
                guard before.map({ $0.kind == .file }) ?? true else {
                    return try reply(.failed(.notAFile, .store))
                }
                existed = before != nil
                offset = kind == .appending ? before?.size ?? 0 : restartOffset
                // Nothing of a file that somebody else has open is touched, so it is asked for first.
                guard !isHeldByFault(place), !(personality.locksOpenFiles && state.openFiles.isOpen(place))
                else { return try reply(.failed(.inUse, .store)) }
                file = try LocalFile.openForWriting(
                    place, truncating: kind == .replacing && restartOffset == 0)
            }
        } catch {
            return try reply(.failed(Answer.Failure(error), .store))
        }
        guard state.openFiles.open(place, for: .writing, exclusively: personality.locksOpenFiles) else {
            return try reply(.failed(.inUse, .store))
        }
        let openFiles = state.openFiles
        var isOpen = true
        func release() {
            guard isOpen else { return }
            isOpen = false
            openFiles.close(place, after: .writing)
        }
        defer { release() }
        let opening =
            kind == .unique
            ? Answer.openingForUnique(encoding.toWire(RemotePath(bytes: place).lastComponent))
            : .openingForUpload
        let isWhole = try receive(
            file, at: offset, name: path.last ?? [], opening: opening, whenWritten: release)
        if !isWhole, !existed, !personality.keepsPartialUploads { try? LocalDirectory.removeFile(place) }
    }

    /// A file that was not there: the name itself, else with a number behind it.
    private static func createUnique(_ place: [UInt8]) throws(TransportError) -> LocalFile {
        for number in 0..<10_000 {
            let candidate = number == 0 ? place : place + Array(".\(number)".utf8)
            do {
                return try LocalFile.create(candidate)
            } catch {
                guard error.meansExists else { throw error }
            }
        }
        throw .unusable("no free name")
    }

    /// - Parameter whenWritten: called before the final reply: who reads it may use the file at once.
    /// - Returns: whether everything came.
    private mutating func receive(
        _ file: consuming LocalFile, at offset: Int64, name: [UInt8], opening: Answer, whenWritten: () -> Void
    ) throws(TransportError) -> Bool {
        let file = file
        guard let socket = try openData(opening) else { return false }
        let limit = speed(of: name)
        let fullAfter = fault { if case .diskFull(let bytes) = $0 { bytes } else { nil } }
        let cut = fullAfter == nil ? nextCut(of: nil) : nil
        var position = offset
        var isCut = false
        var end: TransferEnd
        if type == .image, fullAfter == nil, cut == nil {
            end = try move(limit: limit) { pump, conditions, _ in
                let result = pump.receive(from: socket, into: file.lent, at: position, conditions)
                position += result.bytes
                return result
            }
        } else {
            var lines = LineEnds(isConverting: type == .ascii)
            let most = offset + (fullAfter ?? cut?.after ?? .max / 2)
            end = try move(limit: limit) { pump, conditions, _ in
                pump.receive(from: socket, conditions) { bytes throws(TransportError) in
                    let taken = lines.fromWire(bytes).prefix(Int(clamping: most - position))
                    try file.write(Array(taken), at: position)
                    position += Int64(taken.count)
                    guard position < most else {
                        isCut = cut != nil
                        throw .noSpace
                    }
                }
            }
            if case .complete = end {
                do {
                    try file.write(lines.rest, at: position)
                } catch {
                    end = error.isDiskFull ? .diskFull : .diskFailed
                }
            }
        }
        if case .complete = end,
            let lost = fault({ if case .storeShort(let bytes) = $0 { bytes } else { nil } })
        {
            try? file.truncate(to: max(0, position - lost))
        }
        if has(.unresumedUploadLost), protectsData, !hasResumed { try? file.truncate(to: 0) }
        whenWritten()
        if let cut, isCut {
            try self.end(socket, by: cut.cut, .transferComplete)
            return false
        }
        if case .complete = end, has(.storeExceeded) { end = .exceeded }
        if case .complete = end, protectsData, has(.completeUploadAborted) { end = .broken }
        try finish(socket, end, .transferComplete)
        if case .complete = end { return true }
        return false
    }
}
