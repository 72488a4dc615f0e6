import Dispatch
import Engine
import FTPProtocol
import Glibc
import Synchronization
import Transfers
import Transport

/// A queue that is worked through without a screen: `get`, `put`, `queue run`.
///
/// Says on standard error what could not be done, a line each, and knows the exit status.
final class TransferRun: Sendable {
    private struct Tally {
        var done = 0
        var skipped = 0
        var failures: [Transfer.ID: (transfer: Transfer, failure: Failure)] = [:]
        var leftOut = 0
        /// How many more have failed than `failures` has.
        var untold = 0
    }

    /// So many failures are told one by one; all of a queue of a million may fail at once.
    private static let mostTold = 1_000

    private let tally = Mutex(Tally())
    private let progress: ProgressPrinter
    private let interrupts: Interrupts
    private let isVerbose: Bool
    /// Whether a skip was asked for, and so is not worth a complaint.
    private let isSkippingWanted: Bool

    init(options: ConnectionOptions, interrupts: Interrupts, isSkippingWanted: Bool) {
        progress = ProgressPrinter(style: options.progress)
        self.interrupts = interrupts
        isVerbose = options.verbose
        self.isSkippingWanted = isSkippingWanted
    }

    /// Goes on waiting for more when all is done, until it is interrupted.
    ///
    /// - Parameter passwords: of servers that come later.
    func stay(passwords: @escaping @Sendable (Site) -> Secret?) {
        staying.withLock { $0 = passwords }
    }

    /// Lets screens in other processes see the queue and ask things of it.
    struct Sharing: Sendable {
        let service: QueueService
        /// What is known from the screen that was left; nil of a command in somebody's shell, which ends when
        /// nothing is left to do, whoever looks.
        var beginning: BackgroundWorker.Beginning?
    }

    func share(_ sharing: Sharing) {
        self.sharing.withLock { $0 = sharing }
    }

    /// - Parameter passwords: of servers that no transfer goes to: those that copies come from.
    func lookUp(passwords: @escaping @Sendable (Site) -> Secret?) {
        others.withLock { $0 = passwords }
    }

    private let others = Mutex<(@Sendable (Site) -> Secret?)?>(nil)
    private let sharing = Mutex<Sharing?>(nil)
    private let staying = Mutex<(@Sendable (Site) -> Secret?)?>(nil)
    /// What the queue asks about while it stays.
    private let asked = Mutex<(@Sendable (Site) -> Void)?>(nil)

    /// Works through `transfers` and what is in the journal already. Blocks until nothing is left to do.
    ///
    /// - Throws: the failure when there was just one thing to do and it failed, else `ExitStatus.Silent`.
    func work(
        on transfers: [Transfer], of sites: [Site], journal: any Journal = ForgetfulJournal(),
        configuration: TransferQueue.Configuration, passwords: Passwords, trust: Trust,
        dialogue: @escaping DialogueSink
    ) throws {
        var configuration = configuration
        let later = staying.withLock { $0 }
        let sharing = sharing.withLock { $0 }
        let others = others.withLock { $0 }
        configuration.retriesUnreachable = later != nil || sharing?.beginning != nil
        configuration.failed = { [self] id, failure in
            tally.withLock { tally in
                if let known = tally.failures[id] { tally.failures[id] = (known.transfer, failure) }
            }
            note(id, failure)
        }
        let queue = TransferQueue(
            journal: { journal }, configuration: configuration,
            passwords: { passwords[$0.id] ?? others?($0) }, trust: trust,
            dialogue: { line in
                dialogue(line)
                sharing?.service.tell(line)
            },
            events: { [self] event in
                hear(event)
                sharing?.service.tell(event)
            })
        for site in sites { queue.learn(site) }
        for message in sharing?.beginning?.knowledge ?? [] { message.apply(to: queue, passwords, trust) }
        // As an interruption by a signal: what has arrived is kept.
        sharing?.service.begin(queue, passwords: passwords, trust: trust) { kill(getpid(), SIGTERM) }
        sharing?.beginning?.sayReady()
        if !transfers.isEmpty { queue.perform(.add(transfers)) }
        let finished = DispatchSemaphore(value: 0)
        interrupts.whenInterrupted {
            queue.stop()
            finished.signal()
        }
        if let later {
            asked.withLock {
                $0 = { site in
                    // Not the one again that was refused.
                    guard let secret = later(site), secret != passwords[site.id] else { return }
                    passwords[site.id] = secret
                    queue.passwordGiven(for: site.id)
                }
            }
            finished.wait()
        }
        while later == nil, interrupts.status == nil {
            queue.whenIdle { _ in finished.signal() }
            finished.wait()
            if interrupts.status != nil { break }
            if let sharing, sharing.beginning != nil, sharing.service.hasViewers {
                // Who looks may want more to be done.
                sharing.service.whenAlone { finished.signal() }
                finished.wait()
                continue
            }
            guard answerQuestions(queue) else { break }
        }
        progress.finish()
        sharing?.service.close()
        let left = queue.stuck()
        let unsaved = interrupts.status == nil ? queue.stop() : nil
        if let sharing, sharing.beginning != nil { BackgroundWorker.leave(sharing.service.report) }
        try conclude(left, isKept: !journal.isForgetful)
        // Said already, as everything that cannot be saved is.
        if unsaved != nil { throw ExitStatus.Silent(code: Failure.Kind.localDisk.exitStatus) }
    }

    // MARK: - What happens

    private func note(_ id: Transfer.ID, _ failure: Failure) {
        pendingFailures.withLock { if $0.count < Self.mostTold { $0[id] = failure } }
    }

    private let pendingFailures = Mutex<[Transfer.ID: Failure]>([:])

    private func hear(_ event: EngineEvent) {
        switch event {
        case .queue(let snapshot): progress.show(snapshot)
        case .verified(let id, let proof): progress.verified(id, proof)
        // With -v the dialogue has said so.
        case .startingOver(_, let why): if !isVerbose { progress.complain(why) }
        case .transferEnded(let transfer):
            progress.ended(transfer)
            switch transfer.state {
            case .done: tally.withLock { $0.done += 1 }
            case .skipped(let reason):
                tally.withLock { $0.skipped += 1 }
                if !isSkippingWanted {
                    progress.complain("\(name(transfer)): skipped: \(reason); see --on-conflict")
                }
            case .failed(let message):
                tally.withLock {
                    guard $0.failures.count < Self.mostTold else { return $0.untold += 1 }
                    $0.failures[transfer.id] = (transfer, Failure(.permissionRefused, message))
                }
            default: break
            }
        // Each of them says so at the end.
        case .diskHeld: break
        case .notice(let text):
            tally.withLock { $0.leftOut += 1 }
            progress.complain(text)
        case .queueNeedsPassword(let site):
            if let answer = asked.withLock({ $0 }) {
                answer(site)
            }
        default: break
        }
    }

    private func name(_ transfer: Transfer) -> String {
        transfer.direction == .download
            ? transfer.charset.shown(transfer.remotePath) : "\(transfer.localPath)"
    }

    // MARK: - Questions

    /// - Returns: whether something was answered, so that the queue has work again.
    private func answerQuestions(_ queue: TransferQueue) -> Bool {
        let asking = queue.stuck().filter { if case .asking = $0.state { true } else { false } }
        guard !asking.isEmpty, Question.canBeAsked else { return false }
        return progress.paused {
            var isAnswered = false
            for transfer in asking {
                guard case .asking(.destinationExists(let size, _)) = transfer.state else { continue }
                guard let answer = ask(about: transfer, there: size, isAlone: asking.count == 1) else {
                    return isAnswered
                }
                isAnswered = true
                if answer.isForAll {
                    queue.perform(.decide(answer.policy, for: .session, nil))
                    return true
                }
                queue.perform(.answer([transfer.id], answer.policy))
            }
            return isAnswered
        }
    }

    /// Two lines of less than 80 columns; asked again until one of the letters comes.
    ///
    /// - Returns: nil at the end of input, or when interrupted.
    private func ask(about transfer: Transfer, there: Int64?, isAlone: Bool) -> (
        policy: ConflictPolicy, isForAll: Bool
    )? {
        let isDownload = transfer.direction == .download
        let (local, remote) = isDownload ? (there, transfer.size) : (transfer.size, there)
        let sizes =
            "\(local.map(byteText) ?? "unknown size") here, "
            + "\(remote.map(byteText) ?? "unknown size") on the server"
        let name = isDownload ? visible(transfer.localName) : transfer.charset.shown(transfer.remoteName)
        let shown = name.count > 30 ? String(name.prefix(29)) + "…" : name
        StandardError.write("\(shown) exists: \(sizes)\n")
        if !isAlone { StandardError.write("(A capital letter answers for all that are still to come.)\n") }
        while true {
            let answer = Question.ask(
                "[o]verwrite, [r]esume, if [n]ewer, [k]eep both, [s]kip? ",
                cancellation: interrupts.cancellation)
            guard let answer else { return nil }
            if let policy = Self.policies[answer.lowercased()] {
                return (policy, !isAlone && answer.first?.isUppercase == true)
            }
            StandardError.write("Please type one of the letters in brackets.\n")
        }
    }

    private static let policies: [String: ConflictPolicy] = [
        "o": .overwrite, "overwrite": .overwrite, "r": .resume, "resume": .resume, "n": .newer,
        "newer": .newer, "k": .rename, "keep": .rename, "keep both": .rename, "s": .skip, "skip": .skip,
    ]

    // MARK: - The end

    /// - Parameter isKept: what is left stays in the queue.
    private func conclude(_ left: [Transfer], isKept: Bool) throws {
        var outcome = tally.withLock { $0 }
        pendingFailures.withLock { pending in
            for (id, failure) in pending {
                if let known = outcome.failures[id] { outcome.failures[id] = (known.transfer, failure) }
            }
        }
        if let status = interrupts.status, let reason = interrupts.failure {
            complain(
                reason.kind == .cancelled
                    ? "interrupted; what has arrived is kept, -c goes on from it" : reason.message)
            throw ExitStatus.Silent(code: status)
        }
        // What asks or waits for a password cannot be answered here.
        for transfer in left {
            switch transfer.state {
            case .held(let reason):
                let failure = pendingFailures.withLock { $0[transfer.id] }
                outcome.failures[transfer.id] = (transfer, failure ?? Failure(.localDisk, reason))
            case .asking(.destinationExists):
                complain(
                    "\(name(transfer)): the destination exists; say what to do with "
                        + (isKept ? "portside queue answer" : "--on-conflict"))
                outcome.leftOut += 1
            case .asking(.password):
                outcome.failures[transfer.id] = (
                    transfer,
                    Failure(
                        .passwordNeeded,
                        "the server wants a password; use --password-file or --netrc")
                )
            default: break
            }
        }
        for (id, failed) in outcome.failures where failed.failure.endsConnection {
            guard failed.transfer.direction == .upload, failed.transfer.bytes > 0 else { continue }
            let name = failed.transfer.part.map { ", as “\(failed.transfer.charset.shown($0.name))”" } ?? ""
            outcome.failures[id]?.failure.message +=
                "; \(failed.transfer.bytes) bytes of it were sent\(name), put -c goes on"
        }
        let failures = outcome.failures.values.sorted { $0.transfer.id < $1.transfer.id }
        let isAlone = outcome.done == 0 && outcome.skipped == 0 && outcome.leftOut == 0
        if failures.count == 1, isAlone { throw failures[0].failure }
        for (transfer, failure) in failures {
            let name = name(transfer)
            complain(failure.message.contains(name) ? failure.message : "\(name): \(failure.message)")
        }
        if outcome.untold > 0 { complain("and \(outcome.untold) more failed") }
        if !failures.isEmpty {
            let kinds = Set(failures.map(\.failure.kind))
            let isWhole = isAlone && kinds.count == 1
            throw ExitStatus.Silent(code: isWhole ? failures[0].failure.kind.exitStatus : ExitStatus.partly)
        }
        if outcome.leftOut > 0 || (outcome.skipped > 0 && !isSkippingWanted) {
            throw ExitStatus.Silent(code: ExitStatus.partly)
        }
    }
}
