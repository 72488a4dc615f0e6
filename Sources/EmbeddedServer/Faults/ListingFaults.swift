import FTPProtocol
import Transport

extension Fault {
    /// What is wrong with names and with listings.
    static let listings = Area(
        title: "Names and listings",
        forms: [
            FaultForm("escape-names", "lists names that would move the cursor", .escapeNames),
            FaultForm(
                "traversal-names", "lists names that lead out of the target directory", .traversalNames),
            FaultForm("long-names", "lists names of 255, 256 and 4,000 bytes", .longNames),
            FaultForm("case-collisions", "lists README, readme and ReadMe", .caseCollisions),
            FaultForm("non-utf8-names", "lists names that are not UTF-8", .invalidNames),
            FaultForm(
                "crlf-names", "lists names with CR, LF and NUL, and commands behind them", .lineEndNames),
            FaultForm("symlink-then-dir", ":OUTSIDE", "lists each directory as a link to OUTSIDE before") {
                FaultForm.fileName($0).map { .linkThenDirectory($0) }
            },
            FaultForm(
                "links-as-dirs",
                "MLSD shows a link to a directory as a directory, and CWD through it stands where it leads",
                .linksAsDirectories),
            FaultForm(
                "symlink-loop", "in each directory is a directory “loop”, which is itself", .directoryLoop),
            FaultForm("deep-tree", "[:N]", "each directory holds a directory “deeper”, N (no end) deep") {
                FaultForm.number($0, or: .max / 2).map { .deepTree(levels: $0) }
            },
            FaultForm("garbage-listing", "lists random bytes besides", .garbageListing),
            FaultForm(
                "bad-mlsd-facts", "lists facts that overflow, lack a value or make no sense", .badFacts),
            FaultForm("huge-listing", ":N", "lists N files besides") {
                FaultForm.number($0).map { .hugeListing($0) }
            },
            FaultForm("endless-listing", "the listing does not end", .endlessListing),
            FaultForm("long-line-listing", ":N", "lists a name of N bytes besides") {
                FaultForm.number($0).map { .longLine(bytes: $0) }
            },
            FaultForm(
                "list-format", ":FORMAT",
                "LIST in the form \(ListFormat.allCases.map(\.rawValue).joined(separator: ", "))"
            ) { $0.flatMap { ListFormat(rawValue: $0) }.map { .listFormat($0) } },
        ])
}

/// Something that is listed and served but not on the disk.
struct Ghost: Sendable {
    var name: [UInt8]
    var kind = FileStatus.Kind.file
    var contents = Array("ghost\n".utf8)

    /// Those that the faults ask for, the same in every directory.
    static func all(_ faults: (Fault) -> Bool) -> [Ghost] {
        var ghosts: [Ghost] = []
        func add(_ names: [String]) { ghosts += names.map { Ghost(name: Array($0.utf8)) } }
        if faults(.escapeNames) {
            add([
                "\u{1B}[2J\u{1B}[31mred", "bell\u{7}", "\u{9B}31mC1", "title\u{1B}]0;owned\u{7}",
                "clipboard\u{1B}]52;c;b3duZWQ=\u{7}", "\u{202E}txt.exe", "zero\u{200B}width",
                "back\u{8}\u{8}\u{7F}",
                "many\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}", "%n%s%s%d",
            ])
            ghosts.append(Ghost(name: [0x9B, 0x32, 0x4A, 0x63, 0x31]))
        }
        if faults(.traversalNames) {
            add([
                "../escaped", "/etc/escaped", "..", "sub/../../escaped", "..\\escaped", "C:\\escaped",
                "-rf", "|touch escaped", "`touch escaped`", "$(touch escaped)", "~", "file:",
                "%2e%2e%2fescaped",
            ])
        }
        if faults(.longNames) {
            add([
                String(repeating: "a", count: 255), String(repeating: "b", count: 256),
                String(repeating: "c", count: 4_000),
            ])
        }
        if faults(.caseCollisions) {
            ghosts += ["README", "readme", "ReadMe"].enumerated().map { index, name in
                Ghost(
                    name: Array(name.utf8), contents: [UInt8](repeating: UInt8(ascii: "0"), count: index + 1))
            }
        }
        if faults(.invalidNames) {
            ghosts += invalidNames.map { Ghost(name: $0) }
        }
        if faults(.lineEndNames) {
            add(["cr\rDELE a.txt", "lf\nDELE a.txt", "crlf\r\nDELE a.txt\r\nx", "nul\u{0}name"])
        }
        return ghosts
    }

    /// Latin-1, Shift-JIS, a lonely continuation, a surrogate, an overlong slash, 0xFF.
    static let invalidNames: [[UInt8]] = [
        Array("caf".utf8) + [0xE9], [0x83, 0x65, 0x83, 0x58, 0x83, 0x67], [0x80, 0x61], [0xED, 0xA0, 0x80],
        [0x61, 0xC0, 0xAF, 0x62], [0x78, 0xFF, 0xFE],
    ]
}

extension ServerSession {
    /// The ghost that is meant; nil for none. Names that hold slashes make this a matter of how the path ends.
    func ghost(_ argument: [UInt8]) -> Ghost? {
        state.ghosts.filter { ghost in
            argument == ghost.name || argument.hasSuffix([slash] + ghost.name)
        }.max { $0.name.count < $1.name.count }
    }

    /// As the disk would describe it.
    func status(of ghost: Ghost) -> FileStatus? {
        guard var status = ((try? LocalDirectory.status(of: Array("/".utf8))) ?? nil) else { return nil }
        status.kind = ghost.kind
        status.size = ghost.kind == .file ? Int64(ghost.contents.count) : status.size
        status.mode = ghost.kind == .file ? 0o644 : 0o755
        return status
    }

    /// With what the faults add to a directory.
    func haunted(_ entries: [LocalDirectory.Entry], in path: [[UInt8]]) -> [LocalDirectory.Entry] {
        var all = entries
        if let outside = fault({ if case .linkThenDirectory(let path) = $0 { path } else { nil } }) {
            all = entries.flatMap { entry -> [LocalDirectory.Entry] in
                guard entry.status.kind == .directory else { return [entry] }
                var link = entry
                link.status.kind = .link
                link.target = outside
                return [link, entry]
            }
        }
        var ghosts = state.ghosts
        if has(.directoryLoop) { ghosts.append(Ghost(name: ServedTree.loop, kind: .directory)) }
        if let levels = state.tree.levels, path.count(where: { $0 == ServedTree.deeper }) < levels {
            ghosts.append(Ghost(name: ServedTree.deeper, kind: .directory))
        }
        return all
            + ghosts.compactMap { ghost in
                status(of: ghost).map { LocalDirectory.Entry(name: ghost.name, status: $0) }
            }
    }

    /// Whole lines that describe nothing.
    var oddLines: [[UInt8]] {
        var lines: [[UInt8]] = []
        if has(.badFacts) {
            lines += [
                "type=file;size=99999999999999999999; overflow", "type=file;size=-1; negative",
                "type=file;modify=20261399256199; month 13", "type=file;modify=1; short time",
                "type; no value", "=;=; no name", ";;;; nothing", "no facts at all", "type=file;size=5;name",
                "type=file;size=5; ", "type=pdir; ..", "type=cdir; .", "type=OS.unix=slink:; link",
                "type=dir;type=file;size=1;size=2; twice", "type=file;UNIX.mode=99999999999; mode",
                "type=\u{1B}[2J;size=\u{7}; escapes", "TYPE=FILE;SIZE=7; upper",
            ].map { Array($0.utf8) }
        }
        if has(.garbageListing) {
            var noise = Noise(seed: 959)
            for _ in 0..<300 { lines.append(noise.line(200)) }
            lines.append([UInt8](repeating: UInt8(ascii: " "), count: 10_000))
            lines.append(Array("-rw-r--r-- 1 a b 99999999999999999999 Feb 30 25:61 over".utf8))
            lines.append(Array("drwx".utf8))
        }
        return lines
    }

    /// What follows the honest listing, a part at a time; nil where nothing does.
    ///
    /// - Parameter line: a line of the listing, for a file of that name.
    func listingTail(_ line: @escaping ([UInt8]) -> [UInt8]) -> (() -> [UInt8]?)? {
        func entries(_ count: Int) -> () -> [UInt8]? {
            var next = 0
            return {
                guard next < count else { return nil }
                let last = min(next + 500, count)
                defer { next = last }
                return (next..<last).flatMap { line(Array("file-\($0 + 10_000_000)".utf8)) + [0x0D, 0x0A] }
            }
        }
        if has(.endlessListing) { return entries(.max) }
        if let count = fault({ if case .hugeListing(let count) = $0 { count } else { nil } }) {
            return entries(count)
        }
        guard let length = fault({ if case .longLine(let bytes) = $0 { bytes } else { nil } }) else {
            return nil
        }
        var sent = -1
        return {
            guard sent < length else { return nil }
            defer { sent = sent < 0 ? 0 : sent + min(65_536, length - sent) }
            if sent < 0 { return line([]) }
            let part = min(65_536, length - sent)
            return [UInt8](repeating: UInt8(ascii: "n"), count: part)
                + (sent + part == length ? [0x0D, 0x0A] : [])
        }
    }
}

extension [UInt8] {
    fileprivate func hasSuffix(_ end: [UInt8]) -> Bool {
        count >= end.count && suffix(end.count).elementsEqual(end)
    }
}
