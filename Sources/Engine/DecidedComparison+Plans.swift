import FTPProtocol
import Transfers

/// Makes plans of what was decided about a comparison: what is in directories is looked up now.
extension DecidedComparison {
    /// Blocks until the directories that are copied or deleted are listed.
    ///
    /// - Returns: one for each of `directions`.
    /// - Throws: when the connection is lost; what cannot be listed is a note in the plan.
    func plans(on session: Session) throws(Failure) -> [MirrorPlan] {
        try session.connect()
        var plans: [MirrorPlan] = []
        for direction in directions { plans.append(try plan(direction, session)) }
        return plans
    }

    private func plan(_ direction: Transfer.Direction, _ session: Session) throws(Failure) -> MirrorPlan {
        let root = session.resolve(remote)
        let scan = MirrorScan(
            direction: direction, remote: root, local: local, filter: filter, options: MirrorOptions())
        var plan = scan.emptyPlan(root, session)
        for note in notes { plan.note(note) }
        for item in items where item.decision.direction == direction {
            let row = item.row
            switch item.decision {
            case .toServer, .toHere:
                if row.isDirectory {
                    try scan.compare(from: .init(path: row.path, isNew: true), &plan, root, session)
                } else if let source = direction == .upload ? row.local : row.remote {
                    plan.copy(source, to: row.path, reason: row.isOnOneSide ? "new" : "as decided")
                }
            case .deleteHere, .deleteThere:
                if row.isDirectory {
                    try scan.planDeletion(of: row.path, &plan, root, session)
                } else {
                    plan.deleteFile(row.path, size: (row.local ?? row.remote)?.size)
                }
            case .nothing: break
            }
        }
        return plan
    }
}
