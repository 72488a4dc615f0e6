import FTPProtocol

/// Entries of a listing on standard output: names, long lines, or JSON.
struct ListingPrinter {
    enum Style { case names, long, json }

    let style: Style
    let showsHidden: Bool
    let charset: NameCharset
    /// With `-R`: where the entries are, relative to the target, empty for the target itself.
    var directory: [UInt8]?
    private let isTerminal = StandardOutput.isTerminal

    /// - Parameter charset: of the names in the listing.
    init(style: Style, showsHidden: Bool, charset: NameCharset) {
        self.charset = charset
        self.style = style
        self.showsHidden = showsHidden
    }

    func print(_ entries: [ListingEntry]) {
        for entry in entries where showsHidden || entry.name.first != UInt8(ascii: ".") { print(entry) }
    }

    private func print(_ entry: ListingEntry) {
        switch style {
        case .names:
            StandardOutput.write(shown(path(of: entry)))
            StandardOutput.write(newline)
        case .long: printLong(entry)
        case .json: StandardOutput.write(json(entry))
        }
    }

    private func path(of entry: ListingEntry) -> [UInt8] {
        guard let directory, !directory.isEmpty else { return entry.name }
        return directory + [UInt8(ascii: "/")] + entry.name
    }

    /// As text; on a terminal harmless, in a pipe the bytes themselves where they are no text.
    private func shown(_ name: [UInt8]) -> [UInt8] {
        isTerminal ? Array(charset.shown(name).utf8) : charset.text(of: name)
    }

    private func printLong(_ entry: ListingEntry) {
        var line: [UInt8] = []
        line.reserveCapacity(80 + entry.name.count)
        line.append(letter(entry.kind))
        pad(Array(visible(entry.known.letters ?? "?????????").utf8), 9, &line)
        line.append(space)
        pad(Array(visible(entry.owner ?? "-").utf8), 8, &line)
        line.append(space)
        pad(Array(visible(entry.group ?? "-").utf8), 8, &line)
        line.append(space)
        let size = entry.size.map { Array(String($0).utf8) } ?? [UInt8(ascii: "-")]
        for _ in size.count..<max(13, size.count) { line.append(space) }
        line += size
        line.append(space)
        pad(entry.modified.map(date) ?? [UInt8(ascii: "-")], 16, &line)
        line.append(space)
        line += shown(path(of: entry))
        if let target = entry.target { line += Array(" -> ".utf8) + shown(target) }
        line += newline
        StandardOutput.write(line)
    }

    /// `2026-11-20 17:31`, without a time where none was given.
    private func date(_ date: CivilDate) -> [UInt8] {
        var text = Array(date.iso8601.utf8.prefix(16))
        if let separator = text.firstIndex(of: UInt8(ascii: "T")) { text[separator] = space }
        return text
    }

    private func pad(_ text: [UInt8], _ width: Int, _ line: inout [UInt8]) {
        line += text
        for _ in text.count..<max(width, text.count) { line.append(space) }
    }

    private func letter(_ kind: ListingEntry.Kind) -> UInt8 {
        switch kind {
        case .file: UInt8(ascii: "-")
        case .directory: UInt8(ascii: "d")
        case .link: UInt8(ascii: "l")
        case .other: UInt8(ascii: "?")
        }
    }

    private func json(_ entry: ListingEntry) -> String {
        var object = JSONObject()
        object.add(name: entry.name, as: "name", charset)
        if directory != nil { object.add(name: path(of: entry), as: "path", charset) }
        switch entry.kind {
        case .file: object.add("type", "file")
        case .directory: object.add("type", "dir")
        case .link: object.add("type", "link")
        case .other: object.add("type", "other")
        }
        if let size = entry.size { object.add("size", size) }
        if let modified = entry.modified { object.add("mtime", modified.iso8601) }
        let permissions = entry.known
        if let letters = permissions.letters { object.add("perms", letters) }
        if let digits = permissions.digits { object.add("mode", digits) }
        if let owner = entry.owner { object.add("owner", owner) }
        if let group = entry.group { object.add("group", group) }
        if let target = entry.target { object.add(name: target, as: "target", charset) }
        return object.line
    }
}

extension ListingEntry {
    fileprivate var known: Permissions { Permissions(letters: permissions, mode: mode) }
}

private let space = UInt8(ascii: " ")
private let newline = [UInt8(ascii: "\n")]
