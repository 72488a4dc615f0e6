/// One control connection as `--record` wrote it: what the server said first, and its answers to each command.
public struct RecordedDialogue: Sendable {
    public enum Line: Sendable {
        case sent([UInt8])
        case received([UInt8])
    }

    struct Exchange: Sendable {
        var command: [UInt8]
        /// Lines of replies; none where the server fell silent or was gone.
        var replies: [[UInt8]] = []

        var verb: String { RecordedDialogue.verb(of: command) }
    }

    private(set) var greeting: [[UInt8]] = []
    private(set) var exchanges: [Exchange] = []

    public init(_ lines: [Line]) {
        for line in lines {
            switch line {
            case .sent(let command): exchanges.append(Exchange(command: command))
            case .received(let reply) where exchanges.isEmpty: greeting.append(reply)
            case .received(let reply): exchanges[exchanges.count - 1].replies.append(reply)
            }
        }
    }

    /// The exchange that a command repeats: the next with the same line, else the next with the same verb, else any with
    /// it; nil where the recording has none. Secrets and addresses are never the same twice.
    ///
    /// - Parameter place: where the dialogue stands.
    func place(of command: [UInt8], after place: Int) -> Int? {
        let verb = Self.verb(of: command)
        let later = exchanges.indices.dropFirst(place)
        return later.first { exchanges[$0].command == command }
            ?? later.first { exchanges[$0].verb == verb }
            ?? exchanges.lastIndex { $0.verb == verb }
    }

    static func verb(of line: [UInt8]) -> String {
        String(decoding: line.prefix { $0 != 0x20 }.prefix(16), as: UTF8.self).uppercased()
    }
}
