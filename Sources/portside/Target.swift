import FTPProtocol
import Transfers

/// Reads a command's TARGET, which must be on a server.
///
/// - Parameter charset: of the names there.
func remoteTarget(_ text: String, _ charset: NameCharset = .utf8) throws -> TargetURL {
    guard TargetURL.looksRemote(text) else {
        let name = text.prefix { $0 != ":" }
        guard name.count < text.count, SavedSite.isName(String(name)) else {
            throw Usage("“\(visible(text))” is not a server's address; write ftp://HOST/PATH, or SITE:PATH")
        }
        throw Usage("there is no saved site “\(name)”; portside sites list shows them")
    }
    do { return try TargetURL(text, charset: charset) } catch { throw Usage(error.description) }
}
