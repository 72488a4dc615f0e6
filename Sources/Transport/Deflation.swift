import CZlib

/// The data of one transfer as one zlib stream (RFC 1950), which is what they are in MODE Z
/// (draft-preston-ftpext-deflate-03). Given to a `Pump` before the transfer, for either direction.
public final class Deflation {
    /// What may become of the data that arrive. A few hundred bytes can stand for a million: whoever sends them fills
    /// a disk a thousand times faster than the network is.
    public enum Bound: Sendable {
        /// So many bytes.
        case bytes(Int64)
        /// Where nobody knows how many there should be: a hundred times what crossed, and `Deflation.harmless`.
        case ratio
    }

    /// Bytes that arrive unasked and fill nothing.
    public static let harmless: Int64 = 64 << 20
    private static let likelyRatio: Int64 = 100
    private static let pieceSize = 64 << 10

    private let bound: Bound
    private let leavesEndOut: Bool
    private var inflater: ZStream?
    private var deflater: ZStream?
    private let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceSize, alignment: 16)
    private var sourceHasEnded = false
    private var isComplete = false
    /// As they are when nothing compresses them.
    private(set) var bytes: Int64 = 0
    /// As they cross.
    public private(set) var wireBytes: Int64 = 0

    /// - Parameter leavesEndOut: a stream that is sent stops before its end, as after a crash: for tests.
    public init(_ bound: Bound, leavesEndOut: Bool = false) {
        self.bound = bound
        self.leavesEndOut = leavesEndOut
    }

    deinit { piece.deallocate() }

    /// Whether all is here that the sender has sent. Nothing at all is a whole empty file, too.
    var isWhole: Bool { isComplete || wireBytes == 0 }
    var hasBegun: Bool { wireBytes > 0 || bytes > 0 }

    /// Takes what came, and gives what it stands for to `sink`, a piece at a time.
    ///
    /// - Throws: `garbled`, and what `sink` throws.
    func inflate(
        _ wire: UnsafeRawBufferPointer, sink: (UnsafeRawBufferPointer) throws(TransportError) -> Void
    ) throws(TransportError) {
        guard !wire.isEmpty else { return }
        guard !isComplete else { throw .garbled("there is more behind their end") }
        if inflater == nil { inflater = try ZStream(.inflate) }
        guard let stream = inflater else { return }
        wireBytes += Int64(wire.count)
        stream.setInput(wire)
        repeat {
            let (made, isLast) = try stream.run(into: piece, finishing: false)
            if made > 0 {
                bytes += Int64(made)
                guard isWithinBound else {
                    throw .garbled(
                        "they would fill the disk (\(bytes >> 20) MiB out of \(wireBytes >> 10) KiB)")
                }
                try sink(UnsafeRawBufferPointer(rebasing: piece[..<made]))
            }
            if isLast {
                isComplete = true
                guard stream.inputLeft == 0 else { throw .garbled("there is more behind their end") }
                return
            }
            guard made > 0 || stream.inputLeft > 0 else { return }
        } while true
    }

    private var isWithinBound: Bool {
        switch bound {
        case .bytes(let most): bytes <= most
        case .ratio: bytes <= Self.harmless || bytes / Self.likelyRatio <= wireBytes
        }
    }

    /// Fills `wire` with what stands for the source's next bytes.
    ///
    /// - Returns: 0 when all has been said, the end of the stream too.
    func deflate(
        into wire: UnsafeMutableRawBufferPointer,
        source: (UnsafeMutableRawBufferPointer) throws(TransportError) -> Int
    ) throws(TransportError) -> Int {
        if deflater == nil { deflater = try ZStream(.deflate) }
        guard let stream = deflater else { return 0 }
        while !isComplete {
            if stream.inputLeft == 0, !sourceHasEnded {
                let count = try source(piece)
                bytes += Int64(count)
                sourceHasEnded = count == 0
                stream.setInput(UnsafeRawBufferPointer(rebasing: piece[..<count]))
                if sourceHasEnded, leavesEndOut { return 0 }
            }
            let (made, isLast) = try stream.run(into: wire, finishing: sourceHasEnded)
            isComplete = isLast
            wireBytes += Int64(made)
            if made > 0 { return made }
        }
        return 0
    }
}

/// zlib's state, which must not move while it is in use.
private final class ZStream {
    enum Direction { case inflate, deflate }

    private let state = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let direction: Direction

    init(_ direction: Direction) throws(TransportError) {
        self.direction = direction
        state.initialize(to: z_stream())
        let code = direction == .inflate ? cz_inflate_init(state) : cz_deflate_init(state)
        guard code == Z_OK else { throw .unusable("zlib cannot be used (\(code))") }
    }

    deinit {
        _ = direction == .inflate ? inflateEnd(state) : deflateEnd(state)
        state.deallocate()
    }

    var inputLeft: Int { Int(state.pointee.avail_in) }

    /// To be kept in place until `inputLeft` is 0.
    func setInput(_ bytes: UnsafeRawBufferPointer) {
        state.pointee.next_in = UnsafeMutablePointer(
            mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        state.pointee.avail_in = UInt32(clamping: bytes.count)
    }

    /// - Returns: the bytes made, and whether the stream has ended with them.
    func run(
        into output: UnsafeMutableRawBufferPointer, finishing: Bool
    ) throws(TransportError) -> (made: Int, isLast: Bool) {
        state.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        state.pointee.avail_out = UInt32(clamping: output.count)
        let code =
            direction == .inflate
            ? CZlib.inflate(state, Z_NO_FLUSH) : CZlib.deflate(state, finishing ? Z_FINISH : Z_NO_FLUSH)
        // Z_BUF_ERROR: nothing could be done without more input or room, which is no error.
        guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else {
            throw .garbled("that is no zlib stream (\(code))")
        }
        return (output.count - Int(state.pointee.avail_out), code == Z_STREAM_END)
    }
}
