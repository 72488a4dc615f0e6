public import FTPProtocol

extension Session {
    /// Deletes a file, or a directory with everything in it. A link is deleted, never entered.
    ///
    /// Stops at the first refusal. A directory whose listing is incomplete is not emptied.
    public func deleteTree(_ path: RemotePath, kind: ListingEntry.Kind) throws(Failure) {
        guard kind == .directory else { return try delete(path) }
        let directories = try walk(path, "deleted") { file, _ throws(Failure) in try delete(file) }
        for directory in directories.reversed() { try removeDirectory(directory) }
    }

    /// Sets the permissions of everything in a directory, and of the directories last: who may not enter one any more
    /// cannot list it. Links are left alone, since their permissions are those of what they lead to.
    public func changeModeOfTree(
        _ path: RemotePath, kind: ListingEntry.Kind, to mode: String
    ) throws(Failure) {
        guard kind == .directory else { return try changeMode(of: path, to: mode) }
        let directories = try walk(path, "changed") { file, kind throws(Failure) in
            if kind != .link { try changeMode(of: file, to: mode) }
        }
        for directory in directories.reversed() { try changeMode(of: directory, to: mode) }
    }

    /// - Parameter done: what is not done to the contents of a directory whose listing is incomplete.
    /// - Returns: the directory and all below it, each after the one it is in.
    private func walk(
        _ path: RemotePath, _ done: String,
        file body: (RemotePath, ListingEntry.Kind) throws(Failure) -> Void
    ) throws(Failure) -> [RemotePath] {
        try connect()
        var directories = [resolve(path)]
        let top = directories[0].bytes.split(separator: UInt8(ascii: "/")).count
        var next = 0
        while next < directories.count {
            let directory = directories[next]
            next += 1
            guard directory.bytes.split(separator: UInt8(ascii: "/")).count - top <= Self.deepestTree else {
                throw Failure(.permissionRefused, "\(directory): too deep to be \(done) safely")
            }
            var files: [(RemotePath, ListingEntry.Kind)] = []
            // A name with a slash in it would lead out of the tree.
            var unsafe: [UInt8]?
            let end = try list(directory) { entries in
                for entry in entries {
                    guard isSafeLocalName(entry.name) else {
                        unsafe = unsafe ?? entry.name
                        continue
                    }
                    let child = directory.appending(entry.name)
                    if entry.kind == .directory {
                        directories.append(child)
                    } else {
                        files.append((child, entry.kind))
                    }
                }
            }
            if let unsafe { throw Failure(FTPError.unsafeName(unsafe)) }
            guard !end.isIncomplete else {
                throw Failure(
                    .protocolViolation,
                    "\(directory): the listing is not complete, so nothing in it is \(done)")
            }
            for (file, kind) in files { try body(file, kind) }
        }
        return directories
    }

    /// Beyond this a tree is a trap, for everything that goes through one: as deep as OpenSSH goes, in directories.
    public static let deepestTree = 64
}
