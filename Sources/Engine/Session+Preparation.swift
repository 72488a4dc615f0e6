public import FTPProtocol
import Transfers

/// What is said on the control connection before and after the transfer of a file: TYPE, and the raw commands that the user
/// wants there (`--before`, `--after`).
extension Session {
    /// The command lines of a user, each of which one line can carry and none of which takes the connection away.
    ///
    /// - Parameter charset: of the names in them.
    /// - Throws: `.invalidRequest`, or `.cannotCreate` for what the charset cannot write.
    public static func rawCommands(
        _ lines: [String], charset: NameCharset = .utf8
    ) throws(Failure) -> [Command] {
        var commands: [Command] = []
        for line in lines {
            let command = Command(raw: try charset.name(of: Array(line.utf8)))
            do throws(FTPError) { _ = try command.wireBytes() } catch { throw Failure(error) }
            guard !needingMore.contains(command.verb) else {
                throw Failure(
                    .invalidRequest,
                    "\(charset.shown(command.logged)): \(command.verb) moves data or ends the session, and cannot be sent with a transfer"
                )
            }
            commands.append(command)
        }
        return commands
    }

    /// These need a data connection, or leave none of the session.
    private static let needingMore: Set<String> = [
        "RETR", "STOR", "STOU", "APPE", "LIST", "NLST", "MLSD", "QUIT", "REIN", "ABOR", "USER", "AUTH", "CCC",
        "PASV",
        "EPSV", "PORT", "EPRT",
    ]

    /// What every transfer of a file begins with.
    func prepareTransfer(as wanted: RepresentationType) throws(Failure) {
        if !isPrepared, !preparations.isEmpty {
            try say(preparations, refusedMeans: "so nothing was transferred")
            isPrepared = true
        }
        try setType(wanted)
    }

    /// Runs one transfer with what is to be said before it, and says what is to be said after it.
    public func surrounded<Result>(
        by before: [Command], _ after: [Command], isDone: (Result) -> Bool = { _ in true },
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        preparations = before
        defer { preparations = [] }
        let result = try body()
        if !after.isEmpty, isDone(result) {
            try connected(repeatable: false) { () throws(Failure) in
                try say(after, refusedMeans: "the transfer itself is done")
            }
        }
        return result
    }

    private func say(_ commands: [Command], refusedMeans consequence: String) throws(Failure) {
        // Whatever they change, it is not known any more.
        defer {
            type = nil
            directory = nil
        }
        for command in commands {
            let reply = try converse(command)
            guard reply.code.isNegative else { continue }
            let failure = Failure(.refused(command, reply))
            throw Failure(
                failure.isTemporary ? .temporary : .permissionRefused,
                "\(charset.shown(command.logged)): the server answered “\(reply.summary)”, \(consequence); "
                    + (failure.isTemporary ? "try again later" : "leave the command out, or change it"),
                isTemporary: failure.isTemporary, endsConnection: failure.endsConnection, reply: reply)
        }
    }
}
