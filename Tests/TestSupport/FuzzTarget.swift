import FTPProtocol
import Transfers

/// The parsers that read what a stranger wrote, each with what must hold whatever the bytes are.
///
/// `make fuzz` feeds them with libFuzzer, the tests with what is kept in `Fuzz/Corpus`. A broken rule
/// traps, as a crash does.
public enum FuzzTarget: String, CaseIterable, Sendable {
    case replies, list, machineList, status, passive, features, directory, times, address, path, command,
        netrc

    public func run(_ bytes: [UInt8]) {
        switch self {
        case .replies: readReplies(bytes)
        case .list: readListing(bytes, isMachineListing: false)
        case .machineList: readListing(bytes, isMachineListing: true)
        case .status: for reply in replies(bytes) { _ = reply.statusListing(now: now, server: nil) }
        case .passive:
            for code: UInt16 in [227, 228, 229] {
                let reply = Reply(code: ReplyCode(rawValue: code), lines: [bytes])
                if let endpoint = try? PassiveEndpoint(reply: reply) { demand(endpoint.port >= 1024) }
            }
        case .features: readFeatures(bytes)
        case .directory:
            guard let path = RemotePath(reply257: bytes) else { return }
            demand(!path.bytes.isEmpty && !path.bytes.contains(0))
        case .times: readTimes(bytes)
        case .address: readAddress(bytes)
        case .path: takePathApart(bytes)
        case .netrc:
            let logins = Netrc(String(decoding: bytes, as: UTF8.self))
            demand(logins.entries.count <= bytes.count)
            _ = logins.entry(for: "example.org", user: nil)
        case .command:
            guard let line = try? Command(raw: bytes).wireBytes() else { return }
            demand(line.count { $0 == 0x0A } == 1 && line.count { $0 == 0x0D } == 1 && !line.contains(0))
        }
    }

    private var now: CivilDate { CivilDate(year: 2026, month: 11, day: 20, hour: 12, minute: 0) }

    private func demand(_ rule: Bool, _ line: Int = #line) {
        if !rule { fatalError("\(rawValue): the rule in line \(line) is broken") }
    }

    /// The same replies in one piece and byte by byte.
    private func readReplies(_ bytes: [UInt8]) {
        var whole = ReplyParser()
        whole.append(bytes)
        var pieces = ReplyParser()
        var inPieces: [ReplyParser.Event] = []
        var isBroken = false
        for byte in bytes where !isBroken {
            pieces.append(CollectionOfOne(byte))
            do { while let event = try pieces.next() { inPieces.append(event) } } catch { isBroken = true }
        }
        var atOnce: [ReplyParser.Event] = []
        do { while let event = try whole.next() { atOnce.append(event) } } catch { demand(isBroken) }
        demand(atOnce == inPieces)
        for case .reply(let reply) in atOnce {
            demand((100...699).contains(reply.code.rawValue))
            _ = (reply.summary, reply.sizeInBytes, reply.announcedSize, reply.meansEmptyDirectory)
        }
    }

    private func replies(_ bytes: [UInt8]) -> [Reply] {
        var parser = ReplyParser()
        parser.append(bytes)
        var replies: [Reply] = []
        while let event = try? parser.next() {
            if case .reply(let reply) = event { replies.append(reply) }
        }
        return replies
    }

    /// No entry without a name that one could ask for, no date that does not exist, the same in pieces.
    private func readListing(_ bytes: [UInt8], isMachineListing: Bool) {
        for server in [nil, Array("215 MVS".utf8)] {
            var parser = ListingParser(now: now, isMachineListing: isMachineListing, server: server)
            parser.append(bytes)
            let outcome = parser.finish()
            for entry in outcome.entries {
                demand(!entry.name.isEmpty && entry.name != Array(".".utf8) && entry.name != Array("..".utf8))
                demand(!entry.name.contains(0x0A) && entry.size ?? 0 >= 0)
                if let date = entry.modified {
                    demand((1...12).contains(date.month) && (1...31).contains(date.day))
                    demand(date.hour ?? 0 < 24 && date.minute ?? 0 < 60 && date.second ?? 0 <= 60)
                    _ = (date.iso8601, date.secondsSince1970)
                }
            }
            var pieces = ListingParser(now: now, isMachineListing: isMachineListing, server: server)
            for start in stride(from: 0, to: bytes.count, by: 7) {
                pieces.append(bytes[start..<min(start + 7, bytes.count)])
            }
            let other = pieces.finish()
            demand(other.entries == outcome.entries && other.unparsedLineCount == outcome.unparsedLineCount)
        }
    }

    private func readFeatures(_ bytes: [UInt8]) {
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) }
        let features = Features(reply: Reply(code: ReplyCode(rawValue: 211), lines: lines))
        _ = (features.supportsMachineListings, features.supportsUTF8)
        if let options = features.machineListingOptions, let line = try? options.wireBytes() {
            demand(line.count { $0 == 0x0A } == 1)
        }
    }

    private func readTimes(_ bytes: [UInt8]) {
        let reply = Reply(code: ReplyCode(rawValue: 213), lines: [bytes])
        for date in [reply.modificationTime, CivilDate(timeVal: bytes)] {
            guard let date else { continue }
            demand((1...12).contains(date.month) && (1...31).contains(date.day))
            _ = (date.secondsSince1970, date.timeVal)
        }
        demand(reply.sizeInBytes ?? 0 >= 0)
        _ = Reply(code: ReplyCode(rawValue: 150), lines: [bytes]).announcedSize
    }

    private func readAddress(_ bytes: [UInt8]) {
        guard let target = try? TargetURL(String(decoding: bytes, as: UTF8.self)) else { return }
        demand(!target.site.host.isEmpty)
        _ = (target.site.id, target.site.shortName, target.directory)
    }

    /// Going up ends, and what was joined can be parted again.
    private func takePathApart(_ bytes: [UInt8]) {
        var path = RemotePath(bytes: bytes)
        _ = (path.asDirectory, path.isRoot, "\(path)", visible(bytes))
        let child = path.appending([0x78])
        demand(child.bytes.count > path.bytes.count || path.syntax != .slash)
        var steps = 0
        while path.parent != path {
            path = path.parent
            steps += 1
            demand(steps <= bytes.count + 1)
        }
    }
}
