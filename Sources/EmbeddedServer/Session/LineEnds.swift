import Transport

/// Line ends between the disk, LF, and the wire, CR LF (TYPE A: RFC 959 §3.1.1.1).
///
/// A CR LF that the file already holds stays one, as vsftpd has it.
struct LineEnds {
    let isConverting: Bool
    private var lastByte: UInt8 = 0

    init(isConverting: Bool) {
        self.isConverting = isConverting
    }

    /// Fills `buffer` from the file: bytes read from it, and bytes made of them.
    mutating func read(
        _ file: borrowing LocalFile, at offset: Int64, atMost count: Int,
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(TransportError) -> (read: Int, made: Int) {
        guard count > 0 else { return (0, 0) }
        guard isConverting else {
            let read = try file.read(
                into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]), at: offset)
            return (read, read)
        }
        // Reads into the rear half and writes from the front: the front never overtakes.
        let rear = UnsafeMutableRawBufferPointer(rebasing: buffer[(buffer.count - count)...])
        let read = try file.read(into: rear, at: offset)
        var made = 0
        for index in 0..<read {
            let byte = rear[index]
            if byte == 0x0A, lastByte != 0x0D {
                buffer[made] = 0x0D
                made += 1
            }
            buffer[made] = byte
            made += 1
            lastByte = byte
        }
        return (read, made)
    }

    /// What to write for bytes from the wire. A CR at the end waits for what follows: see `rest`.
    mutating func fromWire(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        guard isConverting else { return Array(bytes) }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 1)
        for byte in bytes {
            if lastByte == 0x0D, byte != 0x0A { result.append(0x0D) }
            if byte != 0x0D { result.append(byte) }
            lastByte = byte
        }
        return result
    }

    /// What is left when the wire has ended.
    var rest: [UInt8] { isConverting && lastByte == 0x0D ? [0x0D] : [] }
}
