import ArgumentParser
import Engine
import FTPProtocol
import Transfers
import Transport

/// What `mirror` and `queue add mirror` have in common.
struct MirrorOptionGroup: ParsableArguments {
    @Argument(help: "What is copied: ftp://[USER@]HOST[:PORT]/PATH, or a local directory.") var source: String
    @Argument(help: "What becomes equal to it; one of the two is on a server.") var destination: String
    @Flag(help: "Delete at the destination what the source does not have.") var delete = false
    @Option(help: ArgumentHelp("Do nothing when more would have to be deleted.", valueName: "n"))
    var maxDelete: Int?
    @Flag(help: "Delete also where a directory of the source is empty.") var deleteFromEmpty = false
    @Option(help: "What tells files of one size apart: size (nothing more), time, hash.")
    var compare = MirrorComparison.time

    func validate() throws {
        if let maxDelete, maxDelete < 0 { throw ValidationError("--max-delete takes a number from 0 up") }
        if !delete, maxDelete != nil || deleteFromEmpty {
            throw ValidationError("--max-delete and --delete-from-empty go with --delete")
        }
        guard TargetURL.looksRemote(source) != TargetURL.looksRemote(destination) else {
            throw ValidationError("mirror takes one directory on a server and one on this machine")
        }
    }

    var mirror: MirrorOptions {
        MirrorOptions(
            deletes: delete, mostDeletions: maxDelete, deletesFromEmpty: deleteFromEmpty, comparison: compare)
    }

    var direction: Transfer.Direction { TargetURL.looksRemote(source) ? .download : .upload }

    func target(_ options: ConnectionOptions) throws -> TargetURL {
        try remoteTarget(direction == .download ? source : destination, options.names)
    }

    /// The directory here. As a source it must be there; as a destination the one above it.
    func local() throws -> LocalPath {
        let path = TransferPlan.absolute(LocalPath(argument: direction == .download ? destination : source))
        let needed = direction == .download ? path.parent : path
        guard try LocalDirectory.status(of: needed.bytes)?.kind == .directory else {
            throw Failure(
                direction == .download ? .cannotCreate : .noSuchSource, "\(needed): no such directory")
        }
        return path
    }
}

struct MirrorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mirror", abstract: "Make a directory equal to another, one of them on a server.",
        discussion: """
            Files are copied that are missing, of another size, or newer in the source. Links are neither followed \
            nor copied. Deletions come last, only when everything was copied, and each is printed.
            """)

    @OptionGroup var sides: MirrorOptionGroup
    @Flag(help: "Print what would be done, and do nothing.") var dryRun = false
    @Option(help: ArgumentHelp("With --dry-run: write the plan to a file.", valueName: "file"))
    var savePlan: String?
    @Option(help: ArgumentHelp("Do what a saved plan says, without comparing again.", valueName: "file"))
    var plan: String?
    @OptionGroup var options: ConnectionOptions
    @OptionGroup var transfer: TransferOptionGroup

    func validate() throws {
        if savePlan != nil, !dryRun { throw ValidationError("--save-plan goes with --dry-run") }
        if plan != nil, savePlan != nil { throw ValidationError("--plan and --save-plan exclude each other") }
    }

    mutating func run() throws {
        let target = try sides.target(options)
        let sessions = try RemoteSessions(options)
        var plan = try self.plan.map { try readPlan($0, target, sessions) } ?? makePlan(target, sessions)
        if let count = plan.limitDeletions(to: sides.maxDelete) {
            throw Failure(
                .permissionRefused,
                "\(count) deletions are more than --max-delete \(sides.maxDelete ?? 0): nothing was done")
        }
        for note in plan.notes { complain(note) }
        if dryRun {
            show(plan)
            if let savePlan { try write(plan, to: savePlan) }
        } else {
            try carryOut(plan, target, sessions)
        }
        if plan.isIncomplete { throw ExitStatus.Silent(code: ExitStatus.partly) }
    }

    private func makePlan(_ target: TargetURL, _ sessions: RemoteSessions) throws -> MirrorPlan {
        var scan = MirrorScan(
            direction: sides.direction, remote: target.path, local: try sides.local(),
            filter: transfer.filter, options: sides.mirror)
        scan.clockAhead = WorkingQueue.clockAhead(of: try sessions.credentials.site(of: target).id)
        return try sessions.with(target) { try scan.plan(on: $0) }
    }

    private func carryOut(_ plan: MirrorPlan, _ target: TargetURL, _ sessions: RemoteSessions) throws {
        try sessions.with(target) { try plan.makeDirectories(on: $0) }
        // The connections of the transfers are all that some servers give.
        sessions.quit()
        var settings = transfer.transferOptions(options, sides.direction, isResuming: false)
        settings.filter = nil
        let files = try plan.transfers(options: settings, charset: options.names)
        if !files.isEmpty {
            let run = TransferRun(options: options, interrupts: sessions.interrupts, isSkippingWanted: false)
            var configuration = transfer.queueConfiguration(options)
            configuration.filter = FileFilter()
            try run.work(
                on: files, of: [try sessions.credentials.site(of: target)], configuration: configuration,
                passwords: sessions.credentials.passwords, trust: sessions.credentials.trust,
                dialogue: sessions.printer.sink)
        }
        // Only now, when all is there: what could not be copied threw.
        guard !plan.deletions.isEmpty else { return }
        try sessions.with(target) { session in
            try plan.delete(on: session) { StandardOutput.write("deleted \($0)\n") }
        }
        sessions.quit()
    }

    // MARK: - The plan as text

    private func show(_ plan: MirrorPlan) {
        func path(_ step: MirrorPlan.Step) -> String {
            step.path.isEmpty ? "." : step.names.map { visible($0) }.joined(separator: "/")
        }
        for step in plan.steps + plan.deletions {
            switch step.kind {
            case .makeDirectory: StandardOutput.write("make \(path(step))/\n")
            case .copy:
                let size = step.size.map { "\($0) bytes, " } ?? ""
                StandardOutput.write("copy \(path(step)) (\(size)\(step.reason ?? "to be copied"))\n")
            case .deleteFile: StandardOutput.write("delete \(path(step))\n")
            case .deleteDirectory: StandardOutput.write("delete \(path(step))/\n")
            }
        }
        StandardOutput.flush()
        StandardError.write(
            "\(plan.copies) to copy (\(byteText(plan.bytes))), \(plan.deletions.count) to delete, "
                + "\(plan.equal) equal\n")
    }

    private func write(_ plan: MirrorPlan, to path: String) throws {
        do {
            let bytes = try PlanFile.bytes(of: plan)
            let file = try LocalFile.openForWriting(ArgumentBytes.bytes(of: path), truncating: true)
            try file.write(bytes, at: 0)
        } catch { throw Failure(.localDisk, "\(visible(path)): the plan cannot be written: \(error)") }
    }

    /// - Throws: when it is of other directories: what it deletes is meant for those.
    private func readPlan(
        _ path: String, _ target: TargetURL, _ sessions: RemoteSessions
    ) throws -> MirrorPlan {
        guard let text = try UserFiles.readText(path) else {
            throw Failure(
                .noSuchSource, "\(visible(path)): no such plan; mirror --dry-run --save-plan makes one")
        }
        guard let plan = PlanFile.plan(text) else {
            throw Failure(.localDisk, "\(visible(path)) is not a plan of portside mirror")
        }
        let site = try sessions.credentials.site(of: target)
        let root = try sessions.with(target) { session in
            try session.connect()
            return session.resolve(target.path)
        }
        guard plan.site == site.id, plan.direction == sides.direction, plan.remote.bytes == root.bytes,
            plan.local.bytes == (try sides.local()).bytes, plan.charset == site.charset
        else {
            throw Usage(
                "the plan \(visible(path)) is of other directories than these, or of another --charset")
        }
        guard sides.delete || plan.deletions.isEmpty else {
            throw Usage("the plan \(visible(path)) deletes \(plan.deletions.count): say --delete, too")
        }
        return plan
    }
}

struct QueueAddMirrorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mirror", abstract: "Queue a mirror: compared and carried out when its turn comes.")

    @OptionGroup var sides: MirrorOptionGroup
    @OptionGroup var options: ConnectionOptions
    @OptionGroup var transfer: TransferOptionGroup
    @OptionGroup var queueing: QueueingOptions

    mutating func run() throws {
        let target = try sides.target(options)
        let credentials = Credentials(options: options, isForLater: true)
        let site = try credentials.site(of: target)
        let local = try sides.local()
        var settings = transfer.transferOptions(options, sides.direction, isResuming: false)
        settings.mirror = sides.mirror
        queueing.apply(to: &settings)
        let name = target.path.lastComponent
        let tree = Transfer(
            id: 0, direction: sides.direction, kind: .tree, site: site.id,
            remoteDirectory: name.isEmpty ? target.path : target.path.parent, remoteName: name,
            localDirectory: local.parent, localName: local.lastComponent, options: settings)
        try addToQueue(TransferPlan(transfers: [tree], sites: [site]), credentials)
    }
}
