public import FTPProtocol
public import Transfers
import Transport

/// Carries out a plan but for its copies, which are transfers.
extension MirrorPlan {
    /// The copies as transfers of the queue.
    ///
    /// - Parameter charset: of the server's names.
    /// - Throws: for a name that it cannot write, which a plan for this server has none of.
    public func transfers(options: TransferOptions, charset: NameCharset) throws(Failure) -> [Transfer] {
        var options = options
        // The plan has compared: what it copies is to replace what is there.
        options.onConflict = .overwrite
        options.filter = nil
        options.mirror = nil
        var result: [Transfer] = []
        for step in steps where step.kind == .copy {
            let above = step.names.dropLast()
            let name = step.names.last ?? []
            result.append(
                Transfer(
                    id: 0, direction: direction, site: site,
                    remoteDirectory: try charset.path(RemotePath(bytes: remote.bytes), below: above),
                    remoteName: try charset.name(of: name),
                    localDirectory: above.reduce(LocalPath(bytes: local.bytes)) { $0.appending($1) },
                    localName: name, size: step.size, modified: step.modified, options: options))
        }
        return result
    }

    /// Blocks until all directories are there.
    ///
    /// - Parameter made: told each remote one, and whether it was made now.
    public func makeDirectories(
        on session: Session, made: (RemotePath, _ isNew: Bool) -> Void = { _, _ in }
    ) throws(Failure) {
        for step in steps where step.kind == .makeDirectory {
            switch direction {
            case .download:
                let path = step.names.reduce(LocalPath(bytes: local.bytes)) { $0.appending($1) }
                try FileTransfer.disk { () throws(TransportError) in
                    try LocalDirectory.makeWithParents(path.bytes)
                }
            case .upload:
                let path = try session.charset.path(RemotePath(bytes: remote.bytes), below: step.names)
                let isNew =
                    step.path.isEmpty
                    ? try session.ensureDirectoryWithParents(path) : try session.ensureDirectory(path)
                made(path, isNew)
            }
        }
    }

    /// Deletes what the plan says, and nothing else: a directory that has got something new meanwhile stays.
    ///
    /// - Parameter deleted: told each path when it is gone.
    /// - Throws: the first refusal; what is gone by then is gone.
    public func delete(on session: Session, deleted: (String) -> Void) throws(Failure) {
        // The upper ones first: once a link is gone, what seemed to be in it is not ours to delete.
        let links = direction == .upload ? try deleteLinks(on: session, deleted) : []
        for step in deletions where !links.contains(where: { step.names.starts(with: $0) }) {
            switch direction {
            case .download:
                let path = step.names.reduce(LocalPath(bytes: local.bytes)) { $0.appending($1) }
                try FileTransfer.disk { () throws(TransportError) in
                    if step.kind == .deleteDirectory {
                        try LocalDirectory.remove(path.bytes)
                    } else {
                        try LocalDirectory.removeFile(path.bytes)
                    }
                }
                deleted("\(path)")
            case .upload:
                let path = try session.charset.path(RemotePath(bytes: remote.bytes), below: step.names)
                if step.kind == .deleteDirectory {
                    try session.removeDirectory(path)
                } else {
                    try session.delete(path)
                }
                deleted(session.shown(path))
            }
        }
    }

    /// What seems to be a directory may be a link to one: see `Session.deleteLink`.
    ///
    /// - Returns: the paths that are gone.
    private func deleteLinks(
        on session: Session, _ deleted: (String) -> Void
    ) throws(Failure) -> [[[UInt8]]] {
        var gone: [[[UInt8]]] = []
        let directories = deletions.filter { $0.kind == .deleteDirectory }
        for step in directories.sorted(by: { $0.path.count < $1.path.count })
        where !gone.contains(where: { step.names.starts(with: $0) }) {
            let path = try session.charset.path(RemotePath(bytes: remote.bytes), below: step.names)
            guard try session.deleteLink(path) else { continue }
            deleted(session.shown(path))
            gone.append(step.names)
        }
        return gone
    }
}
