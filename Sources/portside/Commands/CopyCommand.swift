import ArgumentParser
import Engine
import FTPProtocol
import Transfers

/// `portside copy`: a file from one server to another.
struct CopyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy a file between servers: directly where both allow it, through this machine otherwise."
    )

    @Argument(help: "The file: ftp://[USER@]HOST[:PORT]/PATH") var source: String
    @Argument(help: "Where to; one that ends in / is a directory, any other the new name.") var destination:
        String
    @Flag(help: "Through this machine in any case.") var relay = false
    @Flag(help: "Replace what is there.") var overwrite = false
    @OptionGroup var options: ConnectionOptions

    mutating func run() throws {
        let from = try remoteTarget(source, options.names)
        var to = try remoteTarget(destination, options.names)
        if to.endsInSlash {
            let name = from.path.lastComponent
            to.path = to.path.bytes.isEmpty ? RemotePath(bytes: name) : to.path.appending(name)
        }
        let sessions = try RemoteSessions(options)
        // Two logins, also where both are on one server.
        let near = try sessions.makeSession(for: from)
        let far = try sessions.makeSession(for: to)
        defer {
            near.quit()
            far.quit()
        }
        try sessions.ended {
            guard try overwrite || far.size(of: to.path) == nil else {
                throw Failure(
                    .cannotCreate, "\(far.shown(to.path)) exists already; use --overwrite, or another name")
            }
            let size = try near.size(of: from.path)
            if try !relay && isOneServer(from, to) && copyThere(from.path, to.path, far) { return }
            if try relay || !copyDirectly(from.path, near, to.path, far) {
                near.quit()
                _ = try RelayedCopy.run(
                    of: from.path, on: try sessions.makeSession(for: from), to: to.path, on: far)
            }
            let arrived = try far.size(of: to.path)
            if let size, let arrived, size != arrived {
                throw Failure(
                    .doesNotVerify, "\(far.shown(to.path)): \(arrived) bytes arrived, the source has \(size)")
            }
        }
    }

    private func isOneServer(_ from: TargetURL, _ to: TargetURL) -> Bool { from.site.id == to.site.id }

    /// Within one server some copy by themselves (SITE CPFR and CPTO); most know nothing of it.
    private func copyThere(_ path: RemotePath, _ target: RemotePath, _ session: Session) throws -> Bool {
        do throws(Failure) { try session.copy(path, to: target) } catch {
            guard error.verb == "SITE", !error.endsConnection else { throw error }
            return false
        }
        if let size = try session.size(of: path), let arrived = try session.size(of: target), size != arrived
        {
            throw Failure(
                .doesNotVerify, "\(session.shown(target)): \(arrived) bytes arrived, the source has \(size)")
        }
        return true
    }

    private func copyDirectly(
        _ path: RemotePath, _ near: Session, _ target: RemotePath, _ far: Session
    ) throws -> Bool {
        guard let why = try DirectCopy(of: path, on: near, to: target, on: far).run() else { return true }
        complain("the servers do not copy among themselves (\(why)); copying through this machine")
        return false
    }
}
