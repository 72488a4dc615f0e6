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

    @Test(arguments: [
        "", "   ", "\"\" is current directory", "\"/never closed", "\"", "\"/nul\0\"", "\"/cr\rDELE a\"",
        "\"/lf\nDELE a\"",
    ])
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

    @Test(arguments: [
        ("C:/data", "x", "C:/data/x"), ("C:/", "x", "C:/x"), ("C:\\data", "x y", "C:\\data\\x y"),
        ("C:\\", "x", "C:\\x"), ("\\Storage", "x", "\\Storage\\x"), ("\\", "x", "\\x"),
        ("/C:/data", "x", "/C:/data/x"),
        ("sys:/public", "x", "sys:/public/x"), ("//server/vol", "x", "//server/vol/x"),
        ("QGPL", "A.FILE", "QGPL/A.FILE"),
        ("DKA0:[ME]", "X.TXT;1", "DKA0:[ME]X.TXT;1"), ("DKA0:[ME]SUB", "X.TXT", "DKA0:[ME.SUB]X.TXT"),
        ("DISK$U:[000000]", "SUB", "DISK$U:[000000]SUB"), ("DISK$U:[000000]SUB", "X", "DISK$U:[SUB]X"),
        ("'ME.'", "JCL", "'ME.JCL'"), ("'ME.JCL'", "RUN", "'ME.JCL(RUN)'"), ("'ME.'", "'YOU.X'", "'YOU.X'"),
        ("\\SYS.$VOL.SUB", "F", "\\SYS.$VOL.SUB.F"), ("$VOL.SUB", "F", "$VOL.SUB.F"),
        // Names on Unix that look like little of all this.
        ("it's", "x", "it's/x"), ("'quoted'", "x", "'quoted'/x"), ("$HOME", "x", "$HOME/x"),
        ("a:b", "x", "a:b/x"),
        ("a:[b", "x", "a:[b/x"), ("/a:[b]", "x", "/a:[b]/x"), ("no\\such", "x", "no\\such/x"),
    ])
    func appendsANameInTheSyntaxOfThePath(_ path: String, _ name: String, _ result: String) {
        #expect(RemotePath(path).appending(Array(name.utf8)) == RemotePath(result))
    }

    @Test(arguments: [
        ("C:/a/b", "C:/a", "b"), ("C:/a", "C:/", "a"), ("C:/", "C:/", ""), ("C:\\a\\b\\", "C:\\a", "b"),
        ("C:\\a", "C:\\", "a"),
        ("\\a", "\\", "a"), ("\\", "\\", ""), ("sys:/public", "sys:/", "public"),
        ("DKA0:[A.B]X.TXT;1", "DKA0:[A.B]", "X.TXT;1"), ("DKA0:[A.B]", "DKA0:[A]", "B"),
        ("DKA0:[A]", "DKA0:[000000]", "A"),
        ("DKA0:[000000]", "DKA0:[000000]", "000000"), ("DKA0:[000000]SUB", "DKA0:[000000]", "SUB"),
        ("'A.B.C(M)'", "'A.B.C'", "M"), ("'A.B.C'", "'A.B.'", "C"), ("'A.B.'", "'A.'", "B"),
        ("'A.'", "'A.'", "A"),
        ("\\SYS.$VOL.SUB.F", "\\SYS.$VOL.SUB", "F"), ("\\SYS.$VOL.SUB", "\\SYS.$VOL", "SUB"),
        ("\\SYS.$VOL", "\\SYS.$VOL", "$VOL"),
        ("$VOL.SUB", "$VOL.SUB", "SUB"),
    ])
    func partsAPathInItsSyntax(_ path: String, _ parent: String, _ last: String) {
        #expect(RemotePath(path).parent == RemotePath(parent))
        #expect(RemotePath(path).lastComponent == Array(last.utf8))
    }

    @Test(arguments: [
        ("DKA0:[ME]", "sub/x.txt", "DKA0:[ME.SUB]x.txt"), ("DKA0:[ME]", "DKB0:[YOU]X", "DKB0:[YOU]X"),
        ("'ME.'", "JCL/RUN", "'ME.JCL(RUN)'"), ("'ME.'", "/u/me", "/u/me"), ("'ME.'", "'YOU.X'", "'YOU.X'"),
        ("C:\\", "a/b", "C:\\a\\b"), ("C:/a", "D:/b", "D:/b"), ("/home", "C:/a", "/home/C:/a"),
        ("/home", "DKA0:[ME]X", "/home/DKA0:[ME]X"), ("/home", "'A.B'", "/home/'A.B'"),
    ])
    func resolvesInTheSyntaxOfTheServer(_ home: String, _ path: String, _ result: String) {
        let resolved = RemotePath(home).resolving(RemotePath(path))
        #expect(String(decoding: resolved.bytes, as: UTF8.self).uppercased() == result.uppercased())
    }

    @Test(arguments: [
        ("DKA0:[A]B", "DKA0:[A.B]"), ("DKA0:[000000]B", "DKA0:[B]"), ("DKA0:[A]", "DKA0:[A]"),
        ("/a/b/", "/a/b"),
        ("C:/", "C:/"), ("C:/a/", "C:/a"), ("'A.B'", "'A.B'"),
    ])
    func namesADirectoryAsDirectoriesAreNamed(_ path: String, _ result: String) {
        #expect(RemotePath(path).asDirectory == RemotePath(result))
    }

    @Test(arguments: [
        "/", "//", "C:/", "C:\\", "\\", "sys:/", "DKA0:[000000]", "'A.'", "$VOL.SUB", "\\SYS.$VOL",
    ])
    func nothingIsAboveTheTop(_ path: String) {
        #expect(RemotePath(path).isRoot)
    }

    @Test(arguments: ["", "a", "/a", "C:/a", "DKA0:[A]", "'A.B'"])
    func somethingIsAboveTheRest(_ path: String) {
        #expect(!RemotePath(path).isRoot)
    }

    /// Any bytes: no trap, and going up ends.
    @Test func everyCutOfEveryPathCanBeParted() {
        for path in [
            "C:\\a\\", "\\SYS.$VOL.SUB.F", "DKA0:[A.B]X;1", "'A.B.C(M)'", "'A.(.)'", "sys://", "$A.B.C",
            "x:[]", "x:[.]y", "'.'", "':['",
        ] {
            let bytes = Array(path.utf8)
            for end in 0...bytes.count {
                var place = RemotePath(bytes: Array(bytes[..<end]))
                _ = (place.lastComponent, place.asDirectory, place.appending([0x78]), place.isRoot)
                var steps = 0
                while place.parent != place, steps < 100 {
                    place = place.parent
                    steps += 1
                }
                #expect(steps < 100)
            }
        }
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
