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

    /// A million rows of the longest names are less.
    private static let mostBytes = 1 << 30

    mutating func run() throws {
        let bytes = try UserFiles.bytes(of: file, limit: Self.mostBytes)
        let begin = String(decoding: bytes.prefix(200), as: UTF8.self)
        var plan: TransferPlan
        if begin.contains("<FileZilla3") || begin.hasPrefix("<?xml") {
            let queue = try FileZillaQueue(bytes, file: file)
            for remark in queue.remarks { complain(remark) }
            plan = try queue.plan { try ConnectionOptions.parse($0.arguments).site(of: $1) }
            try plan.sayRefused()
            if queue.hasPasswords {
                complain(
                    "passwords are not taken over: give them to queue run, with --netrc or --password-file")
            }
        } else {
            plan = try read(bytes)
        }
        guard !plan.transfers.isEmpty else {
            return complain("\(visible(file)): nothing to be done is in it")
        }
        guard let answer = try QueueChange.make(.add, sites: plan.sites, transfers: plan.transfers) else {
            return
        }
        if answer.merged > 0 { complain("\(answer.merged) of these are in the queue already") }
        for id in answer.ids { StandardOutput.write("\(id)\n") }
        if !plan.refused.isEmpty { throw ExitStatus.Silent(code: ExitStatus.partly) }
    }

    private func read(_ bytes: [UInt8]) throws -> TransferPlan {
        var plan = TransferPlan()
        var sites: [Int: Site] = [:]
        var over = 0
        func refused(_ number: Int, _ what: String) -> Failure {
            Failure(.noSuchSource, "\(visible(file)):\(number): \(what); nothing was added")
        }
        for (index, text) in bytes.split(separator: 0x0A).enumerated() {
            let number = index + 1
            guard let line = JSON.decode(QueueDocument.Line.self, String(decoding: text, as: UTF8.self))
            else {
                throw refused(number, "this is no line of an exported queue")
            }
            if index == 0 {
                guard line.portside == "queue" else { throw refused(number, "this is no exported queue") }
                guard line.version == QueueDocument.version else {
                    throw refused(number, "it was written by another version of portside")
                }
            }
            if let site = line.site {
                guard let value = site.value else { throw refused(number, "a site without an address") }
                sites[site.number] = value
                plan.sites.append(value)
            }
            guard let transfer = line.transfer else { continue }
            guard let site = sites[transfer.site], let value = transfer.value(at: site) else {
                throw refused(number, "a transfer that cannot be")
            }
            if transfer.isOver { over += 1 } else { plan.transfers.append(value) }
        }
        if over > 0 { complain("\(over) were done or skipped already: left out") }
        return plan
    }
}
