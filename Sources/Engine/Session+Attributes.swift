public import FTPProtocol
import Transfers
import Transport

/// What a server sets of a file or says of a disk, each by one of several commands: times, permissions, links, copies, space.
extension Session {
    /// Sets the time of last modification, where the server knows a way: MFMT, MFF (draft-somers-ftp-mfxx), MDTM with a time
    /// (vsftpd, Serv-U), SITE UTIME in its short form (ProFTPD) or its long one (Pure-FTPd). That it knows none is no failure.
    public func setModificationTime(of path: RemotePath, to seconds: Int64) throws(Failure) {
        try connect()
        let path = resolve(path)
        let hasProper = hasProperTime
        try connected { () throws(Failure) in
            for (key, command) in waysToSetTime(of: path, to: seconds) where features.mayTry(key) {
                let reply = try ask(command)
                if reply.code.kind == .completion {
                    // What is not specified may have been taken for something else, a file of a strange name even.
                    if hasProper || key == provenTime { return }
                    if try modificationTime(of: path) == seconds {
                        provenTime = key
                        return
                    }
                } else if hasProper, !reply.code.meansNotImplemented {
                    // What fails for one file may work for the next; the others are guesses.
                    return
                }
                features.disable(key)
            }
        }
    }

    var hasProperTime: Bool { features.supportsModifyTime || features.setsModified }

    func waysToSetTime(of path: RemotePath, to seconds: Int64) -> [(key: String, command: Command)] {
        let time = CivilDate(secondsSince1970: seconds).timeVal
        let blank: [UInt8] = [0x20]
        let name = Array(time.utf8) + blank + path.bytes
        var ways: [(key: String, command: Command)] = []
        if features.supportsModifyTime { ways.append(("MFMT", .modifyTime(path, time))) }
        if features.setsModified {
            ways.append(("MFF", Command("MFF", Array("Modify=\(time); ".utf8) + path.bytes)))
        }
        guard !hasProperTime else { return ways }
        if features.supportsModificationTime { ways.append(("MDTM SET", Command("MDTM", name))) }
        let utime = Array("UTIME ".utf8)
        ways.append(("SITE UTIME", .site(utime + name)))
        let long = path.bytes + Array(" \(time) \(time) \(time) UTC".utf8)
        ways.append(("SITE UTIME UTC", .site(utime + long)))
        return ways
    }

    /// Sets permissions: SITE CHMOD, or MFF (draft-somers-ftp-mfxx) where that is all the server has.
    ///
    /// - Parameter mode: octal digits, `644`.
    public func changeMode(of path: RemotePath, to mode: String) throws(Failure) {
        try connect()
        guard serverSystem != .nonStop else {
            throw Failure(
                .permissionRefused,
                "SITE CHMOD \(mode): on NonStop this is about files that are still to be sent; nothing was done"
            )
        }
        try connected { () throws(Failure) in
            let path = try argument(for: path)
            let command = Command.site(Array("CHMOD \(mode) ".utf8) + path.bytes)
            let reply = try ask(command)
            // 202: taken, and nothing done (RFC 959 §4.2).
            if reply.code.kind == .completion, reply.code != .superfluous { return }
            if features.setsMode, reply.code.meansNotImplemented || reply.code == .superfluous {
                try require(Command("MFF", Array("UNIX.mode=0\(mode); ".utf8) + path.bytes))
                return
            }
            guard reply.code.isNegative else {
                throw Failure(
                    .permissionRefused,
                    "\(charset.shown(command.logged)): the server answered “\(reply.summary)” and did nothing: it has no permissions",
                    reply: reply)
            }
            throw Failure(.refused(command, reply))
        }
    }

    /// Makes a symbolic link (SITE SYMLINK of ProFTPD's mod_site_misc). Blanks in either name cannot be told from the one
    /// between them, and are refused.
    ///
    /// - Parameter target: what it leads to: from the top, or from the directory that the link is in. The server is told
    ///   the whole path, since ProFTPD reads it from the working directory and keeps the whole path anyway.
    public func makeLink(at path: RemotePath, to target: [UInt8]) throws(Failure) {
        try connect()
        let path = resolve(path)
        let whole = target.first == UInt8(ascii: "/") ? target : path.parent.appending(target).bytes
        guard !whole.contains(0x20), !path.bytes.contains(0x20) else {
            throw Failure(
                .invalidRequest,
                "\(shown(path)): SITE SYMLINK carries no name with blanks; give both names without")
        }
        try connected(repeatable: false) { () throws(Failure) in
            try require(.site(Array("SYMLINK ".utf8) + whole + [0x20] + path.bytes))
        }
    }

    /// Has the server copy a file (SITE CPFR and CPTO of ProFTPD's mod_copy).
    public func copy(_ from: RemotePath, to: RemotePath) throws(Failure) {
        try connect()
        let from = resolve(from)
        let to = resolve(to)
        try connected(repeatable: false) { () throws(Failure) in
            let first = Command.site(Array("CPFR ".utf8) + from.bytes)
            let reply = try ask(first)
            guard reply.code.kind == .intermediate else { throw Failure(.refused(first, reply)) }
            try require(.site(Array("CPTO ".utf8) + to.bytes))
        }
    }

    /// Bytes free at a directory (AVBL, draft-peterson-streamlined-ftp-command-extensions); nil when the server does not
    /// list AVBL, or does not say.
    public func freeSpace(at path: RemotePath) throws(Failure) -> Int64? {
        try connected { () throws(Failure) in
            guard features.has("AVBL") else { return nil }
            let reply = try ask(Command("AVBL", resolve(path).bytes))
            guard reply.code != .fileStatus else { return reply.sizeInBytes }
            if reply.code.meansNotImplemented { features.disable("AVBL") }
            return nil
        }
    }
}

extension Features {
    /// `MFF Modify;UNIX.mode;`: the facts that may be set.
    fileprivate var setsModified: Bool { has("MFF") && choices("MFF").contains("MODIFY") }
    fileprivate var setsMode: Bool { has("MFF") && choices("MFF").contains("UNIX.MODE") }
}
