import FTPProtocol
import Transfers

/// Reads a command's TARGET, which must be on a server.
func remoteTarget(_ text: String) throws -> TargetURL {
    guard TargetURL.looksRemote(text) else {
        throw Usage(
            "“\(visible(text))” is not a server's address; write ftp://HOST/PATH (saved sites are not there yet)"
        )
    }
    let target: TargetURL
    do { target = try TargetURL(text) } catch { throw Usage(error.description) }
    guard target.type != .ascii else {
        throw Usage(";type=a is not there yet: files are taken byte for byte, leave it out")
    }
    return target
}
