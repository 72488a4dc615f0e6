import CLinux
import Glibc

/// Downloads and listings: from the data connection into a file or to a sink.
extension Pump {
    /// Moves bytes from the data connection into `file`, beginning at `offset`.
    ///
    /// Blocks until the data ends, the peer is silent for too long, the transfer is cancelled or the control
    /// connection has something to say. In stream mode the end of the connection *is* the end of the
    /// file (RFC 959 §3.4.1), so a peer that gives up early looks like a short file: compare `bytes`
    /// with the announced size.
    ///
    /// - Parameter offset: bytes from the start of the file; what REST asked for (RFC 3659 §5).
    public mutating func receive(
        from socket: borrowing Socket, into file: LocalFile.Lent, at offset: Int64,
        _ conditions: Conditions
    ) -> PumpResult {
        if socket.tls != nil || deflation != nil {
            return receiveBuffered(from: socket, into: file, at: offset, conditions)
        }
        if pipe == nil { pipe = Pipe.make(capacity: Self.pipeSize) }
        guard let capacity = pipe?.capacity else {
            return receiveBuffered(from: socket, into: file, at: offset, conditions)
        }
        var position = offset
        var moved: Int64 = 0
        while true {
            let most = min(capacity, conditions.limit?.chunk ?? capacity)
            let count = splice(
                socket.raw, nil, pipe?.input ?? -1, nil, most, cl_splice_move | cl_splice_nonblock)
            guard count > 0 else {
                if count < 0, errno == EINVAL, moved == 0 {
                    return receiveBuffered(from: socket, into: file, at: offset, conditions)
                }
                guard let end = stop(count, "read", socket, .readable, conditions) else { continue }
                return PumpResult(bytes: moved, end: end)
            }
            if let failure = drain(count, into: file, at: &position) {
                if failure == EINVAL, moved == 0 {
                    return rescue(count, from: socket, into: file, at: offset, conditions)
                }
                // What the pipe still holds would be the beginning of the next file.
                pipe = nil
                return PumpResult(
                    bytes: position - offset, end: .diskFailed(file.error("write", failure)))
            }
            moved += Int64(count)
            if let end = pause(after: count, conditions) { return PumpResult(bytes: moved, end: end) }
        }
    }

    /// Moves bytes from the data connection to `sink`, a buffer at a time: listings, standard output, ASCII.
    ///
    /// - Parameter sink: an error it throws ends the run as `.diskFailed`.
    public mutating func receive(
        from socket: borrowing Socket, _ conditions: Conditions,
        sink: (UnsafeRawBufferPointer) throws(TransportError) -> Void
    ) -> PumpResult {
        if let deflation { return receive(deflation, from: socket, conditions, sink: sink) }
        if let tls = socket.tls { return receive(tls, from: socket, conditions, sink: sink) }
        let buffer = ownBuffer()
        var moved: Int64 = 0
        while true {
            let most = min(buffer.count, conditions.limit?.chunk ?? buffer.count)
            let count = recv(socket.raw, buffer.baseAddress, most, 0)
            guard count > 0 else {
                guard let end = stop(count, "read", socket, .readable, conditions) else { continue }
                return PumpResult(bytes: moved, end: end)
            }
            do {
                try sink(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            } catch {
                return PumpResult(bytes: moved, end: .diskFailed(error))
            }
            moved += Int64(count)
            if let end = pause(after: count, conditions) { return PumpResult(bytes: moved, end: end) }
        }
    }

    /// From the pipe into the file. Returns an errno, or nil.
    private func drain(_ bytes: Int, into file: LocalFile.Lent, at position: inout Int64) -> Int32? {
        var left = bytes
        while left > 0 {
            let count = splice(pipe?.output ?? -1, nil, file.raw, &position, left, cl_splice_move)
            if count > 0 {
                left -= count
            } else if count == 0 {
                return EIO
            } else if errno != EINTR {
                return errno
            }
        }
        return nil
    }

    /// The file system does not take `splice`: writes what the pipe already holds, then goes on with the buffer.
    private mutating func rescue(
        _ bytes: Int, from socket: borrowing Socket, into file: LocalFile.Lent, at offset: Int64,
        _ conditions: Conditions
    ) -> PumpResult {
        let buffer = ownBuffer()
        var saved = 0
        while saved < bytes {
            let count = Glibc.read(pipe?.output ?? -1, buffer.baseAddress, min(buffer.count, bytes - saved))
            guard count > 0 else { break }
            do {
                try file.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]), at: offset + Int64(saved))
            } catch {
                pipe = nil
                return PumpResult(bytes: Int64(saved), end: .diskFailed(error))
            }
            saved += count
        }
        conditions.progress?.add(saved)
        var result = receiveBuffered(from: socket, into: file, at: offset + Int64(saved), conditions)
        result.bytes += Int64(saved)
        return result
    }

    private mutating func receiveBuffered(
        from socket: borrowing Socket, into file: LocalFile.Lent, at offset: Int64,
        _ conditions: Conditions
    ) -> PumpResult {
        var position = offset
        return receive(from: socket, conditions) { bytes throws(TransportError) in
            try file.write(bytes, at: position)
            position += Int64(bytes.count)
        }
    }
}
