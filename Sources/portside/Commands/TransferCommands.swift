import ArgumentParser
import Engine
import FTPProtocol
import Glibc
import Transfers
import Transport

struct GetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Download files and trees.")

    @Argument(help: "ftp://[USER@]HOST[:PORT]/PATH") var targets: [String]
    @Option(
        name: .short,
        help: ArgumentHelp("Where to: a directory or a new name; - is standard output.", valueName: "path"))
    var output: String?
    @Flag(name: .short, help: "Directories, with everything in them.") var recursive = false
    @Flag(name: .customShort("c"), help: "Go on from what is there.") var resume = false
    @Option(
        parsing: .unconditional,
        help: "With -o -: these bytes only: FIRST-LAST or FIRST-, from 0; -COUNT is the last so many.")
    var range: ByteRange?
    @OptionGroup var options: ConnectionOptions
    @OptionGroup var transfer: TransferOptionGroup
    @OptionGroup var preflight: PreflightOptions

    mutating func run() throws {
        let targets = try targets.map { try remoteTarget($0, options.names) }
        let sessions = try RemoteSessions(options)
        if output == "-" || range != nil {
            guard output == "-" else { throw Usage("--range goes with -o -; use cat to redirect it") }
            guard targets.count == 1, !recursive else { throw Usage("-o - writes one file") }
            try sessions.with(targets[0]) {
                try writeFile(targets[0], of: $0, range: range, limit: options.rateLimit, transfer)
            }
            sessions.quit()
            return
        }
        let plan = try TransferPlan.downloads(
            targets, to: output, isRecursive: recursive,
            options: transfer.transferOptions(options, .download, isResuming: resume), charset: options.names,
            site: sessions.credentials.site)
        try transfer.work(on: plan, sessions, options, preflight, isResuming: resume)
    }
}

struct PutCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "put", abstract: "Upload files and trees.")

    @Argument(
        help:
            "Local paths, then the target; one that ends in / is a directory, any other the new name; - reads standard input."
    )
    var arguments: [String]
    @Flag(name: .short, help: "Directories, with everything in them.") var recursive = false
    @Flag(name: .customShort("c"), help: "Go on from what is there.") var resume = false
    @Flag(help: "Append instead of replacing.") var append = false
    @OptionGroup var options: ConnectionOptions
    @OptionGroup var transfer: TransferOptionGroup
    @OptionGroup var preflight: PreflightOptions

    func validate() throws {
        guard arguments.count >= 2 else { throw ValidationError("put takes at least one PATH and a TARGET") }
    }

    mutating func run() throws {
        let target = try remoteTarget(arguments[arguments.count - 1], options.names)
        let paths = Array(arguments.dropLast())
        let sessions = try RemoteSessions(options)
        if paths.contains("-") {
            guard paths.count == 1, !target.endsInSlash else {
                throw Usage("- needs one target that names the file")
            }
            try sendStandardInput(to: target, sessions)
            sessions.quit()
            return
        }
        var settings = transfer.transferOptions(options, .upload, isResuming: resume)
        settings.appends = append
        let site = try sessions.credentials.site(of: target)
        let plan = try TransferPlan.uploads(
            paths, to: target, isRecursive: recursive, options: settings, site: site, charset: options.names)
        try transfer.work(on: plan, sessions, options, preflight, isResuming: resume)
    }

    private func sendStandardInput(to target: TargetURL, _ sessions: RemoteSessions) throws {
        let policy = transfer.policy(.upload) ?? .skip
        let limit = options.rateLimit
        let isAppending = append
        let transfer = transfer
        let isText = transfer.representation(of: target) == .ascii
        let isChecking = transfer.verify != .none
        try sessions.with(target) { session in
            if !isAppending, policy != .overwrite, try session.size(of: target.path) != nil {
                throw Failure(
                    .cannotCreate,
                    "\(session.shown(session.resolve(target.path))) exists already; --on-conflict overwrite replaces it, --append adds to it"
                )
            }
            let progress = ProgressCounter()
            let command: Session.StoreCommand = isAppending ? .append : .store
            var sent: Int64 = 0
            do throws(Failure) {
                try transfer.surrounded(on: session) { () throws(Failure) in
                    if isText {
                        sent = try session.storeText(
                            as: target.path, with: command, progress: progress, limit: limit,
                            source: readStandardInput)
                    } else {
                        sent = try session.store(
                            as: target.path, with: command, progress: progress, limit: limit,
                            source: readStandardInput)
                    }
                }
            } catch {
                throw session.sayingWhatIsLeft(of: target.path, after: progress, error)
            }
            // Of a text the sizes differ, and rightly.
            if !isText, !isAppending, isChecking, let stored = try session.size(of: target.path),
                stored != sent
            {
                throw Failure(
                    .doesNotVerify,
                    "\(session.shown(session.resolve(target.path))): the server has \(stored) of \(sent) bytes"
                )
            }
        }
    }
}

/// - Returns: the bytes read, 0 at the end.
private func readStandardInput(into buffer: UnsafeMutableRawBufferPointer) throws(TransportError) -> Int {
    while true {
        let count = read(0, buffer.baseAddress, buffer.count)
        if count >= 0 { return count }
        guard errno == EINTR else { throw .disk(call: "read", path: "standard input", errno: errno) }
    }
}

extension TransferOptionGroup {
    func transferOptions(
        _ options: ConnectionOptions, _ direction: Transfer.Direction, isResuming: Bool
    ) -> TransferOptions {
        let isAsking = isatty(0) == 1 && StandardError.isTerminal
        var result = TransferOptions(
            onConflict: isResuming ? .resume : policy(direction) ?? (isAsking ? .ask : .skip),
            retries: options.retries, writesInPlace: noTemp, segments: options.segments,
            filter: filter.takesAll ? nil : filter)
        result.type = type ?? .image
        result.verification = verify
        result.before = before
        result.after = after
        return result
    }

    /// As the command line says, else as the user has set it.
    func policy(_ direction: Transfer.Direction) -> ConflictPolicy? {
        onConflict ?? Configuration.current.onConflict[direction]
    }

    /// The same for a queue that is worked later: what it stores may not be a secret.
    func transferOptionsForLater(
        _ options: ConnectionOptions, _ direction: Transfer.Direction, isResuming: Bool
    ) throws -> TransferOptions {
        if let secret = try Session.rawCommands(before + after).first(where: \.isSecret) {
            throw Usage("\(visible(secret.logged)): the queue does not store secrets; leave the command out")
        }
        var settings = transferOptions(options, direction, isResuming: isResuming)
        if policy(direction) == nil, !isResuming { settings.onConflict = .ask }
        return settings
    }

    /// How a file of that name goes over the wire: the URL's `;type=`, else the option.
    func representation(of target: TargetURL) -> RepresentationType {
        if let type = target.type { return type }
        let texts = Configuration.current.textExtensions
        return (type ?? .image).representation(ofName: target.path.lastComponent, texts: texts)
    }

    /// Runs one transfer between `--before` and `--after`.
    func surrounded(on session: Session, _ body: () throws(Failure) -> Void) throws(Failure) {
        try session.surrounded(
            by: Session.rawCommands(before, charset: session.charset),
            Session.rawCommands(after, charset: session.charset), body)
    }

    func queueConfiguration(_ options: ConnectionOptions) -> TransferQueue.Configuration {
        var configuration = TransferQueue.Configuration(
            connections: options.connections, limit: options.rateLimit, filter: filter)
        configuration.makesDirectories = mkdirs
        configuration.minuteOfDay = localMinuteOfDay
        configuration.memory = .kept
        configuration.textExtensions = Configuration.current.textExtensions
        return configuration
    }

    /// Looks at both sides before the first byte, and says what was found.
    ///
    /// - Throws: when not all of it could arrive, whatever is answered.
    func check(_ plan: TransferPlan, _ sessions: RemoteSessions) throws {
        var blocked: [String] = []
        for site in Set(plan.sites) {
            let transfers = plan.transfers.filter { $0.site == site.id }
            let found = try sessions.with(site) { try PreflightScan(filter: filter).run(transfers, on: $0) }
            complain("\(site.shortName): \(found.summary(size: byteText))")
            let findings = found.findings(size: byteText)
            for finding in findings { complain(finding) }
            if found.isBlocked { blocked += findings }
        }
        // The connections of the transfers are all that some servers give.
        sessions.quit()
        guard blocked.isEmpty else {
            throw Failure(
                .cannotCreate,
                "nothing was transferred: \(blocked[0]); leave out --preflight to try all the same")
        }
    }

    /// Asks for passwords, then works through the plan.
    fileprivate func work(
        on plan: TransferPlan, _ sessions: RemoteSessions, _ options: ConnectionOptions,
        _ preflight: PreflightOptions, isResuming: Bool
    ) throws {
        try plan.sayRefused()
        for site in plan.sites { try sessions.credentials.askIfNeeded(for: site) }
        if preflight.isOn { try check(plan, sessions) }
        if preflight.dryRun { return }
        let run = TransferRun(
            options: options, interrupts: sessions.interrupts,
            isSkippingWanted: onConflict != nil || isResuming)
        try run.work(
            on: plan.transfers, of: plan.sites, configuration: queueConfiguration(options),
            passwords: sessions.credentials.passwords, trust: sessions.credentials.trust,
            dialogue: sessions.printer.sink)
        if !plan.refused.isEmpty { throw ExitStatus.Silent(code: ExitStatus.partly) }
    }
}
