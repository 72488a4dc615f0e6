public import FTPProtocol
import Transfers
public import Transport

/// A file from one server to another, by the shortest of three ways that both go along with: within one server by its own
/// means, between the two without a detour, or through this machine.
public struct ServerToServer {
    private let path: RemotePath
    private let source: Session
    private let target: RemotePath
    private let destination: Session

    public init(of path: RemotePath, on source: Session, to target: RemotePath, on destination: Session) {
        self.path = path
        self.source = source
        self.target = target
        self.destination = destination
    }

    /// Blocks until the file is there; what has the name already is replaced.
    ///
    /// - Parameters:
    ///   - isRelayed: through this machine in any case.
    ///   - reader: one more session with the source, used on a thread of its own, and ended.
    ///   - progress: counts the bytes that come through this machine.
    ///   - why: told why the servers do not do it among themselves.
    public func run(
        isRelayed: Bool, reader: () throws(Failure) -> sending Session, progress: ProgressCounter? = nil,
        limit: RateLimit? = nil, why: (String) -> Void
    ) throws(Failure) {
        if !isRelayed {
            if source.site.id == destination.site.id, try copyWithin() { return }
            if !source.leavesCopiesToUs {
                guard
                    let reason = try DirectCopy(of: path, on: source, to: target, on: destination).run()
                else { return }
                source.leavesCopiesToUs = true
                why(reason)
            }
        }
        // Some take one login only; what is told of the source was asked before.
        source.quit()
        _ = try RelayedCopy.run(
            of: path, on: try reader(), to: target, on: destination, progress: progress, limit: limit)
    }

    /// SITE CPFR and CPTO; most servers know nothing of it.
    private func copyWithin() throws(Failure) -> Bool {
        do throws(Failure) { try destination.copy(path, to: target) } catch {
            guard error.verb == "SITE", !error.endsConnection else { throw error }
            return false
        }
        return true
    }
}
