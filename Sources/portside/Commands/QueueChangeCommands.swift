import ArgumentParser
import Engine
import FTPProtocol
import Transfers

/// What the commands that change the queue have in common: they name transfers, and say which there are none of.
func change(_ request: LeftRequest) throws {
    guard let answer = try QueueChange.make(request), !answer.unknown.isEmpty else { return }
    let numbers = answer.unknown.map { "\($0)" }.joined(separator: ", ")
    complain("there is no \(numbers) in the queue; portside queue list shows what there is")
    throw ExitStatus.Silent(
        code: answer.ids.isEmpty ? Failure.Kind.noSuchSource.exitStatus : ExitStatus.partly)
}

/// One server of the queue, by the address it was added with.
struct SiteOption: ParsableArguments {
    @Option(help: ArgumentHelp("All of one server, as queue list names it.", valueName: "url"))
    var site: String?

    /// Empty when none is named. `ftp://` means the server with and without encryption.
    var ids: [Site.ID] {
        get throws {
            guard let site else { return [] }
            var named = try remoteTarget(site).site
            guard named.encryption == .whenOffered else { return [named.id] }
            let first = named.id
            named.encryption = .none
            return [first, named.id]
        }
    }
}

struct QueuePauseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Hold transfers, a server, or without arguments all of the queue.")

    @Argument(help: "Numbers as queue list shows them.") var ids: [Transfer.ID] = []
    @OptionGroup var site: SiteOption

    mutating func run() throws {
        let sites = try site.ids
        for site in sites { try change(.pauseSite(site)) }
        if !ids.isEmpty { try change(.pause(ids)) } else if sites.isEmpty { try change(.pauseAll) }
    }
}

struct QueueResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Let transfers, a server, or without arguments all of the queue go on.")

    @Argument(help: "Numbers as queue list shows them.") var ids: [Transfer.ID] = []
    @OptionGroup var site: SiteOption

    mutating func run() throws {
        let sites = try site.ids
        for site in sites { try change(.resumeSite(site)) }
        if !ids.isEmpty { try change(.resume(ids)) } else if sites.isEmpty { try change(.resumeAll) }
    }
}

struct QueueRetryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Try again what failed: these, or without arguments all.")

    @Argument(help: "Numbers as queue list shows them.") var ids: [Transfer.ID] = []
    @Option(help: "The answer where a destination exists: skip, overwrite, newer, resume, rename …")
    var onConflict: ConflictPolicy?

    func validate() throws {
        if onConflict == .ask { throw ValidationError("ask is no answer: use skip, overwrite, newer …") }
        if onConflict != nil, ids.isEmpty {
            throw ValidationError("--on-conflict needs the numbers it is for")
        }
    }

    mutating func run() throws {
        if let onConflict { try change(.answer(ids, onConflict)) }
        try change(ids.isEmpty ? .retryFailed : .retry(ids))
    }
}

struct QueueRemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Take transfers out of the queue; what has arrived stays.")

    @Argument(help: "Numbers as queue list shows them.") var ids: [Transfer.ID] = []
    @Flag(help: "What is done or skipped.") var done = false
    @Flag(help: "What failed.") var failed = false

    func validate() throws {
        guard !ids.isEmpty || done || failed else {
            throw ValidationError("queue remove takes numbers, --done or --failed")
        }
    }

    mutating func run() throws {
        if done { try change(.forgetDone) }
        if failed { try change(.forgetFailed) }
        if !ids.isEmpty { try change(.cancel(ids)) }
    }
}

struct QueueMoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "move", abstract: "Change what goes first.",
        discussion: "Among what has the same state and priority; --by counts downwards, -3 is three up.")

    @Argument(help: "Numbers as queue list shows them.") var ids: [Transfer.ID]
    @Flag(help: "Before all others.") var first = false
    @Flag(help: "Behind all others.") var last = false
    @Option(
        parsing: .unconditional, help: ArgumentHelp("By that many places; negative is up.", valueName: "n"))
    var by: Int?
    @Option(help: "highest, high, normal, low or lowest.") var priority: Priority?

    func validate() throws {
        guard !ids.isEmpty else { throw ValidationError("queue move takes numbers") }
        let places = [first, last, by != nil].count { $0 }
        guard places == 1 || (places == 0 && priority != nil) else {
            throw ValidationError("queue move takes one of --first, --last and --by, or --priority")
        }
    }

    mutating func run() throws {
        if let priority { try change(.setPriority(ids, priority)) }
        if first { try change(.move(ids, .first)) }
        if last { try change(.move(ids, .last)) }
        if let by { try change(.move(ids, .by(by))) }
    }
}
