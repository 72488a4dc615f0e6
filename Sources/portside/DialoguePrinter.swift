import Engine
import FTPProtocol
import Glibc
import Synchronization
import Transport

/// The control dialogue for `-v` and `--record`. Secrets are hidden before a line comes here.
///
/// A record has a line of dialogue a line. What is not UTF-8 stands there twice, to be read and to be said again:
///
///     {"t":0.0312,"connection":"a1","direction":"sent","line":"CWD caf\u{FFFD}","line_base64":"Q1dEIGNhZuk="}
final class DialoguePrinter: Sendable {
    private let isVerbose: Bool
    private let record: Int32?
    private let start = monotonicNanoseconds()
    private let turn = Mutex(())

    /// - Throws: when the record cannot be written.
    init(_ options: ConnectionOptions) throws {
        isVerbose = options.verbose
        guard let path = options.record else {
            record = nil
            return
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Failure(.cannotCreate, "\(path): cannot write the record: \(TransportError.text(errno))")
        }
        record = descriptor
    }

    var sink: DialogueSink {
        { [self] line in print(line) }
    }

    func print(_ line: DialogueLine) {
        turn.withLock { _ in
            if isVerbose { StandardError.write("\(line.connection) \(line.sign) \(line.text)\n") }
            if let record { _ = writeAll(record, Array(json(line).utf8)) }
        }
    }

    private func json(_ line: DialogueLine) -> String {
        let direction =
            switch line.direction {
            case .sent: "sent"
            case .received: "received"
            case .connection, .note, .warning: "note"
            }
        var object = JSONObject()
        object.add("t", raw: fixedPoint(Double(monotonicNanoseconds() - start) / 1e9))
        object.add("connection", "\(line.connection)")
        object.add("direction", direction)
        object.add(name: line.bytes, as: "line", .utf8)
        return object.line
    }
}

/// Four decimals.
private func fixedPoint(_ number: Double) -> String {
    let scaled = Int64((number * 10_000).rounded())
    let fraction = String(scaled % 10_000)
    return "\(scaled / 10_000)." + String(repeating: "0", count: 4 - fraction.count) + fraction
}
