import FTPProtocol

/// Where the server stands, and how commands name what is elsewhere.
extension Session {
    /// Bytes of an argument that every server takes: some keep a line in 512 bytes and cut or refuse the rest.
    private static let longestArgument = 500

    /// Changes to a directory unless the server stands there already: one step up by CDUP (RFC 959 §4.1.1), step by step
    /// where the path is too long. What is above a directory in brackets or of a data set, its path says more surely.
    func changeDirectory(to path: RemotePath) throws(Failure) {
        let path = path.asDirectory
        guard directory != path else { return }
        if let here = directory, here.syntax == .slash, !hasNoPaths, !here.isRoot,
            here.parent.asDirectory == path, features.mayTry("CDUP"),
            try goUp(to: path)
        {
            return
        }
        directory = nil
        var names: [[UInt8]] = []
        var start = path
        while start.bytes.count > Self.longestArgument, !start.isRoot, !start.parent.bytes.isEmpty {
            names.append(start.lastComponent)
            start = start.parent
        }
        try require(.changeDirectory(start))
        for name in names.reversed() { try require(.changeDirectory(bareName(name, in: path))) }
        directory = path
    }

    /// What a command calls the file at `path`: the path, which means the same wherever the server stands, or
    /// the name alone where the path is too long or the system has no paths. Then the server goes to its
    /// directory first.
    ///
    /// To be called within `connected`: what it says holds until the directory changes.
    func argument(for path: RemotePath) throws(Failure) -> RemotePath {
        let path = resolve(path)
        let parent = path.parent
        guard path.bytes.count > Self.longestArgument || hasNoPaths, !parent.bytes.isEmpty, !path.isRoot,
            path.syntax != .mvs
        else { return path }
        try changeDirectory(to: parent)
        return bareName(path.lastComponent, in: parent)
    }

    /// A name that stands alone must not look like an option, like somebody's home, or lose its blanks.
    private func bareName(_ name: [UInt8], in directory: RemotePath) -> RemotePath {
        let startsOddly = name.first.map { "-~ ".utf8.contains($0) } ?? false
        return RemotePath(bytes: startsOddly && directory.syntax == .slash ? Array("./".utf8) + name : name)
    }

    /// VM/CMS has disks and files, and nothing to write between them.
    private var hasNoPaths: Bool { serverSystem == .vm }

    /// IBM i has a name format of its own until it is told to use that of its Unix-like file system, where paths and
    /// listings are as everywhere. Others are not asked.
    func preferSlashes() throws(Failure) {
        guard serverSystem == .os400 else { return }
        _ = try ask(.site(Array("NAMEFMT 1".utf8)))
        _ = try ask(.site(Array("LISTFMT 1".utf8)))
    }

    /// Where the server says it stands after a change of directory. Only z/OS is asked: whether `'A.B'` holds members or
    /// is the beginning of names shows in what it makes of it.
    func directoryAsAnswered(_ path: RemotePath) throws(Failure) -> RemotePath {
        guard path.syntax == .mvs else { return path.asDirectory }
        let reply = try ask(.printWorkingDirectory)
        guard reply.code.kind == .completion else { return path }
        return RemotePath(reply257: reply.lastLine) ?? path
    }
}
