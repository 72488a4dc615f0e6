import FTPProtocol
import Glibc
import Interface
import Terminal
import Transfers
import Transport

/// The viewer and the editor that files are opened in.
///
/// They are started by an array of arguments, never through a shell, and are given an absolute path: no name is an
/// option, and nothing in a name is a command (promises N2).
struct ExternalPrograms {
    private let viewers: [[String]]
    private let editors: [[String]]
    private let whenDone: [String]

    init(_ configuration: Configuration, environment: (String) -> String? = Self.variable) {
        func candidates(_ wanted: String?, _ names: [String], _ usual: [[String]]) -> [[String]] {
            let chosen = wanted ?? names.lazy.compactMap(environment).first
            return [chosen.map(Self.words)].compactMap { $0 }.filter { !$0.isEmpty }.prefix(1) + usual
        }
        viewers = candidates(configuration.viewer, ["PAGER"], [["less"], ["more"], ["vi", "-R"]])
        whenDone = configuration.whenDoneCommand.map(Self.words) ?? []
        editors = candidates(configuration.editor, ["VISUAL", "EDITOR"], [["vi"], ["nano"]])
    }

    /// Gives the terminal to the program, waits until it ends, and takes the terminal back. Blocks as long as
    /// somebody reads or writes; the transfers go on meanwhile.
    func run(on file: LocalPath, _ use: FileUse, terminal: inout Terminal) -> ProgramEnd {
        let before = Self.state(of: file)
        terminal.lend()
        let problem = start(use == .view ? viewers : editors, on: file)
        terminal.takeBack()
        return ProgramEnd(isChanged: Self.state(of: file) != before, problem: problem)
    }

    /// Without the terminal, and without waiting for its end.
    func runWhenDone() {
        Child.start(whenDone)
    }

    /// The first of them that can be started.
    private func start(_ candidates: [[String]], on file: LocalPath) -> String? {
        var problem: String?
        for words in candidates {
            let name = words.first ?? ""
            switch Child.run(words, appending: file.bytes) {
            case .notStarted(let code):
                problem = problem ?? "cannot start “\(name)”: \(String(cString: strerror(code)))"
                if code == ENOENT { continue }
                return problem
            case .ended(0): return problem.map { "\($0); used \(name) instead" }
            case .ended(let status): return "\(name) ended with status \(status)"
            }
        }
        return problem.map { "\($0); set viewer and editor in config.toml" }
    }

    /// Divided at blanks; a part in quotes stays together. Nothing else is special.
    static func words(_ text: String) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil } else { word = (word ?? "") + String(character) }
            } else if character == "\"" || character == "'" {
                quote = character
                word = word ?? ""
            } else if character == " " || character == "\t" {
                if let done = word { words.append(done) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if let done = word { words.append(done) }
        return words
    }

    /// What tells that a file was written; nil when it is not there.
    private struct FileState: Equatable {
        let size: Int
        let seconds: Int
        let nanoseconds: Int
        let node: UInt
    }

    private static func state(of file: LocalPath) -> FileState? {
        var status = stat()
        let code = (file.bytes + [0]).withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { path in
                path.baseAddress.map { stat($0, &status) } ?? -1
            }
        }
        guard code == 0 else { return nil }
        return FileState(
            size: Int(status.st_size), seconds: Int(status.st_mtim.tv_sec),
            nanoseconds: Int(status.st_mtim.tv_nsec), node: UInt(status.st_ino))
    }

    private static func variable(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }
}
