import FTPProtocol
public import Transfers
import Transport

/// The local pane's disk, which may be as slow as a network: everything happens on a queue of its own.
public final class LocalBrowser: Sendable {
    private let queue = Confined(0, label: "portside.local")
    private let events: @Sendable (EngineEvent) -> Void

    public init(events: @escaping @Sendable (EngineEvent) -> Void) {
        self.events = events
    }

    public func perform(_ request: LocalRequest) {
        queue.perform { [events] _ in
            switch request {
            case .list(let path, let ticket): Self.list(path, ticket, events)
            case .makeDirectory(let path, let ticket):
                end(ticket, events) { () throws(TransportError) in try LocalDirectory.make(path.bytes) }
            case .rename(let from, let to, let ticket):
                end(ticket, events) { () throws(TransportError) in
                    try LocalDirectory.rename(from.bytes, to: to.bytes, replacing: false)
                }
            case .changeMode(let paths, let mode, let ticket):
                end(ticket, events) { () throws(TransportError) in
                    for path in paths { try LocalDirectory.changeMode(path.bytes, to: mode) }
                }
            case .write(let path, let bytes, let ticket):
                end(ticket, events) { () throws(TransportError) in
                    let file = try LocalFile.create(path.bytes)
                    try file.write(bytes, at: 0)
                    try file.close()
                }
            case .discard(let copy): PrivateDirectory.remove(with: copy.bytes)
            case .delete(let paths, let ticket):
                end(ticket, events) { () throws(TransportError) in
                    for path in paths { try LocalDirectory.removeTree(path.bytes) }
                }
            }
        }
    }

    /// Waits until what was asked for is done.
    public func stop() {
        queue.wait { _ in }
    }

    private static func list(_ path: LocalPath, _ ticket: Ticket, _ events: @Sendable (EngineEvent) -> Void) {
        do throws(TransportError) {
            let entries = try LocalDirectory.entries(of: path.bytes)
            events(.entries(.local, ticket, entries.map { ListingEntry($0) }))
            events(
                .listed(
                    .local, ticket,
                    .init(
                        directory: RemotePath(bytes: path.bytes), command: "",
                        free: LocalDirectory.freeBytes(at: path.bytes))))
        } catch {
            events(.listingFailed(.local, ticket, Failure(error, attempt: "disk").message))
        }
    }
}

private func end(
    _ ticket: Ticket, _ events: @Sendable (EngineEvent) -> Void, _ body: () throws(TransportError) -> Void
) {
    do throws(TransportError) {
        try body()
        events(.operationEnded(.local, ticket, error: nil))
    } catch {
        events(.operationEnded(.local, ticket, error: Failure(error, attempt: "disk").message))
    }
}

extension ListingEntry {
    init(_ entry: LocalDirectory.Entry) {
        let status = entry.status
        let kind: Kind =
            switch status.kind {
            case .file: .file
            case .directory: .directory
            case .link: .link
            case .other: .other
            }
        self.init(
            name: entry.name, kind: kind, size: status.kind == .file ? status.size : nil,
            modified: CivilDate(secondsSince1970: status.modified),
            permissions: Self.permissions(status.mode),
            target: entry.target)
    }

    private static func permissions(_ mode: UInt32) -> String {
        let letters: [Character] = ["r", "w", "x"]
        var text = ""
        for index in 0..<9 {
            let isSet = (mode >> UInt32(8 - index)) & 1 == 1
            text.append(isSet ? letters[index % 3] : "-")
        }
        return text
    }
}
