import FTPProtocol
import Transfers

/// One step up, and the verbs by which very old servers know directories.
extension Session {
    /// CDUP, and `CWD ..` where the server has none. PWD tells where that led: out of a directory that was entered through a
    /// link it leads elsewhere, and then the whole path is the way.
    ///
    /// - Parameter parent: of the directory in which the server stands.
    /// - Returns: whether the server stands in `parent` now.
    func goUp(to parent: RemotePath) throws(Failure) -> Bool {
        directory = nil
        var reply = try ask(.changeToParent)
        if reply.code.meansUnknownCommand {
            features.disable("CDUP")
            reply = try ask(.changeDirectory(RemotePath("..")))
        }
        guard reply.code.kind == .completion else { return false }
        let here = try ask(.printWorkingDirectory)
        if here.code.kind == .completion, let place = RemotePath(reply257: here.lastLine),
            place.asDirectory != parent
        {
            // Also where the server has other names for its directories than we: asking again would be in vain.
            features.disable("CDUP")
            return false
        }
        directory = parent
        return true
    }

    /// Writes a command and reads its reply. Where a plain verb of RFC 959 is unknown, the server is asked for its older
    /// name once (RFC 1123 §4.1.3.1), and by that name from then on.
    ///
    /// - Parameter patience: for the first answer; nil for the site's time-out.
    /// - Throws: also for 421, which answers no command (RFC 959 §5.4): after it nothing is said on this connection.
    func ask(_ command: Command, within patience: Duration? = nil) throws(Failure) -> Reply {
        // As if it were not known: what is not answered once never is.
        if unanswered.contains(command.verb) { return Reply(.commandNotImplemented, "never answered") }
        let reply: Reply
        do throws(Failure) { reply = try askByEitherName(command, within: patience) } catch {
            if Self.dispensable.contains(command.verb), error.kind == .temporary, error.reply == nil {
                unanswered.insert(command.verb)
                warn("no answer to \(command.verb): it is left out from now on")
            }
            throw error
        }
        guard reply.code != .serviceNotAvailable else { throw Failure(.refused(command, reply)) }
        return reply
    }

    /// Some servers list or take these and never answer (uftpd: MLST), and they can be done without.
    private static let dispensable: Set<String> = ["FEAT", "MLST"]

    private func askByEitherName(_ command: Command, within patience: Duration?) throws(Failure) -> Reply {
        guard let older = command.olderForm, !features.isDisabled(older.verb) else {
            return try converse(command, within: patience)
        }
        if features.isDisabled(command.verb) { return try converse(older, within: patience) }
        let reply = try converse(command, within: patience)
        guard reply.code.meansUnknownCommand else { return reply }
        let second = try converse(older, within: patience)
        guard !second.code.meansUnknownCommand else {
            features.disable(older.verb)
            return reply
        }
        features.disable(command.verb)
        return second
    }
}
