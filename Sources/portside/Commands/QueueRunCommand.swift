import ArgumentParser
import Engine
import FTPProtocol
import Glibc
import Storage
import Transfers

struct QueueRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Work until nothing is left to do; beside another, help it.")

    @Flag(help: "Go on waiting for more.") var stay = false
    @Option(
        help: ArgumentHelp(
            "A program, with its arguments, to start when nothing is left to do; no shell sees them.",
            valueName: "command"))
    var whenDone: String?
    /// Started by a screen that was left: see `BackgroundWorker`.
    @Flag(help: .hidden) var background = false
    @OptionGroup var options: ConnectionOptions
    @OptionGroup var transfer: TransferOptionGroup

    mutating func run() throws {
        let beginning = background ? BackgroundWorker.begin() : nil
        let sessions = try RemoteSessions(options)
        for case .password(let site, let text) in beginning?.knowledge ?? [] {
            sessions.credentials.passwords[site] = Secret(text)
        }
        if let queue = try WorkingQueue.open() {
            try work(on: queue, sessions, beginning)
        } else {
            beginning?.sayReady()
            if let queue = try help(sessions) { try work(on: queue, sessions, beginning) }
        }
    }

    /// Takes part in the work of the portside that holds the queue.
    ///
    /// - Returns: the queue, when that one is gone; nil when nothing is left to do.
    private func help(_ sessions: RemoteSessions) throws -> WorkingQueue? {
        let store = try storage { try QueueStore(directory: WorkingQueue.directory) }
        let waiting = try storage { try store.outlook() }.sites
        try learnPasswords(for: waiting, sessions)
        complain("another portside\(WorkingQueue.holder) works on the queue; helping")
        let credentials = sessions.credentials
        let sites = waiting.filter {
            $0.user == Site.anonymous || $0.user == "ftp" || credentials.passwords[$0.id] != nil
        }
        let number = try storage {
            try store.offer(connections: options.connections, sites: Set(sites.map(\.id)))
        }
        let source = try credentials.source()
        let helper = QueueHelper(
            number: number, store: store, configuration: try configuration(),
            passwords: { [passwords = credentials.passwords] in passwords[$0.id] ?? source($0) },
            trust: credentials.trust,
            dialogue: sessions.printer.sink)
        // A connection of its own: what one has seen changed the other has not.
        let watch = try storage { try QueueStore(directory: WorkingQueue.directory) }
        var isOver = false
        while sessions.interrupts.status == nil {
            if let queue = try WorkingQueue.open() {
                helper.stop()
                return queue
            }
            isOver = try storage { try watch.isAllOver() } ?? isOver
            if isOver, !stay, helper.isIdle { break }
            poll(nil, 0, Self.pause)
        }
        helper.stop()
        try storage { try store.withdraw(number) }
        if let status = sessions.interrupts.status { throw ExitStatus.Silent(code: status) }
        try conclude(store)
        return nil
    }

    /// How often it is looked whether the other one is gone, in milliseconds.
    private static let pause: Int32 = 100

    private func configuration() throws -> TransferQueue.Configuration {
        var configuration = transfer.queueConfiguration(options)
        configuration.account = options.account
        configuration.proxy = try options.theProxy()
        return configuration
    }

    private func learnPasswords(for sites: [Site], _ sessions: RemoteSessions) throws {
        let credentials = sessions.credentials
        for site in sites {
            try credentials.learnPassword(for: site)
            // Under the name of the login with it, too.
            guard let account = options.account, site.account == nil else { continue }
            var login = site
            login.account = account
            credentials.passwords[login.id] = credentials.passwords[site.id]
        }
    }

    private func work(
        on queue: WorkingQueue, _ sessions: RemoteSessions, _ beginning: BackgroundWorker.Beginning?
    ) throws {
        if let notice = queue.notice { complain(notice) }
        if let interruption = queue.interruption { complain(interruption) }
        let outlook = try storage { try queue.store.outlook() }
        let credentials = sessions.credentials
        try learnPasswords(for: outlook.sites, sessions)
        if outlook.isPaused {
            complain("the queue is paused; portside queue resume lets it go on")
        }
        let run = TransferRun(options: options, interrupts: sessions.interrupts, isSkippingWanted: true)
        let source = try credentials.source()
        run.lookUp(passwords: source)
        if stay { run.stay(passwords: source) }
        let service = QueueService(beginning == nil ? .command : .background)
        run.share(TransferRun.Sharing(service: service, beginning: beginning))
        // Screens take the queue over when they are let go, so it has to be free: the process ends with this.
        defer { service.letGo() }
        do {
            try run.work(
                on: [], of: [], journal: queue.store, configuration: try configuration(),
                passwords: credentials.passwords, trust: credentials.trust,
                dialogue: sessions.printer.sink)
        } catch let failure as Failure {
            // One or many: only failures are left.
            complain(failure.message)
            throw ExitStatus.Silent(code: ExitStatus.partly)
        }
        try conclude(queue.store)
    }

    private func conclude(_ store: QueueStore) throws {
        if let whenDone {
            let words = ExternalPrograms.words(whenDone)
            if case .failure(let error) = Child.start(words) {
                complain(
                    "cannot start “\(visible(words.first ?? ""))”: \(String(cString: strerror(error.code)))")
            }
        }
        let left = try storage { try store.failures() }
        guard left == 0 else {
            complain("\(left) failed; portside queue list shows why")
            throw ExitStatus.Silent(code: ExitStatus.partly)
        }
    }
}
