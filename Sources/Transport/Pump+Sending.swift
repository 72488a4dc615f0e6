// For `MSG_NOSIGNAL`, which belongs to whichever C module is seen first.
import CLinux
import Glibc

/// Uploads: from a file or a source to the data connection.
extension Pump {
    /// A file's bytes at one go for `sendfile`: large enough to be rare, small enough to notice a cancellation.
    private static let sendfileChunk = 4 << 20

    /// Sends `file` from `offset` to its end, as it is then.
    ///
    /// “Sent” means that the kernel has the bytes, not that the server has stored them: that is what its reply says.
    public mutating func send(
        _ file: LocalFile.Lent, from offset: Int64, to socket: borrowing Socket, _ conditions: Conditions
    ) -> PumpResult {
        if let deflation {
            var position = offset
            return send(deflation, to: socket, conditions) { buffer throws(TransportError) in
                let count = try file.read(into: buffer, at: position)
                position += Int64(count)
                return count
            }
        }
        if let tls = socket.tls { return send(file, from: offset, tls, to: socket, conditions) }
        var position = off_t(offset)
        var moved: Int64 = 0
        while true {
            let most = conditions.limit?.chunk ?? Self.sendfileChunk
            let count = sendfile(socket.raw, file.raw, &position, most)
            guard count > 0 else {
                if count < 0, errno == EIO {
                    return PumpResult(bytes: moved, end: .diskFailed(file.error("read", errno)))
                }
                guard let end = stop(count, "write", socket, .writable, conditions) else { continue }
                return PumpResult(bytes: moved, end: end)
            }
            moved += Int64(count)
            if let end = pause(after: count, conditions) { return PumpResult(bytes: moved, end: end) }
        }
    }

    /// Sends what `source` puts into the buffer it is given, until it puts nothing: standard input, ASCII.
    ///
    /// - Parameter resuming: true to go on after an interruption; what the buffer still held is sent first.
    public mutating func send(
        to socket: borrowing Socket, _ conditions: Conditions, resuming: Bool = false,
        source: (UnsafeMutableRawBufferPointer) throws(TransportError) -> Int
    ) -> PumpResult {
        if let deflation { return send(deflation, to: socket, conditions, source: source) }
        if !resuming { unsent = 0..<0 }
        if let tls = socket.tls { return send(tls, to: socket, conditions, source: source) }
        let buffer = ownBuffer()
        var moved: Int64 = 0
        while true {
            if let end = refill(conditions, source) { return PumpResult(bytes: moved, end: end) }
            let count = Glibc.send(
                socket.raw, buffer.baseAddress.map { $0 + unsent.lowerBound }, unsent.count,
                Int32(MSG_NOSIGNAL))
            guard count > 0 else {
                guard let end = stop(count, "write", socket, .writable, conditions) else { continue }
                return PumpResult(bytes: moved, end: end)
            }
            unsent = (unsent.lowerBound + count)..<unsent.upperBound
            moved += Int64(count)
            if let end = pause(after: count, conditions) { return PumpResult(bytes: moved, end: end) }
        }
    }

    /// Has `source` fill the buffer again when all of it was sent. Nil when there is something to send, else how the
    /// run ends.
    mutating func refill(
        _ conditions: Conditions,
        _ source: (UnsafeMutableRawBufferPointer) throws(TransportError) -> Int
    ) -> PumpResult.End? {
        guard unsent.isEmpty else { return nil }
        let buffer = ownBuffer()
        let most = min(buffer.count, conditions.limit?.chunk ?? buffer.count)
        do throws(TransportError) {
            unsent = 0..<(try source(UnsafeMutableRawBufferPointer(rebasing: buffer[..<most])))
        } catch {
            return error == .cancelled ? .cancelled : .diskFailed(error)
        }
        return unsent.isEmpty ? .endOfData : nil
    }
}
