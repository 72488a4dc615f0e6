import ArgumentParser
import Engine
import FTPProtocol
import Glibc
import Storage
import Transfers
import Transport

struct QueueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "The persistent queue, the very one the interface shows.",
        subcommands: [
            QueueAddCommand.self, QueueListCommand.self, QueueRunCommand.self, QueuePauseCommand.self,
            QueueResumeCommand.self, QueueRetryCommand.self, QueueRemoveCommand.self, QueueMoveCommand.self,
            QueueExportCommand.self, QueueImportCommand.self,
        ])
}

private func storage<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as StorageError {
        throw Failure(.localDisk, "\(error)")
    }
}

struct QueueAddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Put downloads and uploads into the queue and return.",
        subcommands: [QueueAddGetCommand.self, QueueAddPutCommand.self, QueueAddMirrorCommand.self])
}

struct QueueAddGetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Queue downloads.")

    @Argument(help: "ftp://[USER@]HOST[:PORT]/PATH") var targets: [String]
    @Option(name: .short, help: "Where to: a directory or a new name.") var output: String?
    @Flag(name: .short, help: "Directories, with everything in them.") var recursive = false
    @Flag(name: .customShort("c"), help: "Go on from what is there.") var resume = false
    @OptionGroup var options: ConnectionOptions
    @OptionGroup var transfer: TransferOptionGroup

    mutating func run() throws {
        guard output != "-" else { throw Usage("the queue cannot write to standard output") }
        let credentials = Credentials(options: options, isForLater: true)
        var settings = transfer.transferOptions(options, isResuming: resume)
        if transfer.onConflict == nil, !resume { settings.onConflict = .ask }
        let plan = try TransferPlan.downloads(
            try targets.map(remoteTarget), to: output, isRecursive: recursive, options: settings,
            site: credentials.site)
        try add(plan, credentials)
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

    func validate() throws {
        guard arguments.count >= 2 else {
            throw ValidationError("queue add put takes at least one PATH and a TARGET")
        }
    }

    mutating func run() throws {
        let target = try remoteTarget(arguments[arguments.count - 1])
        var settings = transfer.transferOptions(options, isResuming: resume)
        if transfer.onConflict == nil, !resume { settings.onConflict = .ask }
        settings.appends = append
        let credentials = Credentials(options: options, isForLater: true)
        let plan = try TransferPlan.uploads(
            Array(arguments.dropLast()), to: target, isRecursive: recursive, options: settings,
            site: try credentials.site(of: target))
        try add(plan, credentials)
    }
}

/// Stores the plan and prints the identifiers it got.
private func add(_ plan: TransferPlan, _ credentials: Credentials) throws {
    defer {
        let hasPassword = plan.sites.contains { credentials.passwords[$0.id] != nil }
        if hasPassword, !credentials.options.netrc || credentials.options.passwordFile != nil {
            complain(
                "the password is not stored: give it to queue run, with --password-file "
                    + "\(credentials.options.passwordFile ?? "FILE") or --netrc")
        }
    }
    guard let queue = try WorkingQueue.open() else {
        try storage {
            try QueueStore(directory: WorkingQueue.directory).leave(
                sites: plan.sites, transfers: plan.transfers)
        }
        complain(
            "another portside\(WorkingQueue.holder) works on the queue; these are taken in when it next starts"
        )
        return
    }
    if let notice = queue.notice { complain(notice) }
    let added = try queue.add(plan.transfers, of: plan.sites)
    if added.count < plan.transfers.count {
        complain("\(plan.transfers.count - added.count) of these are in the queue already")
    }
    for transfer in added { StandardOutput.write("\(transfer.id)\n") }
}

struct QueueListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show what is in the queue.")

    @Flag(help: "One JSON object a line.") var json = false

    mutating func run() throws {
        let store = try storage { try QueueStore(directory: WorkingQueue.directory) }
        let contents = try storage { try store.load() }
        let sites = Dictionary(contents.sites.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        for transfer in contents.transfers {
            StandardOutput.write(json ? object(transfer, sites) : line(transfer, sites))
        }
    }

    private func line(_ transfer: Transfer, _ sites: [Site.ID: Site]) -> String {
        let arrow = transfer.direction == .download ? "down" : "up"
        let size = transfer.size.map { " \(transfer.bytes) of \($0) bytes" } ?? ""
        let error = transfer.message.map { ": \($0)" } ?? ""
        return "\(transfer.id) \(transfer.stateWord) \(arrow) \(source(transfer, sites)) -> "
            + "\(destination(transfer, sites))\(size)\(visible(error))\n"
    }

    private func object(_ transfer: Transfer, _ sites: [Site.ID: Site]) -> String {
        var object = JSONObject()
        object.add("id", transfer.id)
        object.add("state", transfer.stateWord)
        object.add("direction", transfer.direction == .download ? "down" : "up")
        object.add("source", source(transfer, sites))
        object.add("destination", destination(transfer, sites))
        object.add("bytes", transfer.bytes)
        if let size = transfer.size { object.add("size", size) }
        if let error = transfer.message { object.add("error", error) }
        return object.line
    }

    private func source(_ transfer: Transfer, _ sites: [Site.ID: Site]) -> String {
        transfer.direction == .download ? remote(transfer) : "\(transfer.localPath)"
    }

    private func destination(_ transfer: Transfer, _ sites: [Site.ID: Site]) -> String {
        transfer.direction == .download ? "\(transfer.localPath)" : remote(transfer)
    }

    private func remote(_ transfer: Transfer) -> String {
        "\(visible(transfer.site))/\(transfer.remotePath)"
    }
}

extension Transfer {
    /// As `queue list` names the state.
    fileprivate var stateWord: String {
        switch state {
        case .waiting: "waiting"
        case .running: "running"
        case .paused: "paused"
        case .retrying: "retrying"
        case .asking: "asking"
        case .failed: "failed"
        case .done, .skipped: "done"
        }
    }

    fileprivate var message: String? {
        switch state {
        case .failed(let message), .retrying(_, let message), .skipped(let message): message
        case .asking(.destinationExists): "the destination exists"
        case .asking(.password): "the server wants a password"
        case .waiting, .running, .paused, .done: nil
        }
    }
}

struct QueueRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Work until nothing is left to do.")

    @Flag(help: "Go on waiting for more.") var stay = false
    @OptionGroup var options: ConnectionOptions
    @OptionGroup var transfer: TransferOptionGroup

    func validate() throws {
        if stay {
            throw ValidationError("queue run --stay is not there yet: run it again when there is more")
        }
    }

    mutating func run() throws {
        guard let queue = try WorkingQueue.open() else {
            throw Failure(
                .temporary,
                "another portside\(WorkingQueue.holder) works on the queue; end it and try again, or let it work",
                isTemporary: true)
        }
        if let notice = queue.notice { complain(notice) }
        let contents = try storage { try queue.store.load() }
        let sessions = try RemoteSessions(options)
        let credentials = sessions.credentials
        let waiting = Set(contents.transfers.filter { !$0.state.isEnded }.map(\.site))
        for site in contents.sites where waiting.contains(site.id) {
            try credentials.learnPassword(for: site)
        }
        let run = TransferRun(options: options, interrupts: sessions.interrupts, isSkippingWanted: true)
        do {
            try run.work(
                on: [], of: [], journal: queue.store, configuration: transfer.queueConfiguration(options),
                passwords: credentials.passwords, dialogue: sessions.printer.sink)
        } catch let failure as Failure {
            // One or many: only failures are left.
            complain(failure.message)
            throw ExitStatus.Silent(code: ExitStatus.partly)
        }
        let left = try storage { try queue.store.load() }.transfers.count {
            if case .failed = $0.state { true } else { false }
        }
        guard left == 0 else {
            complain("\(left) failed; portside queue list shows why")
            throw ExitStatus.Silent(code: ExitStatus.partly)
        }
    }
}

struct QueuePauseCommand: NotYet {
    static let configuration = CommandConfiguration(commandName: "pause", abstract: "Not there yet.")
    @Argument(parsing: .captureForPassthrough) var rest: [String] = []
}
struct QueueResumeCommand: NotYet {
    static let configuration = CommandConfiguration(commandName: "resume", abstract: "Not there yet.")
    @Argument(parsing: .captureForPassthrough) var rest: [String] = []
}
struct QueueRetryCommand: NotYet {
    static let configuration = CommandConfiguration(commandName: "retry", abstract: "Not there yet.")
    @Argument(parsing: .captureForPassthrough) var rest: [String] = []
}
struct QueueRemoveCommand: NotYet {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: "Not there yet.")
    @Argument(parsing: .captureForPassthrough) var rest: [String] = []
}
struct QueueMoveCommand: NotYet {
    static let configuration = CommandConfiguration(commandName: "move", abstract: "Not there yet.")
    @Argument(parsing: .captureForPassthrough) var rest: [String] = []
}
struct QueueExportCommand: NotYet {
    static let configuration = CommandConfiguration(commandName: "export", abstract: "Not there yet.")
    @Argument(parsing: .captureForPassthrough) var rest: [String] = []
}
struct QueueImportCommand: NotYet {
    static let configuration = CommandConfiguration(commandName: "import", abstract: "Not there yet.")
    @Argument(parsing: .captureForPassthrough) var rest: [String] = []
}
struct QueueAddMirrorCommand: NotYet {
    static let configuration = CommandConfiguration(commandName: "mirror", abstract: "Not there yet.")
    @Argument(parsing: .captureForPassthrough) var rest: [String] = []
}
