import ArgumentParser
import FTPProtocol
import Storage
import Transfers

/// `queue export`: the queue as a document that `queue import` takes in, or a record of what became of each file.
struct QueueExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Print the queue, for queue import; no password is in it.",
        discussion: """
            One JSON object a line. With --manifest: what became of each file, with its check sum where one was \
            compared (--verify hash).
            """)

    @Flag(help: "What became of each file: result, size, check sum, when.") var manifest = false

    mutating func run() throws {
        let store = try storage { try QueueStore(directory: WorkingQueue.directory) }
        let contents = try storage { try store.load() }
        if manifest {
            try printManifest(contents, store)
        } else {
            try printDocument(contents)
        }
    }

    private func printDocument(_ contents: JournalContents) throws {
        func write(_ line: QueueDocument.Line) throws { StandardOutput.write(try JSON.encode(line) + "\n") }
        var head = QueueDocument.Line()
        (head.portside, head.version) = ("queue", QueueDocument.version)
        try write(head)
        let numbers = Dictionary(
            contents.sites.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        for (number, site) in contents.sites.enumerated() {
            var line = QueueDocument.Line()
            line.site = QueueDocument.ExportedSite(site, number: number)
            try write(line)
        }
        for transfer in contents.transfers {
            guard let site = numbers[transfer.site] else { continue }
            var line = QueueDocument.Line()
            line.transfer = QueueDocument.ExportedTransfer(transfer, site: site)
            try write(line)
        }
    }

    private func printManifest(_ contents: JournalContents, _ store: QueueStore) throws {
        let ends = try storage { try store.endTimes() }
        for transfer in contents.transfers where transfer.kind == .file {
            var object = JSONObject()
            object.add("result", transfer.result)
            object.add("direction", transfer.direction == .download ? "down" : "up")
            object.add("source", transfer.shownSource)
            object.add("destination", transfer.shownDestination)
            object.add("bytes", transfer.bytes)
            if let size = transfer.size { object.add("size", size) }
            if let modified = transfer.modified {
                object.add("mtime", CivilDate(secondsSince1970: modified).iso8601)
            }
            if transfer.state == .done { object.add("verified", transfer.verified) }
            if let proof = transfer.proof {
                object.add("algorithm", proof.algorithm.rawValue)
                object.add("hash", proof.value)
            }
            if let ended = ends[transfer.id] {
                object.add("ended", CivilDate(secondsSince1970: ended).iso8601)
            }
            if let message = transfer.message { object.add("error", message) }
            StandardOutput.write(object.line)
        }
    }
}

extension Transfer {
    fileprivate var result: String {
        switch state {
        case .done: "done"
        case .skipped: "skipped"
        case .failed: "failed"
        default: "unfinished"
        }
    }

    /// What was compared when it was done.
    fileprivate var verified: String {
        proof != nil ? "hash" : options.verification == .none ? "none" : "size"
    }
}
