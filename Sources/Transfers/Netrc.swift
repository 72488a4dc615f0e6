/// The logins of a .netrc: `machine HOST login NAME password SECRET account TEXT`, and `default` for all other
/// hosts. Macros are skipped.
public struct Netrc: Sendable {
    public struct Entry: Sendable {
        public var machine: String?
        public var login: String?
        public var password: String?
        public var account: String?
    }

    public private(set) var entries: [Entry] = []

    public init(_ text: String) {
        var all: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) where line.first != "#" {
            all += line.split { $0 == " " || $0 == "\t" || $0 == "\r" }.map(String.init)
            all.append("\n")
        }
        var words = all[...]
        func value() -> String? {
            while words.first == "\n" { words.removeFirst() }
            return words.popFirst()
        }
        while let word = words.popFirst() {
            switch word {
            case "machine": entries.append(Entry(machine: value()))
            case "default": entries.append(Entry(machine: nil))
            case "login" where !entries.isEmpty: entries[entries.count - 1].login = value()
            case "password" where !entries.isEmpty: entries[entries.count - 1].password = value()
            case "account" where !entries.isEmpty: entries[entries.count - 1].account = value()
            case "macdef":
                // A macro ends with an empty line.
                while let next = words.popFirst(), !(next == "\n" && words.first == "\n") {}
            default: break
            }
        }
    }

    /// The exact host, and the user when one is given; `default` only where no host matches.
    public func entry(for host: String, user: String?) -> Entry? {
        entries.first { $0.machine?.lowercased() == host.lowercased() && (user == nil || $0.login == user) }
            ?? entries.first { $0.machine == nil && (user == nil || $0.login == user) }
    }
}
