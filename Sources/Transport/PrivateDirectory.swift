import Glibc

/// A directory that only this user may enter, for copies that are looked at or edited.
public enum PrivateDirectory {
    private static let prefix = "portside-copy-"

    /// Makes one in `XDG_RUNTIME_DIR`, which is private already and in memory, else in `TMPDIR`, else in `/tmp`.
    ///
    /// - Returns: its path; mode 0700, a name nobody can guess.
    public static func make() throws(TransportError) -> [UInt8] {
        let parents = ["XDG_RUNTIME_DIR", "TMPDIR"].compactMap { name -> String? in
            guard let value = getenv(name), value.pointee == UInt8(ascii: "/") else { return nil }
            return String(cString: value)
        }
        var code: Int32 = 0
        for parent in parents + ["/tmp"] {
            var template = Array("\(parent)/\(prefix)XXXXXX".utf8CString)
            if mkdtemp(&template) != nil { return template.dropLast().map { UInt8(bitPattern: $0) } }
            code = errno
        }
        throw .disk(call: "make a private directory in", path: "/tmp", errno: code)
    }

    /// Removes a file that lies in such a directory, and the directory. Anything else is left alone.
    public static func remove(with file: [UInt8]) {
        guard let cut = file.lastIndex(of: UInt8(ascii: "/")) else { return }
        let directory = file[..<cut]
        guard let name = directory.split(separator: UInt8(ascii: "/")).last, name.starts(with: prefix.utf8)
        else {
            return
        }
        // An editor may have left a backup beside it.
        try? LocalDirectory.removeTree(Array(directory))
    }
}
