import FTPProtocol
import Transfers
import Transport

/// Turns a directory tree into the transfers of its files, making the directories on the way.
///
/// Links are not entered, so a loop of links cannot catch it; a depth that no honest tree has ends it.
struct TreeScan {
    let tree: Transfer
    /// Some of the files found; called again and again.
    let found: ([Transfer]) -> Void
    /// A remote directory that was made now: nothing in it can be in the way of an upload.
    let madeDirectory: (RemotePath) -> Void
    /// Something that is left out, and why.
    let leftOut: (String) -> Void
    /// Told how many entries were seen so far.
    let activity: (String?) -> Void

    /// As deep as OpenSSH goes.
    static let deepest = 64
    private static let batch = 500

    func run(on session: Session) throws(Failure) {
        switch tree.direction {
        case .download:
            guard isSafeLocalName(tree.localName) else { throw Failure(FTPError.unsafeName(tree.localName)) }
            try download(on: session)
        case .upload: try upload(on: session)
        }
    }

    private func download(on session: Session) throws(Failure) {
        var open = [(remote: tree.remotePath, local: tree.localPath, depth: 0)]
        var seen = 0
        while let (remote, local, depth) = open.popLast() {
            guard depth <= Self.deepest else {
                leftOut("\(remote): more than \(Self.deepest) directories deep")
                continue
            }
            try FileTransfer.disk { () throws(TransportError) in
                try LocalDirectory.makeWithParents(local.bytes)
            }
            var links: [ListingEntry] = []
            var below: [[UInt8]] = []
            let end = try session.list(remote) { entries in
                seen += entries.count
                activity("scanning \(seen) files")
                var files: [Transfer] = []
                for entry in entries {
                    switch entry.kind {
                    case .directory where isSafeLocalName(entry.name): below.append(entry.name)
                    case .link: links.append(entry)
                    case .other: leftOut("\(remote.appending(entry.name)): not a file")
                    // A directory of unsafe name becomes a transfer too, which fails and says why.
                    case .file, .directory: files.append(file(entry, remote, local))
                    }
                }
                if !files.isEmpty { found(files) }
            }
            if end.isIncomplete { leftOut("\(remote): the listing is incomplete") }
            for link in links {
                // Of a link only a file at its end is taken.
                let size = try session.size(of: remote.appending(link.name))
                guard let size else {
                    leftOut("\(remote.appending(link.name)): a link; links to directories are not followed")
                    continue
                }
                var entry = link
                entry.size = size
                entry.modified = nil
                found([file(entry, remote, local)])
            }
            for name in below.reversed() {
                open.append((remote.appending(name), local.appending(name), depth + 1))
            }
        }
    }

    private func file(_ entry: ListingEntry, _ remote: RemotePath, _ local: LocalPath) -> Transfer {
        Transfer(
            id: 0, direction: .download, site: tree.site, remoteDirectory: remote, remoteName: entry.name,
            localDirectory: local, localName: entry.name, size: entry.size,
            modified: entry.modified?.utcSeconds,
            options: tree.options)
    }

    private func upload(on session: Session) throws(Failure) {
        var open = [(local: tree.localPath, remote: tree.remotePath, depth: 0)]
        var seen = 0
        while let (local, remote, depth) = open.popLast() {
            guard depth <= Self.deepest else {
                leftOut("\(local): more than \(Self.deepest) directories deep")
                continue
            }
            let entries = try FileTransfer.disk { () throws(TransportError) in
                try LocalDirectory.entries(of: local.bytes)
            }
            if try session.ensureDirectory(remote) { madeDirectory(remote) }
            var files: [Transfer] = []
            for entry in entries.sorted(by: { $0.name.lexicographicallyPrecedes($1.name) }) {
                seen += 1
                switch entry.status.kind {
                case .directory:
                    open.append((local.appending(entry.name), remote.appending(entry.name), depth + 1))
                case .link where entry.leadsToDirectory:
                    leftOut("\(local.appending(entry.name)): a link; links to directories are not followed")
                case .file, .link:
                    files.append(
                        Transfer(
                            id: 0, direction: .upload, site: tree.site, remoteDirectory: remote,
                            remoteName: entry.name, localDirectory: local, localName: entry.name,
                            size: entry.status.kind == .file ? entry.status.size : nil,
                            modified: entry.status.kind == .file ? entry.status.modified : nil,
                            options: tree.options))
                case .other: leftOut("\(local.appending(entry.name)): not a file")
                }
                if files.count >= Self.batch {
                    found(files)
                    files = []
                }
            }
            activity("scanning \(seen) files")
            if !files.isEmpty { found(files) }
        }
    }
}
