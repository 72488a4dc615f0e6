import FTPProtocol
import Transfers

/// The times of LIST in UTC, where the server's zone can be found.
extension Session {
    /// Names of the first listing that are kept back until the zone is known; what comes after them is shown as listed.
    private static let mostHeld = 10_000
    /// Files that are asked about before it is left at that.
    private static let mostQuestions = 3

    /// Runs a listing by LIST, and gives its entries with their times in UTC.
    ///
    /// The first listing of a server that knows MDTM is kept back until one file's time was asked for: it is not to be
    /// shown in one zone now and in another a moment later.
    func listInUTC(_ found: ([ListingEntry]) -> Void) throws(Failure) -> ListingEnd {
        zone = zone ?? memory.zone(of: site)
        guard zone == nil, mayAskForZone else {
            let zone = zone
            return try listWithHidden { found(zone?.utc($0) ?? $0) }
        }
        var held: [ListingEntry] = []
        var isTooLong = false
        let end: ListingEnd
        do throws(Failure) {
            end = try listWithHidden { some in
                guard !isTooLong else { return found(some) }
                held += some
                guard held.count > Self.mostHeld else { return }
                isTooLong = true
                found(held)
                held = []
            }
        } catch {
            if !held.isEmpty { found(held) }
            throw error
        }
        guard !isTooLong else { return end }
        try findZone(held)
        if !held.isEmpty { found(zone?.utc(held) ?? held) }
        return end
    }

    private var mayAskForZone: Bool {
        // Serv-U answers MDTM in its own time, too.
        features.supportsModificationTime && zoneQuestions < Self.mostQuestions && !isServU
    }

    /// Asks for the time of the newest file: the zone as it is now, not as it was in another season.
    private func findZone(_ entries: [ListingEntry]) throws(Failure) {
        guard let place = directory else { return }
        let files = entries.filter { entry in
            entry.kind == .file && isSafeLocalName(entry.name)
                && entry.modified.map(ServerZone.canTell) == true
        }
        guard
            let newest = files.max(by: {
                ($0.modified?.secondsSince1970 ?? 0) < ($1.modified?.secondsSince1970 ?? 0)
            }), let listed = newest.modified
        else { return }
        zoneQuestions += 1
        let utc: Int64?
        do throws(Failure) { utc = try modificationTime(of: place.appending(newest.name)) } catch {
            // The listing is here; that the connection is not any more the next command will find out.
            guard error.endsConnection, error.kind != .cancelled else { throw error }
            return disconnect()
        }
        guard let utc, let zone = ServerZone(listed: listed, utc: utc) else { return }
        self.zone = zone
        memory.note(zone, of: site)
        if zone.ahead != 0 {
            control?.note(.note, "the server's listings are \(zone.ahead / 60) minutes ahead of UTC")
        }
    }
}
