public import ArgumentParser
import Engine
import FTPProtocol
import Transfers
import Transport

/// The options of commands that move files.
struct TransferOptionGroup: ParsableArguments {
    @Option(
        help:
            "When the destination exists: ask, skip, overwrite, newer, size, newer-or-size, resume or rename."
    )
    var onConflict: ConflictPolicy?
    @Option(help: ArgumentHelp("Only names that match; repeatable.", valueName: "glob"))
    var include: [String] = []
    @Option(help: ArgumentHelp("No names that match; repeatable.", valueName: "glob"))
    var exclude: [String] = []
    @Option(help: "What is compared after a transfer: none, size or hash.")
    var verify: Verification = .size
    @Option(help: "Representation type: image, ascii, or auto, which goes by the extension.")
    var type: TypeChoice?
    @Option(
        help: ArgumentHelp(
            "Only files changed after this: YYYY-MM-DD, or a duration such as 7d.", valueName: "when"))
    var newerThan: String?
    @Option(help: ArgumentHelp("Only files up to this size, e.g. 10M.", valueName: "bytes"))
    var maxSize: String?
    @Flag(inversion: .prefixedNo, help: "Make missing remote directories.")
    var mkdirs = true
    @Flag(help: "Write straight to the final name.")
    var noTemp = false
    @Option(
        name: .customLong("before"),
        help: ArgumentHelp("A raw command before the transfer.", valueName: "command"))
    var before: [String] = []
    @Option(
        name: .customLong("after"),
        help: ArgumentHelp("A raw command after the transfer.", valueName: "command"))
    var after: [String] = []

    func validate() throws {
        do { _ = try Session.rawCommands(before + after) } catch {
            throw ValidationError(error.message)
        }
        if let maxSize, parseByteCount(maxSize) == nil {
            throw ValidationError("--max-size takes bytes, e.g. 10M")
        }
        if let newerThan, parseMoment(newerThan, now: 0) == nil {
            throw ValidationError("--newer-than takes YYYY-MM-DD, or a duration such as 12h or 7d")
        }
    }

    var filter: FileFilter {
        FileFilter(
            include: include.map { Glob($0) }, exclude: exclude.map { Glob($0) },
            largest: maxSize.flatMap(parseByteCount),
            newerThan: newerThan.flatMap { parseMoment($0, now: wallClockNanoseconds() / 1_000_000_000) })
    }
}

extension ConflictPolicy: ExpressibleByArgument {}
extension Verification: ExpressibleByArgument {}
extension MirrorComparison: ExpressibleByArgument {}
extension TypeChoice: ExpressibleByArgument {}

/// `2026-11-20`, `30m`, `12h`, `7d`: seconds since 1970, UTC.
func parseMoment(_ text: String, now: Int64) -> Int64? {
    if let unit = text.last, let seconds: Int64 = ["s": 1, "m": 60, "h": 3_600, "d": 86_400][unit],
        let count = Int64(text.dropLast()), count >= 0, count < 1_000_000
    {
        return now - count * seconds
    }
    let parts = text.split(separator: "-").compactMap { Int($0) }
    guard parts.count == 3, (1970...9999).contains(parts[0]), (1...12).contains(parts[1]),
        (1...31).contains(parts[2])
    else { return nil }
    return CivilDate(year: parts[0], month: UInt8(parts[1]), day: UInt8(parts[2])).secondsSince1970
}
