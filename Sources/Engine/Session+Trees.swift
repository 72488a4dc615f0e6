public import FTPProtocol

extension Session {
    /// Deletes a file, or a directory with everything in it. A link is deleted, never entered.
    ///
    /// Stops at the first refusal. A directory whose listing is incomplete is not emptied.
    public func deleteTree(_ path: RemotePath, kind: ListingEntry.Kind) throws(Failure) {
        guard kind == .directory else { return try delete(path) }
        try connect()
        var directories = [resolve(path)]
        let top = directories[0].bytes.split(separator: UInt8(ascii: "/")).count
        var next = 0
        while next < directories.count {
            let directory = directories[next]
            next += 1
            guard directory.bytes.split(separator: UInt8(ascii: "/")).count - top <= Self.deepestTree else {
                throw Failure(.permissionRefused, "\(directory): too deep to be deleted safely")
            }
            var files: [RemotePath] = []
            // A name with a slash in it would lead out of the tree.
            var unsafe: [UInt8]?
            let end = try list(directory) { entries in
                for entry in entries {
                    guard isSafeLocalName(entry.name) else {
                        unsafe = unsafe ?? entry.name
                        continue
                    }
                    let child = directory.appending(entry.name)
                    if entry.kind == .directory { directories.append(child) } else { files.append(child) }
                }
            }
            if let unsafe { throw Failure(FTPError.unsafeName(unsafe)) }
            guard !end.isIncomplete else {
                throw Failure(
                    .protocolViolation,
                    "\(directory): the listing is not complete, so nothing in it is deleted")
            }
            for file in files { try delete(file) }
        }
        for directory in directories.reversed() { try removeDirectory(directory) }
    }

    /// Beyond this a tree is a trap, for everything that goes through one: as deep as OpenSSH goes, in directories.
    public static let deepestTree = 64
}
