import Dispatch
import Synchronization
public import Transport

/// Lines to and from another process, over a `LocalSocket`. All methods but `finish` return at once.
///
/// While the other one does not read (it is stopped with ^Z), what waits for it does not grow without end: of lines
/// that replace one another only the newest counts, and of very many others the oldest go.
public final class LineLink: Sendable {
    /// What becomes of a line that waits when others come.
    public enum Kind: Sendable { case kept, newestOnly, mayGo }

    /// Far more than a snapshot of the queue has, in bytes. Who sends more is not who it seems to be.
    static let longestLine = 8 << 20
    /// Lines that wait, of those that may go.
    static let mostWaiting = 2_000

    private struct Waiting {
        var lines: [(kind: Kind, text: @Sendable () -> String?)] = []
        var mayGo = 0
        var isWriting = false
    }

    private let socket: LocalSocket
    private let waiting = Mutex(Waiting())
    private let reader = DispatchQueue(label: "portside.link.reader")
    private let writer = DispatchQueue(label: "portside.link.writer")

    public init(_ socket: LocalSocket) {
        self.socket = socket
    }

    /// Begins to listen. Once.
    ///
    /// - Parameters:
    ///   - heard: each line, one after the other, on a thread of the link's own.
    ///   - ended: after the last one: the other process has closed, or is dead.
    public func listen(
        _ heard: @escaping @Sendable (String) -> Void, ended: @escaping @Sendable () -> Void
    ) {
        reader.async { [self] in
            while let line = nextLine() { heard(line) }
            socket.shutDown()
            ended()
        }
    }

    private struct Unread {
        var bytes: [UInt8] = []
        /// So many of them hold no line end.
        var searched = 0
    }

    /// One reads at a time.
    private let unread = Mutex(Unread())

    /// Blocks until a whole line is there.
    ///
    /// - Returns: nil when the other end is gone, or sends what cannot be lines.
    public func nextLine() -> String? {
        unread.withLock { unread in
            while true {
                if let end = unread.bytes[unread.searched...].firstIndex(of: 0x0A) {
                    let line = String(decoding: unread.bytes[..<end], as: UTF8.self)
                    unread.bytes.removeSubrange(...end)
                    unread.searched = 0
                    return line
                }
                unread.searched = unread.bytes.count
                guard unread.searched <= Self.longestLine, let bytes = socket.read() else { return nil }
                unread.bytes += bytes
            }
        }
    }

    /// For how long `nextLine` waits, in seconds; 0: for ever.
    public func setPatience(_ seconds: Int) { socket.setPatience(seconds) }

    /// - Parameter line: makes it when its turn has come, on a thread of the link's own; nil for none.
    public func send(_ kind: Kind = .kept, _ line: @escaping @Sendable () -> String?) {
        let begins = waiting.withLock { waiting in
            if kind == .newestOnly { waiting.lines.removeAll { $0.kind == .newestOnly } }
            if kind == .mayGo {
                waiting.mayGo += 1
                if waiting.mayGo > Self.mostWaiting { Self.dropOldest(&waiting) }
            }
            waiting.lines.append((kind, line))
            defer { waiting.isWriting = true }
            return !waiting.isWriting
        }
        if begins { writer.async { [self] in write() } }
    }

    private static func dropOldest(_ waiting: inout Waiting) {
        var surplus = waiting.mayGo / 2
        waiting.mayGo -= surplus
        waiting.lines.removeAll { line in
            guard surplus > 0, line.kind == .mayGo else { return false }
            surplus -= 1
            return true
        }
    }

    private func write() {
        while true {
            let lines = waiting.withLock { waiting in
                defer { (waiting.lines, waiting.mayGo) = ([], 0) }
                waiting.isWriting = !waiting.lines.isEmpty
                return waiting.lines
            }
            guard !lines.isEmpty else { return }
            for line in lines {
                guard let text = line.text() else { continue }
                guard socket.write(Array(text.utf8) + [0x0A]) else { return socket.shutDown() }
            }
        }
    }

    /// Ends the link once the other one has been sent what waits for it. Blocks, at most a second.
    public func finish() {
        let isSent = DispatchSemaphore(value: 0)
        writer.async { isSent.signal() }
        _ = isSent.wait(timeout: .now() + .seconds(1))
        socket.shutDown()
    }

    /// Ends the link at once.
    public func end() {
        socket.shutDown()
    }
}

/// Lets other processes of this user make links to this one, by a name in a directory.
public final class LineServer: Sendable {
    private let listener: LocalListener
    private let queue = DispatchQueue(label: "portside.link.accept")

    /// - Parameter arrived: each link, on a thread of the server's own.
    /// - Returns: nil where the file system has no sockets.
    public init?(
        _ name: String, in directory: String, arrived: @escaping @Sendable (LineLink) -> Void
    ) {
        guard let listener = LocalListener(name, in: directory) else { return nil }
        self.listener = listener
        queue.async {
            while let socket = listener.accept() { arrived(LineLink(socket)) }
        }
    }

    /// Nobody can make a link any more; those that stand go on.
    public func stop() {
        listener.stop()
    }
}
