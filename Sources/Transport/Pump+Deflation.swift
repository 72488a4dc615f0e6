/// The roads of data that are compressed on the way (MODE Z): the same, with zlib between the connection and the
/// file. Bytes are counted as they are without it; a limit holds for what crosses.
extension Pump {
    mutating func receive(
        _ deflation: Deflation, from socket: borrowing Socket, _ conditions: Conditions,
        sink: (UnsafeRawBufferPointer) throws(TransportError) -> Void
    ) -> PumpResult {
        self.deflation = nil
        defer { self.deflation = deflation }
        var wire = conditions
        wire.progress = nil
        let before = deflation.bytes
        var result = receive(from: socket, wire) { bytes throws(TransportError) in
            try deflation.inflate(bytes) { piece throws(TransportError) in
                try sink(piece)
                conditions.progress?.add(piece.count)
            }
        }
        result.bytes = deflation.bytes - before
        // A stream knows its end, so what was cut off shows, whatever the server says of it.
        if result.end == .endOfData, !deflation.isWhole {
            result.end = .peerFailed(.garbled("they end too early"))
        }
        return result
    }

    mutating func send(
        _ deflation: Deflation, to socket: borrowing Socket, _ conditions: Conditions,
        source: (UnsafeMutableRawBufferPointer) throws(TransportError) -> Int
    ) -> PumpResult {
        self.deflation = nil
        defer { self.deflation = deflation }
        var wire = conditions
        wire.progress = nil
        let before = deflation.bytes
        var result = send(to: socket, wire, resuming: deflation.hasBegun) { buffer throws(TransportError) in
            try deflation.deflate(into: buffer) { piece throws(TransportError) in
                let count = try source(piece)
                conditions.progress?.add(count)
                return count
            }
        }
        result.bytes = deflation.bytes - before
        return result
    }
}
