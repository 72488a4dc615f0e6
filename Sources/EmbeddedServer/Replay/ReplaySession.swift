import FTPProtocol
import Transport

/// One client of a `ReplayServer`.
struct ReplaySession: ~Copyable {
    private let control: Socket
    private let dialogue: RecordedDialogue
    private let cancellation: Cancellation
    private var data: DataChannel
    private var place = 0

    private static let patience = Duration.seconds(30)
    private static let mostBytes: Int64 = 1 << 30
    private static let uploads: Set<String> = ["STOR", "APPE", "STOU"]
    private static let downloads: Set<String> = ["RETR", "LIST", "NLST", "MLSD"]

    init(_ control: consuming Socket, _ dialogue: RecordedDialogue, _ cancellation: Cancellation) {
        data = DataChannel(Personality.unix.data, control: control)
        self.control = control
        self.dialogue = dialogue
        self.cancellation = cancellation
    }

    /// Answers until the client leaves, or the recording has the server leave.
    mutating func run() {
        control.sendImmediately()
        var input = CommandReader()
        do throws(TransportError) {
            try say(dialogue.greeting)
            while !input.hasEnded, !input.isLineTooLong {
                while let line = input.next() {
                    guard try answer(line.bytes) else { return }
                }
                try input.fill(from: control, until: .never, cancellation: cancellation)
            }
        } catch {
            // The client is gone, or the server stops.
        }
    }

    /// - Returns: whether the connection goes on.
    private mutating func answer(_ command: [UInt8]) throws(TransportError) -> Bool {
        let verb = RecordedDialogue.verb(of: command)
        if verb == "AUTH" {
            try say([Array("502 A recording is replayed in clear text.".utf8)])
            return true
        }
        guard let found = dialogue.place(of: command, after: place) else {
            try say([Array("502 \(visible(Array(verb.utf8))) is not in the recording.".utf8)])
            return true
        }
        place = found + 1
        let replies = dialogue.exchanges[found].replies
        // Here the server was gone, or said nothing any more.
        guard !replies.isEmpty else { return false }
        try prepareData(command, verb)
        let moves = Self.uploads.contains(verb) || Self.downloads.contains(verb)
        let opening = moves ? replies.lastIndex { $0.first == UInt8(ascii: "1") } : nil
        if let opening {
            try say(Array(replies[...opening]))
            try moveData(verb, size: Self.announcedSize(replies[opening]))
            try say(Array(replies[(opening + 1)...]))
        } else {
            try say(replies)
        }
        return verb != "QUIT"
    }

    private static func announcedSize(_ line: [UInt8]) -> Int64 {
        min(max(0, Reply(code: .openingDataConnection, lines: [line]).announcedSize ?? 0), mostBytes)
    }

    private mutating func prepareData(_ command: [UInt8], _ verb: String) throws(TransportError) {
        let argument = Array(command.dropFirst(verb.utf8.count + 1))
        if verb == "PORT", let (_, port) = ActiveEndpoint.parsePort(argument) {
            data.aim(at: control.peer.with(port: port))
        } else if verb == "EPRT", let (_, _, port) = ActiveEndpoint.parseExtendedPort(argument) {
            data.aim(at: control.peer.with(port: port))
        }
    }

    private mutating func moveData(_ verb: String, size: Int64) throws(TransportError) {
        guard data.isArranged,
            case .ready = data.wait(watching: -1, until: .after(Self.patience), cancellation),
            let socket = try? data.take(cancellation)
        else { return data.forget() }
        if Self.uploads.contains(verb) {
            socket.discardRest(until: .after(Self.patience), cancellation: cancellation)
        } else if verb == "RETR" {
            let zeros = [UInt8](repeating: 0, count: 1 << 16)
            var left = size
            while left > 0 {
                let part = Int(min(left, Int64(zeros.count)))
                try socket.write(
                    Array(zeros[..<part]), until: .after(Self.patience), cancellation: cancellation)
                left -= Int64(part)
            }
        }
        socket.shutdownWriting()
    }

    /// With the places where this server listens instead of those of the recording.
    private mutating func say(_ lines: [[UInt8]]) throws(TransportError) {
        var bytes: [UInt8] = []
        for line in lines {
            // Recorded as it was meant: on the wire a 0xFF is two (RFC 854).
            for byte in try current(line) { bytes += byte == 0xFF ? [byte, byte] : [byte] }
            bytes += [0x0D, 0x0A]
        }
        guard !bytes.isEmpty else { return }
        try control.write(bytes, until: .after(Self.patience), cancellation: cancellation)
    }

    private mutating func current(_ line: [UInt8]) throws(TransportError) -> [UInt8] {
        if line.starts(with: "227 ".utf8) {
            let port = try data.listen(cancellation)
            let reply = passiveReply(control.local.unmapped.octets, port)
            return Array("227 ".utf8) + reply.lastLine
        }
        if line.starts(with: "229 ".utf8) {
            return Array("229 Entering Extended Passive Mode (|||\(try data.listen(cancellation))|)".utf8)
        }
        return line
    }
}
