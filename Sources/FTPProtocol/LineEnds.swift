/// Text from TYPE A on the wire, lines ending in CR LF, to lines ending in LF (RFC 959 §3.1.1.1).
///
/// A CR that no LF follows is part of the text and stays. Pieces may be cut anywhere.
public struct LocalLines: Sendable {
    private var hasReturn = false

    public init() {}

    /// - Parameter wire: the next piece.
    /// - Returns: what is to be written for it; a CR at its end waits for what follows.
    public mutating func translate(_ wire: UnsafeRawBufferPointer) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(wire.count + 1)
        for byte in wire {
            if hasReturn, byte != 0x0A { text.append(0x0D) }
            hasReturn = byte == 0x0D
            if !hasReturn { text.append(byte) }
        }
        return text
    }

    /// What is left when the wire has ended.
    public mutating func finish() -> [UInt8] {
        defer { hasReturn = false }
        return hasReturn ? [0x0D] : []
    }
}

/// Text with lines ending in LF to TYPE A on the wire, lines ending in CR LF (RFC 959 §3.1.1.1).
///
/// A CR LF that the text has already stays one: doubled, it would come back as an empty line on some servers
/// and as CR CR LF on others. A last line without an end gets none.
public struct WireLines: Sendable {
    private var last: UInt8 = 0

    public init() {}

    public mutating func translate(_ text: UnsafeRawBufferPointer) -> [UInt8] {
        var wire: [UInt8] = []
        wire.reserveCapacity(text.count + text.count / 16 + 1)
        for byte in text {
            if byte == 0x0A, last != 0x0D { wire.append(0x0D) }
            wire.append(byte)
            last = byte
        }
        return wire
    }
}
