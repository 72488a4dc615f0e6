import FTPProtocol
import Transport

/// LIST, NLST (RFC 959 §4.1.3), MLSD, MLST (RFC 3659 §7) and STAT of a path.
extension ServerSession {
    enum ListingKind { case long, names, machine }

    mutating func list(_ argument: [UInt8], _ kind: ListingKind) throws(TransportError) {
        guard let (options, path) = split(argument, kind) else { return try reply(.badParameter) }
        let shownKind = kind == .names && options.contains("l") ? .long : kind
        switch listing(of: path, shownKind, all: options.contains("a") || options.contains("A")) {
        case .success(let bytes): try sendListing(bytes)
        case .failure(let refusal): try reply(.failed(refusal.failure, .list))
        }
    }

    mutating func listOne(_ argument: [UInt8]) throws(TransportError) {
        guard let path = components(argument), let place = state.tree.location(of: path),
            let status = ((try? LocalDirectory.status(of: place, followingLinks: false)) ?? nil)
        else { return try reply(.failed(.notFound, .list)) }
        let type = status.kind == .directory ? "dir" : "file"
        let facts = ListFact.line(listFacts, status, type: type, isReadOnly: configuration.isReadOnly)
        try reply(.facts(facts, encoding.toWire(path.asPath)))
    }

    mutating func reportStatus(of argument: [UInt8]) throws(TransportError) {
        guard let (options, path) = split(argument, .long) else { return try reply(.badParameter) }
        switch listing(of: path, .long, all: options.contains("a")) {
        case .success(let bytes):
            let lines = bytes.split(separator: 0x0A).map { Array($0.dropLast()) }
            try reply(.fileStatus(path, lines))
        case .failure(let refusal): try reply(.failed(refusal.failure, .list))
        }
    }

    /// Options in front, as old clients send them, and the path behind. MLSD takes none (RFC 3659 §7.2).
    /// Nil for an option the server does not know.
    private func split(_ argument: [UInt8], _ kind: ListingKind) -> (options: Set<Character>, path: [UInt8])?
    {
        guard kind != .machine else { return ([], argument) }
        var options: Set<Character> = []
        var rest = argument[...]
        while rest.first == UInt8(ascii: "-") {
            let word = rest.prefix { $0 != 0x20 }
            options.formUnion(String(decoding: word.dropFirst(), as: UTF8.self))
            rest = rest.dropFirst(word.count).drop { $0 == 0x20 }
        }
        if let known = personality.listingOptions, !options.isSubset(of: known) { return nil }
        return (options, Array(rest))
    }

    struct Refusal: Error {
        var failure: Answer.Failure
    }

    /// The bytes of the listing, each line ended by CR LF.
    private func listing(of argument: [UInt8], _ kind: ListingKind, all: Bool) -> Result<[UInt8], Refusal> {
        guard let path = components(argument), let place = state.tree.target(of: path) else {
            return .failure(Refusal(failure: .notFound))
        }
        let entries: [LocalDirectory.Entry]
        do throws(TransportError) {
            guard let status = try LocalDirectory.status(of: place) else {
                return .failure(Refusal(failure: .notFound))
            }
            if status.kind == .directory {
                entries = try LocalDirectory.entries(of: place).sorted {
                    $0.name.lexicographicallyPrecedes($1.name)
                }
            } else if kind == .machine {
                return .failure(Refusal(failure: .notADirectory))
            } else {
                entries = [
                    LocalDirectory.Entry(
                        name: path.last ?? [], status: status, target: nil, leadsToDirectory: false)
                ]
            }
        } catch {
            return .failure(Refusal(failure: .denied))
        }
        return .success(render(entries, kind, all: all))
    }

    private func render(_ entries: [LocalDirectory.Entry], _ kind: ListingKind, all: Bool) -> [UInt8] {
        let offset = configuration.listingOffset
        let unix = UnixListing(now: wallClockNanoseconds() / 1_000_000_000, offset: offset)
        let hidesDots = !all && kind != .machine && personality.listing == .unix
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entries.count * 80)
        for entry in entries + hostileEntries {
            if hidesDots, entry.name.first == dot { continue }
            let name = encoding.toWire(entry.name)
            switch (kind, personality.listing) {
            case (.names, _): bytes += name
            case (.machine, _): bytes += machineLine(entry, name)
            case (.long, .unix):
                bytes += unix.line(name, entry.status, target: entry.target.map { encoding.toWire($0) })
            case (.long, .dos(let fourDigitYears)):
                bytes += DOSListing(hasFourDigitYears: fourDigitYears, offset: offset).line(
                    name, entry.status,
                    isDirectory: entry.status.kind == .directory || entry.leadsToDirectory)
            }
            bytes += [0x0D, 0x0A]
        }
        return bytes
    }

    private func machineLine(_ entry: LocalDirectory.Entry, _ name: [UInt8]) -> [UInt8] {
        let type =
            switch entry.status.kind {
            case .directory: "dir"
            case .link: "OS.unix=slink:\(entry.target.map { visible($0) } ?? "")"
            case .file, .other: "file"
            }
        let facts = ListFact.line(listFacts, entry.status, type: type, isReadOnly: configuration.isReadOnly)
        return Array(facts.utf8) + [0x20] + name
    }

    /// What the faults `escape-names` and `traversal-names` add.
    private var hostileEntries: [LocalDirectory.Entry] {
        var names: [String] = []
        if faults.contains(.escapeNames) {
            names += [
                "\u{1B}[2J\u{1B}[31mred", "bell\u{7}", "\u{9B}31mC1", "title\u{1B}]0;owned\u{7}",
                "\u{202E}txt.exe",
            ]
        }
        if faults.contains(.traversalNames) {
            names += ["../escaped", "/etc/escaped", "..", "sub/../../escaped", "..\\escaped"]
        }
        let status = ((try? LocalDirectory.status(of: Array("/".utf8))) ?? nil)
        return names.compactMap { name in
            guard var status else { return nil }
            status.kind = .file
            status.size = 6
            status.mode = 0o644
            return LocalDirectory.Entry(
                name: Array(name.utf8), status: status, target: nil, leadsToDirectory: false)
        }
    }
}
