import FTPProtocol
import Foundation
import Testing

/// Listings of many servers and what is to be made of them: `Listings/listings.jsonl`, one case a line.
struct ListingCorpusTests {
    @Test(arguments: Corpus.cases)
    func readsTheListingAsExpected(_ listing: CorpusCase) {
        check(listing.parsed(inPiecesOf: .max), listing)
    }

    @Test(arguments: Corpus.cases)
    func readsTheSameByteByByte(_ listing: CorpusCase) {
        let whole = listing.parsed(inPiecesOf: .max)
        for size in [1, 5] {
            let pieces = listing.parsed(inPiecesOf: size)
            #expect(pieces.entries == whole.entries)
            #expect(pieces.unparsedLineCount == whole.unparsedLineCount)
        }
    }

    @Test func holdsAllDialects() {
        #expect(
            Set(Corpus.cases.map(\.dialect)) == [
                "unix", "netpresenz", "netware", "dos", "vms", "mvs", "zvm", "vmcms", "as400", "nonstop",
                "eplf",
                "mlsd", "os2", "os9", "vxworks", "nortel", "vshell", "unix-numeric", "enterprise", "dls",
                "supertcp", "newt", "noise",
            ])
        #expect(Corpus.cases.count == 435)
    }

    private func check(_ outcome: ListingParser.Outcome, _ listing: CorpusCase) {
        let expected = listing.expect.filter { !$0.isNoEntry }
        var entries = outcome.entries
        if listing.allowsMore {
            let names = Set(expected.compactMap { $0.name.map(listing.bytes) })
            entries.removeAll { !names.contains($0.name) }
        } else {
            #expect(outcome.unparsedLineCount == listing.expect.count - expected.count)
        }
        #expect(entries.count == expected.count)
        for (entry, expected) in zip(entries, expected) {
            if let name = expected.name { #expect(entry.name == listing.bytes(name)) }
            if let kind = expected.kind { #expect(entry.kind == kind) }
            if let size = expected.size { #expect(entry.size == size) }
            if let time = expected.time { #expect(entry.modified.map(time.matches) == true, "\(entry)") }
            if let permissions = expected.permissions { #expect(entry.permissions == permissions) }
            if let mode = expected.mode { #expect(entry.mode == mode) }
            if let owner = expected.owner { #expect(entry.owner == owner) }
            if let group = expected.group { #expect(entry.group == group) }
            if let target = expected.target { #expect(entry.target == listing.bytes(target)) }
        }
    }
}

enum Corpus {
    static let cases: [CorpusCase] = {
        guard
            let url = Bundle.module.url(
                forResource: "listings", withExtension: "jsonl", subdirectory: "Listings"),
            let text = try? String(contentsOf: url, encoding: .utf8)
        else { return [] }
        return text.split(separator: "\n").compactMap { line in
            (try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]).flatMap(
                CorpusCase.init)
        }
    }()
}

struct CorpusCase: Sendable, CustomTestStringConvertible {
    let id: String
    let dialect: String
    let now: CivilDate?
    let charset: String?
    let server: String?
    /// The listing names more entries, without facts.
    let allowsMore: Bool
    let lines: [String]
    let expect: [Expected]

    struct Expected: Sendable {
        let name: String?
        let kind: ListingEntry.Kind?
        let isNoEntry: Bool
        let size: Int64?
        let time: ExpectedTime?
        let permissions: String?
        let mode: String?
        let owner: String?
        let group: String?
        let target: String?
    }

    enum ExpectedTime: Sendable {
        case text(String)
        case fields(year: Int?, month: Int, day: Int, hour: Int, minute: Int)

        func matches(_ date: CivilDate) -> Bool {
            switch self {
            case .text(let text): date.iso8601 == text
            case .fields(let year, let month, let day, let hour, let minute):
                date.year == year && Int(date.month) == month && Int(date.day) == day
                    && date.hour.map(Int.init) == hour && date.minute.map(Int.init) == minute && !date.isUTC
            }
        }
    }

    var testDescription: String { id }

    init?(_ object: [String: Any]) {
        guard let id = object["id"] as? String, let dialect = object["dialect"] as? String,
            let lines = object["lines"] as? [String], let expect = object["expect"] as? [[String: Any]]
        else { return nil }
        self.id = id
        self.dialect = dialect
        self.lines = lines
        charset = object["charset"] as? String
        server = object["server"] as? String
        allowsMore = object["allow_extra"] as? Bool ?? false
        now = (object["now"] as? String).flatMap { text in
            let digits = text.utf8.filter { (0x30...0x39).contains($0) }
            var date = CivilDate(timeVal: digits + Array("00000000000000".utf8).dropFirst(digits.count))
            date?.isUTC = false
            return date
        }
        self.expect = expect.map { entry in
            let kinds: [String: ListingEntry.Kind] = [
                "file": .file, "dir": .directory, "link": .link, "other": .other,
            ]
            return Expected(
                name: entry["name"] as? String, kind: (entry["type"] as? String).flatMap { kinds[$0] },
                isNoEntry: entry["type"] is NSNull, size: (entry["size"] as? NSNumber)?.int64Value,
                time: Self.time(entry["mtime"]), permissions: entry["perms"] as? String,
                mode: entry["mode"] as? String, owner: entry["owner"] as? String,
                group: entry["group"] as? String, target: entry["target"] as? String)
        }
    }

    private static func time(_ value: Any?) -> ExpectedTime? {
        if let text = value as? String { return .text(text) }
        guard let fields = value as? [String: Int], let month = fields["month"], let day = fields["day"],
            let hour = fields["hour"], let minute = fields["minute"]
        else { return nil }
        return .fields(year: fields["year"], month: month, day: day, hour: hour, minute: minute)
    }

    func bytes(_ text: String) -> [UInt8] {
        let encoding: String.Encoding =
            switch charset {
            case "iso-8859-1": .isoLatin1
            case "windows-1251": .windowsCP1251
            case "shift_jis": .shiftJIS
            default: .utf8
            }
        return text.data(using: encoding).map { Array($0) } ?? []
    }

    func parsed(inPiecesOf size: Int) -> ListingParser.Outcome {
        var parser = ListingParser(
            now: now, isMachineListing: dialect == "mlsd", server: server.map { Array($0.utf8) })
        var wire: [UInt8] = []
        for line in lines { wire += bytes(line) + [0x0D, 0x0A] }
        var rest = wire[...]
        while !rest.isEmpty {
            parser.append(rest.prefix(size))
            rest = rest.dropFirst(size)
        }
        return parser.finish()
    }
}
