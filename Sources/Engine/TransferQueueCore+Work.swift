import FTPProtocol
import Transfers
import Transport

/// Transfers given to workers, and what these report.
extension TransferQueueCore {
    mutating func start(_ transfer: Transfer) {
        guard let known = sites[transfer.site], !isStopping else {
            handle(
                .failed(
                    transfer.id,
                    .init("the queue does not know the server of this transfer", isTemporary: false)))
            return
        }
        if let reason = heldDisks.reason(for: transfer) {
            // Not from within: each would begin the next, however many there are.
            itself?.perform { $0.handle(.held(transfer.id, reason: reason, bytes: transfer.bytes)) }
            return
        }
        if let helper = helper(for: transfer) { return lease(transfer, to: helper) }
        let site = withSecrets((transfer.options.connection ?? .usual).applied(to: known))
        let worker = takeWorker(for: site, as: transfer.site, copyingFrom: transfer.options.origin?.site.id)
        busy[transfer.id] = worker
        // Known at once, where a message from the worker would cost two changes of thread a file.
        if worker.isLoggedIn { loggedIn(transfer.id, at: transfer.site) }
        pace.begin(transfer.id, at: transfer.bytes)
        throughput.begin(
            transfer.id, of: transfer.site, at: transfer.bytes, now: monotonicNanoseconds())
        let id = transfer.id
        let siteID = transfer.site
        guard let itself else { return }
        let isFresh =
            transfer.attempts == 0 && transfer.bytes == 0
            && freshDirectories.contains(FreshDirectory(site: siteID, path: transfer.remoteDirectory))
        var reportsClock: (@Sendable (Int64?) -> Void)?
        if !clocksKnown.contains(siteID) {
            reportsClock = { ahead in itself.perform { $0.clockMeasured(of: siteID, ahead) } }
        }
        worker.run(
            transfer, configuration, limit: rate(of: siteID), connections: scheduler.connections(of: id),
            clockAhead: scheduler.memory(of: siteID).clockSkew ?? 0,
            isDestinationFresh: isFresh,
            mayHaveEnded: id < firstNewID || foundAgain.contains(id),
            reports: TransferWorker.Reports(
                loggedIn: { latency in
                    itself.perform { core in
                        core.throughput.restart(siteID, now: monotonicNanoseconds())
                        core.processors.begin()
                        core.loggedIn(id, at: siteID, latency: latency)
                    }
                },
                learnt: { facts in itself.perform { $0.learnt(facts, of: id) } },
                beginning: { part in itself.wait { $0.began(id, part) } },
                kept: { part in itself.perform { $0.handle(.partKept(id, part)) } },
                verified: { [events] proof in
                    events(.verified(id, proof))
                    itself.perform { $0.handle(.verified(id, proof)) }
                },
                startingOver: { [events] why in events(.startingOver(id, why)) },
                found: { files in
                    itself.perform { core in
                        core.throughput.listed(siteID, now: monotonicNanoseconds())
                        core.handle(.scanned(id, files))
                    }
                },
                madeDirectory: { path, isNew in
                    itself.perform { $0.remember(path, of: siteID, isFresh: isNew) }
                },
                leftOut: { [events] why in events(.notice(why)) },
                narrowed: { count in itself.perform { $0.handle(.narrowed(id, connections: count)) } },
                clockMeasured: reportsClock,
                // Waited for: the thread goes on with the next transfer, instead of waking another one and going to sleep.
                ended: { end, facts in
                    itself.wait { core in
                        if let facts { core.learnt(facts, of: id) }
                        core.ended(id, end)
                    }
                }))
        if workerCount > 0 { changed() }
    }

    mutating func loggedIn(_ id: Transfer.ID, at site: Site.ID, latency: Int64? = nil) {
        reached.insert(site)
        handle(.began(id, latency: latency))
    }

    mutating func learn(_ site: Site) {
        sites[site.id] = site
        guard let proxy = site.network.proxy, let password = proxy.password else { return }
        proxyPasswords[proxy.url] = password
    }

    /// With what is not in the journal because it is a secret.
    private func withSecrets(_ site: Site) -> Site {
        var site = site
        if site.account == nil { site.account = configuration.account }
        if let proxy = site.network.proxy, proxy.password == nil {
            let given = configuration.proxy.flatMap { $0.url == proxy.url ? $0.password : nil }
            site.network.proxy?.password = given ?? proxyPasswords[proxy.url]
        }
        return site
    }

    private mutating func learnt(_ facts: TransferWorker.SourceFacts, of id: Transfer.ID) {
        handle(.sourceLearnt(id, size: facts.size, modified: facts.modified))
    }

    mutating func clockMeasured(of site: Site.ID, _ ahead: Int64?) {
        clocksKnown.insert(site)
        if let ahead { handle(.clockMeasured(site, ahead: ahead)) }
    }

    private mutating func began(_ id: Transfer.ID, _ part: Part) {
        handle(.partKept(id, part))
        flushAndWait()
    }

    /// Beyond this the proof that a directory is new is forgotten, and servers are asked again.
    private static let mostFreshDirectories = 100_000

    private mutating func remember(_ path: RemotePath, of site: Site.ID, isFresh: Bool) {
        let directory = FreshDirectory(site: site, path: path)
        guard isFresh else {
            freshDirectories.remove(directory)
            return
        }
        if freshDirectories.count >= Self.mostFreshDirectories { freshDirectories = [] }
        freshDirectories.insert(directory)
    }

    private mutating func ended(_ id: Transfer.ID, _ end: TransferWorker.End) {
        guard let worker = busy.removeValue(forKey: id) else { return }
        let bytes = worker.progress.bytes
        pace.end(id, at: bytes)
        throughput.ended(
            id, of: scheduler.site(of: id) ?? worker.siteID, at: bytes, now: monotonicNanoseconds())
        idle.append(Rest(worker: worker, since: monotonicNanoseconds()))
        startIdleTimer()
        let failure: Failure? = if case .failed(let failure, _) = end { failure } else { nil }
        conclude(
            id, WorkerEnd(end, bytes: bytes, isDownload: scheduler.direction(of: id) == .download),
            at: worker.site,
            others: failure == nil ? 0 : connections(with: worker.siteID), failure)
    }

    /// As many as this process has with a server, copies from there counted.
    func connections(with site: Site.ID) -> Int {
        busy.reduce(0) { count, work in
            let isOrigin = scheduler.transfer(work.key)?.options.origin?.site.id == site
            return count + (work.value.siteID == site ? 1 : 0) + (isOrigin ? 1 : 0)
        }
    }

    /// - Parameters:
    ///   - others: how many connections of ours the server has beside.
    ///   - failure: of a worker of this process.
    mutating func conclude(
        _ id: Transfer.ID, _ end: WorkerEnd, at site: Site, others: Int, _ failure: Failure?
    ) {
        foundAgain.remove(id)
        switch end {
        case .done(let bytes): handle(.finished(id, bytes: bytes))
        case .skipped(let reason): handle(.skipped(id, reason: reason))
        case .conflict(let size, let modified): handle(.conflicted(id, size: size, modified: modified))
        case .scanned: handle(.scanEnded(id, nil))
        case .stopped(let bytes): handle(.stopped(id, bytes: bytes))
        case .passwordNeeded:
            handle(.passwordNeeded(id))
            events(.queueNeedsPassword(site))
        case .held(let reason, let bytes):
            hold(id, failure ?? Failure(.localDisk, reason), bytes: bytes)
        case .failed(let what):
            let isHopeless =
                !configuration.retriesUnreachable && what.isUnreachable
                && !reached.contains(scheduler.site(of: id) ?? site.id)
            handle(
                .failed(
                    id,
                    .init(
                        what.message, isTemporary: what.isTemporary && !isHopeless, bytes: what.bytes,
                        connectionLimit: what.soundsLikeALimit
                            ? what.concernsOrigin == true ? .max : others : nil,
                        concernsSite: !what.isLoggedIn || what.concernsOrigin == true,
                        concernsOrigin: what.concernsOrigin == true)))
            if let failure, case .failed? = scheduler.transfer(id)?.state {
                configuration.failed?(id, failure)
            }
        }
    }

    private mutating func hold(_ id: Transfer.ID, _ failure: Failure, bytes: Int64) {
        guard let transfer = scheduler.transfer(id) else { return }
        let isNew = heldDisks.hold(for: transfer, failure.message)
        handle(.held(id, reason: failure.message, bytes: bytes))
        configuration.failed?(id, failure)
        if isNew { events(.diskHeld(failure.message)) }
    }
}

extension WorkerEnd {
    /// - Parameter bytes: at the destination.
    init(_ end: TransferWorker.End, bytes: Int64, isDownload: Bool) {
        switch end {
        case .file(.done(let bytes)): self = .done(bytes: bytes)
        case .file(.skipped(let reason)): self = .skipped(reason)
        case .file(.conflict(let size, let modified)): self = .conflict(size: size, modified: modified)
        case .scanned: self = .scanned
        case .failed(let failure, _) where failure.kind == .cancelled: self = .stopped(bytes: bytes)
        case .failed(let failure, _) where failure.kind == .passwordNeeded: self = .passwordNeeded
        case .failed(let failure, _) where failure.isDiskTrouble && isDownload:
            self = .held(failure.message, bytes: bytes)
        case .failed(let failure, let isLoggedIn):
            self = .failed(
                WorkerFailure(
                    message: failure.message, isTemporary: failure.isTemporary, bytes: bytes,
                    soundsLikeALimit: (!isLoggedIn || failure.concernsOrigin)
                        && failure.reply?.soundsLikeALimit == true,
                    isLoggedIn: isLoggedIn, isUnreachable: failure.kind == .unreachable,
                    concernsOrigin: failure.concernsOrigin ? true : nil))
        }
    }
}
