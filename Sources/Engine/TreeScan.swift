import FTPProtocol
import Transfers
import Transport

/// Turns a directory tree into the transfers of its files, making the directories on the way.
///
/// Links are not entered, so a loop of links cannot catch it; a depth that no honest tree has ends it.
struct TreeScan {
    let tree: Transfer
    let filter: FileFilter
    /// Whether remote directories above the tree are made.
    let makesDirectories: Bool
    /// Some of the files found; called again and again.
    let found: ([Transfer]) -> Void
    /// A remote directory of an upload, and whether it was made now, so that nothing in it can be in the way.
    let madeDirectory: (RemotePath, _ isNew: Bool) -> Void
    /// Something that is left out, and why.
    let leftOut: (String) -> Void
    /// Told how many entries were seen so far.
    let activity: (String?) -> Void

    private static let batch = 500
    /// More directories in each other than this with the very same entries, times too, are one that contains itself: an
    /// honest tree has two or three at most.
    private static let mostAlike = 7

    func run(on session: Session) throws(Failure) {
        switch tree.direction {
        case .download:
            guard isSafeLocalName(tree.localName) else { throw Failure(FTPError.unsafeName(tree.localName)) }
            try download(on: session)
        case .upload: try upload(on: session)
        }
    }

    // MARK: - Download

    private struct RemoteDirectory {
        var remote: RemotePath
        var local: LocalPath
        var depth: Int
        /// What each of the directories above it holds, in a number.
        var above: [Int] = []
    }

    private func download(on session: Session) throws(Failure) {
        var open = [RemoteDirectory(remote: tree.remotePath, local: tree.localPath, depth: 0)]
        var seen = 0
        var missed = Omissions()
        while let place = open.popLast() {
            if missed.isTooDeep(place.depth, session.shown(place.remote)) { continue }
            do throws(Failure) {
                open += try scan(place, session, &seen, &missed)
            } catch {
                guard place.depth == 0 else {
                    try missed.add(error)
                    continue
                }
                // The tree may be a file.
                guard error.kind == .noSuchSource || error.kind == .permissionRefused,
                    let entry = try session.entry(at: tree.remotePath), entry.kind != .directory
                else { throw error }
                found([
                    file(
                        entry, tree.remoteDirectory, tree.localDirectory, as: tree.localName,
                        depth: tree.depth)
                ])
            }
        }
        try missed.end()
    }

    /// - Returns: the directories in it, the first one last.
    private func scan(
        _ place: RemoteDirectory, _ session: Session, _ seen: inout Int, _ missed: inout Omissions
    ) throws(Failure) -> [RemoteDirectory] {
        // The file's own name counts.
        let depth = tree.depth + place.depth + 1
        var contents = Hasher()
        var links: [ListingEntry] = []
        var below: [(remote: [UInt8], local: [UInt8])] = []
        let charset = session.charset
        var count = seen
        let end = try session.list(place.remote) { entries in
            count += entries.count
            activity("scanning \(count) files")
            var files: [Transfer] = []
            for entry in entries {
                contents.combine(entry)
                let name = charset.text(of: entry.name)
                switch entry.kind {
                case .directory where isSafeLocalName(name) && name.count <= PartFile.longestName:
                    if filter.takes(directory: name) { below.append((entry.name, name)) }
                case .link: links.append(entry)
                case .other: leftOut("\(session.shown(place.remote.appending(entry.name))): not a file")
                case .file, .directory:
                    // A directory of unsafe or too long a name becomes a transfer too, which fails and says why.
                    let taken = filter.takes(
                        file: name, size: entry.size, modified: entry.modified?.secondsSince1970)
                    if taken {
                        files.append(file(entry, place.remote, place.local, as: name, depth: depth))
                    }
                }
            }
            if !files.isEmpty { found(files) }
        }
        seen = count
        // Also where nothing is in it: an empty directory is part of the tree.
        try FileTransfer.disk { () throws(TransportError) in
            let directory = try OpenDirectory.open(
                place.local.bytes, depth: tree.depth + place.depth, making: true)
            below = try Self.apart(below, in: directory) {
                missed.add(
                    "\(session.shown(place.remote.appending($0))): on this disk it is one with “\(visible($1))”, since "
                        + "the cases of letters are not told apart there; take it alone and give it another name"
                )
            }
        }
        if end.isIncomplete { missed.add("\(session.shown(place.remote)): the listing is incomplete") }
        for link in links {
            let name = charset.text(of: link.name)
            guard filter.takes(file: name, size: nil, modified: nil) else { continue }
            // Of a link only a file at its end is taken.
            guard let size = try session.size(of: place.remote.appending(link.name)) else {
                leftOut(
                    "\(session.shown(place.remote.appending(link.name))): a link; links to directories are not followed"
                )
                continue
            }
            var entry = link
            entry.size = size
            entry.modified = nil
            found([file(entry, place.remote, place.local, as: name, depth: depth)])
        }
        let above = place.above + [contents.finalize()]
        if above.count > Self.mostAlike, Set(above.suffix(Self.mostAlike + 1)).count == 1, !below.isEmpty {
            missed.add(
                "\(session.shown(place.remote)): holds the same as the directories above it, so it seems to contain itself"
            )
            return []
        }
        return below.reversed().map {
            RemoteDirectory(
                remote: place.remote.appending($0.remote), local: place.local.appending($0.local),
                depth: place.depth + 1,
                above: above)
        }
    }

    /// Without the directories that this disk takes for another of them: what is in both would be mixed.
    ///
    /// - Parameter same: told of each that is left out, and of the one that it is taken for.
    private static func apart(
        _ names: [(remote: [UInt8], local: [UInt8])], in directory: OpenDirectory,
        same: (_ remote: [UInt8], _ local: [UInt8]) -> Void
    ) throws(TransportError) -> [(remote: [UInt8], local: [UInt8])] {
        var first: [[UInt8]: [UInt8]] = [:]
        var kept: [(remote: [UInt8], local: [UInt8])] = []
        for name in names {
            let key = OpenDirectory.inOneCase(name.local)
            guard let other = first[key], other != name.local else {
                first[key] = name.local
                kept.append(name)
                continue
            }
            // Only the disk knows; and this one is to be made anyway.
            _ = try directory.descended(to: other, making: true)
            if try directory.otherSpelling(of: name.local) == nil {
                kept.append(name)
            } else {
                same(name.remote, other)
            }
        }
        return kept
    }

    private func file(
        _ entry: ListingEntry, _ remote: RemotePath, _ local: LocalPath, as localName: [UInt8], depth: Int
    ) -> Transfer {
        Transfer(
            id: 0, direction: .download, site: tree.site, remoteDirectory: remote, remoteName: entry.name,
            localDirectory: local, localName: localName, size: entry.size,
            modified: entry.modified?.utcSeconds, options: tree.options, depth: depth)
    }

    // MARK: - Upload

    private struct LocalPlace {
        var local: LocalPath
        var remote: RemotePath
        var depth: Int
    }

    private func upload(on session: Session) throws(Failure) {
        var open = [LocalPlace(local: tree.localPath, remote: session.resolve(tree.remotePath), depth: 0)]
        var seen = 0
        var unwritable = 0
        var missed = Omissions()
        while let place = open.popLast() {
            if missed.isTooDeep(place.depth, "\(place.local)") { continue }
            let entries: [LocalDirectory.Entry]
            do throws(Failure) {
                entries = try FileTransfer.disk { () throws(TransportError) in
                    try LocalDirectory.entries(of: place.local.bytes)
                }
                let isNew =
                    place.depth == 0 && makesDirectories
                    ? try session.ensureDirectoryWithParents(place.remote)
                    : try session.ensureDirectory(place.remote)
                madeDirectory(place.remote, isNew)
            } catch {
                guard place.depth > 0 else { throw error }
                try missed.add(error)
                continue
            }
            seen += entries.count
            activity("scanning \(seen) files")
            open += send(
                entries.sorted { $0.name.lexicographicallyPrecedes($1.name) }, in: place, session.charset,
                &unwritable)
        }
        if unwritable > 0 {
            missed.add("\(unwritable) names cannot be written in \(session.charset.name)")
        }
        try missed.end()
    }

    /// - Parameter unwritable: counts the names that the server's charset does not have.
    /// - Returns: the directories among them, the first one last.
    private func send(
        _ entries: [LocalDirectory.Entry], in place: LocalPlace, _ charset: NameCharset,
        _ unwritable: inout Int
    ) -> [LocalPlace] {
        func remoteName(of entry: LocalDirectory.Entry) -> [UInt8]? {
            do throws(FTPError) { return try charset.bytes(of: entry.name) } catch {
                leftOut("\(place.local.appending(entry.name)): \(error)")
                unwritable += 1
                return nil
            }
        }
        var below: [LocalPlace] = []
        var files: [Transfer] = []
        for entry in entries {
            let status = entry.status
            switch status.kind {
            case .directory where !filter.takes(directory: entry.name): continue
            case .directory:
                guard let name = remoteName(of: entry) else { continue }
                below.append(
                    LocalPlace(
                        local: place.local.appending(entry.name), remote: place.remote.appending(name),
                        depth: place.depth + 1))
            case .link where entry.leadsToDirectory:
                leftOut("\(place.local.appending(entry.name)): a link; links to directories are not followed")
            case .file, .link:
                let isFile = status.kind == .file
                guard
                    filter.takes(
                        file: entry.name, size: isFile ? status.size : nil,
                        modified: isFile ? status.modified : nil), let name = remoteName(of: entry)
                else { continue }
                files.append(
                    Transfer(
                        id: 0, direction: .upload, site: tree.site, remoteDirectory: place.remote,
                        remoteName: name, localDirectory: place.local, localName: entry.name,
                        size: isFile ? status.size : nil, modified: isFile ? status.modified : nil,
                        options: tree.options))
            case .other: leftOut("\(place.local.appending(entry.name)): not a file")
            }
            if files.count >= Self.batch {
                found(files)
                files = []
            }
        }
        if !files.isEmpty { found(files) }
        return below.reversed()
    }
}
