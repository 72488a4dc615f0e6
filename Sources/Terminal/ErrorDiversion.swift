import Glibc

/// Standard error led into a file while the screen is up, so that what the runtime or a library prints neither
/// ruins the picture nor vanishes with it. What was printed is shown when the diversion ends.
struct ErrorDiversion: ~Copyable {
    /// The file, `$XDG_STATE_HOME/portside/crash.log` where that can be written.
    let file: Int32
    /// Bytes in the file before this run.
    let start: Int64
    /// The terminal standard error was.
    let original: Int32

    /// Older runs' text beyond this is dropped.
    static let keptBytes: Int64 = 256 * 1024

    /// - Returns: nil where standard error is a file or a pipe, which the user chose and keeps.
    static func begin() -> ErrorDiversion? {
        guard isatty(STDERR_FILENO) == 1 else { return nil }
        let original = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10)
        guard original >= 0 else { return nil }
        let file = openFile()
        guard file >= 0 else {
            close(original)
            return nil
        }
        if Int64(lseek(file, 0, SEEK_END)) > keptBytes { ftruncate(file, 0) }
        let start = Int64(lseek(file, 0, SEEK_END))
        dup2(file, STDERR_FILENO)
        return ErrorDiversion(file: file, start: start, original: original)
    }

    private init(file: Int32, start: Int64, original: Int32) {
        self.file = file
        self.start = start
        self.original = original
    }

    deinit {
        fflush(nil)
        dup2(original, STDERR_FILENO)
        copyPrintable(from: file, start: start, to: original)
        close(file)
        close(original)
    }

    private static func openFile() -> Int32 {
        if let directory = stateDirectory() {
            let file = open(
                directory + "/crash.log", O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
            if file >= 0 { return file }
        }
        // No home to write to: a file without a name still holds it until the end.
        guard let nameless = tmpfile() else { return -1 }
        defer { fclose(nameless) }
        return fcntl(fileno(nameless), F_DUPFD_CLOEXEC, 10)
    }

    private static func stateDirectory() -> String? {
        let base: String
        if let state = environment("XDG_STATE_HOME"), state.hasPrefix("/") {
            base = state
        } else if let home = environment("HOME"), home.hasPrefix("/") {
            base = home + "/.local/state"
        } else {
            return nil
        }
        let path = base + "/portside"
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            mkdir(made, 0o700)
        }
        return path
    }
}
