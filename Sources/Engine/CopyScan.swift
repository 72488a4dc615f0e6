import FTPProtocol
import Transfers
import Transport

/// Turns a directory tree of one server into copies of its files to another, making the directories there on the way.
struct CopyScan {
    let tree: Transfer
    let filter: FileFilter
    let makesDirectories: Bool
    let found: ([Transfer]) -> Void
    let madeDirectory: (RemotePath, _ isNew: Bool) -> Void
    let leftOut: (String) -> Void
    let activity: (String?) -> Void

    private struct Place {
        var source: RemotePath
        var destination: RemotePath
        var depth: Int
    }

    /// Blocks until all of it was seen.
    ///
    /// - Throws: when the tree cannot be listed, or not all of it was: it stays in the queue, as failed.
    func run(from near: Session, to session: Session) throws(Failure) {
        try near.connectAsOrigin()
        var open = [
            Place(
                source: near.resolve(RemotePath(bytes: tree.localPath.bytes)),
                destination: session.resolve(tree.remotePath), depth: 0)
        ]
        var seen = 0
        var missed = Omissions()
        while let place = open.popLast() {
            if missed.isTooDeep(place.depth, near.shown(place.source)) { continue }
            do throws(Failure) {
                open += try scan(place, near, session, &seen, &missed)
            } catch {
                guard place.depth > 0 else { throw error }
                try missed.add(error)
            }
        }
        try missed.end()
    }

    /// - Returns: the directories in it, the first one last.
    private func scan(
        _ place: Place, _ near: Session, _ session: Session, _ seen: inout Int, _ missed: inout Omissions
    ) throws(Failure) -> [Place] {
        var below: [Place] = []
        var files: [Transfer] = []
        var refused: [String] = []
        let end = try near.list(place.source) { entries in
            for entry in entries {
                let from = place.source.appending(entry.name)
                let text = near.charset.text(of: entry.name)
                guard entry.kind == .file || entry.kind == .directory else {
                    leftOut("\(near.shown(from)): \(entry.kind == .link ? "a link" : "not a file")")
                    continue
                }
                // Where a slash is in a name it leads elsewhere, and a line end begins another command.
                guard isSafeLocalName(text), !text.contains(where: { $0 == 0x0D || $0 == 0x0A }),
                    let name = try? session.charset.bytes(of: text)
                else {
                    refused.append("\(near.shown(from)): such a name cannot be on both servers")
                    continue
                }
                if entry.kind == .directory {
                    guard filter.takes(directory: text) else { continue }
                    below.append(
                        Place(
                            source: from, destination: place.destination.appending(name),
                            depth: place.depth + 1))
                } else if filter.takes(
                    file: text, size: entry.size, modified: entry.modified?.secondsSince1970)
                {
                    files.append(file(entry, place, as: name))
                }
            }
        }
        if end.isIncomplete { missed.add("\(near.shown(place.source)): the listing is incomplete") }
        for name in refused { missed.add(name) }
        seen += files.count
        activity("scanning \(seen) files")
        // Also where nothing is in it: an empty directory is part of the tree.
        let isNew =
            place.depth == 0 && makesDirectories
            ? try session.ensureDirectoryWithParents(place.destination)
            : try session.ensureDirectory(place.destination)
        madeDirectory(place.destination, isNew)
        if !files.isEmpty { found(files) }
        return below.reversed()
    }

    private func file(_ entry: ListingEntry, _ place: Place, as name: [UInt8]) -> Transfer {
        Transfer(
            id: 0, direction: .upload, site: tree.site, remoteDirectory: place.destination, remoteName: name,
            localDirectory: LocalPath(bytes: place.source.bytes), localName: entry.name, size: entry.size,
            modified: entry.modified?.utcSeconds, options: tree.options)
    }
}
