import FTPProtocol
import Testing

struct StatusListingTests {
    private func listing(_ code: Int, _ lines: [String]) -> ListingParser.Outcome? {
        Reply(code: ReplyCode(rawValue: UInt16(code)), lines: lines.map { Array($0.utf8) })
            .statusListing(now: nil, server: nil)
    }

    @Test(arguments: [211, 212, 213, 221])
    func readsWhatIsBetweenTheFirstLineAndTheLast(_ code: Int) {
        let outcome = listing(
            code, ["Status of /pub:", "total 3", " -rw-r--r-- 1 a b 5 Jan 1 2020 x", "End"])
        #expect(outcome?.entries.map(\.name) == [Array("x".utf8)])
        #expect(outcome?.unparsedLineCount == 0)
    }

    @Test func aFileMayBeAnsweredWithoutAFrame() {
        #expect(listing(213, ["-rw-r--r-- 1 a b 5 Jan 1 2020 x"])?.entries.count == 1)
        let two = ["-rw-r--r-- 1 a b 5 Jan 1 2020 x", "-rw-r--r-- 1 a b 5 Jan 1 2020 y"]
        #expect(listing(213, two)?.entries.count == 2)
    }

    @Test func anEmptyDirectoryIsAFrameWithoutLines() {
        #expect(listing(213, ["Status follows:", "End of status"])?.entries.isEmpty == true)
        #expect(
            listing(213, ["Status follows:", "drwxr-xr-x 2 0 0 4096 Jan 1 2020 .", "End"])?.entries == [])
    }

    @Test(arguments: [
        ["Microsoft FTP Service status:", "Connected to 10.0.0.1", "TYPE: ASCII", "End of status"],
        ["no files here"], [],
    ])
    func theStateOfTheServerIsNoListing(_ lines: [String]) {
        #expect(listing(211, lines) == nil)
    }

    @Test func aRefusalIsNoListing() {
        #expect(listing(550, ["-rw-r--r-- 1 a b 5 Jan 1 2020 x"]) == nil)
    }
}
