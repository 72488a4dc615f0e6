public import FTPProtocol

/// What a directory here and one on a server, with everything below them, have not in common: made without touching
/// either, looked at, and carried out as far as somebody decides. For both directions at once, where a `MirrorPlan` is
/// for one.
///
/// A directory that is on one side only is one row: nobody has looked into it.
public struct Comparison: Hashable, Sendable {
    public struct Row: Hashable, Sendable {
        /// Names from the two roots down, as they are here.
        public var path: [[UInt8]]
        public var isDirectory: Bool
        /// What is here; nil when nothing is.
        public var local: MirrorSide.Entry?
        /// What is on the server; nil when nothing is.
        public var remote: MirrorSide.Entry?

        public init(
            path: [[UInt8]], isDirectory: Bool, local: MirrorSide.Entry?, remote: MirrorSide.Entry?
        ) {
            self.path = path
            self.isDirectory = isDirectory
            self.local = local
            self.remote = remote
        }

        /// On one side only: there is something to delete, or nothing to be replaced.
        public var isOnOneSide: Bool { local == nil || remote == nil }
    }

    public enum Relation: Hashable, Sendable {
        case onlyHere, onlyThere, newerHere, newerThere
        /// Of another size, and nothing tells which is newer.
        case otherSize
        /// Of one size and time, and another check sum.
        case otherSum
        /// Of one size, and one of the times is not known.
        case unknownTimes
        /// As far as the criterion goes.
        case equal
    }

    public enum Criterion: Hashable, Sendable, CaseIterable {
        case sizeAndTime, size
        /// Check sums where the sizes are the same: of a comparison that was made with them only.
        case sum
    }

    /// What is to be done about a row.
    public enum Decision: Hashable, Sendable { case toServer, toHere, deleteHere, deleteThere, nothing }

    /// What is proposed for all of them.
    public enum Aim: Hashable, Sendable, CaseIterable {
        /// What is newer, or on one side only, goes to the other.
        case newest
        /// The server becomes like this machine.
        case server
        /// This machine becomes like the server.
        case here
    }

    /// More are for `portside mirror`.
    public static let mostRows = 100_000

    public let site: Site.ID
    public let remote: RemotePath
    public let local: LocalPath
    public private(set) var rows: [Row] = []
    /// Check sums were compared, too.
    public let hasSums: Bool
    /// Files that are equal in size and time, or in their check sums.
    public private(set) var equal = 0
    /// What is left as it is although it may differ, a sentence each.
    public private(set) var notes: [String] = []
    /// Something may be missing on that side: what is only on the other one may be here, too.
    public private(set) var isLocalIncomplete = false
    public private(set) var isRemoteIncomplete = false
    /// Whether there is anything at all in the directory here, and in the one on the server.
    public private(set) var isLocalEmpty = true
    public private(set) var isRemoteEmpty = true

    /// - Parameter hasSums: check sums decide what is equal.
    public init(site: Site.ID, remote: RemotePath, local: LocalPath, hasSums: Bool = false) {
        self.hasSums = hasSums
        self.site = site
        self.remote = remote
        self.local = local
    }

    public mutating func note(_ text: String) { notes.append(text) }

    // MARK: - Comparing

    /// Compares one directory of both sides.
    ///
    /// - Parameter path: of the directory, from the roots down.
    /// - Returns: the directories on both sides, to go on with.
    public mutating func compare(
        _ here: MirrorSide, _ there: MirrorSide, at path: [[UInt8]]
    ) -> [[UInt8]] {
        isLocalIncomplete = isLocalIncomplete || here.isIncomplete
        isRemoteIncomplete = isRemoteIncomplete || there.isIncomplete
        isLocalEmpty = isLocalEmpty && here.entries.isEmpty
        isRemoteEmpty = isRemoteEmpty && there.entries.isEmpty
        let others = Dictionary(there.entries.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var seen: Set<[UInt8]> = []
        var below: [[UInt8]] = []
        for entry in here.entries where seen.insert(entry.name).inserted {
            compare(entry, others[entry.name], at: path, &below)
        }
        for entry in there.entries where seen.insert(entry.name).inserted {
            compare(nil, entry, at: path, &below)
        }
        return below
    }

    private mutating func compare(
        _ here: MirrorSide.Entry?, _ there: MirrorSide.Entry?, at path: [[UInt8]], _ below: inout [[UInt8]]
    ) {
        guard let entry = here ?? there else { return }
        let place = path + [entry.name]
        guard isSafeLocalName(entry.name), !entry.name.contains(where: { $0 == 0x0D || $0 == 0x0A }) else {
            return note("\(shown(place)): such a name cannot be on both sides")
        }
        let kinds = [here?.kind, there?.kind].compactMap { $0 }
        if kinds.contains(.link) {
            return note("\(shown(place)): a link; links are neither followed nor copied")
        }
        if kinds.contains(.other) { return note("\(shown(place)): not a file") }
        guard Set(kinds).count == 1 else {
            return note("\(shown(place)): a file on one side, a directory on the other")
        }
        let row = Row(path: place, isDirectory: entry.kind == .directory, local: here, remote: there)
        if entry.kind == .directory, !row.isOnOneSide {
            below.append(entry.name)
        } else if Self.relation(of: row, hasSums ? .sum : .sizeAndTime) == .equal {
            equal += 1
        } else if rows.count < Self.mostRows {
            rows.append(row)
        } else if rows.count == Self.mostRows {
            rows.append(row)
            note("more than \(Self.mostRows) differ: portside mirror takes them all")
        }
    }

    public static func relation(of row: Row, _ criterion: Criterion) -> Relation {
        guard let here = row.local else { return .onlyThere }
        guard let there = row.remote else { return .onlyHere }
        let sizesDiffer = if let size = here.size, let other = there.size { size != other } else { false }
        if criterion == .size, !sizesDiffer { return .equal }
        let sumsDiffer = criterion == .sum && here.hasSameSum == false
        if criterion == .sum, here.hasSameSum == true { return .equal }
        guard let time = here.modified, let other = there.modified else {
            return sizesDiffer ? .otherSize : sumsDiffer ? .otherSum : .unknownTimes
        }
        // The same time on both sides is that of a copy.
        let (apart, isFar) = time.subtractingReportingOverflow(other)
        if isFar || abs(apart) > MirrorPlan.tolerance { return time > other ? .newerHere : .newerThere }
        return sizesDiffer ? .otherSize : sumsDiffer ? .otherSum : .equal
    }

    // MARK: - Deciding

    /// What is proposed for a row; nothing is ever deleted by a proposal.
    public static func proposal(for row: Row, _ aim: Aim, _ criterion: Criterion) -> Decision {
        let relation = relation(of: row, criterion)
        if relation == .equal { return .nothing }
        switch aim {
        case .newest:
            return switch relation {
            case .onlyHere, .newerHere: .toServer
            case .onlyThere, .newerThere: .toHere
            case .otherSize, .otherSum, .unknownTimes, .equal: .nothing
            }
        case .server: return relation == .onlyThere ? .nothing : .toServer
        case .here: return relation == .onlyHere ? .nothing : .toHere
        }
    }

    /// What may be decided about a row.
    public static func allows(_ decision: Decision, for row: Row) -> Bool {
        switch decision {
        case .nothing: true
        case .toServer: row.local != nil
        case .toHere: row.remote != nil
        case .deleteHere: row.remote == nil
        case .deleteThere: row.local == nil
        }
    }

    /// Why what is only on one side is not to be deleted all at once; nil when it may be.
    public func objection(to decision: Decision) -> String? {
        let (isIncomplete, isEmpty, side) =
            decision == .deleteHere
            ? (isRemoteIncomplete, isRemoteEmpty, "the server")
            : (isLocalIncomplete, isLocalEmpty, "this machine")
        if isIncomplete {
            return "the listing of \(side) is incomplete: what seems to be missing may be there"
        }
        if isEmpty { return "there is nothing on \(side): that is more often a mistake than a wish" }
        return nil
    }

    /// The transfer that carries a decision out; nil for one that is none.
    ///
    /// - Parameters:
    ///   - options: of what the other side does not have; what replaces something replaces it.
    ///   - charset: of the server's names.
    /// - Throws: for a name that it cannot write.
    public func transfer(
        for row: Row, _ decision: Decision, options: TransferOptions, charset: NameCharset
    ) throws(FTPError) -> Transfer? {
        guard decision == .toServer || decision == .toHere, let name = row.path.last else { return nil }
        var options = options
        // The two were compared, and somebody has decided.
        if !row.isOnOneSide { options.onConflict = .overwrite }
        if !row.isDirectory { options.filter = nil }
        var directory = remote
        for part in row.path.dropLast() { directory = directory.appending(try charset.bytes(of: part)) }
        let source = decision == .toServer ? row.local : row.remote
        return Transfer(
            id: 0, direction: decision == .toServer ? .upload : .download,
            kind: row.isDirectory ? .tree : .file,
            site: site, remoteDirectory: directory, remoteName: try charset.bytes(of: name),
            localDirectory: row.path.dropLast().reduce(local) { $0.appending($1) }, localName: name,
            size: row.isDirectory ? nil : source?.size, modified: row.isDirectory ? nil : source?.modified,
            options: options, depth: decision == .toHere ? row.path.count : 0)
    }

    /// Whether a row takes part, and everything above it.
    public static func takes(_ row: Row, _ filter: FileFilter) -> Bool {
        guard row.path.dropLast().allSatisfy({ filter.takes(directory: $0) }), let name = row.path.last else {
            return false
        }
        if row.isDirectory { return filter.takes(directory: name) }
        let entry = row.local ?? row.remote
        return filter.takes(file: name, size: entry?.size, modified: entry?.modified)
    }
}

private func shown(_ path: [[UInt8]]) -> String { path.map { visible($0) }.joined(separator: "/") }
