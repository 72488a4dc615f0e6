import Transport

/// Command lines from the bytes of a control connection (RFC 959 §5.3).
///
/// Telnet's commands are taken out (RFC 1123 §4.1.2.12): of ABOR's IAC IP IAC DM nothing is left, IAC IAC
/// is the byte 0xFF. Line and queue are bounded.
struct CommandReader {
    struct Line: Sendable {
        var bytes: [UInt8]
        /// Ended by LF alone.
        var hasBareLineFeed: Bool
    }

    /// RFC 959 names no limit; longer paths than this no disk takes.
    static let longestLine = 8 * 1024
    /// Lines that may wait while a transfer runs.
    static let mostWaiting = 64

    private(set) var lines: [Line] = []
    /// The peer has closed its side.
    private(set) var hasEnded = false
    private(set) var isLineTooLong = false
    private var line: [UInt8] = []
    private var telnet = Telnet.text

    private enum Telnet { case text, command, option }

    /// Nothing has arrived that was not taken.
    var isEmpty: Bool { lines.isEmpty && line.isEmpty }

    var isFull: Bool { lines.count >= Self.mostWaiting }

    mutating func next() -> Line? { lines.isEmpty ? nil : lines.removeFirst() }

    /// Takes the first waiting line with one of these verbs out of its turn.
    mutating func takeUrgent(_ verbs: Set<String>) -> Line? {
        guard let index = lines.firstIndex(where: { verbs.contains($0.verb) }) else { return nil }
        return lines.remove(at: index)
    }

    /// Reads once what is there; blocks until something is, or the deadline passes.
    mutating func fill(
        from control: borrowing Socket, until deadline: Deadline, cancellation: Cancellation
    ) throws(TransportError) {
        let input = try control.readSome(until: deadline, cancellation: cancellation)
        hasEnded = input.isEmpty
        for byte in input { take(byte) }
    }

    private mutating func take(_ byte: UInt8) {
        switch (telnet, byte) {
        case (.text, 0xFF): telnet = .command
        case (.text, _): append(byte)
        case (.command, 0xFB...0xFE): telnet = .option  // WILL WONT DO DONT
        case (.command, 0xF0...0xFA): telnet = .text  // IP, DM and their like
        case (.command, 0xFF):
            telnet = .text
            append(0xFF)
        case (.command, _):  // a 0xFF of a name that was not doubled
            telnet = .text
            append(0xFF)
            append(byte)
        case (.option, _): telnet = .text
        }
    }

    private mutating func append(_ byte: UInt8) {
        guard byte == 0x0A else {
            if line.count < Self.longestLine { line.append(byte) } else { isLineTooLong = true }
            return
        }
        let isProper = line.last == 0x0D
        while line.last == 0x0D { line.removeLast() }
        lines.append(Line(bytes: line, hasBareLineFeed: !isProper))
        line = []
    }
}

extension CommandReader.Line {
    /// Upper case; empty for a line without one.
    var verb: String {
        String(decoding: bytes.prefix { $0 != 0x20 }.prefix(16), as: UTF8.self).uppercased()
    }

    /// What follows the one blank behind the verb; empty for none.
    var argument: [UInt8] {
        guard let space = bytes.firstIndex(of: 0x20) else { return [] }
        return Array(bytes[(space + 1)...])
    }
}

extension Socket {
    /// At most 4 KiB of what is there; empty at the end of the stream.
    borrowing func readSome(
        until deadline: Deadline, cancellation: Cancellation
    ) throws(TransportError) -> [UInt8] {
        var failure: TransportError?
        let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            do throws(TransportError) {
                count = try read(
                    into: UnsafeMutableRawBufferPointer(buffer), until: deadline, cancellation: cancellation)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }
}
