import TestSupport
import Testing

/// `--charset`, from the command line to the bytes on the server's disk.
struct CharsetTests {
    /// Я and Яя.txt in KOI8-R.
    private static let short: [UInt8] = [0xF1]
    private static let long: [UInt8] = [0xF1, 0xD1, 0x2E, 0x74, 0x78, 0x74]

    @Test(arguments: ["KLINGON", "ISO-8859-1//TRANSLIT", "UTF-16", "UTF-7", ""])
    func aCharsetThatCannotBeIsRefusedBeforeAnythingIsConnectedTo(_ name: String) throws {
        let home = try TemporaryDirectory()
        // Nobody listens there: another status, if it were tried.
        let run = try Command(["ls", "--charset", name, "ftp://127.0.0.1:1/"], home: home.path).finish()
        #expect(run.status == 64, "\(run.complaint)")
        #expect(run.complaint.contains("--charset"), "\(run.complaint)")
    }

    @Test(arguments: ["auto", "utf-8", "UTF8", "bytes"]) func theseAreWhatIsUsual(_ name: String) throws {
        let bench = try Bench()
        try bench.served.write([1], to: "ü")
        let run = try bench.run("ls", "-v", "--charset", name, bench.target())
        #expect(run.lines.contains("ü") && run.complaint.contains("OPTS UTF8 ON"), "\(run.complaint)")
    }

    @Test func namesAreListedAsText() throws {
        let bench = try Bench()
        try bench.served.write([1], toBytes: Self.long)
        #expect(
            try bench.run("ls", bench.target()).output.contains(0xF1),
            "the bytes themselves, without a charset")
        let run = try bench.run("ls", "-v", "--charset", "koi8-r", bench.target())
        #expect(run.lines.contains("Яя.txt"), "\(run.complaint)")
        #expect(!run.complaint.contains("OPTS UTF8"))
        let found = try objects(bench.run("ls", "--json", "--charset", "KOI8-R", bench.target()).lines)
        let entry = try #require(found.first { $0["name"] as? String == "Яя.txt" }, "\(found)")
        #expect(entry["name_base64"] as? String == "8dEudHh0")
    }

    @Test func typedNamesBecomeBytesOfTheServer() throws {
        let bench = try Bench()
        let charset = ["--charset", "KOI8-R"]
        func run(_ words: String...) throws -> Command.Outcome {
            try bench.start([words[0]] + charset + words.dropFirst()).finish()
        }
        #expect(try run("mkdir", bench.target("Я")).status == 0)
        #expect(try run("mv", bench.target("a.txt"), "Я/Яя.txt").status == 0)
        #expect(try bench.served.contents(ofBytes: Self.short + [0x2F] + Self.long) != nil)
        // A byte in the URL is that byte.
        #expect(try run("cat", bench.target("%F1/Яя.txt")).text == "one\ntwo\n")
        #expect(try run("stat", bench.target("Я/Яя.txt")).text.contains(" Яя.txt"))
        let raw = try run("quote", bench.target(), "SIZE Я/Яя.txt")
        #expect(raw.status == 0, "\(raw.complaint)")
        let missing = try run("rm", bench.target("Я/нет"))
        #expect(missing.status == 66 && missing.complaint.contains("/Я/нет: no such"), "\(missing.complaint)")
        #expect(try run("rm", "-r", bench.target("Я")).status == 0)
        #expect(try bench.served.contents(ofBytes: Self.short + [0x2F] + Self.long) == nil)
    }

    @Test func whatIsTypedAndCannotBeWrittenIsRefusedBeforeConnecting() throws {
        let home = try TemporaryDirectory()
        let run = try Command(
            ["mkdir", "--charset", "KOI8-R", "ftp://127.0.0.1:1/日本"], home: home.path
        ).finish()
        #expect(run.status == 64 && run.complainsInOneLine, "\(run.complaint)")
        #expect(
            run.complaint.contains("“日本” cannot be written in KOI8-R, which has no “日”"), "\(run.complaint)")
    }

    @Test func filesAreUTF8HereAndOfTheCharsetThere() throws {
        let bench = try Bench()
        try bench.local.makeDirectory("Я")
        try bench.local.write([1, 2], to: "Я/Яя.txt")
        let sent = try bench.run(
            "put", "-r", "--charset", "KOI8-R", bench.local.path(of: "Я"), bench.target())
        #expect(sent.status == 0, "\(sent.complaint)")
        #expect(try bench.served.contents(ofBytes: Self.short + [0x2F] + Self.long) == [1, 2])
        try bench.local.makeDirectory("down")
        let got = try bench.run(
            "get", "-r", "--charset", "KOI8-R", "--progress", "json", bench.target("Я"), "-o",
            bench.local.path(of: "down/"))
        #expect(got.status == 0, "\(got.complaint)")
        #expect(try bench.local.contents(of: "down/Я/Яя.txt") == [1, 2])
        #expect(got.complaint.contains("\"source\":\"Я/Яя.txt\""), "\(got.complaint)")
    }

    @Test func ofSeveralFilesTheOneThatCannotBeNamedIsLeftOut() throws {
        let bench = try Bench()
        for name in ["Я", "ü"] { try bench.local.write([1], to: name) }
        let paths = ["ü", "Я"].map { bench.local.path(of: $0) }
        let run = try bench.start(["put", "--charset", "KOI8-R"] + paths + [bench.target()]).finish()
        #expect(run.status == 1 && run.complainsInOneLine, "\(run.complaint)")
        #expect(run.complaint.contains("“ü” cannot be written in KOI8-R"), "\(run.complaint)")
        #expect(try bench.served.contents(ofBytes: Self.short) == [1])
        let alone = try bench.run("put", "--charset", "KOI8-R", paths[0], bench.target())
        #expect(alone.status == 73 && alone.complainsInOneLine, "\(alone.complaint)")
    }

    /// The names in the tree are met in the second process only.
    @Test func theQueueKeepsTheCharsetUntilItIsWorkedOn() throws {
        let bench = try Bench()
        try bench.local.makeDirectory("Я")
        try bench.local.write([3], to: "Я/Яя.txt")
        let added = try bench.run(
            "queue", "add", "put", "-r", "--charset", "KOI8-R", bench.local.path(of: "Я"), bench.target())
        #expect(added.status == 0, "\(added.complaint)")
        #expect(try bench.run("queue", "list").text.contains("/Я"))
        let run = try bench.run("queue", "run")
        #expect(run.status == 0, "\(run.complaint)")
        #expect(try bench.served.contents(ofBytes: Self.short + [0x2F] + Self.long) == [3])
    }

    @Test func aSavedSiteHasItsCharset() throws {
        let bench = try Bench()
        try bench.served.write([8], toBytes: Self.long)
        let wrong = try bench.run("sites", "add", "here", bench.target(), "--charset", "KLINGON")
        #expect(wrong.status == 64 && wrong.complaint.contains("KLINGON"), "\(wrong.complaint)")
        #expect(try bench.run("sites", "add", "here", bench.target(), "--charset", "KOI8-R").status == 0)
        #expect(try bench.run("cat", "here:Яя.txt").output == [8])
        #expect(try bench.run("ls", "here:").lines.contains("Яя.txt"))
    }

    @Test func theCharsetOfFileZillaComesWithItsSite() throws {
        let bench = try Bench()
        let filezilla = """
            <?xml version="1.0" encoding="UTF-8"?>
            <FileZilla3><Servers>
            <Server><Host>127.0.0.1</Host><Port>\(bench.port)</Port><Protocol>0</Protocol><Name>old</Name>
            <EncodingType>Custom</EncodingType><CustomEncoding>koi8-r</CustomEncoding>
            <RemoteDir>1 0 6 Привет</RemoteDir></Server>
            <Server><Host>h.example.org</Host><Protocol>0</Protocol><Name>odd</Name>
            <EncodingType>Custom</EncodingType><CustomEncoding>klingon</CustomEncoding></Server>
            </Servers></FileZilla3>
            """
        try bench.home.write(Array(filezilla.utf8), to: "sitemanager.xml")
        let taken = try bench.run("sites", "import", bench.home.path(of: "sitemanager.xml"))
        #expect(
            taken.lines.count == 1 && taken.complaint.contains("“klingon”"), "\(taken.text)\(taken.complaint)"
        )
        let made = try bench.run("mkdir", "--charset", "KOI8-R", bench.target("Привет"))
        #expect(made.status == 0, "\(made.complaint)")
        #expect(try bench.served.names().contains([0xF0, 0xD2, 0xC9, 0xD7, 0xC5, 0xD4]))
        let listed = try bench.run("ls", "-v", "old:")
        #expect(listed.status == 0, "\(taken.text)\(listed.complaint)")
    }

    @Test func theQueueOfFileZillaComesInTheCharsetOfItsServer() throws {
        let bench = try Bench()
        try bench.served.write([8], toBytes: Self.long)
        let here = bench.local.path(of: "down.txt")
        func server(_ charset: String, _ files: String) -> String {
            """
            <Server><Host>127.0.0.1</Host><Port>\(bench.port)</Port><Protocol>0</Protocol><User>u</User>
            <EncodingType>Custom</EncodingType><CustomEncoding>\(charset)</CustomEncoding>\(files)</Server>
            """
        }
        func file(_ name: String) -> String {
            "<File><LocalFile>\(here)</LocalFile><RemoteFile>\(name)</RemoteFile><RemotePath>1 0</RemotePath>"
                + "<Download>1</Download></File>"
        }
        let xml =
            "<?xml version=\"1.0\"?><FileZilla3><Queue>" + server("KOI8-R", file("Яя.txt") + file("ü"))
            + server("KLINGON", file("x")) + "</Queue></FileZilla3>"
        try bench.home.write(Array(xml.utf8), to: "queue.xml")
        let taken = try bench.run("queue", "import", bench.home.path(of: "queue.xml"))
        #expect(taken.status == 1 && taken.lines.count == 1, "\(taken.text)\(taken.complaint)")
        #expect(taken.complaint.contains("KLINGON") && taken.complaint.contains("“ü” cannot be written"))
        try bench.home.write(Array("secret".utf8), to: "password")
        let run = try bench.run("queue", "run", "--password-file", bench.home.path(of: "password"))
        #expect(run.status == 0, "\(run.complaint)")
        #expect(try bench.local.contents(of: "down.txt") == [8])
    }

    @Test func aMirrorPlanIsForTheCharsetItWasMadeWith() throws {
        let bench = try Bench()
        try bench.served.write([8], toBytes: Self.long)
        let copy = bench.local.path(of: "copy")
        let file = bench.home.path(of: "plan.json")
        let look = try bench.run(
            "mirror", "--charset", "KOI8-R", "--dry-run", "--save-plan", file, bench.target(), copy)
        #expect(look.lines.contains("copy Яя.txt (1 bytes, new)"), "\(look.text)\(look.complaint)")
        #expect(try bench.run("mirror", "--plan", file, bench.target(), copy).status == 64)
        #expect(
            try bench.run("mirror", "--charset", "KOI8-R", "--plan", file, bench.target(), copy).status == 0)
        #expect(try bench.local.contents(of: "copy/Яя.txt") == [8])
    }
}
