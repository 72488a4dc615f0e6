import FTPProtocol
import Synchronization

/// The dialogue of a test's connections, as it crossed the wire.
final class LineLog: Sendable {
    private let lines = Mutex<[DialogueLine]>([])

    /// To be given to a session, a browser or a queue.
    var sink: @Sendable (DialogueLine) -> Void {
        { [self] line in lines.withLock { $0.append(line) } }
    }

    var all: [DialogueLine] { lines.withLock { $0 } }

    /// The verbs that were sent, in order, of one connection or of all.
    func verbs(of connection: ConnectionName? = nil) -> [String] {
        all.filter { $0.direction == .sent && (connection == nil || $0.connection == connection) }
            .map { String($0.text.prefix { $0 != " " }) }
    }

    /// The commands that were sent, as the log shows them.
    var commands: [String] { all.filter { $0.direction == .sent }.map(\.text) }

    var warnings: [String] { all.filter { $0.direction == .warning }.map(\.text) }

    /// `> PASV`, `< 227 …`: for a message, and to search in.
    var transcript: String {
        all.map { "\($0.connection) \($0.sign) \($0.text)" }.joined(separator: "\n")
    }

    func forget() { lines.withLock { $0 = [] } }
}
