import FTPProtocol
import Testing

/// Listings beside those of the corpus: the same forms with other names, sizes, dates and languages.
struct ListingDialectTests {
    /// What a line must become: name, kind, size, date to the precision listed.
    struct Line: Sendable, CustomTestStringConvertible {
        let text: String
        let name: String
        let kind: ListingEntry.Kind
        let size: Int64?
        let date: String?
        var testDescription: String { text }

        init(
            _ text: String, _ name: String, _ kind: ListingEntry.Kind = .file, _ size: Int64? = nil,
            _ date: String? = nil
        ) {
            (self.text, self.name, self.kind, self.size, self.date) = (text, name, kind, size, date)
        }
    }

    private static let now = CivilDate(year: 2026, month: 11, day: 20, hour: 12, minute: 0)

    private func parse(_ text: String, server: String? = nil) -> ListingParser.Outcome {
        var parser = ListingParser(
            now: Self.now, isMachineListing: false, server: server.map { Array($0.utf8) })
        parser.append(Array(text.replacing("\n", with: "\r\n").utf8))
        return parser.finish()
    }

    private func check(_ line: Line, server: String? = nil) {
        let outcome = parse(line.text, server: server)
        #expect(outcome.unparsedLineCount == 0)
        #expect(outcome.entries.count == 1)
        guard let entry = outcome.entries.first else { return }
        #expect(String(decoding: entry.name, as: UTF8.self) == line.name)
        #expect(entry.kind == line.kind)
        #expect(entry.size == line.size)
        #expect(entry.modified?.iso8601 == line.date)
    }

    @Test(arguments: [
        Line("-rw-r--r-- 1 root wheel 77 09-26 2001 log", "log", .file, 77, "2001-09-26"),
        Line("-rw-r--r-- 1 root wheel 77 26-09 2001 log", "log", .file, 77, "2001-09-26"),
        Line("-rw-r--r-- 1 root wheel 77 02-14 13:45 log", "log", .file, 77, "2026-02-14T13:45"),
        Line("-rw-r--r-- 1 root wheel 77 1999/10/12 17:12 log", "log", .file, 77, "1999-10-12T17:12"),
        Line("-rw-r--r-- 1 root wheel 77 24-04-2003 17:12 log", "log", .file, 77, "2003-04-24T17:12"),
        Line("-rw-r--r-- 1 root wheel 77 24.04.2003 17:12 log", "log", .file, 77, "2003-04-24T17:12"),
        Line("-rw-r--r-- 1 root wheel 77 04/24/2003 17:12 log", "log", .file, 77, "2003-04-24T17:12"),
        Line("-rw-r--r-- 1 root wheel 77 2019-06-10T12:30 log", "log", .file, 77, "2019-06-10T12:30"),
        Line("-rw-r--r-- 1 root wheel 77 Oct 08, 2002 09:47 a b", "a b", .file, 77, "2002-10-08T09:47"),
        Line(
            "-rw-r--r-- 1 root wheel 77 Mon Dec  1 09:12:33 2023 log", "log", .file, 77, "2023-12-01T09:12:33"
        ),
        Line("-rw-r--r-- 1 root wheel 77 2003   3月 20 log", "log", .file, 77, "2003-03-20"),
        Line("-rw-r--r-- 1 root wheel 77 2008年 12月  1日 09:12 log", "log", .file, 77, "2008-12-01T09:12"),
        Line("-rw-r--r-- 1 root wheel 77 12월  1 2023 log", "log", .file, 77, "2023-12-01"),
        Line("-rw-r--r-- 1 root wheel 77 2.   Okt.  2003 log", "log", .file, 77, "2003-10-02"),
        Line("-rw-r--r-- 1 root wheel 77 paź 20 2019 log", "log", .file, 77, "2019-10-20"),
        Line("-rw-r--r-- 1 root wheel 77 20 sierpnia 2019 log", "log", .file, 77, "2019-08-20"),
        Line("-rw-r--r-- 1 root wheel 77 Ağu 20 2019 log", "log", .file, 77, "2019-08-20"),
        Line("-rw-r--r-- 1 root wheel 77 SZEPT. 20 2019 log", "log", .file, 77, "2019-09-20"),
        Line("-rw-r--r-- 1 root wheel 77 30 desember 2019 log", "log", .file, 77, "2019-12-30"),
        // A size that could be a year, an owner that ends like a size.
        Line("-rw-r--r-- 1 u1 2003 Mar 20 12:00 log", "log", .file, 2_003, "2026-03-20T12:00"),
        Line("-rw-r--r-- 1 u1 2003 3月 20 12:00 log", "log", .file, 2_003, "2026-03-20T12:00"),
        Line("-rw-r--r-- 1 root wheel 77 Dec  1 2023 09:12 log", "09:12 log", .file, 77, "2023-12-01"),
        Line("-rw-r--r-- 1 sales west coast 77 Jan 29 03:26 log", "log", .file, 77, "2026-01-29T03:26"),
        Line("-rw-r--r-- 1 longowner longgroup987654 Feb 12 2019 log", "log", .file, nil, "2019-02-12"),
        Line(
            "drwxr-xr-x               folder        4 Aug 11 20:32 Pictures 2", "Pictures 2", .directory, nil,
            nil),
    ])
    func unixDates(_ line: Line) {
        guard line.name == "Pictures 2" else { return check(line) }
        let entry = parse(line.text).entries.first
        #expect(entry?.name == Array("Pictures 2".utf8))
        #expect(entry?.modified?.iso8601 == "2026-08-11T20:32")
    }

    @Test(arguments: [
        Line(
            "d [RWCEAFMS] admin                 512 Jun 25  2007 shared", "shared", .directory, 512,
            "2007-06-25"),
        Line(
            "- [R-C----S] 0      9876543 Nov 19 07:00    two words", "two words", .file, 9_876_543,
            "2026-11-19T07:00"),
        Line("d[RWCEAFMS] admin  512 Jun 25  2007 glued", "glued", .directory, 512, "2007-06-25"),
        Line(
            "-C--E-----FTP C BOX7      99 5000000000 Dec 31 2019 BATCH1", "BATCH1", .file, 5_000_000_000,
            "2019-12-31"),
    ])
    func netWareAndEnterprise(_ line: Line) { check(line) }

    @Test(arguments: [
        Line("+m0,r,s7,\tstart", "start", .file, 7, "1970-01-01T00:00:00Z"),
        Line("+i8.9,m1700000000,/,up755,\tmy dir", "my dir", .directory, nil, "2023-11-14T22:13:20Z"),
        Line("+r,zunknown,s4294967296,\ta,b", "a,b", .file, 4_294_967_296, nil),
    ])
    func eplf(_ line: Line) { check(line) }

    @Test(arguments: [
        Line(
            "BACKUP.BCK;12  99999/100000 31-DEC-2021 23:59:59 [SYS,OPER] (RWED,RWED,RE,)", "BACKUP.BCK;12",
            .file, 51_199_488, "2021-12-31T23:59:59"),
        Line(
            "SUB.DIR;1  1 1-JAN-2020 00:00 [SYSTEM] (RWE,RWE,RE,RE)", "SUB", .directory, 512,
            "2020-01-01T00:00"),
        Line("[X.Y]note.txt;3 4/8 5-MAR-2003 18:09", "note.txt;3", .file, 2_048, "2003-03-05T18:09"),
        Line(
            "A_NAME_TOO_LONG_FOR_ITS_COLUMN.DATA;7\n      36   4-NOV-2009 05:55 [ME] (RWE,RWE,,)",
            "A_NAME_TOO_LONG_FOR_ITS_COLUMN.DATA;7", .file, 18_432, "2009-11-04T05:55"),
        Line(
            "SECRET.TXT;1      %RMS-E-PRV, insufficient privilege or file protection violation",
            "SECRET.TXT;1"),
        Line("SECRET.TXT;1\n    <%SYSTEM-F-NOPRIV, insufficient privilege>", "SECRET.TXT;1"),
        Line(
            "BIG.ISO;2 ******  6-MAY-2008 09:29 [A,B] (RE,RWED,RE,RE)", "BIG.ISO;2", .file, nil,
            "2008-05-06T09:29"),
        Line(
            "OLD.TXT;1   7-FÉV-2000    PRONAS   (RWED,RWED,RE,)  6/8", "OLD.TXT;1", .file, 3_072, "2000-02-07"
        ),
        Line("X.TXT;1  3KB 7-FEB-2000 10:00", "X.TXT;1", .file, 3_072, "2000-02-07T10:00"),
        Line("ALONE.TXT;4", "ALONE.TXT;4"),
    ])
    func vms(_ line: Line) { check(line) }

    @Test func vmsNamesWaitForTheirLineAndNoLonger() {
        let names = parse(
            "Directory DKA0:[ME]\n\nONE.TXT;1\nTWO.TXT;1   2 4-NOV-2009 06:02\nTHREE.TXT;1\n\nTotal of 3 files, 8 blocks."
        ).entries.map { String(decoding: $0.name, as: UTF8.self) }
        #expect(names == ["ONE.TXT;1", "TWO.TXT;1", "THREE.TXT;1"])
        #expect(parse("%RMS-E-FNF, file not found").unparsedLineCount == 0)
        #expect(parse("*.*;0   <%RMS-E-FNF, file not found>").entries.isEmpty)
    }

    @Test(arguments: [
        "NAME.TXT;1  9/9 JUN-2-1998 07:32:04 (RWED)", "NAME.TXT;1 some words", "1;2;3", ";1 2 4-NOV-2009",
        "NAME.TXT; 2 4-NOV-2009 06:02",
    ])
    func notVMS(_ line: String) {
        #expect(parse(line).entries.isEmpty)
    }

    @Test(arguments: [
        Line(
            "VOL123 3390   2019/11/30  1   15  FB      80 27920  PO  PROD.JCL.LIB", "PROD.JCL.LIB",
            .directory, nil, "2019-11-30"),
        Line("VOL123 3390   **NONE**    1   15  VB     255 27998  PS  PROD.LOG", "PROD.LOG", .file, nil, nil),
        Line("VOL123 3390   VSAM PROD.KSDS", "PROD.KSDS"),
        Line(
            "VOL123 3390   2019/11/30  299999FB      80 27920  PO-E  FULL.COLUMNS", "FULL.COLUMNS",
            .directory, nil, "2019-11-30"),
        Line("Migrated                                                PROD.OLD", "PROD.OLD"),
        Line("Pseudo Directory                                        DEEPER", "DEEPER", .directory),
        Line("ARCIVE Not Direct Access Device                         ON.TAPE", "ON.TAPE"),
        Line("V00017 Tape                                             ON.TAPE2", "ON.TAPE2"),
        Line("VOL001 Error determining attributes                     BROKEN", "BROKEN"),
        Line(
            "MEMBER1   02.17 2003/01/31 2024/12/24 18:00   120   100     5 ALICE", "MEMBER1", .file, nil,
            "2024-12-24T18:00"),
        Line("LOADMOD   0001F0   00010A  00 FO  RN RU  31  ANY", "LOADMOD", .file, 496, nil),
        Line("ALICEA    JOB04711  HELD      2 Spool Files", "JOB04711"),
        Line("ALICEB    STC00012 ALICE    ACTIVE STC", "STC00012"),
        Line("ALICEC    J0012345 ALICE    OUTPUT A        RC=0000 3 spool files", "J0012345"),
    ])
    func mvs(_ line: Line) { check(line) }

    @Test func membersWithoutStatisticsAreBelievedOnlyOnMVS() {
        let header = " Name     VV.MM   Created       Changed      Size  Init   Mod   Id\n"
        #expect(
            parse(header + "PLAIN\n$X\nlower\nTOOLONGNAME\n9DIGIT").entries.map(\.name) == [
                Array("PLAIN".utf8), Array("$X".utf8),
            ])
        #expect(parse("PLAIN", server: "215 MVS is the operating system of this server.").entries.count == 1)
        #expect(parse("PLAIN").entries.isEmpty)
        #expect(parse("PLAIN", server: "215 UNIX Type: L8").entries.isEmpty)
    }

    @Test(arguments: [
        Line(
            "NOTES    TXT      A2 F      80     12     1       2/29/104  08:00:01", "NOTES.TXT", .file, nil,
            "2004-02-29T08:00:01"),
        Line(
            "WORK              B1 DIR    -      -      -       12/31/99  23:59:59", "WORK", .directory, nil,
            "1999-12-31T23:59:59"),
        Line(
            "PLAN     XEDIT   V         65        107          2 2015-10-04 15:28:42 OWNER1", "PLAN.XEDIT",
            .file, nil, "2015-10-04T15:28:42"),
        Line(
            "DEPTH             DIR        -          -          - 2019-09-20 10:31:11 -", "DEPTH", .directory,
            nil, "2019-09-20T10:31:11"),
    ])
    func vm(_ line: Line) { check(line) }

    @Test(arguments: [
        Line(
            "ALICE           4096 31/12/21 23:59:59 *DIR       home/", "home", .directory, 4_096,
            "2021-12-31T23:59:59"),
        Line(
            "ALICE           4096 21/12/31 23:59:59 *STMF      a b.txt", "a b.txt", .file, 4_096,
            "2031-12-21T23:59:59"),
        Line("ALICE           4096 99/12/31 23:59:59 *STMF      x", "x", .file, 4_096, "1999-12-31T23:59:59"),
        Line("ALICE           4096 04.03.18 23:59:59 *STMF      x", "x", .file, 4_096, "2018-03-04T23:59:59"),
        Line("ALICE                                   *MEM       F.FILE/M.MBR", "F.FILE/M.MBR"),
        Line(
            "ALICE      2147483648 12/31/21 23:59:59 *FILE      SAVE.SAVF", "SAVE.SAVF", .file, 2_147_483_648,
            "2021-12-31T23:59:59"),
    ])
    func as400(_ line: Line) { check(line) }

    @Test func oneDateThatLeavesNoChoiceSettlesTheOthers() {
        let dates = parse("A 1 13/02/98 10:00:00 *STMF x\nA 1 03/02/20 10:00:00 *STMF y").entries.map {
            $0.modified?.iso8601
        }
        #expect(dates == ["1998-02-13T10:00:00", "2020-02-03T10:00:00"])
    }

    @Test(arguments: [
        Line(
            "LOGFILE       O  101            9999 31-Dec-19 23:59:59 10, 255 \"nnnn\"", "LOGFILE", .file,
            9_999, "2019-12-31T23:59:59"),
        Line(
            "PROG          700           123456  1-Jan-70 00:00:00 255,255 \"nunu\"", "PROG", .file, 123_456,
            "1970-01-01T00:00:00"),
        Line("7.12 98/12/31 2359 --e-rewr 1A0 4096 startup", "startup", .file, 4_096, "1998-12-31"),
        Line("0.0 02/11/30 0915 dsewrewr 1B20 2048 USR", "USR", .directory, 2_048, "2002-11-30"),
    ])
    func nonStopAndOS9(_ line: Line) { check(line) }

    @Test(arguments: [
        Line(
            "                 0           DIR   12-31-99   23:59  My Dir", "My Dir", .directory, 0,
            "1999-12-31T23:59"),
        Line(
            "              4711     RHS         01-02-103   00:01  IO.SYS", "IO.SYS", .file, 4_711,
            "2003-01-02T00:01"),
        Line(
            "      512    JAN-01-1990  00:00:00   boot dir          <DIR>", "boot dir", .directory, 512,
            "1990-01-01T00:00:00"),
        Line("   20480    MAR-17-2011  13:05:44   vx.sys", "vx.sys", .file, 20_480, "2011-03-17T13:05:44"),
        Line("77  Feb 03, 2009 01:02 some name", "some name", .file, 77, "2009-02-03T01:02"),
        Line("0  Feb 03, 2009 01:02 sub/", "sub", .directory, 0, "2009-02-03T01:02"),
    ])
    func sizeFirst(_ line: Line) { check(line) }

    @Test(arguments: [
        Line(
            "LETTER.DOC          11264      05/31/95        14:20", "LETTER.DOC", .file, 11_264,
            "1995-05-31T14:20"),
        Line(
            "GAMES           <DIR>           11-16-2004        17:16", "GAMES", .directory, nil,
            "2004-11-16T17:16"),
        Line(
            "DRIVER.SYS     960338      Jun 21 1995 17:01   RHS", "DRIVER.SYS", .file, 960_338,
            "1995-06-21T17:01"),
        Line(
            "image.bin       1048576  12/31/05  Sat.   23:59:59", "image.bin", .file, 1_048_576,
            "2005-12-31T23:59:59"),
        Line(
            "two words.bin       1048576  12/31/05   23:59", "two words.bin", .file, 1_048_576,
            "2005-12-31T23:59"),
    ])
    func nameFirst(_ line: Line) { check(line) }

    @Test func sizesInOneColumnMakeADescriptiveListing() {
        let entries = parse(
            "NEWS                512  What is new\nincoming/             -\na-rather-long-name.tar.gz\n"
                + "                 123456\nlatest                3  -> NEWS\nthere are 42 reasons\n"
        ).entries
        #expect(
            entries.map { String(decoding: $0.name, as: UTF8.self) } == [
                "NEWS", "incoming", "a-rather-long-name.tar.gz", "latest",
            ])
        #expect(entries.map(\.kind) == [.file, .directory, .file, .link])
        #expect(entries.map(\.size) == [512, nil, 123_456, 3])
    }

    @Test(arguments: [
        "There were 42 errors", "warning: 12  files skipped", "connection closed at 12:30", "name 123",
        "README 763  about", "12 monkeys", "A1 B2 C3 D4 E5 F6 G7 H8", "+ not eplf",
        "d [not rights] x 1 Jan 1 2020 y", "JOB00001 OUTPUT", "X *STMF", "1.1 99/99/99 1000 dsewrewr 1 2 x",
    ])
    func textIsNoListing(_ line: String) {
        let outcome = parse(line)
        #expect(outcome.entries.isEmpty, "\(outcome.entries)")
    }

    @Test(arguments: [
        Line("03.10.2023  15:15    <DIR>          Ordner", "Ordner", .directory, nil, "2023-10-03T15:15"),
        Line(
            "03.10.2023  15:15             1.234.567 datei.txt", "datei.txt", .file, 1_234_567,
            "2023-10-03T15:15"),
        Line("2023-10-03 15:15:20 1234 f.txt", "f.txt", .file, 1_234, "2023-10-03T15:15:20"),
        Line("10-03-23  03:15p             1234 f.txt", "f.txt", .file, 1_234, "2023-10-03T15:15"),
        Line(
            "10/03/2023  12:15 AM    <SYMLINKD>     latest [D:\\v2]", "latest", .link, nil, "2023-10-03T00:15"
        ),
    ])
    func dosOfOtherCountries(_ line: Line) { check(line) }

    @Test(arguments: [
        Line("-rw-r--r-- 1 user group 1234 2023-10-03 f", "f", .file, 1_234, "2023-10-03"),
        Line("-rw-r--r-- 1 user group 1234 Oct 3 3:15PM f", "f", .file, 1_234, "2026-10-03T15:15"),
        Line("-rw-r--r-- 1 user group 18446744073709551615 Jan  1  2020 x", "x", .file, nil, "2020-01-01"),
        Line("-rw-r--r--. 1 user group 1.5K Oct  3 15:15 f", "f", .file, 1_536, "2026-10-03T15:15"),
    ])
    func unixSizesAndTimes(_ line: Line) { check(line) }

    @Test func whatLooksLikeADateWeCannotReadIsNoName() {
        #expect(parse("-rw-r--r-- 1 user group 1234 Okt 3 15.15 f").entries.isEmpty)
    }

    @Test func theFrameOfDirIsNoEntryAndNoTrouble() {
        let outcome = parse(
            " Volume in drive C has no label.\n Volume Serial Number is 1234-ABCD\n Directory of C:\\temp\n\n"
                + "06/10/2024  09:12 AM    <DIR>          .\n06/10/2024  09:12 AM    <DIR>          a\n"
                + "               1 File(s)          1,234 bytes\n               2 Dir(s)  10,000,000 bytes free\n"
        )
        #expect(outcome.entries.map(\.name) == [Array("a".utf8)])
        #expect(outcome.unparsedLineCount == 0)
    }

    @Test func twoFormsInOneListingAreBothRead() {
        let outcome = parse(
            "total 3\n-rw-r--r-- 1 a b 5 Jan 1 2020 unix\n03-07-13  10:02AM  901 dos\n"
                + "VMS.TXT;1  1 4-NOV-2009 06:02\n-rw-r--r-- 1 a b 6 Jan 1 2020 unix again\nnonsense\n")
        #expect(
            outcome.entries.map { String(decoding: $0.name, as: UTF8.self) } == [
                "unix", "dos", "VMS.TXT;1", "unix again",
            ])
        #expect(outcome.unparsedLines == [Array("nonsense".utf8)])
    }

    @Test(arguments: [
        "d [RWCEAFMS] admin 512 Jun 25  2007 .", "-C--E-----FTP B X 1 41 Aug 12 13:56 .", "+/,\t..",
        "                 0  DIR    04-11-95   16:26  .",
        "..              <DIR>           11/16/94        17:16", "A 1 12/31/21 23:59:59 *DIR ../",
    ])
    func dotsAreLeftOut(_ line: String) {
        let outcome = parse(line)
        #expect(outcome.entries.isEmpty)
        #expect(outcome.unparsedLineCount == 0)
    }
}
