// For `tm`, which belongs to whichever C module is seen first.
import COpenSSL
import Glibc

/// Where deleted files wait until they are wanted back, as the programs of a desktop know it.
///
/// By the Trash specification 1.0 of freedesktop.org: `files` holds what was deleted, `info` where each came from
/// and when. There is one in the user's data directory for the file system of home, and one at the top of any
/// other that lets us have one; nothing is copied from one file system to another.
///
/// ```
/// [Trash Info]
/// Path=/home/alice/caf%C3%A9.txt
/// DeletionDate=2026-11-21T00:49:18
/// ```
public struct Trash: Hashable, Sendable {
    /// `/home/alice/.local/share/Trash`, `/media/stick/.Trash-1000`.
    public let directory: [UInt8]
    /// What the paths in it are relative to: the top of its file system; nil for home's, whose are absolute.
    private let top: [UInt8]?

    /// More of one name than anybody deletes; each is tried.
    private static let mostOfOneName = 10_000
    /// Of the name's bytes so many are kept, so that a number and `.trashinfo` fit into the 255 of a name.
    private static let longestName = 230

    /// The trash for a path. Nothing is made yet.
    ///
    /// - Parameter home: `$XDG_DATA_HOME/Trash`, absolute; nil where nobody knows it.
    /// - Returns: nil where its file system has none and takes none; for what lies in the trash already or holds
    ///   it; and for a mount point.
    public static func serving(_ path: [UInt8], home: [UInt8]?) throws(TransportError) -> Trash? {
        guard let place = Place(path), let status = try LocalDirectory.status(of: path, followingLinks: false)
        else { throw .disk(call: "delete", path: visiblePath(path), errno: ENOENT) }
        guard let parent = try LocalDirectory.status(of: place.directory), parent.device == status.device
        else {
            return nil
        }
        var found: Trash?
        if let home, device(at: home) == parent.device {
            found = Trash(directory: home, top: nil)
        } else {
            found = atTop(of: place.directory, device: parent.device)
        }
        guard let trash = found else { return nil }
        let inside = realPath(trash.directory) ?? trash.directory
        return place.path.isAt(orUnder: inside) || inside.isAt(orUnder: place.path) ? nil : trash
    }

    /// Moves a file, or a directory with everything in it; a link itself, not what it leads to.
    ///
    /// - Returns: where it is now.
    /// - Throws: `disk`; then it is where it was.
    public func take(_ path: [UInt8]) throws(TransportError) -> [UInt8] {
        guard let place = Place(path) else {
            throw .disk(call: "delete", path: visiblePath(path), errno: EINVAL)
        }
        if top == nil { try LocalDirectory.makeWithParents(directory.parent) }
        for part in ["", "/files", "/info"] { try makePrivate(directory + Array(part.utf8)) }
        let noted = top.map { Array(place.path.dropFirst($0 == [slash] ? 1 : $0.count + 1)) } ?? place.path
        let information = "[Trash Info]\nPath=\(percentEncoded(noted))\nDeletionDate=\(localTime())\n"
        for number in 1...Self.mostOfOneName {
            let name =
                Array(place.name.prefix(Self.longestName)) + (number == 1 ? [] : Array(".\(number)".utf8))
            let info = directory + Array("/info/".utf8) + name + Array(".trashinfo".utf8)
            let target = directory + Array("/files/".utf8) + name
            do throws(TransportError) {
                // The note first: who makes it has the name (and a program that dies leaves no file without one).
                let file = try LocalFile.create(info)
                do throws(TransportError) {
                    try file.write(Array(information.utf8), at: 0)
                    try file.close()
                    try LocalDirectory.rename(path, to: target, replacing: false)
                    return target
                } catch {
                    try? LocalDirectory.removeFile(info)
                    throw error
                }
            } catch {
                if error.meansExists { continue }
                guard case .disk(_, _, let code) = error else { throw error }
                throw .disk(call: "move to the trash", path: visiblePath(path), errno: code)
            }
        }
        throw .disk(call: "move to the trash", path: visiblePath(path), errno: EEXIST)
    }

    /// Moves something back to where it was, which may have been taken since: then nothing is replaced.
    ///
    /// - Parameter taken: what `take` returned.
    public static func giveBack(_ taken: [UInt8], to original: [UInt8]) throws(TransportError) {
        try LocalDirectory.rename(taken, to: original, replacing: false)
        guard let cut = taken.lastIndex(of: slash) else { return }
        let info =
            taken[..<cut].prefix(max(0, cut - "/files".utf8.count)) + Array("/info".utf8) + taken[cut...]
            + Array(".trashinfo".utf8)
        // Without its note it is only a note about nothing.
        try? LocalDirectory.removeFile(Array(info))
    }

    // MARK: - Finding it

    /// `$topdir/.Trash/$uid` where an administrator has made the first as it must be, else `$topdir/.Trash-$uid`.
    private static func atTop(of directory: [UInt8], device: UInt64) -> Trash? {
        var top = directory
        while top != [slash], (try? LocalDirectory.status(of: top.parent))?.device == device {
            top = top.parent
        }
        let base = top == [slash] ? [] : top
        let user = geteuid()
        let shared = base + Array("/.Trash".utf8)
        // Sticky, and no link: else somebody else could decide where our files go.
        if let status = try? LocalDirectory.status(of: shared, followingLinks: false),
            status.kind == .directory, status.mode & UInt32(S_ISVTX) != 0
        {
            let ours = shared + Array("/\(user)".utf8)
            if isOurs(ours) ?? true { return Trash(directory: ours, top: top) }
        }
        let own = base + Array("/.Trash-\(user)".utf8)
        let canBeMade = withCPath(top) { access($0, W_OK | X_OK) } == 0
        return isOurs(own) ?? canBeMade ? Trash(directory: own, top: top) : nil
    }

    /// Nil when there is nothing of that name.
    private static func isOurs(_ path: [UInt8]) -> Bool? {
        guard let status = try? LocalDirectory.status(of: path, followingLinks: false) else { return nil }
        return status.kind == .directory && status.owner == geteuid()
    }

    /// The file system a path is on, or would be once what is missing was made.
    private static func device(at path: [UInt8]) -> UInt64? {
        var path = path
        while true {
            if let status = try? LocalDirectory.status(of: path) { return status.device }
            if path == [slash] || path.isEmpty { return nil }
            path = path.parent
        }
    }

    private func makePrivate(_ path: [UInt8]) throws(TransportError) {
        if withCPath(path, { mkdir($0, 0o700) }) == 0 { return }
        guard errno == EEXIST else { throw diskError("make the directory", path) }
        // Home's may be a link of its user; what others can write to may not.
        if top != nil, Self.isOurs(path) != true {
            throw .disk(call: "use as the trash", path: visiblePath(path), errno: EPERM)
        }
    }
}

/// A path whose directory is free of links, so that paths can be compared.
private struct Place {
    let directory: [UInt8]
    let name: [UInt8]
    var path: [UInt8] { (directory == [slash] ? [] : directory) + [slash] + name }

    init?(_ path: [UInt8]) {
        guard let cut = path.lastIndex(of: slash), cut + 1 < path.count,
            let directory = realPath(path.parent)
        else { return nil }
        self.directory = directory
        name = Array(path[(cut + 1)...])
    }
}

private let slash = UInt8(ascii: "/")

private func realPath(_ path: [UInt8]) -> [UInt8]? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    guard withCPath(path, { realpath($0, &buffer) }) != nil else { return nil }
    return buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
}

extension [UInt8] {
    fileprivate var parent: [UInt8] {
        guard let cut = lastIndex(of: slash), cut > 0 else { return [slash] }
        return Array(self[..<cut])
    }

    fileprivate func isAt(orUnder other: [UInt8]) -> Bool {
        starts(with: other) && (count == other.count || self[other.count] == slash)
    }
}

/// RFC 2396 §2: what is not reserved stays, and so do slashes.
private func percentEncoded(_ bytes: [UInt8]) -> String {
    var text = ""
    for byte in bytes {
        let scalar = Unicode.Scalar(byte)
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".", "!", "~", "*", "'", "(", ")", "/":
            text.unicodeScalars.append(scalar)
        default:
            let digits = String(byte, radix: 16, uppercase: true)
            text += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
        }
    }
    return text
}

/// `2026-11-21T00:49:18`, in the time of this machine, as the specification wants it.
private func localTime() -> String {
    var now = time(nil)
    var parts = tm()
    localtime_r(&now, &parts)
    var buffer = [CChar](repeating: 0, count: 32)
    strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%S", &parts)
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
