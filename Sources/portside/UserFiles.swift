import Engine
import Glibc
import Transfers

/// Where the user's files are, by the XDG base directory specification, and the program's own beside it.
struct UserFiles {
    var configuration: String
    var themes: [String]
    /// What the programs of a desktop delete into; nil without a home.
    var trash: LocalPath?

    /// - Parameters:
    ///   - environment: looks a variable up; empty counts as unset.
    ///   - executable: the program's own path; installed themes are at `../share/portside/themes` from it.
    init(environment: (String) -> String?, executable: String?) {
        let home = environment("HOME") ?? ""
        let base =
            environment("XDG_CONFIG_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home + "/.config"
        configuration = base + "/portside"
        themes = [configuration + "/themes"]
        let data =
            environment("XDG_DATA_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
            ?? (home.hasPrefix("/") ? home + "/.local/share" : nil)
        trash = data.map { LocalPath($0 + "/Trash") }
        guard let executable else { return }
        var directory = executable[...]
        func up() { directory = directory[..<(directory.lastIndex(of: "/") ?? directory.startIndex)] }
        up()
        let program = directory
        up()
        themes.append(directory + "/share/portside/themes")
        // A program run where it was built: .build/<triple>/<configuration>/portside in the source tree.
        directory = program
        for _ in 0..<4 where !directory.isEmpty {
            up()
            themes.append(directory + "/themes")
        }
    }

    static func ofThisProcess() -> UserFiles {
        UserFiles(
            environment: { name in
                guard let value = getenv(name), value.pointee != 0 else { return nil }
                return String(cString: value)
            },
            executable: ownPath())
    }

    static var home: String? { getenv("HOME").map { String(cString: $0) } }

    /// `~` and `~/…` with the user's home in the place of `~`.
    static func expandingHome(_ path: String) -> String {
        guard path == "~" || path.hasPrefix("~/") else { return path }
        return (home ?? "~") + path.dropFirst()
    }

    private static func ownPath() -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The text of a file.
    /// - Returns: nil when there is no such file.
    /// - Throws: when it is there and cannot be used: no permission, a directory, larger than 1 MiB, not UTF-8.
    static func read(_ path: String) throws(FileProblem) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw FileProblem(file: path, line: nil, what: String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        let bytes = try contents(of: descriptor, path, limit: 1 << 20)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FileProblem(file: path, line: nil, what: "is not UTF-8")
        }
        return text
    }

    private static func contents(
        of descriptor: Int32, _ path: String, limit: Int
    ) throws(FileProblem) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while bytes.count <= limit {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { break }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw FileProblem(file: path, line: nil, what: String(cString: strerror(errno)))
            }
            bytes.append(contentsOf: buffer.prefix(count))
        }
        guard bytes.count <= limit else {
            throw FileProblem(file: path, line: nil, what: "is larger than \(limit >> 20) MiB")
        }
        return bytes
    }
}
