public import ArgumentParser
import Engine
import FTPProtocol
import Glibc
public import Transfers
import Transport

struct QueueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "The persistent queue, the very one the interface shows.",
        subcommands: [
            QueueAddCommand.self, QueueListCommand.self, QueueRunCommand.self, QueuePauseCommand.self,
            QueueResumeCommand.self, QueueRetryCommand.self, QueueRemoveCommand.self, QueueMoveCommand.self,
            QueueAnswerCommand.self, QueueLimitCommand.self, QueueExportCommand.self, QueueImportCommand.self,
        ])
}

struct QueueAddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Put downloads and uploads into the queue and return.",
        subcommands: [
            QueueAddGetCommand.self, QueueAddPutCommand.self, QueueAddMirrorCommand.self,
            QueueAddCopyCommand.self,
        ])
}

struct QueueAddGetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Queue downloads.")

    @Argument(help: "ftp://[USER@]HOST[:PORT]/PATH") var targets: [String]
    @Option(name: .short, help: "Where to: a directory or a new name.") var output: String?
    @Flag(name: .short, help: "Directories, with everything in them.") var recursive = false
    @Flag(name: .customShort("c"), help: "Go on from what is there.") var resume = false
    @OptionGroup var options: ConnectionOptions
    @OptionGroup var transfer: TransferOptionGroup
    @OptionGroup var queueing: QueueingOptions
    @OptionGroup var preflight: PreflightOptions

    mutating func run() throws {
        guard output != "-" else { throw Usage("the queue cannot write to standard output") }
        let credentials = Credentials(options: options, isForLater: true)
        var settings = try transfer.transferOptionsForLater(options, .download, isResuming: resume)
        queueing.apply(to: &settings)
        let plan = try TransferPlan.downloads(
            try targets.map { try remoteTarget($0, options.names) }, to: output, isRecursive: recursive,
            options: settings, charset: options.names,
            site: credentials.site)
        if preflight.isOn { try transfer.check(plan, try RemoteSessions(options)) }
        if preflight.dryRun { return }
        try addToQueue(plan, credentials)
    }
}

struct QueueAddPutCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "put", abstract: "Queue uploads.")

    @Argument(help: "Local paths, then the target; one that ends in / is a directory.") var arguments:
        [String]
    @Flag(name: .short, help: "Directories, with everything in them.") var recursive = false
    @Flag(name: .customShort("c"), help: "Go on from what is there.") var resume = false
    @Flag(help: "Append instead of replacing.") var append = false
    @OptionGroup var options: ConnectionOptions
    @OptionGroup var transfer: TransferOptionGroup
    @OptionGroup var queueing: QueueingOptions
    @OptionGroup var preflight: PreflightOptions

    func validate() throws {
        guard arguments.count >= 2 else {
            throw ValidationError("queue add put takes at least one PATH and a TARGET")
        }
    }

    mutating func run() throws {
        let target = try remoteTarget(arguments[arguments.count - 1], options.names)
        var settings = try transfer.transferOptionsForLater(options, .upload, isResuming: resume)
        settings.appends = append
        let credentials = Credentials(options: options, isForLater: true)
        queueing.apply(to: &settings)
        let plan = try TransferPlan.uploads(
            Array(arguments.dropLast()), to: target, isRecursive: recursive, options: settings,
            site: try credentials.site(of: target), charset: options.names)
        if preflight.isOn { try transfer.check(plan, try RemoteSessions(options)) }
        if preflight.dryRun { return }
        try addToQueue(plan, credentials)
    }
}

/// When, and before or after what, something is begun.
struct QueueingOptions: ParsableArguments {
    @Option(help: "Goes before or after others: highest, high, normal, low or lowest.")
    var priority: Priority = .normal
    @Option(
        help: ArgumentHelp(
            "Not before: HH:MM, YYYY-MM-DDTHH:MM, or a duration such as 2h.", valueName: "when"))
    var at: String?

    func validate() throws {
        if let at, parseStart(at, now: 0) == nil {
            throw ValidationError("--at takes HH:MM, YYYY-MM-DDTHH:MM, or a duration such as 30m or 2h")
        }
    }

    func apply(to options: inout TransferOptions) {
        options.priority = priority
        options.notBefore = at.flatMap { parseStart($0, now: wallClockNanoseconds() / 1_000_000_000) }
    }
}

extension Priority: ExpressibleByArgument {}

/// Stores the plan and prints the identifiers it got.
func addToQueue(_ plan: TransferPlan, _ credentials: Credentials) throws {
    try plan.sayRefused()
    defer {
        let hasPassword = plan.sites.contains { credentials.passwords[$0.id] != nil }
        if hasPassword, !credentials.options.netrc || credentials.options.passwordFile != nil {
            complain(
                "the password is not stored: give it to queue run, with --password-file "
                    + "\(credentials.options.passwordFile ?? "FILE") or --netrc")
        }
    }
    guard let answer = try QueueChange.make(.add, sites: plan.sites, transfers: plan.transfers) else {
        return
    }
    if answer.merged > 0 { complain("\(answer.merged) of these are in the queue already") }
    for id in answer.ids { StandardOutput.write("\(id)\n") }
    if !plan.refused.isEmpty { throw ExitStatus.Silent(code: ExitStatus.partly) }
}
