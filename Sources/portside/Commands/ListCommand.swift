import ArgumentParser
import Engine
import FTPProtocol
import Transfers

/// `portside ls`: a directory, or the one file that the target is.
struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List a directory.",
        discussion: """
            Sorted by name, byte for byte; a directory of more than \(SortedEntries.most) entries comes in the \
            order of the server, while it arrives.
            """)

    @Argument(help: "ftp://[USER@]HOST[:PORT][/PATH]") var target: String
    @Flag(name: .short, help: "One line an entry, with size and time.") var long = false
    @Flag(name: .customShort("a"), help: "Names that begin with a dot too.") var all = false
    @Flag(name: .customShort("R"), help: "Everything below, too.") var recursive = false
    @Flag(help: "One JSON object a line.") var json = false
    @Flag(help: "Ask with STAT, on the control connection: for where no data connection can be made.")
    var stat = false
    @OptionGroup var options: ConnectionOptions

    mutating func run() throws {
        let target = try remoteTarget(self.target, options.names)
        let sessions = try RemoteSessions(options)
        var printer = ListingPrinter(
            style: json ? .json : long ? .long : .names, showsHidden: all, charset: options.names)
        let isComplete = try sessions.with(target) { session in
            session.listingMethod = stat ? .status : .dataConnection
            return recursive
                ? try listAll(target.path, session, &printer) : try list(target, session, printer)
        }
        sessions.quit()
        guard isComplete else {
            if json { StandardOutput.write("{\"incomplete\":true}\n") }
            complain("the listing is not complete: try again, or look at it with -v")
            throw ExitStatus.Silent(code: ExitStatus.partly)
        }
    }

    private func list(
        _ target: TargetURL, _ session: Session, _ printer: ListingPrinter
    ) throws(Failure) -> Bool {
        var hasEntries = false
        do throws(Failure) {
            var sorted = SortedEntries()
            // What came before it broke is shown too.
            defer { printer.print(sorted.rest()) }
            return try !session.list(target.path) {
                hasEntries = true
                printer.print(sorted.add($0))
            }.isIncomplete
        } catch {
            if hasEntries {
                complain(error.message)
                return false
            }
            guard error.kind == .noSuchSource, !target.path.bytes.isEmpty,
                let entry = try session.entry(at: target.path), entry.kind != .directory
            else { throw error }
            ListingPrinter(style: printer.style, showsHidden: true, charset: printer.charset).print([entry])
            return true
        }
    }

    private func listAll(_ root: RemotePath, _ session: Session, _ printer: inout ListingPrinter) throws
        -> Bool
    {
        var open: [(path: RemotePath, relative: [UInt8], depth: Int)] = [(session.resolve(root), [], 0)]
        var isComplete = true
        while let (path, relative, depth) = open.popLast() {
            var below: [[UInt8]] = []
            var sorted = SortedEntries()
            printer.directory = relative
            let printer = printer
            let end = try session.list(path) { entries in
                printer.print(sorted.add(entries))
                below += entries.filter { $0.kind == .directory && isSafeLocalName($0.name) }.map(\.name)
            }
            printer.print(sorted.rest())
            below.sort { $0.lexicographicallyPrecedes($1) }
            if end.isIncomplete || depth >= Session.deepestTree && !below.isEmpty { isComplete = false }
            guard depth < Session.deepestTree else { continue }
            for name in below.reversed() where all || name.first != UInt8(ascii: ".") {
                open.append(
                    (path.appending(name), relative.isEmpty ? name : relative + [0x2F] + name, depth + 1))
            }
        }
        return isComplete
    }
}

/// The entries of one directory in the order of their names, as long as they are not too many to be kept.
private struct SortedEntries {
    /// Beyond this, memory and the wait for the first line matter more than the order.
    static let most = 20_000

    private var kept: [ListingEntry] = []
    private var isStreaming = false

    /// - Returns: what can be shown now.
    mutating func add(_ entries: [ListingEntry]) -> [ListingEntry] {
        if isStreaming { return entries }
        kept += entries
        guard kept.count > Self.most else { return [] }
        isStreaming = true
        defer { kept = [] }
        return kept
    }

    /// What is left at the end of the listing.
    mutating func rest() -> [ListingEntry] {
        defer { kept = [] }
        return kept.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }
}
