import FTPProtocol
public import Transfers
import Transport

/// The local pane's disk, which may be as slow as a network: everything happens on a queue of its own.
public final class LocalBrowser: Sendable {
    private let queue = Confined(0, label: "portside.local")
    /// Counting a large tree keeps no list waiting.
    private let counting = Confined(0, label: "portside.count")
    private let trash: [UInt8]?
    private let planBytes: @Sendable (MirrorPlan) -> [UInt8]?
    private let events: @Sendable (EngineEvent) -> Void

    /// - Parameters:
    ///   - trash: `$XDG_DATA_HOME/Trash`; nil where nobody knows it.
    ///   - planBytes: a plan as its file has it.
    public init(
        trash: LocalPath?, planBytes: @escaping @Sendable (MirrorPlan) -> [UInt8]?,
        events: @escaping @Sendable (EngineEvent) -> Void
    ) {
        self.trash = trash?.bytes
        self.planBytes = planBytes
        self.events = events
    }

    public func perform(_ request: LocalRequest) {
        if case .survey(let paths, let ticket) = request {
            return counting.perform { [events, trash] _ in
                events(.surveyed(ticket, Self.survey(paths.map(\.bytes), trash)))
            }
        }
        queue.perform { [events, trash, planBytes] _ in
            switch request {
            case .survey: break
            case .moveToTrash(let paths, let ticket):
                end(ticket, events) { () throws(TransportError) in
                    events(
                        .notice(
                            try Self.moveToTrash(paths.map(\.bytes), trash) { events(.trashed(ticket, $0)) }))
                }
            case .restore(let files, let ticket):
                end(ticket, events) { () throws(TransportError) in
                    for file in files {
                        try Trash.giveBack(file.inTrash.bytes, to: file.original.bytes)
                    }
                }
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
            case .writePlans(let plans, let ticket):
                end(ticket, events) { () throws(TransportError) in try Self.write(plans, planBytes) }
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

    /// Whoever asks waits for the answer.
    private static let countingPatience = Duration.seconds(3)

    private static func survey(_ paths: [[UInt8]], _ home: [UInt8]?) -> DeletionSurvey {
        let trashes = paths.map { try? Trash.serving($0, home: home) }
        let count = TreeCount(of: paths, until: .after(countingPatience))
        // One that would be gone for good is enough to say so.
        let directory = trashes.contains(nil) ? nil : trashes.first??.directory
        return DeletionSurvey(
            files: count.files, folders: count.directories, bytes: count.bytes, isComplete: count.isComplete,
            trash: directory.map { LocalPath(bytes: $0) })
    }

    /// - Parameter taken: told what was moved, also when not all of it could be.
    /// - Returns: where they are now, as a sentence.
    private static func moveToTrash(
        _ paths: [[UInt8]], _ home: [UInt8]?, taken: ([TrashedFile]) -> Void
    ) throws(TransportError) -> String {
        var moved: [TrashedFile] = []
        defer { taken(moved) }
        for path in paths {
            guard let trash = try Trash.serving(path, home: home) else {
                throw .unusable("\(visible(path)): there is no trash for it, and it was left where it is")
            }
            moved.append(
                TrashedFile(original: LocalPath(bytes: path), inTrash: LocalPath(bytes: try trash.take(path)))
            )
        }
        let last = moved.last?.inTrash.bytes ?? []
        if paths.count == 1 { return "In the trash: \(visible(last))" }
        let directory = last.prefix(max(0, (last.lastIndex(of: UInt8(ascii: "/")) ?? 0)))
        return "\(paths.count) items are in the trash: \(visible(directory))"
    }

    /// None is left when one of them cannot be written.
    private static func write(
        _ plans: [PlanToWrite], _ bytes: (MirrorPlan) -> [UInt8]?
    ) throws(TransportError) {
        var made: [LocalPath] = []
        do throws(TransportError) {
            for each in plans {
                guard let bytes = bytes(each.plan) else { throw .unusable("the plan has no text") }
                let file = try create(each.path)
                made.append(each.path)
                try file.write(bytes, at: 0)
                try file.close()
            }
        } catch {
            for path in made { try? LocalDirectory.removeFile(path.bytes) }
            throw error
        }
    }

    private static func create(_ path: LocalPath) throws(TransportError) -> LocalFile {
        do throws(TransportError) { return try LocalFile.create(path.bytes) } catch {
            guard error.meansExists else { throw error }
            throw .unusable("\(visible(path.lastComponent)) is there already; w takes another name")
        }
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

extension ListingEntry.Kind {
    init(_ kind: FileStatus.Kind) {
        self =
            switch kind {
            case .file: .file
            case .directory: .directory
            case .link: .link
            case .other: .other
            }
    }
}

extension ListingEntry {
    init(_ entry: LocalDirectory.Entry) {
        let status = entry.status
        self.init(
            name: entry.name, kind: Kind(status.kind), size: status.kind == .file ? status.size : nil,
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
