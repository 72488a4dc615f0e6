/// One line of the table of faults: how it is written, and what the server then does.
public struct FaultForm: Sendable {
    /// The first is the one that is shown.
    let names: [String]
    /// What follows the name: `:VERB`, `[@BYTES]`; empty for nothing.
    let parameter: String
    public let meaning: String
    let read: @Sendable (String?) -> Fault?

    /// As the help has it: `421-on:VERB`.
    public var text: String { names[0] + parameter }

    init(
        _ name: String, _ parameter: String, _ meaning: String, also aliases: [String] = [],
        read: @escaping @Sendable (String?) -> Fault?
    ) {
        names = [name] + aliases
        self.parameter = parameter
        self.meaning = meaning
        self.read = read
    }

    /// Without a value.
    init(_ name: String, _ meaning: String, also aliases: [String] = [], _ fault: Fault) {
        self.init(name, "", meaning, also: aliases) { $0 == nil ? fault : nil }
    }

    // MARK: Values

    static let largest = 1_000_000_000_000

    static func number(_ text: String?, or standard: Int? = nil, from least: Int = 0) -> Int? {
        guard let text else { return standard }
        guard let number = Int(text), (least...largest).contains(number) else { return nil }
        return number
    }

    static func bytes(_ text: String?, or standard: Int64? = nil, from least: Int = 0) -> Int64? {
        number(text, or: standard.map { Int($0) }, from: least).map { Int64($0) }
    }

    static func verb(_ text: String?) -> String? {
        guard let text, !text.isEmpty else { return nil }
        return text.uppercased()
    }

    static func fileName(_ text: String?) -> [UInt8]? {
        guard let text, !text.isEmpty else { return nil }
        return Array(text.utf8)
    }
}
