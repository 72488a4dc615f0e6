import FTPProtocol
import Transport

/// RETR, and the way of a listing.
extension ServerSession {
    /// What is sent behind the end of a file, copied: 70 MB made a byte at a time take a debug build half a minute.
    private static let filling = [UInt8](repeating: UInt8(ascii: "+"), count: 64 << 10)

    /// - Parameter tail: what follows, a part at a time, until it is nil.
    mutating func sendListing(_ bytes: [UInt8], tail: (() -> [UInt8]?)? = nil) throws(TransportError) {
        guard let socket = try openData(.openingForListing) else { return }
        if has(.completionBeforeEndOfData) { try reply(.listingComplete) }
        let cut = nextCut(of: tail == nil ? Int64(bytes.count) : nil)
        try send(bytes, tail: tail, to: socket, cut: cut, .listingComplete)
    }

    /// Bytes that are here already; part by part where they are made on the way.
    private mutating func send(
        _ bytes: [UInt8], tail: (() -> [UInt8]?)?, to socket: consuming Socket,
        cut: (cut: Fault.Cut, after: Int64)?, limit: RateLimit? = nil, _ completion: Answer
    ) throws(TransportError) {
        let socket = socket
        var part = bytes
        var position = 0
        var left = cut?.after ?? .max
        let end = try move(limit: limit) { pump, conditions, isResuming in
            pump.send(to: socket, conditions, resuming: isResuming) { buffer throws(TransportError) in
                while position == part.count, let next = tail?() {
                    part = next
                    position = 0
                }
                let count = Int(min(Int64(min(buffer.count, part.count - position)), left))
                buffer.copyBytes(from: part[position..<(position + count)])
                position += count
                left -= Int64(count)
                return count
            }
        }
        if let cut, left == 0, case .complete = end { return try self.end(socket, by: cut.cut, completion) }
        try finish(socket, end, completion)
    }

    mutating func retrieve(_ argument: [UInt8]) throws(TransportError) {
        guard !argument.isEmpty else { return try reply(.missingParameter) }
        if let ghost = ghost(argument) { return try send(ghost, named: argument) }
        guard let path = components(argument), let place = state.tree.target(of: path) else {
            return try reply(.failed(.notFound, .retrieve))
        }
        let name = path.last ?? []
        if state.isFirst(.busyOnce(name)) { return try reply(.failed(.busy, .retrieve)) }
        guard !isHeldByFault(place),
            state.openFiles.open(place, for: .reading, exclusively: personality.locksOpenFiles)
        else { return try reply(.failed(.inUse, .retrieve)) }
        defer { state.openFiles.close(place, after: .reading) }
        let file: LocalFile
        do throws(TransportError) {
            file = try LocalFile.openForReading(place)
        } catch {
            return try reply(.failed(Answer.Failure(error), .retrieve))
        }
        guard let status = try? file.status(), status.kind == .file else {
            return try reply(.failed(.notAFile, .retrieve))
        }
        let told = lacks("SIZE") ? nil : shown(status, at: place).size
        try send(
            file, from: restartOffset, contents(of: place, size: status.size),
            opening: .openingForFile(name: argument, size: told, type), limit: speed(of: name))
    }

    private mutating func send(_ ghost: Ghost, named name: [UInt8]) throws(TransportError) {
        let rest = Array(ghost.contents.dropFirst(Int(clamping: restartOffset)))
        let opening = Answer.openingForFile(name: name, size: Int64(ghost.contents.count), type)
        guard let socket = try openData(opening) else { return }
        try send(rest, tail: nil, to: socket, cut: nil, .transferComplete)
    }

    private mutating func send(
        _ file: consuming LocalFile, from restart: Int64, _ contents: Contents, opening: Answer,
        limit: RateLimit?
    ) throws(TransportError) {
        let file = file
        guard let socket = try openData(opening) else { return }
        if has(.completionBeforeEndOfData) { try reply(.transferComplete) }
        let offset = min(restart, contents.end)
        let total = contents.end - offset + contents.padding
        let cut = nextCut(of: total)
        let most = cut?.after ?? total
        var position = offset
        let end: TransferEnd
        if contents.isPlain, cut == nil, !has(.fileShrinks) {
            end = try move(limit: limit) { pump, conditions, _ in
                let result = pump.send(file.lent, from: position, to: socket, conditions)
                position += result.bytes
                return result
            }
        } else {
            let last = min(contents.end, offset + most)
            var padding = most - (last - offset)
            let isTranslated = contents.isTranslated
            let isChanged = contents.isChanged
            var lines = LineEnds(isConverting: isTranslated)
            end = try move(limit: limit) { pump, conditions, isResuming in
                pump.send(to: socket, conditions, resuming: isResuming) { buffer throws(TransportError) in
                    guard position < last else {
                        let room = min(buffer.count, Self.filling.count)
                        let count = Int(min(Int64(room), padding))
                        Self.filling.withUnsafeBytes {
                            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0.prefix(count)))
                        }
                        padding -= Int64(count)
                        return count
                    }
                    // Converted, every byte may become two.
                    let room = isTranslated ? buffer.count / 2 : buffer.count
                    let count = try lines.read(
                        file, at: position, atMost: Int(min(Int64(room), last - position)), into: buffer)
                    position += Int64(count.read)
                    if isChanged {
                        for index in 0..<count.made { buffer[index] ^= 0xFF }
                    }
                    return count.made
                }
            }
        }
        if let cut, case .complete = end { return try self.end(socket, by: cut.cut, .transferComplete) }
        try finish(socket, end, .transferComplete)
    }
}
