import Glibc

/// The bytes before the place where a transfer goes on: what is here, compared with what the peer sends once more.
public struct Overlap {
    private let here: [UInt8]
    private var there: [UInt8]
    /// How many have come.
    public private(set) var count = 0
    /// One of them is not what is here.
    public private(set) var differs = false

    public init(_ bytes: [UInt8]) {
        here = bytes
        there = [UInt8](repeating: 0, count: bytes.count)
    }

    public var isComplete: Bool { count == here.count }
    public var size: Int { here.count }

    /// The peer sends from the beginning of it, once more.
    public mutating func reset() {
        count = 0
    }

    /// Takes from `bytes` what belongs to it, and leaves the rest.
    mutating func take(_ bytes: inout UnsafeRawBufferPointer) throws(TransportError) {
        let part = UnsafeRawBufferPointer(rebasing: bytes.prefix(here.count - count))
        guard here[count..<(count + part.count)].elementsEqual(part) else {
            differs = true
            throw .unusable("what is here is not what comes")
        }
        count += part.count
        bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(part.count))
    }

    fileprivate mutating func fill(_ body: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
        there.withUnsafeMutableBytes { body(UnsafeMutableRawBufferPointer(rebasing: $0[count...])) }
    }

    fileprivate mutating func filled(_ more: Int) throws(TransportError) {
        guard here[count..<(count + more)] == there[count..<(count + more)] else {
            differs = true
            throw .unusable("what is here is not what comes")
        }
        count += more
    }
}

extension Pump {
    /// Compares what comes with `overlap`, then moves the rest into `file`, from `offset` on.
    ///
    /// - Returns: the bytes moved, those of the overlap among them; `.diskFailed` when it differs.
    public mutating func receive(
        from socket: borrowing Socket, comparing overlap: inout Overlap, into file: LocalFile.Lent,
        at offset: Int64, _ conditions: Conditions
    ) -> PumpResult {
        guard socket.tls == nil else {
            var position = offset
            return receive(from: socket, conditions) { bytes throws(TransportError) in
                var rest = bytes
                if !overlap.isComplete { try overlap.take(&rest) }
                guard !rest.isEmpty else { return }
                try file.write(rest, at: position)
                position += Int64(rest.count)
            }
        }
        var compared: Int64 = 0
        while !overlap.isComplete {
            let count = overlap.fill { recv(socket.raw, $0.baseAddress, $0.count, 0) }
            guard count > 0 else {
                guard let end = stop(count, "read", socket, .readable, conditions) else { continue }
                return PumpResult(bytes: compared, end: end)
            }
            do { try overlap.filled(count) } catch {
                return PumpResult(bytes: compared, end: .diskFailed(error))
            }
            compared += Int64(count)
            if let end = pause(after: count, conditions) { return PumpResult(bytes: compared, end: end) }
        }
        var result = receive(from: socket, into: file, at: offset, conditions)
        result.bytes += compared
        return result
    }
}
