import ArgumentParser
import CLinux
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
            ChangeModeCommand.self, LinkCommand.self, StatCommand.self, QuoteCommand.self,
            QueueCommand.self, ServeCommand.self, MirrorCommand.self, CopyCommand.self, ProbeCommand.self,
            SitesCommand.self, ReplayCommand.self,
        ],
        defaultSubcommand: OpenCommand.self)

    static func main() {
        signal(SIGPIPE, SIG_IGN)
        keepMemoryPrivate()
        keepMemoryTogether()
        // A file beyond the limit of size is an error of that file.
        signal(SIGXFSZ, SIG_IGN)
        let arguments = ArgumentBytes.ofThisProcess()
        // Before anything that takes time: making sense of them does, and the user's files may be on a slow disk.
        hidePasswordsInArguments()
        do {
            let book = SavedArguments { try SiteBook.opened()[$0] }
            var command = try parseAsRoot(try book.expanded(arguments))
            try command.run()
        } catch let failure as Failure {
            fail(failure.message, failure.kind.exitStatus)
        } catch let error as Usage {
            fail(error.message, ExitStatus.usage)
        } catch let error as TransportError {
            let failure = Failure(error, attempt: "portside")
            fail(failure.message, failure.kind.exitStatus)
        } catch let status as ExitStatus.Silent {
            flushAndExit(status.code)
        } catch {
            let code = exitCode(for: error)
            if code == .success || error is ExitCode { exit(withError: error) }
            fail("\(sentence(message(for: error))); see portside help", ExitStatus.usage)
        }
        flushAndExit(0)
    }

    static func names(subcommand name: String) -> Bool {
        configuration.subcommands.contains { $0.configuration.commandName == name }
    }

    /// A message of the argument parser on one line; it lists six values and more below each other.
    static func sentence(_ message: String) -> String {
        let lines = message.split(separator: "\n")
        let values = lines.dropFirst().prefix { $0.hasPrefix("  - ") }.map { String($0.dropFirst(4)) }
        let first = lines.first.map(String.init) ?? message
        return values.isEmpty ? first.droppingFullStop : "\(first) \(values.joined(separator: ", "))"
    }

    private static func fail(_ message: String, _ status: Int32) -> Never {
        complain(message)
        flushAndExit(status)
    }
}

/// Passwords are in memory: no core file holds it, and no other program of the same user reads it.
private func keepMemoryPrivate() {
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    _ = cl_set_not_dumpable()
}

/// Threads of the queue come and go, and whatever is kept was made on any of them: with an arena for each, as many holes
/// stay open between what is kept (mallopt(3)). A queue of 100,000 takes a fifth less with two.
private func keepMemoryTogether() {
    _ = mallopt(cl_malloc_arena_max, 2)
}

let portsideVersion = "0.1.0"

extension String {
    fileprivate var droppingFullStop: String { hasSuffix(".") ? String(dropLast()) : self }
}
