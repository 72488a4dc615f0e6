import ArgumentParser
import Engine
import FTPProtocol
import Glibc
import Storage
import Transfers
import Transport

struct QueueListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show what is in the queue.")

    @Flag(help: "One JSON object a line.") var json = false
    @Option(help: "Only what is waiting, running, paused, retrying, asking, failed or done; repeatable.")
    var state: [StateWord] = []
    @Flag(help: "Only what has ended, the last one last, with its time.") var finished = false

    enum StateWord: String, ExpressibleByArgument, CaseIterable {
        case waiting, running, paused, retrying, asking, failed, done
    }

    mutating func run() throws {
        let store = try storage { try QueueStore(directory: WorkingQueue.directory) }
        let wanted = Set(state.map(\.rawValue))
        try storage {
            let outline = try store.outline()
            let isWorkedOn = QueueLock.holder(directory: WorkingQueue.directory) != nil
            try store.forEachPiece(finished ? .ended : .position) { piece in
                let reasons = Reasons(piece.map(\.transfer), of: outline, isWorkedOn: isWorkedOn)
                for row in piece {
                    let transfer = reasons.asItIs(row.transfer)
                    guard wanted.isEmpty || wanted.contains(transfer.stateWord) else { continue }
                    let reason = reasons.reason(of: transfer)
                    StandardOutput.write(
                        json
                            ? object(transfer, reason, ended: row.ended)
                            : line(transfer, reason, ended: finished ? row.ended : nil))
                }
            }
        }
    }

    /// Why each waits, as far as the journal tells: what is at work elsewhere is not in it. None of it depends on the other
    /// transfers: what is before one in the line only somebody who works on them can tell.
    private struct Reasons {
        private var scheduler = Scheduler(isHeld: true)
        private let isWorkedOn: Bool
        private let now = wallClockNanoseconds() / 1_000_000_000

        init(_ transfers: [Transfer], of outline: JournalContents, isWorkedOn: Bool) {
            self.isWorkedOn = isWorkedOn
            var contents = outline
            contents.transfers = transfers
            _ = scheduler.handle(.restored(contents), now: now)
        }

        /// Whatever a program that was killed has left as running waits.
        func asItIs(_ transfer: Transfer) -> Transfer {
            guard transfer.state == .running, !isWorkedOn else { return transfer }
            return scheduler.transfer(transfer.id) ?? transfer
        }

        func reason(of transfer: Transfer) -> String? {
            guard transfer.state == .waiting, let reason = scheduler.reason(of: transfer.id, now: now),
                !(reason == .notWorkedOn && isWorkedOn)
            else { return nil }
            return reason.text { localTime($0) }
        }
    }

    private func line(_ transfer: Transfer, _ reason: String?, ended: Int64?) -> String {
        let arrow = transfer.direction == .download ? "down" : "up"
        let size = transfer.size.map { " \(transfer.bytes) of \($0) bytes" } ?? ""
        let error = (transfer.message ?? reason).map { ": \(Advice.withOptions($0))" } ?? ""
        let time = ended.map { "\(localTime($0)) " } ?? ""
        return "\(time)\(transfer.id) \(transfer.stateWord) \(arrow) \(transfer.shownSource) -> "
            + "\(transfer.shownDestination)\(size)\(visible(error))\n"
    }

    private func object(_ transfer: Transfer, _ reason: String?, ended: Int64?) -> String {
        var object = JSONObject()
        object.add("id", transfer.id)
        object.add("state", transfer.stateWord)
        object.add("direction", transfer.direction == .download ? "down" : "up")
        object.add("source", transfer.shownSource)
        object.add("destination", transfer.shownDestination)
        object.add("bytes", transfer.bytes)
        if let size = transfer.size { object.add("size", size) }
        if let error = transfer.message { object.add("error", error) }
        if let reason { object.add("waiting", reason) }
        if transfer.options.priority != .normal { object.add("priority", transfer.options.priority.rawValue) }
        if let batch = transfer.batch { object.add("batch", batch) }
        if let ended { object.add("ended", CivilDate(secondsSince1970: ended).iso8601) }
        return object.line
    }
}

extension Transfer {
    /// As `queue list` names the state.
    var stateWord: String {
        switch state {
        case .waiting: "waiting"
        case .running: "running"
        case .paused, .held: "paused"
        case .retrying: "retrying"
        case .asking: "asking"
        case .failed: "failed"
        case .done, .skipped: "done"
        }
    }

    /// Where it comes from, and where it goes.
    var shownSource: String { direction == .download ? shownRemote : shownOrigin ?? "\(localPath)" }
    var shownDestination: String { direction == .download ? "\(localPath)" : shownRemote }

    private var shownRemote: String { "\(visible(site))/\(charset.shown(remotePath))" }

    /// What went wrong, or is asked.
    var message: String? {
        switch state {
        case .failed(let message), .held(let message), .retrying(_, let message), .skipped(let message):
            message
        case .asking(.destinationExists): "the destination exists"
        case .asking(.password): "the server wants a password"
        case .waiting, .running, .paused, .done: nil
        }
    }
}

/// As the user's clock shows it: the time, with the day when it is not today.
func localTime(_ seconds: Int64) -> String {
    var moment = time_t(seconds)
    var today = time(nil)
    var parts = tm()
    var now = tm()
    localtime_r(&moment, &parts)
    localtime_r(&today, &now)
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let clock = "\(two(parts.tm_hour)):\(two(parts.tm_min))"
    guard (parts.tm_year, parts.tm_yday) != (now.tm_year, now.tm_yday) else { return clock }
    return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) \(clock)"
}

/// Minutes since midnight by the user's clock.
@Sendable func localMinuteOfDay() -> Int {
    var moment = time(nil)
    var parts = tm()
    localtime_r(&moment, &parts)
    return Int(parts.tm_hour) * 60 + Int(parts.tm_min)
}

/// `06:30` (the next one), `2026-11-20T06:30`, both by the user's clock, or `2h` from now: seconds since 1970.
func parseStart(_ text: String, now: Int64) -> Int64? {
    if let past = parseMoment(text, now: now), text.last?.isLetter == true { return now + (now - past) }
    let halves = text.split(separator: "T", omittingEmptySubsequences: false)
    guard (1...2).contains(halves.count), let clock = halves.last?.split(separator: ":"), clock.count == 2,
        let hour = Int32(clock[0]), let minute = Int32(clock[1]), (0...23).contains(hour),
        (0...59).contains(minute)
    else { return nil }
    var moment = time_t(now)
    var parts = tm()
    localtime_r(&moment, &parts)
    if halves.count == 2 {
        let day = halves[0].split(separator: "-").compactMap { Int32($0) }
        guard day.count == 3, (1970...9999).contains(day[0]), (1...12).contains(day[1]),
            (1...31).contains(day[2])
        else { return nil }
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (day[0] - 1900, day[1] - 1, day[2])
    }
    (parts.tm_hour, parts.tm_min, parts.tm_sec, parts.tm_isdst) = (hour, minute, 0, -1)
    let start = Int64(mktime(&parts))
    guard halves.count == 1, start <= now else { return start }
    parts.tm_mday += 1
    parts.tm_isdst = -1
    return Int64(mktime(&parts))
}
