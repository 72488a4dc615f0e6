import ArgumentParser
import Engine
import FTPProtocol
import Storage
import Transfers

/// `queue import`: what `queue export` printed, or FileZilla's queue.
struct QueueImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Add what queue export printed, or a queue that FileZilla exported.",
        discussion:
            "What was done already is left out, and so is what is in the queue. Prints the new numbers.")

    @Argument(help: "What queue export printed, or FileZilla's XML; - is standard input.") var file: String

    /// Of FileZilla's, which is read as a whole; so many bytes are hundreds of thousands of files.
    private static let mostBytes = 1 << 30

    mutating func run() throws {
        var lines = try LineReader(file)
        let begin = String(decoding: try lines.begin(200), as: UTF8.self)
        if begin.contains("<FileZilla3") || begin.hasPrefix("<?xml") {
            try takeOver(FileZillaQueue(try lines.rest(limit: Self.mostBytes), file: file))
        } else {
            try add(ExportedQueue(lines, file: file))
        }
    }

    private func takeOver(_ queue: FileZillaQueue) throws {
        for remark in queue.remarks { complain(remark) }
        let plan = try queue.plan { try ConnectionOptions.parse($0.arguments).site(of: $1) }
        try plan.sayRefused()
        if queue.hasPasswords {
            complain("passwords are not taken over: give them to queue run, with --netrc or --password-file")
        }
        guard !plan.transfers.isEmpty else { return sayNothingToDo() }
        guard let answer = try QueueChange.make(.add, sites: plan.sites, transfers: plan.transfers) else {
            return
        }
        sayMerged(answer.merged)
        show(answer.ids)
        if !plan.refused.isEmpty { throw ExitStatus.Silent(code: ExitStatus.partly) }
    }

    /// All of it is read before any of it is added: a document with a line that cannot be adds nothing.
    private func add(_ document: consuming ExportedQueue) throws {
        var addition = try storage { try LongAddition() }
        while let piece = try document.next() { addition.add(piece.transfers, sites: piece.sites) }
        if document.over > 0 { complain("\(document.over) were done or skipped already: left out") }
        guard addition.count > 0 else { return sayNothingToDo() }
        let merged = try storage { try addition.write { show($0) } }
        sayMerged(merged)
    }

    private func show(_ ids: [Transfer.ID]) {
        for id in ids { StandardOutput.write("\(id)\n") }
    }

    private func sayMerged(_ count: Int) {
        if count > 0 { complain("\(count) of these are in the queue already") }
    }

    private func sayNothingToDo() {
        complain("\(visible(file)): nothing to be done is in it")
    }
}
