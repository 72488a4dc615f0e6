import FTPProtocol
import Transport

/// RETR, and the way of a listing.
extension ServerSession {
    mutating func sendListing(_ bytes: [UInt8]) throws(TransportError) {
        guard let socket = try openData(.openingForListing) else { return }
        if faults.contains(.completionBeforeEndOfData) { try reply(.listingComplete) }
        var position = 0
        let end = try move { pump, conditions, isResuming in
            pump.send(to: socket, conditions, resuming: isResuming) { buffer throws(TransportError) in
                let count = min(buffer.count, bytes.count - position)
                buffer.copyBytes(from: bytes[position..<(position + count)])
                position += count
                return count
            }
        }
        try finish(socket, end, .listingComplete)
    }

    mutating func retrieve(_ argument: [UInt8]) throws(TransportError) {
        guard !argument.isEmpty else { return try reply(.missingParameter) }
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
        try send(
            file, from: min(restartOffset, status.size), size: status.size,
            opening: .openingForFile(name: argument, size: status.size, type),
            limit: faults.speed(of: name).map { RateLimit(bytesPerSecond: $0) })
    }

    private mutating func send(
        _ file: consuming LocalFile, from offset: Int64, size: Int64, opening: Answer, limit: RateLimit?
    ) throws(TransportError) {
        let file = file
        guard let socket = try openData(opening) else { return }
        if faults.contains(.completionBeforeEndOfData) { try reply(.transferComplete) }
        let resetAfter = faults.resetAfter
        let last = min(
            size, faults.contains(.truncatedData) ? offset + (size - offset) / 2 : size,
            resetAfter.map { offset + $0 } ?? size)
        var position = offset
        let end: TransferEnd
        if type == .image, last == size {
            end = try move(limit: limit) { pump, conditions, _ in
                let result = pump.send(file.lent, from: position, to: socket, conditions)
                position += result.bytes
                return result
            }
        } else {
            let isConverting = type == .ascii
            var lines = LineEnds(isConverting: isConverting)
            end = try move(limit: limit) { pump, conditions, isResuming in
                pump.send(to: socket, conditions, resuming: isResuming) { buffer throws(TransportError) in
                    // Converted, every byte may become two.
                    let room = isConverting ? buffer.count / 2 : buffer.count
                    let count = try lines.read(
                        file, at: position, atMost: Int(min(Int64(room), last - position)), into: buffer)
                    position += Int64(count.read)
                    return count.made
                }
            }
        }
        if resetAfter != nil {
            socket.resetOnClose()
            return try finish(socket, .broken, .transferComplete)
        }
        try finish(socket, end, .transferComplete)
    }
}
