import FTPProtocol
public import Transfers
import Transport

/// Looks at both sides of a batch before its first byte: sizes, conflicts, names, permission, space. Changes nothing.
public struct PreflightScan {
    /// Which files of trees take part.
    public let filter: FileFilter

    private static let deepest = 64

    public init(filter: FileFilter) {
        self.filter = filter
    }

    private struct Destination: Hashable {
        var local: LocalPath
        var remote: RemotePath
        var direction: Transfer.Direction
    }

    /// Blocks until everything is listed.
    ///
    /// - Parameter transfers: of one site, all in one direction.
    /// - Throws: when the connection is lost; what cannot be listed is an obstacle.
    public func run(_ transfers: [Transfer], on session: Session) throws(Failure) -> Preflight {
        try session.connect()
        guard let first = transfers.first else { return Preflight() }
        let isDownload = first.direction == .download
        var preflight = Preflight(try rules(first, session))
        let top = isDownload ? nearest(first.localDirectory) : nil
        if let top {
            preflight.free = LocalDirectory.freeBytes(at: top.bytes)
            if !LocalDirectory.isWritable(top.bytes) {
                preflight.add(obstacle: "\(top): no permission to write there")
            }
        } else {
            preflight.free = try session.freeSpace(at: first.remoteDirectory)
        }
        try takeFiles(transfers.filter { $0.kind == .file }, &preflight, session)
        for tree in transfers where tree.kind == .tree { try take(tree, &preflight, session) }
        return preflight
    }

    private func rules(_ transfer: Transfer, _ session: Session) throws(Failure) -> Preflight.Rules {
        guard transfer.direction == .download else {
            let isWindows = session.serverSystem == .windows || session.serverSystem == .windowsCE
            return Preflight.Rules(foldsCase: isWindows, isWindows: isWindows)
        }
        let isForeign = LocalDirectory.isOfWindows(nearest(transfer.localDirectory).bytes)
        return Preflight.Rules(foldsCase: isForeign, isWindows: isForeign)
    }

    /// The directory, or what there is of the path to it.
    private func nearest(_ path: LocalPath) -> LocalPath {
        var path = path
        while path != path.parent, (try? LocalDirectory.status(of: path.bytes)) ?? nil == nil {
            path = path.parent
        }
        return path
    }

    // MARK: - Files

    /// Each destination directory is listed once.
    private func takeFiles(
        _ files: [Transfer], _ preflight: inout Preflight, _ session: Session
    ) throws(Failure) {
        let groups = Dictionary(grouping: files) {
            Destination(local: $0.localDirectory, remote: $0.remoteDirectory, direction: $0.direction)
        }
        for (place, files) in groups {
            let isDownload = place.direction == .download
            var entries: [MirrorSide.Entry] = []
            for file in files {
                var entry = MirrorSide.Entry(
                    name: isDownload ? file.localName : file.remoteName, kind: .file, size: file.size)
                if isDownload, entry.size == nil { entry.size = try session.size(of: file.remotePath) }
                entries.append(entry)
                if !isDownload, !LocalDirectory.isReadable(file.localPath.bytes) {
                    preflight.add(obstacle: "\(file.localPath): no permission to read it")
                }
            }
            preflight.take(
                "", source: entries,
                destination: try isDownload ? localEntries(place.local) : remoteEntries(place.remote, session)
            )
        }
    }

    private func localEntries(_ path: LocalPath) -> [MirrorSide.Entry] {
        ((try? LocalDirectory.entries(of: path.bytes)) ?? []).map {
            MirrorSide.Entry(name: $0.name, kind: .file)
        }
    }

    /// Empty where there is no such directory yet.
    private func remoteEntries(_ path: RemotePath, _ session: Session) throws(Failure) -> [MirrorSide.Entry] {
        var entries: [MirrorSide.Entry] = []
        do throws(Failure) {
            _ = try session.list(path) { some in
                entries += some.map { MirrorSide.Entry(name: $0.name, kind: .file) }
            }
        } catch {
            guard error.kind == .noSuchSource else { throw error }
        }
        return entries
    }

    // MARK: - Trees

    private func take(
        _ tree: Transfer, _ preflight: inout Preflight, _ session: Session
    ) throws(Failure) {
        let scan = MirrorScan(
            direction: tree.direction, remote: tree.remotePath, local: tree.localPath,
            filter: tree.options.filter ?? filter, options: MirrorOptions())
        let root = session.resolve(tree.remotePath)
        var notes = MirrorPlan(
            direction: tree.direction, site: session.site.id, remote: root.bytes, local: tree.localPath.bytes)
        var open = [MirrorScan.Place(path: [], isNew: false)]
        while let place = open.popLast() {
            guard place.path.count <= Self.deepest else { continue }
            let shown = place.path.map { visible($0) }.joined(separator: "/")
            do throws(Failure) {
                guard let source = try scan.side(place, isSource: true, root, session, &notes) else {
                    continue
                }
                let there = place.isNew ? nil : try scan.side(place, isSource: false, root, session, &notes)
                let taken = source.entries.filter { entry in
                    entry.kind == .directory
                        ? scan.filter.takes(directory: entry.name)
                        : scan.filter.takes(file: entry.name, size: entry.size, modified: entry.modified)
                }
                preflight.take(shown, source: taken, destination: there?.entries ?? [])
                let known = Set((there?.entries ?? []).map(\.name))
                for entry in taken.reversed() where entry.kind == .directory && isSafeLocalName(entry.name) {
                    open.append(
                        MirrorScan.Place(path: place.path + [entry.name], isNew: !known.contains(entry.name)))
                }
            } catch {
                guard !error.endsConnection, !error.isTemporary, error.kind != .cancelled else { throw error }
                preflight.add(obstacle: error.message)
            }
        }
        for note in notes.notes { preflight.add(obstacle: note) }
    }
}
