import Engine
import FTPProtocol
import Glibc
import Transfers

/// ~/.netrc: `machine HOST login NAME password SECRET account TEXT`, and `default` for all other hosts.
///
/// A file that others may read is not used when it holds a password. Macros are skipped.
struct Netrc {
    struct Entry {
        var machine: String?
        var login: String?
        var password: String?
        var account: String?
    }

    private(set) var entries: [Entry] = []

    /// Reads the user's file.
    ///
    /// - Throws: a sentence when it is not there, or may be read by others.
    static func read() throws -> Netrc {
        guard let home = getenv("HOME") else { throw Failure(.noSuchSource, "--netrc: HOME is not set") }
        let path = String(cString: home) + "/.netrc"
        guard let text = try UserFiles.readText(path) else {
            throw Failure(.noSuchSource, "\(visible(path)): no such file; --netrc reads it")
        }
        let netrc = Netrc(text)
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & 0o077 != 0,
            netrc.entries.contains(where: { $0.password != nil })
        {
            throw Failure(
                .permissionRefused,
                "\(visible(path)) can be read by others and holds passwords: chmod 600 it first")
        }
        return netrc
    }

    init(_ text: String) {
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
    func entry(for host: String, user: String?) -> Entry? {
        entries.first { $0.machine?.lowercased() == host.lowercased() && (user == nil || $0.login == user) }
            ?? entries.first { $0.machine == nil && (user == nil || $0.login == user) }
    }
}
