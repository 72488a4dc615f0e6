public import Transport

/// The plainest FTP client there is: sends lines, reads replies, opens data connections as it is told. For tests of a
/// server, where nothing may be smoothed over.
public final class ScriptedClient {
    /// Longer than anything takes here; reached only when something hangs.
    public static let patience = Duration.seconds(20)

    /// Lives as long as the client: the server it speaks to.
    public var companion: AnyObject?

    private let control: Socket
    private var received: [UInt8] = []
    private var hasEnded = false

    public init(port: UInt16, family: Address.Family = .ipv4) throws(TransportError) {
        control = try Socket.connect(
            to: .loopback(family, port: port), until: .after(Self.patience), cancellation: nil)
    }

    /// Connects, reads the greeting and logs in.
    public static func loggedIn(
        port: UInt16, as user: String = "demo", password: String = "x", family: Address.Family = .ipv4
    ) throws(TransportError) -> ScriptedClient {
        let client = try ScriptedClient(port: port, family: family)
        _ = try client.reply()
        _ = try client.say("USER \(user)")
        _ = try client.say("PASS \(password)")
        _ = try client.say("TYPE I")
        return client
    }

    /// Sends the line and returns the reply to it, its lines joined by line feeds.
    public func say(_ line: String) throws(TransportError) -> String {
        try say(Array(line.utf8))
    }

    public func say(_ line: [UInt8]) throws(TransportError) -> String {
        try send(line + [0x0D, 0x0A])
        return try reply()
    }

    public func send(_ bytes: [UInt8]) throws(TransportError) {
        try control.write(bytes, until: .after(Self.patience), cancellation: nil)
    }

    /// ABOR with the Telnet signals that RFC 959 §4.1.3 asks for.
    public func sendAbort() throws(TransportError) {
        try send([0xFF, 0xF4, 0xFF])
        control.writeUrgent(0xF2)
        try send(Array("ABOR\r\n".utf8))
    }

    /// The next reply, whole; bytes that are not UTF-8 as U+FFFD.
    public func reply() throws(TransportError) -> String {
        String(decoding: try replyBytes(), as: UTF8.self)
    }

    public func replyBytes() throws(TransportError) -> [UInt8] {
        let first = try line()
        var lines = [first]
        if first.count > 3, first[3] == UInt8(ascii: "-") {
            let end = Array(first[..<3]) + [0x20]
            repeat { lines.append(try line()) } while !lines[lines.count - 1].starts(with: end)
        }
        return Array(lines.joined(separator: [0x0A]))
    }

    /// Whether the server has closed the connection, everything before that being read.
    public func isAtEnd() throws(TransportError) -> Bool {
        try fill()
        return hasEnded && received.isEmpty
    }

    /// Whatever comes, without looking for lines in it, until there are so many bytes.
    public func receiveBytes(atLeast count: Int) throws(TransportError) -> [UInt8] {
        while received.count < count, !hasEnded { try fill() }
        defer { received = [] }
        return received
    }

    private func line() throws(TransportError) -> [UInt8] {
        while true {
            if let end = received.firstIndex(of: 0x0A) {
                let line = Array(received[..<end])
                received.removeSubrange(...end)
                return line.last == 0x0D ? line.dropLast() : line
            }
            guard !hasEnded else { throw .closedByPeer }
            try fill()
        }
    }

    private func fill() throws(TransportError) {
        guard !hasEnded else { return }
        let bytes = try readSome(control)
        hasEnded = bytes.isEmpty
        received += bytes
    }

    // MARK: Data connections

    /// PASV and a connection to where it points.
    public func passive() throws(TransportError) -> Socket {
        try connectData(to: try passivePort())
    }

    /// PASV and a connection that is begun, which may or may not stand soon.
    public func passivePending() throws(TransportError) -> PendingConnection {
        try PendingConnection(to: control.peer.with(port: try passivePort()))
    }

    /// PASV, and the port of its reply.
    public func passivePort() throws(TransportError) -> UInt16 {
        let reply = try say("PASV")
        let numbers = reply.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" }.split(separator: ",")
            .compactMap {
                UInt16($0)
            }
        guard numbers.count == 6 else { throw .unusable(reply) }
        return numbers[4] * 256 + numbers[5]
    }

    public func extendedPassive() throws(TransportError) -> Socket {
        let reply = try say("EPSV")
        guard let port = reply.split(separator: "|").dropFirst().first.flatMap({ UInt16($0) }) else {
            throw .unusable(reply)
        }
        return try connectData(to: port)
    }

    public func connectData(to port: UInt16) throws(TransportError) -> Socket {
        try Socket.connect(
            to: control.peer.with(port: port), until: .after(Self.patience), cancellation: nil)
    }

    /// Listens and says so with PORT; the reply comes along.
    public func active() throws(TransportError) -> ActiveListener {
        let listener = try Listener(on: control.local.with(port: 0))
        let port = listener.address.port
        let host = control.local.octets.map(String.init).joined(separator: ",")
        return ActiveListener(
            listener: listener, reply: try say("PORT \(host),\(port / 256),\(port % 256)"))
    }

    public struct ActiveListener: ~Copyable {
        private let listener: Listener
        public let reply: String

        init(listener: consuming Listener, reply: String) {
            self.listener = listener
            self.reply = reply
        }

        public func accept() throws(TransportError) -> Socket {
            try listener.accept(until: .after(ScriptedClient.patience), cancellation: nil)
        }

        /// Whether somebody has connected, without waiting.
        public var hasArrival: Bool {
            if case .ready = Wait.wait(
                for: listener.raw, .readable, until: .after(ScriptedClient.patience), cancellation: nil)
            {
                return true
            }
            return false
        }
    }

    // MARK: Whole transfers

    /// What a passive transfer brings, and its last reply.
    public func fetch(_ command: String) throws(TransportError) -> (bytes: [UInt8], end: String) {
        let data = try passive()
        _ = try say(command)
        let bytes = try readAll(data)
        return (bytes, try reply())
    }

    /// Sends `bytes` by a passive transfer; the last reply.
    public func deliver(_ command: String, _ bytes: [UInt8]) throws(TransportError) -> String {
        let data = try passive()
        let preliminary = try say(command)
        guard preliminary.hasPrefix("1") else { return preliminary }
        try data.write(bytes, until: .after(Self.patience), cancellation: nil)
        data.shutdownWriting()
        return try reply()
    }
}

/// At most 64 KiB; empty at the end.
public func readSome(_ socket: borrowing Socket) throws(TransportError) -> [UInt8] {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 1)
    defer { buffer.deallocate() }
    let count = try socket.read(
        into: buffer, until: .after(ScriptedClient.patience), cancellation: nil)
    return Array(buffer[..<count])
}

/// Everything up to the end.
public func readAll(_ socket: borrowing Socket) throws(TransportError) -> [UInt8] {
    var all: [UInt8] = []
    while true {
        let bytes = try readSome(socket)
        if bytes.isEmpty { return all }
        all += bytes
    }
}

extension PendingConnection {
    /// Whether the attempt to connect has not ended, well or not, after so long.
    public func isPending(for duration: Duration) -> Bool {
        if case .timedOut = Wait.wait(for: raw, .writable, until: .after(duration), cancellation: nil) {
            return true
        }
        return false
    }
}
