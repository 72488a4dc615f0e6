import FTPProtocol
import Transfers
import Transport

/// Lists a directory here and one on the server, with everything below that is on both sides, and says what differs.
/// Changes nothing.
struct CompareScan {
    let remote: RemotePath
    let local: LocalPath
    let criterion: Comparison.Criterion
    /// Told how many files were compared so far, a few times a second.
    let activity: (Int) -> Void

    private static let pause: Int64 = 200_000_000  // nanoseconds
    private static let deepest = 64

    /// Blocks until both trees are read.
    ///
    /// - Throws: when one of the two cannot be listed, or the connection is lost; what is missed below is a note.
    func comparison(on session: Session) throws(Failure) -> Comparison {
        try session.connect()
        if criterion == .sum { try MirrorScan.requireSums(session) }
        let root = session.resolve(remote)
        // As a mirror to the server sees them: names that the server cannot have are left out, and noted.
        let sides = MirrorScan(
            direction: .upload, remote: root, local: local, filter: FileFilter(),
            options: MirrorOptions(comparison: criterion == .sum ? .hash : .time))
        var plan = MirrorPlan(
            direction: .upload, site: session.site.id, remote: root.bytes, local: local.bytes)
        var comparison = Comparison(
            site: session.site.id, remote: root, local: local, hasSums: criterion == .sum)
        var open = [MirrorScan.Place(path: [], isNew: false)]
        var told: Int64 = 0
        while let place = open.popLast() {
            guard place.path.count <= Self.deepest else {
                comparison.note("\(sides.shown(place)): more than \(Self.deepest) directories deep")
                continue
            }
            let now = monotonicNanoseconds()
            if now - told > Self.pause {
                told = now
                activity(comparison.equal + comparison.rows.count)
            }
            do throws(Failure) {
                guard var here = try sides.side(place, isSource: true, root, session, &plan) else {
                    throw Failure(.noSuchSource, "\(local): no such directory")
                }
                guard var there = try sides.side(place, isSource: false, root, session, &plan) else {
                    throw Failure(.noSuchSource, "\(session.shown(root)): no such directory")
                }
                try sides.learnTimes(&there, here, place, root, session)
                if criterion == .sum { try sides.compareSums(&here, there, place, root, session, &plan) }
                open += comparison.compare(here, there, at: place.path).reversed()
                    .map { MirrorScan.Place(path: place.path + [$0], isNew: false) }
            } catch {
                // One directory below that cannot be had is no reason to leave out the rest; a lost connection is.
                guard !place.path.isEmpty, !error.endsConnection, !error.isTemporary, error.kind != .cancelled
                else { throw error }
                comparison.note(error.message)
            }
        }
        for note in plan.notes { comparison.note(note) }
        return comparison
    }
}
