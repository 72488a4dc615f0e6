/// Turns the bytes of a control connection into replies (RFC 959 §4.2).
///
/// Bytes go in as they arrive, in pieces of any size; lines and replies come out. What servers
/// do to the grammar is taken as it is: bare LF, CR CR LF, NULs at the end of a line, Telnet commands, lines
/// without a code inside a reply of several lines, lines there that begin with another code.
/// Work is linear in the bytes, and memory is bounded by `longestLine` and `mostBytes`.
public struct ReplyParser: Sendable {
    public enum Event: Hashable, Sendable {
        /// One line as it came, without its line end, for the log. `code` opens the reply it
        /// belongs to; nil where the line belongs to none.
        case line([UInt8], code: ReplyCode?)
        /// A whole reply, after its last line.
        case reply(Reply)
        /// A line outside any reply, after its `line`.
        case noise([UInt8])
    }

    /// Bytes of one line. Banners of 17,000 bytes exist, nothing larger has been seen, and RFC 1123 §4.1.2.3
    /// leaves the limit to us.
    public static let longestLine = 32 * 1024
    /// Bytes of one reply: a server that never ends a reply of several lines is told from a slow one by nothing else.
    public static let longestReply = 64 * 1024
    /// Bytes of a reply that is the listing of a directory, as STAT answers it: a hundred thousand names.
    public static let longestListing = 8 * 1024 * 1024
    /// As many bytes a line of a reply counts at least: about what it takes in memory, whatever is in it.
    public static let shortestLine = 40
    /// Lines outside any reply before the peer is no FTP server. Inetd scripts and
    /// loaders say a few lines before the greeting; nobody says a hundred.
    public static let longestNoise = 100

    /// Bytes that the next replies may have: `longestReply`, or `longestListing` where a listing was asked for.
    public var mostBytes = Self.longestReply

    private var line: [UInt8] = []
    private var telnet = Telnet.text
    private var open: OpenReply?
    private var noiseCount = 0
    private var hasSeenReply = false
    private var received: [UInt8] = []
    private var position = 0
    private var pending: Event?
    private var failure: FTPError?

    private struct OpenReply: Sendable {
        let code: ReplyCode
        var lines: [[UInt8]]
        var size: Int
    }

    /// Where in a Telnet command the last byte left us (RFC 854).
    private enum Telnet: Sendable { case text, command, option }

    public init() {}

    /// Takes bytes as they were read. Nothing is parsed before `next()`.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if position == received.count {
            received.removeAll(keepingCapacity: true)
            position = 0
        }
        received.append(contentsOf: bytes)
    }

    public mutating func append(_ bytes: some Sequence<UInt8>) {
        Array(bytes).withUnsafeBytes { append($0) }
    }

    /// Whether bytes are here that no event has told of: after AUTH's 234 there may be none
    /// (RFC 4217 §15: what was sent in the clear must not be read as if it was not).
    public var hasUnreadBytes: Bool {
        position < received.count || !line.isEmpty || pending != nil || open != nil || telnet != .text
    }

    /// The next event, or nil when more bytes are needed.
    ///
    /// - Throws: `FTPError.protocolViolation` when the peer is no FTP server, a line is longer than `longestLine` or has a NUL
    ///   in it, or a reply is longer than `mostBytes`; every later call throws the same.
    public mutating func next() throws(FTPError) -> Event? {
        if let failure { throw failure }
        if let event = pending {
            pending = nil
            return event
        }
        while position < received.count {
            if hasSeenReply, telnet == .text {
                takeText()
                if position == received.count { break }
            }
            let byte = received[position]
            position += 1
            guard let byte = withoutTelnet(byte) else { continue }
            if byte == 0x0A { return try endLine() }
            guard line.count < Self.longestLine else {
                throw fail("a line of its reply does not end within \(Self.longestLine / 1_024) KiB")
            }
            // A bare CR by the rules of Telnet (RFC 854).
            if byte == 0, line.last == 0x0D { continue }
            line.append(byte)
            if !hasSeenReply, line.count == 3, let what = Self.otherProtocol(line, isWholeLine: false) {
                throw fail(what)
            }
        }
        return nil
    }

    /// Takes in one piece what needs no look of its own: up to a line end, a Telnet command, a NUL, or the longest line.
    private mutating func takeText() {
        let start = position
        let limit = start + Self.longestLine - line.count
        position = received.withUnsafeBufferPointer { bytes in
            let last = min(bytes.count, limit)
            var end = start
            while end < last, bytes[end] != 0x0A, bytes[end] != 0xFF, bytes[end] != 0 { end += 1 }
            return end
        }
        if position > start { line += received[start..<position] }
    }

    /// Removes Telnet commands and undoes the doubling of 0xFF (RFC 854; RFC 3659 §2.2).
    private mutating func withoutTelnet(_ byte: UInt8) -> UInt8? {
        switch telnet {
        case .text:
            guard byte == 0xFF else { return byte }
            telnet = .command
            return nil
        case .command:
            telnet = .text
            switch byte {
            case 0xFF: return 0xFF
            case 0xFB...0xFE:
                telnet = .option
                return nil
            case 0xF0...0xFA: return nil
            default:
                // No Telnet command: the server forgot to double a 0xFF of its own.
                line.append(0xFF)
                return byte
            }
        case .option:
            telnet = .text
            return nil
        }
    }

    private mutating func endLine() throws(FTPError) -> Event {
        while let last = line.last, last == 0x0D || last == 0 { line.removeLast() }
        // A copy of its own size: lines are kept, and would keep the room of the longest line so far.
        let whole = line.withUnsafeBufferPointer { Array($0) }
        line.removeAll(keepingCapacity: true)
        // What is behind it one reader sees and another does not.
        guard !whole.contains(0) else { throw fail("there is a NUL in a line of its reply") }

        if open != nil { return try continueReply(with: whole) }
        guard let head = Head(whole) else { return try noise(whole) }
        hasSeenReply = true
        noiseCount = 0
        let text = Array(whole.dropFirst(4))
        if head.isOpening {
            open = OpenReply(code: head.code, lines: [text], size: whole.count)
        } else {
            pending = .reply(Reply(code: head.code, lines: [text]))
        }
        return .line(whole, code: head.code)
    }

    private mutating func continueReply(with whole: [UInt8]) throws(FTPError) -> Event {
        guard var reply = open.take() else { return .line(whole, code: nil) }
        reply.size += max(whole.count + 1, Self.shortestLine)
        guard reply.size <= mostBytes else {
            throw fail("its reply \(reply.code) does not end within \(mostBytes / 1_024) KiB")
        }
        // Only its own code and a blank, or nothing, ends a reply; another code is text (RFC 959 §4.2).
        if let head = Head(whole), head.code == reply.code {
            reply.lines.append(Array(whole.dropFirst(4)))
            if !head.isOpening {
                pending = .reply(Reply(code: reply.code, lines: reply.lines))
                return .line(whole, code: reply.code)
            }
        } else {
            reply.lines.append(whole)
        }
        let code = reply.code
        open = reply
        return .line(whole, code: code)
    }

    private mutating func noise(_ whole: [UInt8]) throws(FTPError) -> Event {
        if !hasSeenReply, let what = Self.otherProtocol(whole, isWholeLine: true) { throw fail(what) }
        noiseCount += 1
        guard noiseCount <= Self.longestNoise else {
            throw fail("\(Self.longestNoise) lines and no reply among them; this is no FTP server")
        }
        pending = .noise(whole)
        return .line(whole, code: nil)
    }

    /// What answers there instead of an FTP server, told from its first bytes.
    private static func otherProtocol(_ start: [UInt8], isWholeLine: Bool) -> String? {
        // A TLS record: alert or handshake, then version 3.
        if start.count >= 2, start[0] == 0x15 || start[0] == 0x16, start[1] == 0x03 {
            return "it speaks TLS from the first byte (implicit TLS); this port needs ftps://"
        }
        guard isWholeLine else { return nil }
        if start.starts(with: "SSH-".utf8) { return "this is an SSH server: SFTP is another protocol" }
        if start.starts(with: "HTTP/".utf8) { return "this is a web server (HTTP), not an FTP server" }
        if start.starts(with: "* OK".utf8) { return "this is a mail server (IMAP), not an FTP server" }
        if start.starts(with: "+OK".utf8) { return "this is a mail server (POP3), not an FTP server" }
        return nil
    }

    private mutating func fail(_ what: String) -> FTPError {
        let error = FTPError.protocolViolation(what)
        failure = error
        received = []
        position = 0
        line = []
        open = nil
        return error
    }
}

/// The code at the start of a line, and whether a dash says that more lines follow.
private struct Head {
    let code: ReplyCode
    let isOpening: Bool

    init?(_ line: [UInt8]) {
        guard line.count >= 3, (0x31...0x36).contains(line[0]), (0x30...0x39).contains(line[1]),
            (0x30...0x39).contains(line[2])
        else { return nil }
        code = ReplyCode(
            rawValue: UInt16(line[0] - 0x30) * 100 + UInt16(line[1] - 0x30) * 10 + UInt16(line[2] - 0x30))
        switch line.count > 3 ? line[3] : 0x20 {
        case 0x20, 0x09: isOpening = false
        case UInt8(ascii: "-"): isOpening = true
        default: return nil
        }
    }
}
