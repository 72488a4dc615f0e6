import FTPProtocol
import Testing

struct ReplyTextsTests {
    @Test(
        arguments: [
            (213, "1234", 1234), (213, "0", 0), (213, "9223372036854775807", .max),
            (213, "File size is 42", 42),
            (213, "9223372036854775808", nil), (213, "-1", nil), (213, "", nil), (213, "unknown", nil),
            (550, "1234", nil),
        ] as [(UInt16, String, Int64?)])
    func readsASize(_ code: UInt16, _ text: String, _ size: Int64?) {
        #expect(Reply(ReplyCode(rawValue: code), text).sizeInBytes == size)
    }

    @Test(
        arguments: [
            (213, "20261120173100", "2026-11-20T17:31:00Z"),
            (213, "20261120173100.5", "2026-11-20T17:31:00.5Z"),
            (213, "191261120173100", "2026-11-20T17:31:00Z"),
            (213, "191000229000000", "2000-02-29T00:00:00Z"),
            (213, "Modified 20261120173100 UTC", "2026-11-20T17:31:00Z"), (213, "2026", nil), (213, "", nil),
            (213, "191991320000000", nil), (550, "20261120173100", nil),
        ] as [(UInt16, String, String?)])
    func readsATime(_ code: UInt16, _ text: String, _ time: String?) {
        #expect(Reply(ReplyCode(rawValue: code), text).modificationTime?.iso8601 == time)
    }

    @Test(
        arguments: [
            (150, "Opening BINARY mode data connection for x (1234 bytes)", 1234),
            (125, "x (2) here (7 bytes).", 7), (150, "x (1 byte)", 1), (150, "x (12 files)", nil),
            (150, "x (", nil),
            (150, "x (99999999999999999999 bytes)", nil), (226, "(1234 bytes)", nil),
        ] as [(UInt16, String, Int64?)])
    func readsTheSizeAnnouncedBeforeTheData(_ code: UInt16, _ text: String, _ size: Int64?) {
        #expect(Reply(ReplyCode(rawValue: code), text).announcedSize == size)
    }

    @Test(
        arguments: [
            (450, "No files found", true), (550, "No members found.", true),
            (550, "NO DATA SETS FOUND", true),
            (550, "No such file or directory", false), (550, "Permission denied", false),
            (226, "No files found", false),
            (530, "No files found", false), (450, "", false),
        ] as [(UInt16, String, Bool)])
    func tellsAnEmptyDirectoryFromAMissingOne(_ code: UInt16, _ text: String, _ isEmpty: Bool) {
        #expect(Reply(ReplyCode(rawValue: code), text).meansEmptyDirectory == isEmpty)
    }

    @Test(
        arguments: [
            (226, "Transfer done (but failed to open directory).", true),
            (226, "Output truncated to 10000 matches", true), (226, "Directory send OK.", false),
        ] as [(UInt16, String, Bool)])
    func noticesAListingThatIsNotAll(_ code: UInt16, _ text: String, _ isIncomplete: Bool) {
        #expect(Reply(ReplyCode(rawValue: code), text).meansIncompleteListing == isIncomplete)
    }
}
