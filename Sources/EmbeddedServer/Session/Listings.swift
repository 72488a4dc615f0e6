import FTPProtocol
import Transport

/// LIST, NLST (RFC 959 §4.1.3), MLSD, MLST (RFC 3659 §7) and STAT of a path.
extension ServerSession {
    enum ListingKind { case long, names, machine }

    mutating func list(_ argument: [UInt8], _ kind: ListingKind) throws(TransportError) {
        guard let (options, path) = split(argument, kind) else { return try reply(.badParameter) }
        let shownKind = kind == .names && options.contains("l") ? .long : kind
        switch listing(of: path, shownKind, all: options.contains("a") || options.contains("A")) {
        case .success(let bytes):
            let style = listingStyle
            let facts = listFacts
            let isReadOnly = configuration.isReadOnly
            let offset = configuration.listingOffset
            let ghost = status(of: Ghost(name: []))
            let tail = listingTail { name in
                guard let ghost else { return name }
                return Self.line(
                    LocalDirectory.Entry(name: name, status: ghost), name, shownKind, style, facts: facts,
                    isReadOnly: isReadOnly, offset: offset)
            }
            try sendListing(bytes, tail: tail)
        case .failure(let refusal): try reply(.failed(refusal.failure, .list))
        }
    }

    mutating func listOne(_ argument: [UInt8]) throws(TransportError) {
        let described: FileStatus?
        if let ghost = ghost(argument) {
            described = status(of: ghost)
        } else {
            described = components(argument).flatMap { state.tree.location(of: $0) }.flatMap { place in
                ((try? LocalDirectory.status(of: place, followingLinks: false)) ?? nil)
                    .map { shown($0, at: place) }
            }
        }
        guard let path = components(argument), let status = described else {
            return try reply(.failed(.notFound, .list))
        }
        let type = status.kind == .directory ? "dir" : "file"
        let facts = ListFact.line(
            shownFacts, status, type: type, isReadOnly: configuration.isReadOnly)
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
        guard kind != .machine, personality.takesListingOptions else { return ([], argument) }
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
        var entries: [LocalDirectory.Entry]
        do throws(TransportError) {
            guard let status = try LocalDirectory.status(of: place) else {
                return .failure(Refusal(failure: .notFound))
            }
            if status.kind == .directory {
                entries = try LocalDirectory.entries(of: place).sorted {
                    $0.name.lexicographicallyPrecedes($1.name)
                }.map { entry in
                    var entry = entry
                    entry.status = shown(entry.status, at: place + [slash] + entry.name)
                    return entry
                }
                entries = haunted(entries, in: path)
                if kind == .machine, has(.linksAsDirectories) {
                    for index in entries.indices where entries[index].leadsToDirectory {
                        entries[index].status.kind = .directory
                    }
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
        let hidesDots = !all && kind != .machine && personality.listing == .unix
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entries.count * 80)
        for entry in entries {
            if hidesDots, entry.name.first == dot, !state.ghosts.contains(where: { $0.name == entry.name }) {
                continue
            }
            bytes += Self.line(
                entry, encoding.toWire(entry.name), kind, listingStyle, facts: shownFacts,
                isReadOnly: configuration.isReadOnly, offset: configuration.listingOffset)
            bytes += [0x0D, 0x0A]
        }
        for line in oddLines { bytes += line + [0x0D, 0x0A] }
        return bytes
    }

    private static func line(
        _ entry: LocalDirectory.Entry, _ name: [UInt8], _ kind: ListingKind,
        _ style: Personality.ListingStyle,
        facts: [ListFact], isReadOnly: Bool, offset: Int64
    ) -> [UInt8] {
        switch (kind, style) {
        case (.names, _): return name
        case (.machine, _):
            let type =
                switch entry.status.kind {
                case .directory: "dir"
                case .link: "OS.unix=slink:\(entry.target.map { visible($0) } ?? "")"
                case .file, .other: "file"
                }
            let line = ListFact.line(facts, entry.status, type: type, isReadOnly: isReadOnly)
            return Array(line.utf8) + [0x20] + name
        case (.long, .unix):
            let unix = UnixListing(now: wallClockNanoseconds() / 1_000_000_000, offset: offset)
            return unix.line(name, entry.status, target: entry.target)
        case (.long, .dos(let fourDigitYears)):
            return DOSListing(hasFourDigitYears: fourDigitYears, offset: offset).line(
                name, entry.status,
                isDirectory: entry.status.kind == .directory || entry.leadsToDirectory)
        case (.long, .numeric): return OtherListing.numeric(name, entry.status, offset: offset)
        case (.long, .eplf): return OtherListing.eplf(name, entry.status)
        }
    }

    /// How LIST looks: the personality's form, unless SITE DIRSTYLE or a fault has changed it.
    private var listingStyle: Personality.ListingStyle {
        switch fault({ if case .listFormat(let format) = $0 { format } else { nil } }) {
        case .unix?: .unix
        case .dos?: .dos(fourDigitYears: false)
        case .dos4?: .dos(fourDigitYears: true)
        case .numeric?: .numeric
        case .eplf?: .eplf
        case nil: directoryStyle
        }
    }

    private var shownFacts: [ListFact] { lacks("SIZE") ? listFacts.filter { $0 != .size } : listFacts }
}
