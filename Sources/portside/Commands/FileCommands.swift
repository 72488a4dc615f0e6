import ArgumentParser
import Engine
import FTPProtocol
import Glibc
import Transfers
import Transport

/// What the commands about single names have in common: each target in turn, on one session a server.
private func forEach(
    _ texts: [String], _ options: ConnectionOptions, _ body: (Session, TargetURL) throws -> Void
) throws {
    let targets = try texts.map { try remoteTarget($0, options.names) }
    let sessions = try RemoteSessions(options)
    var failures: [Failure] = []
    for target in targets {
        do {
            try sessions.with(target) { try body($0, target) }
        } catch let failure as Failure {
            failures.append(failure)
            if targets.count > 1 { complain(failure.message) }
        }
    }
    sessions.quit()
    guard let first = failures.first else { return }
    if targets.count == 1 { throw first }
    throw ExitStatus.Silent(code: failures.count < targets.count ? ExitStatus.partly : first.kind.exitStatus)
}

struct CatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cat", abstract: "Write files to standard output.")

    @Argument(help: "ftp://[USER@]HOST[:PORT]/PATH") var targets: [String]
    @Option(
        parsing: .unconditional,
        help: "These bytes only: FIRST-LAST or FIRST-, from 0; -COUNT is the last so many.")
    var range: ByteRange?
    @OptionGroup var options: ConnectionOptions

    mutating func run() throws {
        let range = range
        let limit = options.rateLimit
        try forEach(targets, options) { session, target in
            try writeFile(target, of: session, range: range, limit: limit)
        }
    }
}

/// RETR to standard output.
///
/// - Parameter transfer: the options of a command that has them.
/// - Throws: `.localDisk` when standard output cannot be written, `.doesNotVerify` when fewer bytes came than the file, or
///   the range of it, has.
func writeFile(
    _ target: TargetURL, of session: Session, range: ByteRange?, limit: RateLimit?,
    _ transfer: TransferOptionGroup? = nil
) throws {
    StandardOutput.flush()
    let type = transfer?.representation(of: target) ?? target.type
    guard let transfer else {
        return try type == .ascii
            ? writeText(target.path, of: session, range, limit)
            : writeImage(target.path, of: session, range, limit)
    }
    try transfer.surrounded(on: session) { () throws(Failure) in
        try type == .ascii
            ? writeText(target.path, of: session, range, limit)
            : writeImage(target.path, of: session, range, limit, isChecking: transfer.verify != .none)
    }
}

private func writeText(
    _ path: RemotePath, of session: Session, _ range: ByteRange?, _ limit: RateLimit?
) throws(Failure) {
    guard range == nil else {
        throw Failure(
            .invalidRequest,
            "--range counts bytes, and a text has others on the way than on the server: use --type image")
    }
    _ = try session.retrieveText(path, progress: nil, limit: limit) { bytes, _ throws(TransportError) in
        guard writeAll(1, Array(bytes)) else {
            throw .disk(call: "write", path: "standard output", errno: errno)
        }
    }
}

private func writeImage(
    _ path: RemotePath, of session: Session, _ range: ByteRange?, _ limit: RateLimit?, isChecking: Bool = true
) throws(Failure) {
    let size = try session.size(of: path)
    let first = try range?.first(of: size) ?? 0
    let wanted = range?.count
    var written: Int64 = 0
    if wanted == 0 { return }
    do {
        _ = try session.retrieve(path, from: first, progress: nil, limit: limit) {
            bytes throws(TransportError) in
            let part =
                wanted.map { UnsafeRawBufferPointer(rebasing: bytes.prefix(Int(clamping: $0 - written))) }
                ?? bytes
            guard writeAll(1, Array(part)) else {
                throw .disk(call: "write", path: "standard output", errno: errno)
            }
            written += Int64(part.count)
            // Enough: nothing more of the file is wanted.
            if written == wanted { throw .cancelled }
        }
    } catch {
        guard error.kind == .cancelled, written == wanted else { throw error }
        return
    }
    let rest = size.map { $0 - first }
    guard isChecking, let due = [wanted, rest].compactMap({ $0 }).min(), due != written else { return }
    throw Failure(
        .doesNotVerify,
        "\(session.shown(session.resolve(path))): \(written) of \(due) bytes arrived; "
            + (size == nil ? "the file may be shorter than the range" : "try again"))
}

struct RemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "rm", abstract: "Delete files.")

    @Argument(help: "ftp://[USER@]HOST[:PORT]/PATH") var targets: [String]
    @Flag(name: .short, help: "Directories too, with everything in them.") var recursive = false
    @OptionGroup var options: ConnectionOptions

    mutating func run() throws {
        let isRecursive = recursive
        try forEach(targets, options) { session, target in
            guard !target.path.bytes.isEmpty, session.resolve(target.path) != .root else {
                throw Failure(.invalidRequest, "the whole server is not deleted; name a file or directory")
            }
            guard isRecursive else {
                return try session.explaining(target.path) { () throws(Failure) in
                    try session.delete(target.path, isTyped: true)
                } why: { entry in
                    guard entry.kind == .directory else { return nil }
                    return Failure(.permissionRefused, "is a directory: use rm -r or rmdir")
                }
            }
            guard let entry = try session.entry(at: target.path) else {
                throw Failure(
                    .noSuchSource, "\(session.shown(session.resolve(target.path))): no such file or directory"
                )
            }
            try session.deleteTree(target.path, kind: entry.kind)
        }
    }
}

struct MakeDirectoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "mkdir", abstract: "Make directories.")

    @Argument(help: "ftp://[USER@]HOST[:PORT]/PATH") var targets: [String]
    @OptionGroup var options: ConnectionOptions

    mutating func run() throws {
        try forEach(targets, options) { session, target in
            do throws(Failure) {
                try session.makeDirectory(target.path)
            } catch {
                // No server agrees with another on how to say “exists already”.
                guard error.verb == "MKD", error.reply?.code.kind == .permanentNegative,
                    try session.entry(at: target.path) != nil
                else { throw error }
                throw Failure(.cannotCreate, "\(session.shown(session.resolve(target.path))) exists already")
            }
        }
    }
}

struct RemoveDirectoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rmdir", abstract: "Remove empty directories.")

    @Argument(help: "ftp://[USER@]HOST[:PORT]/PATH") var targets: [String]
    @OptionGroup var options: ConnectionOptions

    mutating func run() throws {
        try forEach(targets, options) { session, target in
            try session.explaining(target.path) { () throws(Failure) in
                try session.removeDirectory(target.path, isTyped: true)
            } why: { entry throws(Failure) in
                guard entry.kind == .directory else {
                    return Failure(.permissionRefused, "is not a directory: use rm")
                }
                var isEmpty = true
                _ = try session.list(target.path) { if !$0.isEmpty { isEmpty = false } }
                return isEmpty ? nil : Failure(.permissionRefused, "not empty: use rm -r")
            }
        }
    }
}

extension Session {
    /// Runs `body`. When the server refuses what is there to be removed, which all of them do with the same 550 as
    /// for what is not there, goes and sees why.
    ///
    /// - Parameter why: given what is at `path`: what is wrong with it, nil when that cannot be seen.
    fileprivate func explaining(
        _ path: RemotePath, _ body: () throws(Failure) -> Void,
        why: (ListingEntry) throws(Failure) -> Failure?
    ) throws(Failure) {
        do throws(Failure) {
            try body()
        } catch {
            guard error.verb == "DELE" || error.verb == "RMD", error.reply?.code.kind == .permanentNegative,
                !error.endsConnection
            else { throw error }
            guard let entry = try entry(at: path) else {
                throw Failure(
                    .noSuchSource,
                    "\(shown(resolve(path))): no such file or directory; check the path by listing its folder"
                )
            }
            if let reason = try why(entry) {
                throw Failure(reason.kind, "\(shown(resolve(path))): \(reason.message)", reply: error.reply)
            }
            var failure = error
            failure.kind = .permissionRefused
            throw failure
        }
    }
}

struct MoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mv", abstract: "Rename or move within one server.")

    @Argument(help: "ftp://[USER@]HOST[:PORT]/PATH") var from: String
    @Argument(help: "The new name, on the same server; one that ends in / is a directory.") var to: String
    @OptionGroup var options: ConnectionOptions

    mutating func run() throws {
        let source = try remoteTarget(from, options.names)
        // A bare path is meant on the same server.
        let destination = TargetURL.looksRemote(to) ? try remoteTarget(to, options.names) : nil
        guard destination == nil || destination?.site.id == source.site.id else {
            throw Usage("mv works within one server; get and put, or copy, move between servers")
        }
        var path = try destination?.path ?? typedPath(to)
        if destination?.endsInSlash ?? to.hasSuffix("/") { path = path.appending(source.path.lastComponent) }
        let sessions = try RemoteSessions(options)
        try sessions.with(source) { try $0.rename(source.path, to: path) }
        sessions.quit()
    }

    private func typedPath(_ text: String) throws -> RemotePath {
        do { return RemotePath(bytes: try options.names.bytes(of: ArgumentBytes.bytes(of: text))) } catch {
            throw Usage("\(error)")
        }
    }
}

struct ChangeModeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chmod", abstract: "Change permissions (SITE CHMOD).")

    @Argument(help: "Octal digits, e.g. 644.") var mode: String
    @Argument(help: "ftp://[USER@]HOST[:PORT]/PATH") var targets: [String]
    @Flag(name: .customShort("R"), help: "Directories, with everything in them.") var recursive = false
    @OptionGroup var options: ConnectionOptions

    func validate() throws {
        guard (3...4).contains(mode.count), mode.allSatisfy({ ("0"..."7").contains($0) }) else {
            throw ValidationError("the mode is three or four octal digits, e.g. 644")
        }
    }

    mutating func run() throws {
        let mode = mode
        let isRecursive = recursive
        try forEach(targets, options) { session, target in
            guard isRecursive else { return try session.changeMode(of: target.path, to: mode) }
            guard let entry = try session.entry(at: target.path) else {
                throw Failure(
                    .noSuchSource, "\(session.shown(session.resolve(target.path))): no such file or directory"
                )
            }
            try session.changeModeOfTree(target.path, kind: entry.kind, to: mode)
        }
    }
}

struct LinkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ln", abstract: "Make a symbolic link (SITE SYMLINK).",
        discussion: "Few servers can: ProFTPD with mod_site_misc does.")

    @Argument(
        help: "What the link is to lead to, on the server: from the link's own directory, or from the top.")
    var destination: String
    @Argument(help: "ftp://[USER@]HOST[:PORT]/PATH of the link") var target: String
    @OptionGroup var options: ConnectionOptions

    mutating func run() throws {
        guard !TargetURL.looksRemote(destination) else {
            throw Usage("a link leads to a path, not to an address: name the path alone")
        }
        let text: [UInt8]
        do { text = try options.names.bytes(of: ArgumentBytes.bytes(of: destination)) } catch {
            throw Usage("\(error)")
        }
        try forEach([target], options) { session, target in
            try session.makeLink(at: target.path, to: text)
        }
    }
}

struct StatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stat", abstract: "Say what is known of a name.")

    @Argument(help: "ftp://[USER@]HOST[:PORT]/PATH") var targets: [String]
    @Flag(help: "One JSON object a line.") var json = false
    @OptionGroup var options: ConnectionOptions

    mutating func run() throws {
        let printer = ListingPrinter(style: json ? .json : .long, showsHidden: true, charset: options.names)
        try forEach(targets, options) { session, target in
            guard var entry = try session.entry(at: target.path) else {
                throw Failure(
                    .noSuchSource,
                    "\(session.shown(session.resolve(target.path))): no such file or directory; check the path by listing its folder"
                )
            }
            // The login directory was named by nothing at all.
            if entry.name.isEmpty {
                let path = session.resolve(target.path)
                entry.name = path.lastComponent.isEmpty ? path.bytes : path.lastComponent
            }
            printer.print([entry])
        }
    }
}

struct QuoteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quote", abstract: "Send raw commands and print the raw replies.")

    @Argument(help: "ftp://[USER@]HOST[:PORT]") var target: String
    @Argument(help: "Each is one line, e.g. \"SITE HELP\".") var commands: [String]
    @OptionGroup var options: ConnectionOptions

    mutating func run() throws {
        let target = try remoteTarget(target, options.names)
        let names = options.names
        let lines: [[UInt8]]
        do { lines = try commands.map { try names.bytes(of: ArgumentBytes.bytes(of: $0)) } } catch {
            throw Usage("\(error)")
        }
        let sessions = try RemoteSessions(options)
        var refusal: Failure?
        var isAnyTaken = false
        try sessions.with(target) { session in
            try session.connect()
            for command in lines {
                let replies = try session.raw(command) { StandardOutput.write($0) }
                for reply in replies {
                    print(reply)
                    if reply.code.isNegative { refusal = self.refusal(of: command, reply) }
                }
                if replies.last?.code.isNegative == false { isAnyTaken = true }
            }
        }
        sessions.quit()
        guard let refusal else { return }
        guard isAnyTaken else { throw refusal }
        complain(refusal.message)
        throw ExitStatus.Silent(code: ExitStatus.partly)
    }

    private func refusal(of line: [UInt8], _ reply: Reply) -> Failure {
        let command = Command(raw: line)
        let said = "\(reply.charset.shown(command.logged)): the server answered “\(reply.summary)”"
        if reply.code.kind == .transientNegative {
            return Failure(.temporary, "\(said); try again later", isTemporary: true)
        }
        // 500 to 504: nobody forbids it; it is no command here, or none of this form.
        let isMistaken = reply.code.meansUnknownCommand || reply.code.isAboutSyntax
        return Failure(
            isMistaken ? .invalidRequest : .permissionRefused,
            reply.code.meansUnknownCommand ? "\(said): this server does not know \(command.verb)" : said)
    }

    /// As it came: the first line with a dash where more follow, the last with a space.
    private func print(_ reply: Reply) {
        for (index, line) in reply.lines.enumerated() {
            let isEdge = index == 0 || index == reply.lines.count - 1
            let mark = isEdge ? "\(reply.code)\(index == reply.lines.count - 1 ? " " : "-")" : ""
            StandardOutput.write(mark)
            StandardOutput.write(StandardOutput.isTerminal ? Array(reply.charset.shown(line).utf8) : line)
            StandardOutput.write("\n")
        }
    }
}
