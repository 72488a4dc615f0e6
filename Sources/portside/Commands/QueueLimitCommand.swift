import ArgumentParser
import FTPProtocol
import Storage
import Transfers

/// `queue limit`: how fast the queue may be, in all, with one server, and at which time of day.
struct QueueLimitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limit",
        abstract: "Limit the queue's pace: in all, with one server, or at times of the day.",
        discussion: """
            Holds until it is changed, for whoever works on the queue; --limit of queue run goes before it. Without a \
            rate: shows what holds.
            """)

    @Argument(help: "Bytes a second, e.g. 500K or 2M; off for none.") var rate: String?
    @OptionGroup var site: SiteOption
    @Option(help: ArgumentHelp("Only from this time of the day on.", valueName: "hh:mm")) var from: String?
    @Option(help: ArgumentHelp("Only until this time of the day.", valueName: "hh:mm")) var to: String?
    @Flag(help: "Forget all times of the day.") var clearTimes = false

    func validate() throws {
        if let rate, rate != "off", parseByteCount(rate).map({ $0 > 0 }) != true {
            throw ValidationError("queue limit takes bytes a second, e.g. 500K or 2M, or off")
        }
        guard (from == nil) == (to == nil) else { throw ValidationError("--from and --to go together") }
        if let from, let to {
            guard rate != nil, site.site == nil else {
                throw ValidationError("times of the day are for a rate in all")
            }
            guard let begin = Self.minute(from), let end = Self.minute(to), begin != end else {
                throw ValidationError("--from and --to take two different times, HH:MM")
            }
        }
        if site.site != nil, rate == nil { throw ValidationError("--site needs a rate, or off") }
    }

    mutating func run() throws {
        let bytes = rate.flatMap { $0 == "off" ? nil : parseByteCount($0) }
        if clearTimes { try change(.clearRateWindows) }
        let sites = try site.ids
        for site in sites { try change(.setSiteRate(site, bytesPerSecond: bytes)) }
        guard sites.isEmpty else { return }
        if let from = from.flatMap(Self.minute), let to = to.flatMap(Self.minute) {
            try change(.addRateWindow(RatePlan.Window(from: from, to: to, bytesPerSecond: bytes)))
        } else if rate != nil {
            try change(.setRate(bytesPerSecond: bytes))
        } else if !clearTimes {
            try show()
        }
    }

    private func show() throws {
        let settings = try storage { try QueueStore(directory: WorkingQueue.directory).settings() }
        func text(_ bytes: Int64?) -> String { bytes.map { "\(byteText($0))/s" } ?? "no limit" }
        StandardOutput.write("all  \(text(settings.rates?.bytesPerSecond))\n")
        for window in settings.rates?.windows ?? [] {
            StandardOutput.write(
                "\(Self.clock(window.from))-\(Self.clock(window.to))  \(text(window.bytesPerSecond))\n")
        }
        for (site, memory) in settings.sites.sorted(by: { $0.key < $1.key }) where memory.rateLimit != nil {
            StandardOutput.write("\(visible(site))  \(text(memory.rateLimit))\n")
        }
    }

    private static func minute(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let hour = parts[0], let minute = parts[1], (0...23).contains(hour),
            (0...59).contains(minute)
        else { return nil }
        return hour * 60 + minute
    }

    private static func clock(_ minute: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(minute / 60)):\(two(minute % 60))"
    }
}
