/// One line of the dialogue on a control connection, with what belongs to it.
///
/// Secrets are already hidden when one of these is made; there is no other road to the log pane,
/// to `-v` and to a record.
public struct DialogueLine: Hashable, Sendable {
    public enum Direction: Hashable, Sendable, Codable {
        /// `>` we said it.
        case sent
        /// `<` the server said it. The code opens the reply this line belongs to.
        case received(ReplyCode?)
        /// `=` a data connection, or TLS: opened, accepted, ended.
        case connection
        /// `-` Portside did something.
        case note
        /// `!` something to know.
        case warning
    }

    public let connection: ConnectionName
    public let direction: Direction
    /// As on the wire, without the line end; not yet made harmless: `text` is.
    public let bytes: [UInt8]
    /// Nanoseconds since 1970, by the clock of the machine.
    public let time: Int64
    /// What it took since the command, in nanoseconds.
    public let duration: Int64?
    /// What Portside adds at the right, e.g. `13 entries`.
    public var remark: String?
    /// How the names in it are shown.
    public let charset: NameCharset

    public init(
        connection: ConnectionName, direction: Direction, bytes: [UInt8], time: Int64, duration: Int64? = nil,
        remark: String? = nil, charset: NameCharset = .utf8
    ) {
        self.connection = connection
        self.direction = direction
        self.bytes = bytes
        self.time = time
        self.duration = duration
        self.remark = remark
        self.charset = charset
    }

    public var text: String { charset.shown(bytes) }

    /// The sign of the direction, as log pane and `-v` show it.
    public var sign: Character {
        switch direction {
        case .sent: ">"
        case .received: "<"
        case .connection: "="
        case .note: "-"
        case .warning: "!"
        }
    }
}

/// The name of a control connection in the log: `a1` for browsing, `t2` for transfers.
public struct ConnectionName: Hashable, Sendable, Codable, CustomStringConvertible {
    public enum Purpose: String, Sendable, Codable { case browsing = "a", transfer = "t" }

    public let purpose: Purpose
    public let number: Int

    public init(_ purpose: Purpose, _ number: Int) {
        self.purpose = purpose
        self.number = number
    }

    public var description: String { "\(purpose.rawValue)\(number)" }
}
