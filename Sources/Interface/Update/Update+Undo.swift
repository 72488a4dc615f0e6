internal import FTPProtocol
internal import Transfers

/// What can be taken back with `u`: for ten minutes, the last one first.
struct Undo: Sendable {
    enum Step: Sendable {
        case restore([TrashedFile])
        case rename(from: RemotePath, to: RemotePath)
    }

    let step: Step
    /// Where it was done.
    let location: Location
    let what: String
    let at: Int64  // nanoseconds since 1970

    static let patience: Int64 = 600_000_000_000
    static let most = 50
}

extension Model {
    mutating func remember(_ step: Undo.Step, _ location: Location, _ what: String) {
        undos.append(Undo(step: step, location: location, what: what, at: now))
        if undos.count > Undo.most { undos.removeFirst() }
    }

    mutating func trashed(_ ticket: Ticket, _ files: [TrashedFile]) {
        guard let operation = operations[ticket], !files.isEmpty else { return }
        remember(.restore(files), operation.location, "Delete")
    }

    mutating func undo() -> [Effect] {
        let possible = undos.filter { now - $0.at <= Undo.patience && isCurrent($0.location) }
        undos = possible
        guard let last = undos.popLast() else {
            say("There is nothing to undo: u takes back what was renamed, or moved to the trash.")
            return []
        }
        let ticket = begin("Undo of \(last.what)", last.location, cursorName: nil)
        switch last.step {
        case .restore(let files):
            say("\(plural(files.count, "item comes", "items come")) back from the trash.")
            return [.request(.local(.restore(files, ticket)))]
        case .rename(let from, let to):
            say("\(last.what): taken back.")
            return last.location.endpoint == .local
                ? [
                    .request(
                        .local(.rename(LocalPath(bytes: from.bytes), to: LocalPath(bytes: to.bytes), ticket)))
                ]
                : [.request(.remote(.rename(from, to: to, ticket)))]
        }
    }
}
