import Engine
import FTPProtocol
import Glibc
import TOMLKit

/// The saved sites: `$XDG_CONFIG_HOME/portside/sites.toml`, a table a site, which users edit by hand too.
///
///     [archive]
///     url = "ftp://alice@archive.example.org/pub"
///     local = "~/mirror"              # what the local pane shows
///     mode = "passive"                # any option of the command line that belongs to a server
///     timeout = 60
///
/// A change rewrites only the lines of that site; all others, comments too, stay as they are.
struct SiteBook {
    let path: String
    private(set) var sites: [SavedSite]
    private var text: String

    static var path: String { UserFiles.ofThisProcess().configuration + "/sites.toml" }

    /// - Throws: `FileProblem` when the file is there and cannot be used.
    init(_ path: String = SiteBook.path) throws(FileProblem) {
        self.path = path
        text = try UserFiles.read(path) ?? ""
        sites = try Self.parse(text, path)
    }

    /// The user's own, for a command.
    static func opened() throws -> SiteBook {
        do { return try SiteBook() } catch { throw Failure(.localDisk, "\(error)") }
    }

    subscript(_ name: some StringProtocol) -> SavedSite? { sites.first { $0.name == name } }

    static func parse(_ text: String, _ path: String) throws(FileProblem) -> [SavedSite] {
        let document = try TOMLDocument(text, file: path)
        var sites: [SavedSite] = []
        for (name, value) in document.root {
            guard let table = value.table else {
                throw document.problem(
                    "“\(name)” is no site: a site is [\(name)] with url = …", key: name, in: nil)
            }
            var site = SavedSite(name: name, url: "")
            for (key, value) in table {
                func refused(_ what: String) -> FileProblem { document.problem(what, key: key, in: name) }
                switch key {
                case "url", "local":
                    guard let text = value.string else { throw refused("\(key) is a text in quotes") }
                    if key == "url" { site.url = text } else { site.localDirectory = text }
                default:
                    if let flag = value.bool {
                        if flag { site.options.append(.init(name: key, value: nil)) }
                    } else if let text = value.string {
                        site.options.append(.init(name: key, value: text))
                    } else if let number = value.int {
                        site.options.append(.init(name: key, value: String(number)))
                    } else {
                        throw refused("\(key) is a text in quotes, a number, true or false")
                    }
                }
            }
            guard !site.url.isEmpty else { throw document.problem("a site needs url = …", key: "", in: name) }
            do { try site.check() } catch {
                throw document.problem(error.message, key: "url", in: name)
            }
            sites.append(site)
        }
        return sites
    }

    /// As `add`, and nothing is written.
    mutating func keep(_ site: SavedSite) {
        sites.append(site)
    }

    /// - Throws: `FileProblem` when it cannot be written; nothing is changed then.
    mutating func add(_ site: SavedSite) throws(FileProblem) {
        try write(without(site.name).trimmingBlankLinesAtEnd() + Self.lines(of: site))
    }

    mutating func remove(_ name: String) throws(FileProblem) {
        try write(without(name))
    }

    static func lines(of site: SavedSite) -> String {
        var lines = [
            "[\(site.name.contains(".") ? quoted(site.name) : site.name)]", "url = \(quoted(site.url))",
        ]
        if let local = site.localDirectory { lines.append("local = \(quoted(local))") }
        for option in site.options {
            lines.append(
                "\(option.name) = \(option.value.map { Int($0) == nil ? quoted($0) : $0 } ?? "true")")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// The text without the lines of that site, which end where the next table begins.
    private func without(_ name: String) -> String {
        var isInside = false
        let kept = text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
            let line = line.drop { $0 == " " || $0 == "\t" }
            if line.first == "[" {
                let header = line.dropFirst().prefix { $0 != "]" }.filter {
                    $0 != "\"" && $0 != "'" && $0 != " "
                }
                isInside = header == name
            }
            return !isInside
        }
        return kept.joined(separator: "\n")
    }

    /// Writes a new file, for its owner only, and puts it in the place of the old one; what stood there stays
    /// whole when the disk is full.
    private mutating func write(_ new: String) throws(FileProblem) {
        let sites = try Self.parse(new, path)
        func failed() -> FileProblem {
            FileProblem(file: path, line: nil, what: "cannot be written: \(String(cString: strerror(errno)))")
        }
        var end = path.startIndex
        while let slash = path[path.index(after: end)...].firstIndex(of: "/") {
            mkdir(String(path[..<slash]), 0o700)
            end = slash
        }
        // Where the file is a link, say into a directory of dotfiles, the link stays.
        let place =
            realpath(path, nil).map { pointer in
                defer { free(pointer) }
                return String(cString: pointer)
            } ?? path
        var name = Array("\(place).XXXXXX".utf8CString)
        let descriptor = mkstemp(&name)
        guard descriptor >= 0 else { throw failed() }
        let temporary = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let isWritten = writeAll(descriptor, Array(new.utf8)) && fsync(descriptor) == 0
        let problem = failed()
        guard close(descriptor) == 0, isWritten, rename(temporary, place) == 0 else {
            unlink(temporary)
            throw isWritten ? failed() : problem
        }
        text = new
        self.sites = sites
    }
}

extension String {
    fileprivate func trimmingBlankLinesAtEnd() -> String {
        let trimmed = Substring(self).trimmingSuffix { $0.isWhitespace }
        return trimmed.isEmpty ? "" : trimmed + "\n\n"
    }
}

extension Substring {
    fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> Substring {
        var rest = self
        while let last = rest.last, isTrimmed(last) { rest.removeLast() }
        return rest
    }
}
