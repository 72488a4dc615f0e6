public import FTPProtocol
public import Transfers
import Transport

/// Lists both sides of a mirror, a directory at a time, and plans what makes them equal. Changes nothing.
///
/// Links are not entered, on neither side; a depth that no honest tree has ends it.
public struct MirrorScan {
    public let direction: Transfer.Direction
    public let remote: RemotePath
    public let local: LocalPath
    public let filter: FileFilter
    public let options: MirrorOptions
    /// How far the server's clock is ahead of ours, in seconds: for servers that give a file the time of its upload.
    public var clockAhead: Int64 = 0
    /// Told how much was compared so far.
    public var activity: (String?) -> Void = { _ in }

    private static let deepest = 64

    public init(
        direction: Transfer.Direction, remote: RemotePath, local: LocalPath, filter: FileFilter,
        options: MirrorOptions
    ) {
        self.direction = direction
        self.remote = remote
        self.local = local
        self.filter = filter
        self.options = options
    }

    struct Place {
        /// As the names are here.
        var path: [[UInt8]]
        /// There is no such directory at the destination yet.
        var isNew: Bool
    }

    /// Blocks until both trees are read.
    ///
    /// - Throws: when the roots cannot be listed, or the connection is lost; what is missed below is a note.
    public func plan(on session: Session) throws(Failure) -> MirrorPlan {
        try session.connect()
        if options.comparison == .hash { try Self.requireSums(session) }
        let root = session.resolve(remote)
        var plan = emptyPlan(root, session)
        try compare(from: Place(path: [], isNew: false), &plan, root, session)
        return plan
    }

    func emptyPlan(_ root: RemotePath, _ session: Session) -> MirrorPlan {
        var plan = MirrorPlan(
            direction: direction, site: session.site.id, remote: root.bytes, local: local.bytes)
        plan.charset = session.site.charset
        return plan
    }

    /// One directory of the source and all below it.
    func compare(
        from start: Place, _ plan: inout MirrorPlan, _ root: RemotePath, _ session: Session
    ) throws(Failure) {
        var open = [start]
        while let place = open.popLast() {
            guard place.path.count <= Self.deepest else {
                plan.note("\(shown(place)): more than \(Self.deepest) directories deep")
                continue
            }
            activity("comparing \(plan.equal + plan.copies) files")
            var source: MirrorSide
            var destination: MirrorSide?
            do throws(Failure) {
                guard let found = try side(place, isSource: true, root, session, &plan) else {
                    throw Failure(.noSuchSource, "\(shown(place)): no such directory")
                }
                source = found
                destination = place.isNew ? nil : try side(place, isSource: false, root, session, &plan)
            } catch {
                // One directory below that cannot be had is no reason to leave out the rest; a lost connection is.
                guard !place.path.isEmpty, !error.endsConnection, !error.isTemporary, error.kind != .cancelled
                else { throw error }
                plan.note(error.message)
                continue
            }
            if let there = destination {
                switch options.comparison {
                case .size: break
                case .hash: try compareSums(&source, there, place, root, session, &plan)
                case .time:
                    try learnTimes(&source, there, place, root, session)
                    if direction == .upload {
                        var exact = there
                        try learnTimes(&exact, source, place, root, session)
                        destination = exact
                    }
                }
            }
            if destination == nil { plan.makeDirectory(place.path) }
            let below = plan.compare(
                source, destination, at: place.path, filter: filter, options: options,
                clockAhead: direction == .download ? clockAhead : -clockAhead)
            for name in below.deleted { try planDeletion(of: place.path + [name], &plan, root, session) }
            open += below.common.reversed().map { Place(path: place.path + [$0.name], isNew: $0.isNew) }
        }
    }

    func planDeletion(
        of path: [[UInt8]], _ plan: inout MirrorPlan, _ root: RemotePath, _ session: Session
    ) throws(Failure) {
        var found: [(path: [[UInt8]], side: MirrorSide)] = []
        var open = [path]
        while let next = open.popLast() {
            let place = Place(path: next, isNew: false)
            let side: MirrorSide
            do throws(Failure) {
                guard next.count <= Self.deepest,
                    let there = try self.side(place, isSource: false, root, session, &plan)
                else { return plan.note("\(shown(place)): not deleted: too deep, or not to be listed") }
                side = there
            } catch {
                guard !error.endsConnection, !error.isTemporary, error.kind != .cancelled else { throw error }
                // Perhaps a link that leads nowhere, shown as what it should lead to: only its name goes, or nothing.
                side = MirrorSide()
            }
            found.append((next, side))
            open += side.entries.filter { $0.kind == .directory && isSafeLocalName($0.name) }
                .map { next + [$0.name] }
        }
        plan.delete(found)
    }

    /// - Returns: nil when there is no such directory.
    func side(
        _ place: Place, isSource: Bool, _ root: RemotePath, _ session: Session, _ plan: inout MirrorPlan
    ) throws(Failure) -> MirrorSide? {
        if isSource == (direction == .download) { return try remoteSide(place, root, session, &plan) }
        let path = place.path.reduce(local) { $0.appending($1) }
        let status = try FileTransfer.disk { () throws(TransportError) in
            try LocalDirectory.status(of: path.bytes)
        }
        guard let status else { return nil }
        guard status.kind == .directory else { throw Failure(.cannotCreate, "\(path) is not a directory") }
        let entries = try FileTransfer.disk { () throws(TransportError) in
            try LocalDirectory.entries(of: path.bytes)
        }
        let taken = entries.filter {
            !$0.name.isPart && isWritable($0.name, place, session.charset, &plan)
        }
        return MirrorSide(
            taken.map { entry in
                MirrorSide.Entry(
                    name: entry.name, kind: ListingEntry.Kind(entry.status.kind), size: entry.status.size,
                    modified: entry.status.modified)
            }.sorted { $0.name.lexicographicallyPrecedes($1.name) },
            isIncomplete: taken.contains { isForeign($0.name, session.charset) })
    }

    /// A source that the server has no name for is left out, and the note says why; what is only at the destination
    /// may have any name.
    private func isWritable(
        _ name: [UInt8], _ place: Place, _ charset: NameCharset, _ plan: inout MirrorPlan
    ) -> Bool {
        guard direction == .upload else { return true }
        do throws(FTPError) { _ = try charset.bytes(of: name) } catch {
            plan.note("\(shown(place)): \(error)")
            return false
        }
        return true
    }

    /// Bytes that are no UTF-8 go to the server as they are. Where they mean something in its charset they come back as
    /// another name: what the two sides lack cannot be told any more, so nothing is deleted.
    private func isForeign(_ name: [UInt8], _ charset: NameCharset) -> Bool {
        direction == .upload && String(validating: name, as: UTF8.self) == nil
            && charset.text(of: name) != name
    }

    private func remoteSide(
        _ place: Place, _ root: RemotePath, _ session: Session, _ plan: inout MirrorPlan
    ) throws(Failure) -> MirrorSide? {
        let path = try session.charset.path(root, below: place.path)
        var entries: [MirrorSide.Entry] = []
        var strange: [[UInt8]] = []
        do throws(Failure) {
            let end = try session.list(path) { some in
                for entry in some {
                    let name = session.charset.text(of: entry.name)
                    // Both sides are compared by the names here, which must lead back to the server's.
                    guard (try? session.charset.bytes(of: name)) == entry.name else {
                        strange.append(entry.name)
                        continue
                    }
                    entries.append(
                        MirrorSide.Entry(
                            name: name, kind: entry.kind, size: entry.size,
                            modified: entry.modified?.utcSeconds))
                }
            }
            for name in strange {
                plan.note(
                    "\(shown(place))/\(visible(name)): left out, since it is not written in \(session.charset.name)"
                )
            }
            return MirrorSide(entries, isIncomplete: end.isIncomplete || !strange.isEmpty)
        } catch {
            guard error.kind == .noSuchSource, place.path.isEmpty, direction == .upload else { throw error }
            return nil
        }
    }

    /// A comparison by check sums is none where the server computes no check sums.
    static func requireSums(_ session: Session) throws(Failure) {
        guard session.features.hashMethods.isEmpty else { return }
        throw Failure(
            .invalidRequest,
            "\(visible(session.site.host)) computes no check sums (HASH, XCRC and their kin), so nothing can be compared by them; "
                + Advice.otherComparison.rawValue)
    }

    /// Finds out which files of one name and size have the same check sum.
    func compareSums(
        _ source: inout MirrorSide, _ destination: MirrorSide, _ place: Place, _ root: RemotePath,
        _ session: Session, _ plan: inout MirrorPlan
    ) throws(Failure) {
        let others = Dictionary(
            destination.entries.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for (index, entry) in source.entries.enumerated()
        where entry.kind == .file && isSafeLocalName(entry.name) {
            guard let there = others[entry.name], there.kind == .file, let size = entry.size,
                there.size == size,
                filter.takes(file: entry.name, size: entry.size, modified: entry.modified)
            else { continue }
            let below = place.path + [entry.name]
            let path = below.reduce(local) { $0.appending($1) }
            let file = try FileTransfer.disk { () throws(TransportError) in
                try LocalFile.openForReading(path.bytes)
            }
            do throws(Failure) {
                let proof = try session.compareHash(
                    of: try session.charset.path(root, below: below), size: size, with: file.lent)
                source.entries[index].hasSameSum = proof == nil ? nil : true
            } catch {
                guard error.kind == .doesNotVerify else { throw error }
                source.entries[index].hasSameSum = false
            }
            if source.entries[index].hasSameSum == nil {
                plan.note(
                    "\(shown(Place(path: below, isNew: false))): the server computes no check sum of it; compared by time"
                )
            }
        }
    }

    /// Asks for the times that a LIST does not give, where only they can tell two files of one size apart.
    func learnTimes(
        _ side: inout MirrorSide, _ other: MirrorSide, _ place: Place, _ root: RemotePath, _ session: Session
    ) throws(Failure) {
        let others = Dictionary(other.entries.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for (index, entry) in side.entries.enumerated()
        where entry.kind == .file && entry.modified == nil && isSafeLocalName(entry.name) {
            guard let there = others[entry.name], there.kind == .file, there.size == entry.size else {
                continue
            }
            let path = try session.charset.path(root, below: place.path + [entry.name])
            side.entries[index].modified = try session.modificationTime(of: path)
        }
    }

    func shown(_ place: Place) -> String {
        let path = place.path.map { visible($0) }.joined(separator: "/")
        return path.isEmpty ? "." : path
    }
}

extension [UInt8] {
    /// What a download leaves until it is whole: neither a source nor something to be deleted.
    fileprivate var isPart: Bool {
        count > Self.part.count && suffix(Self.part.count).elementsEqual(Self.part)
    }

    private static let part = Array(".part".utf8)
}
