public import FTPProtocol
import Glibc

/// The few words that are kept of servers where the usual way to a data connection does not work: a text file with a
/// line each, `example.org:21 PASV`.
///
/// A help, not a truth: what cannot be read or written costs the next session a try, so no error leaves here.
public struct ServerNotes: Sendable {
    private let directory: StateDirectory
    private var file: String { directory.path + "/servers" }

    /// The file is read whole; who meets more servers than these learns about the others anew.
    private static let most = 1_000
    private static let mostBytes = 256 << 10

    /// - Parameter directory: the queue's.
    public init(directory: String) {
        self.directory = StateDirectory(path: directory)
    }

    /// By `host:port`.
    public func read() -> [String: DataMethod] {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return [:] }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Self.mostBytes)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        var notes: [String: DataMethod] = [:]
        for line in String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: "\n")
            .prefix(Self.most)
        {
            let words = line.split(separator: " ")
            guard words.count == 2, let method = DataMethod(rawValue: String(words[1])) else { continue }
            notes[String(words[0])] = method
        }
        return notes
    }

    /// Replaces the file in one step, so that another process reads the old notes or the new ones.
    public func write(_ notes: [String: DataMethod]) {
        let lines = notes.filter { !$0.key.contains { $0 == " " || $0.isNewline } }
            .sorted { $0.key < $1.key }.prefix(Self.most).map { "\($0.key) \($0.value.rawValue)\n" }
        let bytes = Array(lines.joined().utf8)
        guard (try? directory.make()) != nil else { return }
        let temporary = "\(file).\(getpid())"
        guard let descriptor = try? directory.open(temporary) else { return }
        let written = Glibc.write(descriptor, bytes, bytes.count)
        close(descriptor)
        if written != bytes.count || rename(temporary, file) != 0 { unlink(temporary) }
    }
}
