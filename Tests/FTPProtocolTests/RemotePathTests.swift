import FTPProtocol
import Testing

struct RemotePathTests {
    @Test(arguments: [
        ("\"/a \"\"b\"\" c\" is current directory.", "/a \"b\" c"),
        ("\"'USER1.'\" is working directory", "'USER1.'"),
        ("\"'USER1.PDS'\" partitioned data set is working directory", "'USER1.PDS'"),
        ("\"DISK$USER:[SMITH.DATA]\" is current directory.", "DISK$USER:[SMITH.DATA]"),
        ("\"\\SYS.VOL\"", "\\SYS.VOL"), ("\"$VOL.SUBVOL\"", "$VOL.SUBVOL"),
        ("\"QGPL\" is current library.", "QGPL"),
        ("\"sys:/public\"", "sys:/public"), ("/home/user", "/home/user"), ("/home/user is it", "/home/user"),
        ("'USER1. X' is working directory", "'USER1. X'"), ("\"C:\\data\"", "C:\\data"),
        ("\"/C:/data\"", "/C:/data"),
        ("\"/with trailing blank \" is it", "/with trailing blank "), ("is \"/later\"", "/later"),
        ("\"\"\"\"", "\""),
    ])
    func readsThePathOf257(_ text: String, _ path: String) {
        #expect(RemotePath(reply257: Array(text.utf8)) == RemotePath(path))
    }

    @Test(arguments: ["", "   ", "\"\" is current directory", "\"/never closed", "\"", "\"/nul\0\""])
    func findsNoPathWhereNoneIs(_ text: String) {
        #expect(RemotePath(reply257: Array(text.utf8)) == nil)
    }

    @Test func findsNoPathLongerThanACommand() {
        let path = String(repeating: "a", count: Command.longestLine + 1)
        #expect(RemotePath(reply257: Array("\"\(path)\"".utf8)) == nil)
    }

    @Test func keepsBytesThatAreNotUTF8() {
        let raw: [UInt8] = [0x22, 0x2F, 0xE4, 0xFF, 0x22]
        #expect(RemotePath(reply257: raw)?.bytes == [0x2F, 0xE4, 0xFF])
    }

    @Test(arguments: [
        ("/", "a", "/a"), ("/a", "b", "/a/b"), ("/a/", "b", "/a/b"), ("", "b", "b"), ("a", " b", "a/ b"),
    ])
    func appendsAName(_ path: String, _ name: String, _ result: String) {
        #expect(RemotePath(path).appending(Array(name.utf8)) == RemotePath(result))
    }

    @Test(arguments: [
        ("/", "/", ""), ("/a", "/", "a"), ("/a/b", "/a", "b"), ("/a/b/", "/a", "b"), ("/a/b//", "/a", "b"),
        ("a", "", "a"), ("a/b", "a", "b"), ("", "", ""), ("//", "/", ""),
    ])
    func partsAPath(_ path: String, _ parent: String, _ last: String) {
        #expect(RemotePath(path).parent == RemotePath(parent))
        #expect(RemotePath(path).lastComponent == Array(last.utf8))
    }

    @Test func resolvesAgainstItself() {
        #expect(RemotePath("/a").resolving(RemotePath("b")) == RemotePath("/a/b"))
        #expect(RemotePath("/a").resolving(RemotePath("/b")) == RemotePath("/b"))
    }

    @Test(arguments: ["", ".", "..", "a/b", "/a", "a\0", "/"])
    func refusesNamesThatLeadElsewhere(_ name: String) {
        #expect(!isSafeLocalName(name.utf8))
    }

    @Test(arguments: ["...", "-rf", " ", "a\\b", "file:", "~", "a\nb"])
    func allowsNamesThatOnlyLookOdd(_ name: String) {
        #expect(isSafeLocalName(name.utf8))
    }
}
