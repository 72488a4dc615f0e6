public import FTPProtocol
import Synchronization
import Transfers

/// What earlier sessions learned about servers: which way to a data connection works, where it is not the usual one.
///
/// Shared by all sessions of a process; whoever makes it may keep it across restarts.
public final class ServerMemory: Sendable {
    private let known: Mutex<[String: DataMethod]>
    /// For as long as the program runs: zones change with the seasons.
    private let zones = Mutex<[String: ServerZone]>([:])
    private let changed: @Sendable ([String: DataMethod]) -> Void

    /// - Parameters:
    ///   - known: as `changed` was given it.
    ///   - changed: called on the thread that learned something, with all there is.
    public init(
        known: [String: DataMethod] = [:],
        changed: @escaping @Sendable ([String: DataMethod]) -> Void = { _ in }
    ) {
        self.known = Mutex(known)
        self.changed = changed
    }

    /// The same for every user of a server: the network between is.
    private static func key(_ site: Site) -> String { "\(site.host):\(site.port)" }

    func zone(of site: Site) -> ServerZone? { zones.withLock { $0[Self.key(site)] } }

    func note(_ zone: ServerZone, of site: Site) { zones.withLock { $0[Self.key(site)] = zone } }

    func method(for site: Site) -> DataMethod? { known.withLock { $0[Self.key(site)] } }

    /// - Parameter method: nil where the usual one works.
    func note(_ method: DataMethod?, for site: Site) {
        let all = known.withLock { known -> [String: DataMethod]? in
            guard known[Self.key(site)] != method else { return nil }
            known[Self.key(site)] = method
            return known
        }
        if let all { changed(all) }
    }
}
