/// One reply of the server: a code and its lines (RFC 959 §4.2). A multi-line reply is one reply.
public struct Reply: Hashable, Sendable {
    public let code: ReplyCode
    /// The text of each line, as bytes, without the code, the separator and the line end.
    public let lines: [[UInt8]]
    /// How its text, which has names in it, is shown.
    public var charset = NameCharset.utf8

    public init(code: ReplyCode, lines: [[UInt8]]) {
        self.code = code
        self.lines = lines
    }

    public init(_ code: ReplyCode, _ text: String) {
        self.init(code: code, lines: [Array(text.utf8)])
    }

    /// The last line, where servers put what matters in a reply of several lines.
    public var lastLine: [UInt8] { lines.last ?? [] }

    /// Code and text on one line, made harmless: what errors show.
    public var summary: String {
        let text = lines.map { charset.shown($0).trimmingBlanks() }.filter { !$0.isEmpty }.joined(
            separator: " ")
        return text.isEmpty ? "\(code)" : "\(code) \(text)"
    }
}

extension String {
    /// Without blanks and tabs at both ends.
    package func trimmingBlanks() -> String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        let tail = drop(while: isBlank)
        guard let end = tail.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(tail[...end])
    }
}
