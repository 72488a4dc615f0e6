public import FTPProtocol
import Transfers
public import Transport

/// The commands that need no data connection. Paths are resolved against the login directory.
extension Session {
    public func makeDirectory(_ path: RemotePath) throws(Failure) {
        try connected(repeatable: false) { () throws(Failure) in
            try require(.makeDirectory(try argument(for: resolve(path).asDirectory)))
        }
    }

    /// Makes a directory; that there is one of that name already is fine.
    ///
    /// - Returns: whether it was made now, and so is empty.
    @discardableResult
    public func ensureDirectory(_ path: RemotePath) throws(Failure) -> Bool {
        try connect()
        let path = resolve(path).asDirectory
        return try connected { () throws(Failure) in
            let command = Command.makeDirectory(try argument(for: path))
            let reply = try ask(command)
            if reply.code.kind == .completion { return true }
            let failure = Failure(.refused(command, reply))
            guard reply.code.kind == .permanentNegative, !failure.endsConnection else { throw failure }
            // 550 or 521: no server agrees with another on how to say “exists already”, so go and see.
            do throws(Failure) { try changeDirectory(to: path) } catch {
                throw error.endsConnection ? error : failure
            }
            return false
        }
    }

    /// The same, with the directories that are missing above it.
    @discardableResult
    public func ensureDirectoryWithParents(_ path: RemotePath) throws(Failure) -> Bool {
        try connect()
        let path = resolve(path).asDirectory
        do throws(Failure) {
            return try ensureDirectory(path)
        } catch {
            guard error.kind == .cannotCreate, !path.isRoot else { throw error }
            // Whether the parent was missing only shows when it can be made.
            guard try ensureDirectoryWithParents(path.parent) else { throw error }
        }
        return try ensureDirectory(path)
    }

    /// - Parameter isTyped: somebody typed the name, where otherwise it was listed.
    public func removeDirectory(_ path: RemotePath, isTyped: Bool = false) throws(Failure) {
        try connect()
        let path = resolve(path).asDirectory
        try refusePattern(path, isTyped)
        // A server does not remove the directory it stands in.
        if directory == path { directory = nil }
        try connected(repeatable: false) { () throws(Failure) in
            if directory == nil { try changeDirectory(to: path.parent) }
            try require(.removeDirectory(try argument(for: path)))
        }
    }

    /// - Parameter isTyped: somebody typed the name, where otherwise it was listed.
    public func delete(_ path: RemotePath, isTyped: Bool = false) throws(Failure) {
        try connect()
        try refusePattern(resolve(path), isTyped)
        try connected(repeatable: false) { () throws(Failure) in
            try require(.delete(try argument(for: path)))
        }
    }

    /// Some servers delete all that fits a name with a star in it (XRouter: `DELE *.BAT`). On Unix a file may be called so:
    /// there it is deleted when it was listed by this very name.
    private func refusePattern(_ path: RemotePath, _ isTyped: Bool) throws(Failure) {
        let name = path.lastComponent
        guard name.contains(where: { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") }) else { return }
        var isListed = !isTyped
        if isTyped { _ = try list(path.parent) { isListed = isListed || $0.contains { $0.name == name } } }
        guard isListed else {
            throw Failure(
                .noSuchSource,
                "\(shown(path)): no such file, and some servers would delete all that fits such a name; "
                    + "name each file")
        }
        guard serverSystem == .unix else {
            throw Failure(
                .permissionRefused,
                "\(shown(path)): this server may delete all that fits such a name; rename it first")
        }
    }

    /// Renames or moves (RFC 959 §4.1.3 RNFR, RNTO). Unix servers replace what has the new name without a
    /// word, so that is looked for first.
    ///
    /// - Throws: `.cannotCreate` when something has the new name already.
    public func rename(_ from: RemotePath, to: RemotePath, replacing: Bool = false) throws(Failure) {
        try connect()
        let from = resolve(from)
        let to = resolve(to)
        try connected(repeatable: false) { () throws(Failure) in
            if !replacing, try exists(to) {
                throw Failure(
                    .cannotCreate, "\(shown(to)) exists already; delete it first or choose another name")
            }
            // Both names alone, or both paths: one of each would mean different places.
            let isWithin = from.parent == to.parent
            var exchange = RenameExchange(
                from: isWithin ? try argument(for: from) : from, to: isWithin ? try argument(for: to) : to)
            var step = exchange.start()
            while true {
                switch step {
                case .send(let command): step = exchange.receive(try ask(command))
                case .wait: step = exchange.receive(try readReply())
                case .finished: return
                case .failed(let error): throw Failure(error)
                }
            }
        }
        // Whoever stands in what was moved, or below it, stands somewhere else now.
        if directory == from || directory?.bytes.starts(with: from.bytes + [UInt8(ascii: "/")]) == true {
            directory = nil
        }
    }

    private func exists(_ path: RemotePath) throws(Failure) -> Bool {
        if try size(of: path) != nil { return true }
        if features.supportsMachineListings {
            return try ask(.machineListOne(path)).code.kind == .completion
        }
        // Without SIZE only the listing tells of a file.
        guard features.mayTry("SIZE") else { return try entry(at: path) != nil }
        let reply = try ask(.changeDirectory(path))
        directory = nil
        return reply.code.kind == .completion
    }

    /// In bytes, of the image type (RFC 3659 §4); nil when the server does not say: no such file, a directory, no SIZE.
    public func size(of path: RemotePath) throws(Failure) -> Int64? {
        try sizeReply(of: path)?.sizeInBytes
    }

    /// The answer to SIZE, whatever it is; nil when the server does not know the command.
    func sizeReply(of path: RemotePath) throws(Failure) -> Reply? {
        try connected { () throws(Failure) in
            guard features.mayTry("SIZE") else { return nil }
            try setType(.image)
            let reply = try ask(.size(try argument(for: path)))
            guard reply.code == .commandUnrecognized || reply.code == .commandNotImplemented else {
                return reply
            }
            features.disable("SIZE")
            return nil
        }
    }

    /// Seconds since 1970, UTC (RFC 3659 §3); nil when the server does not say.
    public func modificationTime(of path: RemotePath) throws(Failure) -> Int64? {
        try connected { () throws(Failure) in
            guard features.mayTry("MDTM") else { return nil }
            let reply = try ask(.modificationTime(try argument(for: path)))
            guard reply.code == .fileStatus else {
                if reply.code == .commandUnrecognized || reply.code == .commandNotImplemented {
                    features.disable("MDTM")
                }
                return nil
            }
            return reply.modificationTime?.secondsSince1970
        }
    }

    /// Sends a line as it was typed and gives every reply to it (RFC 1123 §4.1.3.4 asks for such a way).
    ///
    /// LIST, NLST and MLSD get a data connection, and `data` their bytes. What the session believed
    /// about type and directory is forgotten, since the line may have changed it.
    public func raw(
        _ line: [UInt8], data: (UnsafeRawBufferPointer) throws(TransportError) -> Void
    ) throws(Failure) -> [Reply] {
        let command = Command(raw: line)
        if ["RETR", "STOR", "STOU", "APPE"].contains(command.verb) {
            throw Failure(.invalidRequest, "\(command.verb) needs a file: use get and put")
        }
        let stood = isConnected
        return try connected(repeatable: false) { () throws(Failure) in
            // What was typed was meant for where the connection stood before it was lost.
            if !stood { try goBack(to: lastDirectory) }
            defer {
                type = nil
                directory = nil
            }
            if ["LIST", "NLST", "MLSD"].contains(command.verb) {
                let end = try transfer(TransferOrder(command: command)) { pump, socket, conditions in
                    pump.receive(from: socket, conditions, sink: data)
                }
                return end.reply.map { [$0] } ?? []
            }
            let reply = try converse(command)
            noteMode(command, reply)
            if command.verb == "QUIT" || reply.code == .serviceNotAvailable { disconnect() }
            return [reply]
        }
    }

    public func noOperation() throws(Failure) {
        try connected { () throws(Failure) in _ = try ask(.noOperation) }
    }
}
