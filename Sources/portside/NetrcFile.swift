import Engine
import FTPProtocol
import Glibc
import Transfers

/// Reading ~/.netrc. A file that others may read is not used when it holds a password.
extension Netrc {
    /// Reads the user's file.
    ///
    /// - Throws: a sentence when it is not there, or may be read by others.
    static func read() throws -> Netrc {
        guard let home = getenv("HOME") else { throw Failure(.noSuchSource, "--netrc: HOME is not set") }
        let path = String(cString: home) + "/.netrc"
        guard let text = try UserFiles.readText(path) else {
            throw Failure(.noSuchSource, "\(visible(path)): no such file; --netrc reads it")
        }
        let netrc = Netrc(text)
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & 0o077 != 0,
            netrc.entries.contains(where: { $0.password != nil })
        {
            throw Failure(
                .permissionRefused,
                "\(visible(path)) can be read by others and holds passwords: chmod 600 it first")
        }
        return netrc
    }
}
