public import FTPProtocol

extension Session {
    /// Deletes a file, or a directory with everything in it. A link is deleted, never entered.
    ///
    /// Stops at the first refusal. A directory whose listing is incomplete is not emptied.
    public func deleteTree(_ path: RemotePath, kind: ListingEntry.Kind) throws(Failure) {
        guard kind == .directory else { return try delete(path) }
        let directories = try walk(path, "deleted") { file, _ throws(Failure) in
            try delete(file)
        } enters: { directory throws(Failure) in
            try !deleteLink(directory)
        }
        for directory in directories.reversed() { try removeDirectory(directory) }
    }

    /// ProFTPD's MLSD shows a link to a directory as a directory, and so does its LIST where it is told to hide links.
    /// DELE takes a link, and never a directory: what it takes was a link.
    ///
    /// - Returns: whether it is gone.
    func deleteLink(_ path: RemotePath) throws(Failure) -> Bool {
        do throws(Failure) { try delete(path) } catch {
            guard error.reply != nil, !error.endsConnection else { throw error }
            return false
        }
        return true
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

    /// - Parameters:
    ///   - done: what is not done to the contents of a directory whose listing is incomplete.
    ///   - enters: asked before each directory, whether it is to be gone through.
    /// - Returns: the directories that were gone through, each after the one it is in.
    private func walk(
        _ path: RemotePath, _ done: String,
        file body: (RemotePath, ListingEntry.Kind) throws(Failure) -> Void,
        enters: (RemotePath) throws(Failure) -> Bool = { _ throws(Failure) in true }
    ) throws(Failure) -> [RemotePath] {
        try connect()
        var directories = [resolve(path)]
        let top = directories[0].bytes.split(separator: UInt8(ascii: "/")).count
        var entered: [RemotePath] = []
        var places = RealPlaces()
        var next = 0
        while next < directories.count {
            let directory = directories[next]
            next += 1
            guard directory.bytes.split(separator: UInt8(ascii: "/")).count - top <= Self.deepestTree else {
                throw Failure(.permissionRefused, "\(shown(directory)): too deep to be \(done) safely")
            }
            guard try enters(directory) else { continue }
            try checkPlace(of: directory, &places, done)
            entered.append(directory)
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
                    "\(shown(directory)): the listing is not complete, so nothing in it is \(done)")
            }
            for (file, kind) in files { try body(file, kind) }
        }
        return entered
    }

    /// What PWD said in the directories that were entered; empty where the server does not say.
    private struct RealPlaces {
        var known: [RemotePath: RemotePath] = [:]
    }

    /// Whoever enters a link stands elsewhere, and most servers say so: then nothing in it is touched.
    ///
    /// - Throws: when PWD in the directory is not PWD in the one above with its name behind it.
    private func checkPlace(
        of directory: RemotePath, _ places: inout RealPlaces, _ done: String
    ) throws(Failure) {
        guard directory.syntax == .slash, !directory.isRoot, !directory.parent.bytes.isEmpty else { return }
        let isTop = places.known.isEmpty
        if isTop { places.known[directory.parent] = try realPlace(of: directory.parent) }
        guard let above = places.known[directory.parent], let real = try realPlace(of: directory) else {
            return
        }
        places.known[directory] = real
        let expected = above.appending(directory.lastComponent)
        // A name that was typed may be written in another way than the server writes it.
        guard real == expected || isTop && real.isWritten(nearlyLike: expected) else {
            throw Failure(
                .permissionRefused,
                "\(shown(directory)): the server says that this is \(shown(real)), so it may be a link: nothing in it is \(done)"
            )
        }
    }

    /// What PWD says in a directory; nil where the server does not say it.
    private func realPlace(of path: RemotePath) throws(Failure) -> RemotePath? {
        try connected { () throws(Failure) in
            try changeDirectory(to: path)
            let here = try ask(.printWorkingDirectory)
            guard here.code.kind == .completion else { return nil }
            return RemotePath(reply257: here.lastLine)?.asDirectory
        }
    }

    /// Beyond this a tree is a trap, for everything that goes through one: as deep as OpenSSH goes, in directories.
    public static let deepestTree = 64
}

extension RemotePath {
    /// Equal but for the case of letters; where letters beyond ASCII may be composed in another way, the directory above has
    /// to do.
    fileprivate func isWritten(nearlyLike other: RemotePath) -> Bool {
        guard (bytes + other.bytes).allSatisfy({ $0 < 0x80 }) else { return parent == other.parent }
        return String(decoding: bytes, as: UTF8.self).lowercased()
            == String(decoding: other.bytes, as: UTF8.self).lowercased()
    }
}
