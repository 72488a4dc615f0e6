import ArgumentParser
import Engine
import Glibc
import Transport

/// The program. Every subcommand is a file in `Commands/`.
@main
struct Portside: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "portside",
        abstract: "A terminal FTP file manager: two panes, a transfer queue, and the dialogue as it happens.",
        discussion: """
            Without a subcommand, portside [TARGET] [LOCALDIR] opens the terminal interface. A TARGET is \
            ftp://[USER@]HOST[:PORT][/PATH]; the path begins at the login directory, //PATH is absolute.
            """,
        version: portsideVersion,
        subcommands: [
            OpenCommand.self, DemoCommand.self, ListCommand.self, GetCommand.self, PutCommand.self,
            CatCommand.self,
            RemoveCommand.self, MakeDirectoryCommand.self, RemoveDirectoryCommand.self, MoveCommand.self,
            ChangeModeCommand.self, StatCommand.self, QuoteCommand.self, QueueCommand.self, ServeCommand.self,
            MirrorCommand.self, CopyCommand.self, ProbeCommand.self, SitesCommand.self, ReplayCommand.self,
        ],
        defaultSubcommand: OpenCommand.self)

    static func main() {
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let failure as Failure {
            fail(failure.message, failure.kind.exitStatus)
        } catch let error as Usage {
            fail(error.message, ExitStatus.usage)
        } catch let status as ExitStatus.Silent {
            flushAndExit(status.code)
        } catch {
            let code = exitCode(for: error)
            if code == .success || error is ExitCode { exit(withError: error) }
            let sentence = message(for: error).split(separator: "\n").first.map(String.init) ?? "\(error)"
            fail("\(sentence.droppingFullStop); see portside help", ExitStatus.usage)
        }
        flushAndExit(0)
    }

    private static func fail(_ message: String, _ status: Int32) -> Never {
        complain(message)
        flushAndExit(status)
    }
}

let portsideVersion = "0.1.0"

extension String {
    fileprivate var droppingFullStop: String { hasSuffix(".") ? String(dropLast()) : self }
}
