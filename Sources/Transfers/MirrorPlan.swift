internal import FTPProtocol

/// What has to be done to make a destination equal to its source, as far as both are known: made without touching
/// either, looked at, stored, and carried out later.
///
/// Paths are relative to the two roots, so that nothing in a plan can lead above them: see `isWellFormed`.
public struct MirrorPlan: Hashable, Sendable, Codable {
    public struct Step: Hashable, Sendable, Codable {
        public enum Kind: String, Hashable, Sendable, Codable {
            case makeDirectory, copy, deleteFile, deleteDirectory
        }

        public var kind: Kind
        /// Names from the root down.
        public var path: [MirrorName]
        /// Of what is copied or deleted, in bytes.
        public var size: Int64?
        /// Of what is copied: seconds since 1970.
        public var modified: Int64?
        /// Why it is copied.
        public var reason: String?

        public init(
            _ kind: Kind, _ path: [[UInt8]], size: Int64? = nil, modified: Int64? = nil, reason: String? = nil
        ) {
            self.kind = kind
            self.path = path.map { MirrorName($0) }
            self.size = size
            self.modified = modified
            self.reason = reason
        }

        public var names: [[UInt8]] { path.map(\.bytes) }
    }

    public var direction: Transfer.Direction
    public var site: Site.ID
    public var remote: MirrorName
    public var local: MirrorName
    /// Of the server's names, as the site has it: the names of the steps are those here.
    public var charset: String?
    /// Directories before what is in them, copies in the order found.
    public private(set) var steps: [Step] = []
    /// What would be deleted: files before the directories they are in. Kept apart, to be done last or not at all.
    public private(set) var deletions: [Step] = []
    /// What is left as it is although it differs, a sentence each.
    public private(set) var notes: [String] = []
    /// Not everything could be seen or can be made equal.
    public private(set) var isIncomplete = false
    /// Files that are equal already.
    public private(set) var equal = 0

    public init(direction: Transfer.Direction, site: Site.ID, remote: [UInt8], local: [UInt8]) {
        self.direction = direction
        self.site = site
        self.remote = MirrorName(remote)
        self.local = MirrorName(local)
    }

    public var copies: Int { steps.count { $0.kind == .copy } }
    /// Of everything that is copied, as far as known.
    public var bytes: Int64 {
        steps.reduce(0) { $0.addingReportingOverflow(max(0, $1.size ?? 0)).partialValue }
    }

    /// Both sides are equal, as far as can be seen.
    public var isEmpty: Bool { steps.isEmpty && deletions.isEmpty }

    /// No name in it leads out of the directory it stands in. A plan from a file must be asked first.
    public var isWellFormed: Bool {
        (steps + deletions).allSatisfy { step in
            (!step.path.isEmpty || step.kind == .makeDirectory)
                && step.names.allSatisfy { name in isPlainName(name) }
        }
    }

    public mutating func makeDirectory(_ path: [[UInt8]]) {
        steps.append(Step(.makeDirectory, path))
    }

    /// One file, whatever the destination has of that name.
    public mutating func copy(_ file: MirrorSide.Entry, to path: [[UInt8]], reason: String) {
        steps.append(Step(.copy, path, size: file.size, modified: file.modified, reason: reason))
    }

    public mutating func deleteFile(_ path: [[UInt8]], size: Int64?) {
        deletions.append(Step(.deleteFile, path, size: size))
    }

    /// Something is left as it is.
    public mutating func note(_ text: String) {
        notes.append(text)
        isIncomplete = true
    }

    /// Nothing is deleted when that would be more than the limit.
    ///
    /// - Returns: how many it would have been.
    public mutating func limitDeletions(to most: Int?) -> Int? {
        guard let most, deletions.count > most else { return nil }
        defer { deletions = [] }
        return deletions.count
    }
}

extension MirrorPlan {
    /// How exact two clocks and two file systems agree, in seconds: FAT knows every second one only.
    static let tolerance: Int64 = 1

    /// Directories to go on with.
    public struct Below: Hashable, Sendable {
        /// On both sides, or only in the source; in the order of the source.
        public var common: [(name: [UInt8], isNew: Bool)] = []
        /// Only at the destination: to be listed for their deletion, whole.
        public var deleted: [[UInt8]] = []

        public static func == (left: Below, right: Below) -> Bool {
            left.deleted == right.deleted && left.common.elementsEqual(right.common) { $0 == $1 }
        }

        public func hash(into hasher: inout Hasher) {
            hasher.combine(deleted)
            for (name, isNew) in common { hasher.combine(name); hasher.combine(isNew) }
        }
    }

    /// Compares one directory of both sides.
    ///
    /// - Parameters:
    ///   - path: of the directory, from the root down.
    ///   - destination: nil when there is no such directory yet.
    ///   - clockAhead: how far the source's clock is ahead of the destination's, in seconds.
    public mutating func compare(
        _ source: MirrorSide, _ destination: MirrorSide?, at path: [[UInt8]], filter: FileFilter,
        options: MirrorOptions, clockAhead: Int64 = 0
    ) -> Below {
        var below = Below()
        let there = Dictionary(
            (destination?.entries ?? []).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var seen: Set<[UInt8]> = []
        if source.isIncomplete { note("\(shown(path)): the listing of the source is incomplete") }
        for entry in source.entries where seen.insert(entry.name).inserted {
            let place = path + [entry.name]
            guard isPlainName(entry.name) else {
                note("\(shown(place)): such a name cannot be kept here")
                continue
            }
            let other = there[entry.name]
            switch entry.kind {
            case .directory:
                guard filter.takes(directory: entry.name) else { continue }
                if let other, other.kind != .directory {
                    note("\(shown(place)): is a directory in the source, and none at the destination")
                } else {
                    below.common.append((entry.name, other == nil))
                }
            case .link: note("\(shown(place)): a link; links are neither followed nor copied")
            case .other: note("\(shown(place)): not a file")
            case .file:
                guard filter.takes(file: entry.name, size: entry.size, modified: entry.modified) else {
                    continue
                }
                if let other, other.kind != .file {
                    note("\(shown(place)): is a file in the source, and none at the destination")
                } else if let reason = Self.difference(entry, other, options.comparison, clockAhead) {
                    copy(entry, to: place, reason: reason)
                } else {
                    equal += 1
                }
            }
        }
        if options.deletes, let destination {
            planDeletions(source, destination, seen, at: path, filter, options, &below)
        }
        return below
    }

    private mutating func planDeletions(
        _ source: MirrorSide, _ destination: MirrorSide, _ names: Set<[UInt8]>, at path: [[UInt8]],
        _ filter: FileFilter, _ options: MirrorOptions, _ below: inout Below
    ) {
        let extra = destination.entries.filter { !names.contains($0.name) && isPlainName($0.name) }
        guard !extra.isEmpty, !source.isIncomplete else { return }
        if destination.isIncomplete {
            return note(
                "\(shown(path)): nothing is deleted here: the listing of the destination is incomplete")
        }
        guard !source.entries.isEmpty || options.deletesFromEmpty else {
            return note(
                "\(shown(path)): nothing is deleted here: the source is empty (\(Advice.deletionsFromEmpty.rawValue))"
            )
        }
        // A server that does not tell A from a, or one form of ä from another, has just this one file.
        let folded = Set(names.map { Self.folded($0) })
        for entry in extra {
            let place = path + [entry.name]
            if folded.contains(Self.folded(entry.name)) {
                note("\(shown(place)): not deleted: the source has the same name in other letters")
            } else if entry.kind == .directory {
                if filter.takes(directory: entry.name) { below.deleted.append(entry.name) }
            } else if filter.takes(file: entry.name, size: entry.size, modified: entry.modified) {
                deleteFile(place, size: entry.size)
            }
        }
    }

    /// Plans the deletion of one directory that only the destination has, as its listings come in.
    ///
    /// - Parameter directories: each with what is in it, parents before children; links are deleted, never entered.
    public mutating func delete(_ directories: [(path: [[UInt8]], side: MirrorSide)]) {
        guard !directories.contains(where: { $0.side.isIncomplete }) else {
            let first = directories.first?.path ?? []
            return note("\(shown(first)): not deleted: its listing is incomplete")
        }
        for (path, side) in directories {
            for entry in side.entries where entry.kind != .directory {
                guard isPlainName(entry.name) else {
                    note("\(shown(path)): not deleted: it holds a name that cannot be sent")
                    continue
                }
                deleteFile(path + [entry.name], size: entry.size)
            }
        }
        for (path, _) in directories.reversed() { deletions.append(Step(.deleteDirectory, path)) }
    }

    /// Why the source's file is to be copied; nil when the destination has it.
    static func difference(
        _ source: MirrorSide.Entry, _ destination: MirrorSide.Entry?, _ comparison: MirrorComparison,
        _ clockAhead: Int64
    ) -> String? {
        guard let destination else { return "new" }
        if let size = source.size, let other = destination.size, size != other { return "another size" }
        let areSizesKnown = source.size != nil && destination.size != nil
        if comparison == .hash, let isSame = source.hasSameSum { return isSame ? nil : "another check sum" }
        if comparison == .size { return areSizesKnown ? nil : "nothing is known to compare" }
        // The same time on both sides is that of a copy, whatever the clocks say.
        if let time = source.modified, let other = destination.modified, abs(time - other) > tolerance,
            time - clockAhead - tolerance > other
        {
            return "newer"
        }
        if !areSizesKnown, source.modified == nil || destination.modified == nil {
            return "nothing is known to compare"
        }
        return nil
    }

    private static func folded(_ name: [UInt8]) -> String {
        String(decoding: name, as: UTF8.self).lowercased()
    }
}

/// One that names something in its directory, on both sides: no path, and nothing that ends a command line.
private func isPlainName(_ name: [UInt8]) -> Bool {
    isSafeLocalName(name) && !name.contains { $0 == 0x0D || $0 == 0x0A }
}

private func shown(_ path: [[UInt8]]) -> String {
    path.isEmpty ? "." : path.map { visible($0) }.joined(separator: "/")
}

/// A name or a path in a stored plan: as text where it is text.
public struct MirrorName: Hashable, Sendable, Codable {
    public var bytes: [UInt8]

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    public init(from decoder: any Decoder) throws { bytes = try TextOrBytes.decode(from: decoder) }

    public func encode(to encoder: any Encoder) throws { try TextOrBytes.encode(bytes, to: encoder) }
}
