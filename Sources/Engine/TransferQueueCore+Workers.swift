import Dispatch
import FTPProtocol
import Transfers
import Transport

/// The connections: taken from those that rest, or made; given up when they rest for long.
extension TransferQueueCore {
    /// - Parameters:
    ///   - id: what the queue calls it.
    ///   - origin: where a copy comes from.
    mutating func takeWorker(
        for site: Site, as id: Site.ID, copyingFrom origin: Site.ID?
    ) -> TransferWorker {
        let fitting = idle.indices.filter { idle[$0].worker.site == site }
        // One that has both connections; else the first of them: what was made to see whether more connections pay is
        // what rests when they do not.
        let together = fitting.filter { origin != nil && idle[$0].worker.companionSite == origin }
        let best = (together.isEmpty ? fitting : together).min {
            idle[$0].worker.name.number < idle[$1].worker.name.number
        }
        if let origin, together.isEmpty { giveUpResting(with: origin, but: best) }
        if let best { return idle.remove(at: best).worker }
        giveUpResting(with: site.id, but: nil)
        let number = freeNumbers.popLast() ?? workerCount + 1
        workerCount = max(workerCount, number)
        return TransferWorker(
            site: site, name: ConnectionName(.transfer, number),
            dataMode: dataModes[id].flatMap { $0 == .auto ? nil : $0 } ?? site.dataMode,
            memory: configuration.memory, password: passwords, trust: trust, dialogue: dialogue)
    }

    /// Lets go of one connection with nothing to do, of a server with which another one is made: it may allow no more.
    ///
    /// - Parameter taken: where in `idle` the worker is that makes it.
    private func giveUpResting(with site: Site.ID, but taken: Int?) {
        let others = idle.indices.filter { $0 != taken }
        if let index = others.first(where: { idle[$0].worker.companionSite == site }) {
            idle[index].worker.quitCompanion()
        } else if let index = others.first(where: { idle[$0].worker.siteID == site }) {
            idle[index].worker.quit()
        }
    }

    mutating func setDataMode(_ mode: DataMode, for site: Site.ID) {
        dataModes[site] = mode
        for rest in idle where rest.worker.siteID == site { rest.worker.controls.dataMode = mode }
        for worker in busy.values where worker.siteID == site { worker.controls.dataMode = mode }
    }

    /// A connection with nothing to do is given up after this time.
    private static let idleSeconds = 15

    mutating func startIdleTimer() {
        guard !hasIdleTimer else { return }
        hasIdleTimer = true
        itself?.perform(after: .seconds(Self.idleSeconds)) { core in
            core.hasIdleTimer = false
            core.dismissIdle()
            if !core.idle.isEmpty { core.startIdleTimer() }
        }
    }

    /// Says goodbye on the connections that had nothing to do for long, whatever others are doing.
    private mutating func dismissIdle() {
        let oldest = monotonicNanoseconds() - Int64(Self.idleSeconds) * 1_000_000_000
        for rest in idle where rest.since <= oldest {
            rest.worker.quit()
            freeNumbers.append(rest.worker.name.number)
        }
        freeNumbers.sort(by: >)
        idle.removeAll { $0.since <= oldest }
    }

    /// The limit of a site's transfers: its own, within that of all.
    mutating func rate(of site: Site.ID) -> RateLimit {
        if let known = siteRates[site] { return known }
        let rate = RateLimit(bytesPerSecond: scheduler.memory(of: site).rateLimit, within: overallRate)
        siteRates[site] = rate
        return rate
    }

    mutating func applyRates() {
        if !isRateFixed {
            lastMinute = configuration.minuteOfDay()
            overallRate.set(bytesPerSecond: scheduler.rates?.rate(at: lastMinute))
        }
        for (site, rate) in siteRates { rate.set(bytesPerSecond: scheduler.memory(of: site).rateLimit) }
    }
}
