import FTPProtocol
import Transfers
import Transport

/// Work given to other processes, which have no part in any decision: see `Lease`.
extension TransferQueueCore {
    /// Who is to carry it out, when it is another process: the one with the least to do, if that is less than here.
    func helper(for transfer: Transfer) -> Helper? {
        // What makes transfers stays where the decisions are: what is found is added there, and is given away itself.
        guard !helpers.isEmpty, transfer.kind == .file else { return nil }
        let wanted = scheduler.connections(of: transfer.id)
        var load: [Int64: Int] = [:]
        for lease in leased.values { load[lease.worker, default: 0] += lease.connections }
        let free = helpers.values.filter {
            load[$0.number, default: 0] + wanted <= $0.connections && $0.sites.contains(transfer.site)
        }
        guard let best = free.min(by: { load[$0.number, default: 0] < load[$1.number, default: 0] }) else {
            return nil
        }
        let here = busy.keys.reduce(0) { $0 + scheduler.connections(of: $1) }
        let isFull = here + wanted > scheduler.connectionLimit
        return isFull || load[best.number, default: 0] < here ? best : nil
    }

    mutating func lease(_ transfer: Transfer, to helper: Helper) {
        let lease = Lease(
            number: Int64.random(in: 1...Int64.max), worker: helper.number,
            onConflict: transfer.options.onConflict,
            clockAhead: scheduler.memory(of: transfer.site).clockSkew ?? 0,
            mayHaveEnded: transfer.id < firstNewID || foundAgain.contains(transfer.id),
            connections: scheduler.connections(of: transfer.id))
        leased[transfer.id] = lease
        leasedSites[transfer.id] = transfer.site
        unsaved.lease(transfer.id, lease)
    }

    /// - Parameter found: those that live. What the others had is taken back at once.
    mutating func take(_ found: [Helper]) {
        guard !isStopping else { return }
        helpers = Dictionary(found.map { ($0.number, $0) }, uniquingKeysWith: { $1 })
        for (id, lease) in leased where helpers[lease.worker] == nil {
            endLease(of: id)
            handle(.stopped(id, bytes: scheduler.transfer(id)?.bytes ?? 0))
        }
        let offered = found.reduce(0) { $0 + $1.connections }
        if offered != scheduler.helperConnections { handle(.helpersOffered(connections: offered)) }
    }

    /// Of a long queue others' requests are taken in when all of it was read. The connections of a helper that died with its
    /// leases would count as used until then, perhaps all there are.
    mutating func takeBackLeases(_ reports: [LeftForWorker], _ journal: any Journal) {
        guard !leased.isEmpty else { return }
        take(reports)
        if let found = try? journal.helpers() { take(found) }
    }

    private mutating func endLease(of id: Transfer.ID) {
        leased[id] = nil
        leasedSites[id] = nil
        unsaved.lease(id, nil)
    }

    /// What a helper says counts as long as the transfer is leased to it under that number.
    mutating func take(_ report: WorkerReport, lease number: Int64) {
        guard let (id, _) = leased.first(where: { $0.value.number == number }),
            let site = sites[leasedSites[id] ?? ""]
        else { return }
        let siteID = leasedSites[id] ?? site.id
        switch report {
        case .began: loggedIn(id, at: siteID)
        case .learnt(let size, let modified): handle(.sourceLearnt(id, size: size, modified: modified))
        case .part(let part): handle(.partKept(id, part))
        case .progressed(let bytes): handle(.progressed(id, bytes: bytes))
        case .clockMeasured(let ahead): clockMeasured(of: siteID, ahead)
        case .narrowed(let connections): handle(.narrowed(id, connections: connections))
        case .verified(let algorithm, let value):
            guard let algorithm = HashAlgorithm(rawValue: algorithm) else { return }
            let proof = HashProof(algorithm: algorithm, value: value)
            events(.verified(id, proof))
            handle(.verified(id, proof))
        case .ended(let end):
            endLease(of: id)
            let others = leased.keys.count { leasedSites[$0] == siteID }
            conclude(id, end, at: site, others: others + connections(with: site.id), nil)
        }
    }
}
