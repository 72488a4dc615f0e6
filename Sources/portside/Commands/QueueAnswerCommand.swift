import ArgumentParser
import FTPProtocol
import Transfers

/// `queue answer`: what becomes of transfers whose destination exists, now and in the time to come.
struct QueueAnswerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "answer", abstract: "Say what becomes of transfers whose destination exists.",
        discussion: """
            For numbers: these transfers. With --batch: what was added together with that one. With --site: whatever goes \
            to and comes from that server, until ask takes it back. A transfer with a policy of its own keeps it.
            """)

    @Argument(help: "skip, overwrite, newer, size, newer-or-size, resume, rename, or ask.") var policy:
        ConflictPolicy
    @Argument(help: "Numbers as queue list shows them.") var ids: [Transfer.ID] = []
    @Option(help: ArgumentHelp("The batch of this number, as queue list --json shows it.", valueName: "id"))
    var batch: Transfer.ID?
    @OptionGroup var site: SiteOption
    @Flag(help: "Only downloads.") var down = false
    @Flag(help: "Only uploads.") var up = false

    func validate() throws {
        guard !ids.isEmpty || batch != nil || site.site != nil else {
            throw ValidationError("queue answer takes numbers, --batch or --site")
        }
        guard !(down && up) else { throw ValidationError("--down and --up together are neither") }
        if !ids.isEmpty, policy == .ask {
            throw ValidationError("ask is no answer: use skip, overwrite, newer …")
        }
    }

    mutating func run() throws {
        let direction: Transfer.Direction? = down ? .download : up ? .upload : nil
        if !ids.isEmpty { try change(.answer(ids, policy)) }
        if let batch { try change(.decide(policy, .batch(batch), direction)) }
        for site in try site.ids { try change(.decide(policy, .site(site), direction)) }
    }
}
