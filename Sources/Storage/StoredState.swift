import Transfers

/// A transfer's state as the columns `state`, `reason`, `stateTime` and `stateSize` hold it.
struct StoredState {
    var name: String
    var reason: String?
    /// When it is tried again, or when the destination was modified; seconds since 1970.
    var time: Int64?
    /// Of the destination, in bytes.
    var size: Int64?

    init(name: String, reason: String? = nil, time: Int64? = nil, size: Int64? = nil) {
        self.name = name
        self.reason = reason
        self.time = time
        self.size = size
    }

    init(_ state: TransferState) {
        self =
            switch state {
            case .waiting: StoredState(name: "waiting")
            case .running: StoredState(name: "running")
            case .paused: StoredState(name: "paused")
            case .held(let reason): StoredState(name: "paused", reason: reason)
            case .retrying(let at, let reason): StoredState(name: "retrying", reason: reason, time: at)
            case .asking(.destinationExists(let size, let modified)):
                StoredState(name: "exists", time: modified, size: size)
            case .asking(.password): StoredState(name: "password")
            case .failed(let reason): StoredState(name: "failed", reason: reason)
            case .done: StoredState(name: "done")
            case .skipped(let reason): StoredState(name: "skipped", reason: reason)
            }
    }

    /// Nil for a name no version has written.
    var state: TransferState? {
        switch name {
        case "waiting": .waiting
        case "running": .running
        case "paused": reason.map { .held($0) } ?? .paused
        case "retrying": .retrying(at: time ?? 0, reason: reason ?? "")
        case "exists": .asking(.destinationExists(size: size, modified: time))
        case "password": .asking(.password)
        case "failed": .failed(reason ?? "")
        case "done": .done
        case "skipped": .skipped(reason ?? "")
        default: nil
        }
    }
}
