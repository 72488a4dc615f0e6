import Engine
import FTPProtocol
import Storage
import Transfers

/// What `queue export` printed, read some thousand transfers at a time.
struct ExportedQueue: ~Copyable {
    /// Shown by its name.
    private let file: String
    private var lines: LineReader
    private var sites: [Int: Site] = [:]
    private var isBegun = false
    /// So many had ended already, and were left out.
    private(set) var over = 0

    private static let pieceSize = 1_000

    init(_ lines: consuming LineReader, file: String) {
        self.lines = lines
        self.file = file
    }

    /// Nil after the last.
    ///
    /// - Throws: `Failure` at the first line that cannot be: then nothing of the document is to be believed.
    mutating func next() throws -> (sites: [Site], transfers: [Transfer])? {
        var piece: (sites: [Site], transfers: [Transfer]) = ([], [])
        while piece.transfers.count < Self.pieceSize, let text = try lines.next() {
            guard !text.isEmpty else { continue }
            guard let line = JSON.decode(QueueDocument.Line.self, text) else {
                throw refused("this is no line of an exported queue")
            }
            if !isBegun { try begin(line) }
            if let site = line.site {
                guard let value = site.value else { throw refused("a site without an address") }
                sites[site.number] = value
                piece.sites.append(value)
            }
            guard let transfer = line.transfer else { continue }
            guard let site = sites[transfer.site], let value = transfer.value(at: site) else {
                throw refused("a transfer that cannot be")
            }
            if transfer.isOver { over += 1 } else { piece.transfers.append(value) }
        }
        return piece.sites.isEmpty && piece.transfers.isEmpty ? nil : piece
    }

    private mutating func begin(_ line: QueueDocument.Line) throws {
        guard line.portside == "queue" else { throw refused("this is no exported queue") }
        guard line.version == QueueDocument.version else {
            throw refused("it was written by another version of portside")
        }
        isBegun = true
    }

    private func refused(_ what: String) -> Failure {
        Failure(.noSuchSource, "\(visible(file)):\(lines.number): \(what); nothing was added")
    }
}
