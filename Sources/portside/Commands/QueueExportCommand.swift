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
        try storage { try manifest ? printManifest(store) : printDocument(store) }
    }

    private func printDocument(_ store: QueueStore) throws {
        func write(_ line: QueueDocument.Line) throws { StandardOutput.write(try JSON.encode(line) + "\n") }
        var head = QueueDocument.Line()
        (head.portside, head.version) = ("queue", QueueDocument.version)
        try write(head)
        let sites = try store.outline().sites
        let numbers = Dictionary(
            sites.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        for (number, site) in sites.enumerated() {
            var line = QueueDocument.Line()
            line.site = QueueDocument.ExportedSite(site, number: number)
            try write(line)
        }
        try store.forEachPiece { piece in
            for row in piece {
                guard let site = numbers[row.transfer.site] else { continue }
                var line = QueueDocument.Line()
                line.transfer = QueueDocument.ExportedTransfer(row.transfer, site: site)
                try write(line)
            }
        }
    }

    private func printManifest(_ store: QueueStore) throws {
        try store.forEachPiece { piece in
            for row in piece where row.transfer.kind == .file { StandardOutput.write(object(row).line) }
        }
    }

    private func object(_ row: QueueStore.StoredTransfer) -> JSONObject {
        let transfer = row.transfer
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
        if let ended = row.ended {
            object.add("ended", CivilDate(secondsSince1970: ended).iso8601)
        }
        if let message = transfer.message { object.add("error", message) }
        return object
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
