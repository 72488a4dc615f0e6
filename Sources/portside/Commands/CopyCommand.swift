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
        let to = try remoteTarget(destination, options.names).naming(from)
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
            try ServerToServer(of: from.path, on: near, to: to.path, on: far).run(
                isRelayed: relay,
                reader: { () throws(Failure) in
                    do { return try sessions.makeSession(for: from) } catch {
                        throw (error as? Failure) ?? Failure(.permissionRefused, "\(error)")
                    }
                }
            ) {
                complain("the servers do not copy among themselves (\($0)); copying through this machine")
            }
            let arrived = try far.size(of: to.path)
            if let size, let arrived, size != arrived {
                throw Failure(
                    .doesNotVerify, "\(far.shown(to.path)): \(arrived) bytes arrived, the source has \(size)")
            }
        }
    }
}

extension TargetURL {
    /// In a directory a copy has the name of its source.
    func naming(_ source: TargetURL) -> TargetURL {
        guard endsInSlash else { return self }
        var target = self
        let name = source.path.lastComponent
        target.path = path.bytes.isEmpty ? RemotePath(bytes: name) : path.appending(name)
        return target
    }
}
