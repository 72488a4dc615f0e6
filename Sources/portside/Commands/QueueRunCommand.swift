import ArgumentParser
import Engine
import Storage
import Transfers

struct QueueRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Work until nothing is left to do.")

    @Flag(help: "Go on waiting for more.") var stay = false
    @OptionGroup var options: ConnectionOptions
    @OptionGroup var transfer: TransferOptionGroup

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
            // Under the name of the login with it, too.
            guard let account = options.account, site.account == nil else { continue }
            var login = site
            login.account = account
            credentials.passwords[login.id] = credentials.passwords[site.id]
        }
        if contents.settings.isPaused {
            complain("the queue is paused; portside queue resume lets it go on")
        }
        var configuration = transfer.queueConfiguration(options)
        configuration.account = options.account
        configuration.proxy = try options.theProxy()
        let run = TransferRun(options: options, interrupts: sessions.interrupts, isSkippingWanted: true)
        if stay { run.stay(passwords: try credentials.source()) }
        do {
            try run.work(
                on: [], of: [], journal: queue.store, configuration: configuration,
                passwords: credentials.passwords, trust: credentials.trust,
                dialogue: sessions.printer.sink)
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
