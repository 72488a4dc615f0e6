import Synchronization
public import Transfers

/// The passwords of this run, in memory only, never written anywhere.
public final class Passwords: Sendable {
    private let known = Mutex<[Site.ID: Secret]>([:])

    public init() {}

    public subscript(site: Site.ID) -> Secret? {
        get { known.withLock { $0[site] } }
        set { known.withLock { $0[site] = newValue } }
    }

    /// To be handed to a process that goes on with the work.
    public var all: [Site.ID: Secret] { known.withLock { $0 } }

    public func forget(_ site: Site.ID) {
        known.withLock { $0[site] = nil }
    }
}
