import Foundation
import Synchronization
import Testing
import Transport

/// A server that plays a dialogue document, once, to one client, and says where the client left the script.
///
/// ```
/// # comment
/// < 227 Entering Passive Mode (127,0,0,1,{p1},{p2}).     the server says
/// > LIST                                                the client must say; `*` at the end is anything
/// > ~~~ABOR                                             the same with Telnet's IAC IP IAC before it
/// = listen | accept | dial | close | reset | hangup     what happens with connections
/// = stranger                                             another machine, 127.0.0.2, calls where PORT said
/// = send drwxr-xr-x 1 a b 0 Jan 1 2020 name             a line of data
/// = expect text                                          a line of data that the client must send
/// = part text                                            data without a line end
/// = fill 8                                               so many MiB of data
/// = again                                                the client must connect anew
/// = secure | protect                                     TLS from here on: on the control, on the data connection
/// = end                                                  the end of the data, with close_notify where it is encrypted
/// = said-end                                             the client must say close_notify, and send nothing more
/// = finished                                             the client must have ended its side of the data connection
/// ```
/// `{p1}`, `{p2}` and `{port}` stand for the port that `listen` took; `dial` goes where PORT or EPRT said. `close` of
/// what is encrypted says no close_notify.
public final class ScriptedServer: Sendable {
    public let port: UInt16
    private let outcome = Mutex<String?>(nil)
    private let isOver = Mutex(false)

    /// Begins to play; does not block.
    public init(_ script: String) throws {
        let listener = try Listener(on: .loopback())
        port = listener.address.port
        let player = Player(
            listener, script.split(separator: "\n", omittingEmptySubsequences: true).map(String.init))
        let thread = Thread { [self] in
            let trouble = player.play()
            outcome.withLock { $0 = trouble }
            isOver.withLock { $0 = true }
        }
        thread.start()
    }

    /// Reads `Tests/Dialogues/NAME.ftp`.
    public convenience init(playing name: String) throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = folder.appendingPathComponent("Dialogues/\(name).ftp")
        try self.init(String(contentsOf: file, encoding: .utf8))
    }

    /// Waits until the script has been played. Nil when the client kept to it, else the line where it did not.
    public func finish() throws -> String? {
        try eventually("the script is over") { isOver.withLock { $0 } }
        return outcome.withLock { $0 }
    }
}

/// Plays one script on a thread of its own.
private final class Player: @unchecked Sendable {
    // @unchecked Sendable: handed to one thread when it is made, and used there only.
    private let listener: Listener
    private let lines: [String]
    private var control: Socket?
    private var passive: Listener?
    private var data: Socket?
    private var stranger: Socket?
    private var active: Address?
    private var input: [UInt8] = []
    private var dataInput: [UInt8] = []

    private struct Departure: Error { let text: String }

    init(_ listener: consuming Listener, _ lines: [String]) {
        self.listener = listener
        self.lines = lines
    }

    private var limit: Deadline { .after(.seconds(8)) }

    func play() -> String? {
        do {
            control = try listener.accept(until: limit, cancellation: nil)
            for (number, line) in lines.enumerated() {
                do { try play(line) } catch { return "line \(number + 1), “\(line)”: \(error)" }
            }
            return nil
        } catch {
            return "nobody came: \(error)"
        }
    }

    private func play(_ line: String) throws {
        let text = String(line.dropFirst(2))
        switch line.first {
        case "<": try control?.write(Array((filled(text) + "\r\n").utf8), until: limit, cancellation: nil)
        case ">":
            var said = try readLine()
            if said.hasPrefix("AUTH "), !text.hasPrefix("AUTH ") {
                // Documents that do not speak of encryption are from servers that have none.
                try play("< 502 AUTH is not implemented.")
                said = try readLine()
            }
            note(said)
            let fits = text.hasSuffix("*") ? said.hasPrefix(text.dropLast()) : said == text
            guard fits else { throw Departure(text: "the client said “\(said)”") }
        case "=": try event(text)
        default: break
        }
    }

    private func filled(_ text: String) -> String {
        let port = passive?.address.port ?? 0
        return text.replacingOccurrences(of: "{p1}", with: String(port / 256))
            .replacingOccurrences(of: "{p2}", with: String(port % 256))
            .replacingOccurrences(of: "{port}", with: String(port))
    }

    /// Remembers where PORT and EPRT want the server to call.
    private func note(_ said: String) {
        if said.hasPrefix("PORT ") {
            let numbers = said.dropFirst(5).split(separator: ",").compactMap { UInt16($0) }
            if numbers.count == 6 { active = .loopback(port: numbers[4] * 256 + numbers[5]) }
        } else if said.hasPrefix("EPRT ") {
            active = said.split(separator: "|").last.flatMap { UInt16($0) }.map { .loopback(port: $0) }
        }
    }

    private func event(_ text: String) throws {
        let word = text.prefix { $0 != " " }
        let rest = String(text.dropFirst(word.count + 1))
        switch word {
        case "listen": passive = try Listener(on: .loopback())
        case "accept":
            guard let waiting = passive.take() else { throw Departure(text: "nothing listens") }
            data = try waiting.accept(until: limit, cancellation: nil)
        case "dial":
            guard let active else { throw Departure(text: "no PORT was said") }
            data = try Socket.connect(to: active, until: limit, cancellation: nil)
        case "stranger":
            guard let active else { throw Departure(text: "no PORT was said") }
            stranger = try Socket.connect(
                to: active, from: Address(ipv4: [127, 0, 0, 2], port: 0), until: limit, cancellation: nil)
            try stranger?.write(Array("stolen\r\n".utf8), until: limit, cancellation: nil)
        case "send": try data?.write(Array((rest + "\r\n").utf8), until: limit, cancellation: nil)
        case "expect":
            let said = try readDataLine()
            guard said == rest else { throw Departure(text: "the client sent “\(said)”") }
        case "part": try data?.write(Array(rest.utf8), until: limit, cancellation: nil)
        case "close": data = nil
        case "fill":
            let block = [UInt8](repeating: 0x2E, count: 1 << 20)
            for _ in 0..<(Int(rest) ?? 1) { try data?.write(block, until: limit, cancellation: nil) }
        case "again":
            control = try listener.accept(until: limit, cancellation: nil)
            input = []
        case "reset":
            data?.resetOnClose()
            data = nil
        case "hangup": control = nil
        case "secure":
            let context = try Self.encryption.get()
            try control?.startTLS(context)
            try control?.finishHandshake(until: limit, cancellation: nil)
        case "protect":
            let context = try Self.encryption.get()
            try data?.startTLS(context)
            try data?.finishHandshake(until: limit, cancellation: nil)
        case "end":
            try data?.endWriting(until: limit, cancellation: nil)
            data = nil
        case "said-end": try readToEnd()
        case "finished": try readToHangUp()
        default: throw Departure(text: "no such event")
        }
    }

    /// The same for all scripts: who speaks of encryption asks nobody to be trusted.
    private static let encryption = Result {
        var settings = TLSSettings()
        settings.identity = try TLSIdentity.make(for: ["localhost", "127.0.0.1"])
        return try TLSContext.server(settings)
    }

    private func readToEnd() throws {
        let said = try read { try data?.read(into: $0, until: limit, cancellation: nil) }
        guard said.isEmpty else { throw Departure(text: "the client sent \(said.count) bytes more") }
    }

    /// Behind close_notify the connection itself has to end, on the client's side.
    private func readToHangUp() throws {
        try readToEnd()
        guard let raw = data?.raw else { throw Departure(text: "there is no data connection") }
        guard case .ready = Wait.wait(for: raw, .readable, until: limit, cancellation: nil) else {
            throw Departure(text: "the client does not hang up")
        }
        var byte: UInt8 = 0
        guard recv(raw, &byte, 1, 0) == 0 else { throw Departure(text: "the client does not hang up") }
    }

    private func read(_ body: (UnsafeMutableRawBufferPointer) throws -> Int?) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = try bytes.withUnsafeMutableBytes { try body($0) } ?? 0
        return Array(bytes[..<count])
    }

    private func readLine() throws -> String {
        while true {
            if let end = input.firstIndex(of: 0x0A) {
                let line = input[..<end].filter { $0 != 0x0D }.map { $0 >= 0xF0 ? UInt8(ascii: "~") : $0 }
                input.removeSubrange(...end)
                return String(decoding: line, as: UTF8.self)
            }
            let bytes = try read { try control?.read(into: $0, until: limit, cancellation: nil) }
            guard !bytes.isEmpty else { throw Departure(text: "the client hung up") }
            input += bytes
        }
    }

    private func readDataLine() throws -> String {
        while true {
            if let end = dataInput.firstIndex(of: 0x0A) {
                let line = dataInput[..<end].filter { $0 != 0x0D }
                dataInput.removeSubrange(...end)
                return String(decoding: line, as: UTF8.self)
            }
            let bytes = try read { try data?.read(into: $0, until: limit, cancellation: nil) }
            guard !bytes.isEmpty else { throw Departure(text: "the data ended") }
            dataInput += bytes
        }
    }
}
