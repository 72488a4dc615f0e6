import Glibc

// Two things SQLite cannot do, and for which Storage therefore calls the system itself: files that nobody
// else may read from their first moment on, and a lock that the kernel drops when its holder dies.

/// The directory the queue lives in, and the names in it. Only its owner may look inside.
struct StateDirectory: Sendable {
    let path: String

    var database: String { path + "/queue.sqlite" }
    var lock: String { path + "/queue.lock" }
    /// There when damage was met: the next start looks at all of the database.
    private var damageMark: String { path + "/queue.damaged" }

    var hasMark: Bool { access(damageMark, F_OK) == 0 }
    func mark() { if let descriptor = try? open(damageMark) { close(descriptor) } }
    func removeMark() { unlink(damageMark) }

    /// Makes the directory (0700), and those above it, where they are missing.
    func make() throws(StorageError) {
        var end = path.startIndex
        while end < path.endIndex {
            end = path[path.index(after: end)...].firstIndex(of: "/") ?? path.endIndex
            guard mkdir(String(path[..<end]), 0o700) != 0, errno != EEXIST else { continue }
            // A directory above that may not be written is no trouble as long as it is there.
            if end == path.endIndex { throw .notWritable(path: path, reason: lastError()) }
        }
    }

    /// Makes the database's file (0600) before SQLite does: its -wal and -shm take over the mode.
    ///
    /// One that is there is not even opened: when any descriptor of it is closed, the kernel drops all of this process's
    /// locks on it (fcntl(2)), those of its other connections too. Whoever else closes the file then takes itself for
    /// the last and removes the log, and what these connections write after that is in a file without a name.
    func makeDatabaseFile() throws(StorageError) {
        let descriptor = Glibc.open(database, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
        } else if errno != EEXIST || access(database, R_OK | W_OK) != 0 {
            throw .notWritable(path: database, reason: lastError())
        }
    }

    /// Opens a file of the directory, made with mode 0600 where it is missing.
    func open(_ file: String) throws(StorageError) -> Int32 {
        let descriptor = Glibc.open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .notWritable(path: file, reason: lastError()) }
        return descriptor
    }

    /// Renames the database and what belongs to it to the first free `queue.sqlite.damaged-N`.
    func setAside() throws(StorageError) -> String {
        for number in 1...9999 {
            let name = "\(database).damaged-\(number)"
            guard access(name, F_OK) != 0 else { continue }
            // The log first: the database must never stand alone under its old name with half of its log.
            for suffix in ["-wal", "-shm", ""] where rename(database + suffix, name + suffix) != 0 {
                guard errno == ENOENT else { throw .notWritable(path: database, reason: lastError()) }
            }
            return name
        }
        throw .other(path: database, reason: "there are too many damaged ones beside it")
    }
}

func lastError() -> String {
    String(cString: strerror(errno))
}
