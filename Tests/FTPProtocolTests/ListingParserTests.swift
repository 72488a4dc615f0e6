import FTPProtocol
import Testing

struct ListingParserTests {
    @Test func givesEntriesWhileTheListingArrives() {
        var parser = ListingParser(now: nil, isMachineListing: true)
        parser.append(Array("type=file; a\r\ntype=file; b".utf8))
        #expect(parser.takeEntries().map(\.name) == [Array("a".utf8)])
        #expect(parser.takeEntries().isEmpty)
        parser.append(Array("c\r".utf8))
        #expect(parser.takeEntries().isEmpty)
        parser.append(Array("\n".utf8))
        #expect(parser.finish().entries.map(\.name) == [Array("bc".utf8)])
    }

    @Test func aLastLineWithoutALineEndCounts() {
        #expect(parse("type=file; a\r\ntype=file; b", isMachineListing: true).entries.count == 2)
    }

    @Test func takesBareLineFeeds() {
        #expect(parse("type=file; a\ntype=file; b\n", isMachineListing: true).entries.count == 2)
    }

    @Test func readsEachLineInItsOwnDialect() {
        let outcome = parse(
            """
            total 4
            -rw-r--r-- 1 0 0 7 Jan 1 2020 unix
            03-07-13  10:02AM                  901 dos
            0100644   500  101   12345    123456789       numbers
            rubbish
            03-07-13  10:02AM       <DIR>          more dos

            """)
        #expect(
            outcome.entries.map { String(decoding: $0.name, as: UTF8.self) } == [
                "unix", "dos", "numbers", "more dos",
            ])
        #expect(outcome.unparsedLineCount == 1)
        #expect(outcome.unparsedLines == [Array("rubbish".utf8)])
    }

    @Test func keepsTheFirstUnparsedLinesAndCountsAll() {
        let outcome = parse(String(repeating: "ls: permission denied\r\n", count: 1_000))
        #expect(outcome.unparsedLineCount == 1_000)
        #expect((1...100).contains(outcome.unparsedLines.count))
    }

    @Test func cutsALineThatNeverEndsAndGoesOn() {
        var parser = ListingParser(now: nil, isMachineListing: true)
        parser.append(Array("type=file; ".utf8))
        for _ in 0..<200 { parser.append([UInt8](repeating: 0x61, count: 1_024)) }
        parser.append(Array("\r\ntype=file; b\r\n".utf8))
        let outcome = parser.finish()
        // The beginning of a name is the name of something else.
        #expect(outcome.entries.map(\.name) == [Array("b".utf8)])
        #expect(outcome.unparsedLineCount == 1 && outcome.unparsedLines.first?.count == 512)
    }

    @Test(arguments: [0, 1]) func takesALineOfThatLengthAndNoneThatIsLonger(_ more: Int) {
        let name = ListingParser.longestLine - "type=file; ".utf8.count + more
        let line = Array("type=file; ".utf8) + [UInt8](repeating: 0x61, count: name)
        var parser = ListingParser(now: nil, isMachineListing: true)
        parser.append(line + [0x0A])
        let outcome = parser.finish()
        #expect(outcome.entries.map(\.name.count) == (more == 0 ? [name] : []))
        #expect(outcome.unparsedLineCount == more)
    }

    @Test func reducesAnAbsolutePathToItsLastComponent() {
        #expect(
            parse("type=file; /srv/a/b\r\n", isMachineListing: true).entries.first?.name == Array("b".utf8))
        #expect(parse("-rw-r--r-- 1 0 0 7 Jan 1 2020 /srv/a/c\r\n").entries.first?.name == Array("c".utf8))
        #expect(parse("03-07-13  10:02AM  901 /d\r\n").entries.first?.name == Array("d".utf8))
    }

    @Test(arguments: [
        "type=cdir; .", "type=pdir; ..", "type=dir; .", "type=dir; ..", "Type=CDIR;size=1; /home/user",
        "type=cdir; /",
        "type=pdir;perm=el; /",
    ])
    func leavesOutTheDirectoryItselfAndItsParent(_ line: String) {
        let outcome = parse(line + "\r\n", isMachineListing: true)
        #expect(outcome.entries.isEmpty)
        #expect(outcome.unparsedLineCount == 0)
    }

    @Test(arguments: [
        "drwxr-xr-x 2 0 0 4096 Jan 1 2020 .", "drwxr-xr-x 2 0 0 4096 Jan 1 12:00 ..",
        "03-07-13  10:02AM  <DIR>  ..", "0040755 0 0 512 1262304000 .",
    ])
    func leavesOutDotsInEveryDialect(_ line: String) {
        let outcome = parse(line + "\r\n")
        #expect(outcome.entries.isEmpty)
        #expect(outcome.unparsedLineCount == 0)
    }

    /// Hostile and cut lines: no trap, and no entry without a name.
    @Test func survivesEveryCutAndEveryByteChangedInALine() {
        let lines = [
            "type=OS.unix=slink:/a;size=99999999999999999999;modify=20261399999999.1;UNIX.mode=; x",
            "lrwxrwxrwx   1 root  other  33.5k Jan 25 00:17 a -> b",
            "-rw-r--r--+12 o g 7 2021-06-10 08:09:10.5 +0200 x",
            "brw-r--r-- 1 root disk 8, 0 Jan 25 2020 sda", "dr-xr-xr-x 2 root other 2235 26. Juli, 20:10 d",
            "03-07-13  10:02AM  99,999,999,999,999,999,999 x", "2002-09-02  18:48       <JUNCTION>    a => b",
            "0100644   500  101   12345    99999999999999999999       x", "total 12", "Directory A:[B]",
            "213-x", "-> :[]",
            "-rw-r--r-- 1 a b 5 9999999999999999.9k 3\u{6708} 4\u{65E5} x",
        ]
        for line in lines {
            let bytes = Array(line.utf8)
            for isMachineListing in [true, false] {
                for end in 0...bytes.count { check(Array(bytes[..<end]), isMachineListing) }
                for index in bytes.indices {
                    for byte in [
                        0, 0x0D, 0x20, 0x2D, 0x2E, 0x30, 0x39, 0x3A, 0x3B, 0x3D, 0x5D, 0x61, 0x80, 0xFF,
                    ] as [UInt8] {
                        var changed = bytes
                        changed[index] = byte
                        check(changed, isMachineListing)
                    }
                }
            }
        }
    }

    private func check(_ line: [UInt8], _ isMachineListing: Bool) {
        let now = CivilDate(year: 2026, month: 11, day: 20, hour: 12, minute: 0)
        var parser = ListingParser(now: now, isMachineListing: isMachineListing)
        parser.append(line)
        for entry in parser.finish().entries {
            #expect(!entry.name.isEmpty && entry.name != Array(".".utf8) && entry.name != Array("..".utf8))
            if let date = entry.modified {
                #expect((1...12).contains(date.month) && (1...31).contains(date.day))
            }
            #expect(entry.size ?? 0 >= 0)
        }
    }

    @Test(arguments: [
        ("-rw-r--r-- 1 o g 7 2021-06-10 08:09:10.123456789 +0200 full", "full", "2021-06-10T08:09:10"),
        ("-rw-r--r-- 1 o g 7 Jan  1 12:34:56 2019 bsd -lT", "bsd -lT", "2019-01-01T12:34:56"),
        ("-rw-r--r-- 1 o g 7 2003年 4月 18日 year first", "year first", "2003-04-18"),
        ("-rw-r--r-- 1 o g 7 1.5G Jan 1 2020 x", "x", "2020-01-01"),
        ("drwxr-xr-x 2 o g 7 Jan 1 2020 Jan 2 2021", "Jan 2 2021", "2020-01-01"),
        ("crw-rw-rw- 1 root root 1, 3 Jan 1 2020 null", "null", "2020-01-01"),
        ("-rw-r--r-- 1 o g 7 Jan 1 12:00 x", "x", "2026-01-01T12:00"),
        ("-rw-r--r-- 1 o g 7 Nov 21 11:59 tomorrow", "tomorrow", "2026-11-21T11:59"),
        ("-rw-r--r-- 1 o g 7 Nov 21 12:01 too late", "too late", "2025-11-21T12:01"),
        ("-rw-r--r-- 1 o g 7 Feb 29 12:00 leap", "leap", "2024-02-29T12:00"),
    ])
    func findsTheDateAndTheNameBehindIt(_ line: String, _ name: String, _ date: String) {
        let now = CivilDate(year: 2026, month: 11, day: 20, hour: 12, minute: 0)
        var parser = ListingParser(now: now, isMachineListing: false)
        parser.append(Array(line.utf8))
        let entries = parser.finish().entries
        #expect(entries.map(\.name) == [Array(name.utf8)])
        #expect(entries.first?.modified?.iso8601 == date)
    }

    @Test(arguments: [
        "-rw-r--r-- 1 o g 7 Feb 30 12:00 x", "-rw-r--r-- 1 o g 7 Xyz 12 12:00 x",
        "-rw-r--r-- 1 o g 7 Xyz 12 2019 x",
        "-rw-r--r-- 1 o g 7 Jan 1 2020", "-rw-r--r-- 1 o g 7 Jan 1 2020 ", "drwxr 1 o g 7 Jan 1 2020 x",
        "xrw-r--r-- 1 o g 7 Jan 1 2020 x", "02-30-13  10:02AM  901 x", "03-07-13  10:60AM  901 x",
        "03-07-13  10:02AM  901",
        "0100648 0 0 1 1 x", "0100644 0 0 1 1", "0100644 0 0 1 99999999999999999 x",
    ])
    func showsNoEntryForALineThatIsNone(_ line: String) {
        let outcome = parse(line)
        #expect(outcome.entries.isEmpty)
        #expect(outcome.unparsedLineCount == 1)
    }

    @Test func aNumericDateDoesNotReachIntoTheName() {
        let entry = parse("-rw-r--r--   1 root     other        531 3 29 03:26 2 3 04:05").entries.first
        #expect(entry?.name == Array("2 3 04:05".utf8))
        #expect(entry?.size == 531)
    }

    private func parse(_ text: String, isMachineListing: Bool = false) -> ListingParser.Outcome {
        var parser = ListingParser(now: nil, isMachineListing: isMachineListing)
        parser.append(Array(text.utf8))
        return parser.finish()
    }
}
