import Glibc
import TestSupport
import Testing

/// `portside sites`, and saved sites in the place of URLs.
struct SitesTests {
    @Test func aSavedSiteStandsForItsAddressAndItsOptions() throws {
        let bench = try Bench()
        let added = try bench.run("sites", "add", "here", bench.target("sub"), "--mode", "active")
        #expect(added.status == 0, "\(added.complaint)")
        let listed = try bench.run("ls", "-v", "here:")
        #expect(listed.lines == ["b.bin"], "\(listed.complaint)")
        #expect(listed.complaint.contains("PORT 127,"))
        let typed = try bench.run("ls", "-v", "--mode", "passive", "here:")
        #expect(
            typed.complaint.contains("EPSV") && !typed.complaint.contains("PORT 127,"), "what is typed wins")
    }

    @Test func aPathAfterTheNameIsRelativeToTheSitesDirectoryOrAbsolute() throws {
        let bench = try Bench()
        #expect(try bench.run("sites", "add", "here", bench.target("sub")).status == 0)
        #expect(try bench.run("cat", "here:b.bin").output == [1, 2, 3])
        #expect(try bench.run("cat", "here:/a.txt").text == "one\ntwo\n")
    }

    @Test func theFileIsForItsOwnerOnlyAndKeepsTheCommentsOfOthers() throws {
        let bench = try Bench()
        #expect(mkdir(bench.home.path(of: "config"), 0o755) == 0)
        #expect(mkdir(bench.home.path(of: "config/portside"), 0o755) == 0)
        let file = "config/portside/sites.toml"
        let written = "# mine\n[other]\nurl = \"ftp://example.org\"  # note\ntimeout = 7\n"
        try bench.home.write(Array(written.utf8), to: file)
        #expect(
            try bench.run("sites", "add", "here", "ftp://alice@example.net/a%20b", "-4").status == 0)
        let both = try text(bench, file)
        #expect(both == written + "\n[here]\nurl = \"ftp://alice@example.net/a%20b\"\n4 = true\n")
        var status = stat()
        #expect(stat(bench.home.path(of: file), &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(try bench.run("sites", "remove", "here").status == 0)
        #expect(try text(bench, file).hasPrefix(written))
        #expect(try bench.run("sites", "list").lines == ["other  ftp://example.org"])
    }

    private func text(_ bench: Bench, _ file: String) throws -> String {
        String(decoding: try #require(try bench.home.contents(of: file)), as: UTF8.self)
    }

    @Test(arguments: [
        ["add", "here", "ftp://alice:s3cret@example.org"],
        ["add", "here", "ftp://example.org", "--account", "s3cret"],
        ["add", "he re", "ftp://example.org"], ["add", "a/b", "ftp://example.org"],
        ["add", "here", "example"],
        ["add", "here", "ftp://example.org", "--mode", "sideways"],
        ["add", "here", "ftp://example.org", "--frob"],
        ["show", "nowhere"], ["remove", "nowhere"],
    ])
    func whatCannotBeKeptIsRefusedInOneLine(_ arguments: [String]) throws {
        let bench = try Bench()
        let outcome = try bench.start(["sites"] + arguments).finish()
        #expect(outcome.status == 64 && outcome.complainsInOneLine, "\(outcome.complaint)")
        #expect(!outcome.complaint.contains("s3cret"))
        #expect(access(bench.home.path(of: "config/portside/sites.toml"), F_OK) != 0)
    }

    @Test func aBrokenFileIsNamedWithItsLineAndLeftAlone() throws {
        let bench = try Bench()
        #expect(mkdir(bench.home.path(of: "config"), 0o755) == 0)
        #expect(mkdir(bench.home.path(of: "config/portside"), 0o755) == 0)
        let text = "[here]\nurl = \"ftp://example.org\"\nmode = [1]\n"
        try bench.home.write(Array(text.utf8), to: "config/portside/sites.toml")
        let outcome = try bench.run("sites", "add", "more", "ftp://example.org")
        #expect(outcome.status == 74 && outcome.complaint.contains("sites.toml:3:"), "\(outcome.complaint)")
        #expect(try bench.home.contents(of: "config/portside/sites.toml") == Array(text.utf8))
        // Who names no site is not bothered.
        #expect(try bench.run("ls", bench.target("sub")).lines == ["b.bin"])
    }

    @Test func anUnknownSiteIsSaidToBeUnknown() throws {
        let bench = try Bench()
        let outcome = try bench.run("ls", "nowhere:")
        #expect(
            outcome.status == 64 && outcome.complaint.contains("no saved site “nowhere”"),
            "\(outcome.complaint)")
    }

    @Test func aSiteOfAnotherExistingNameIsReplacedOnlyWhenToldTo() throws {
        let bench = try Bench()
        #expect(try bench.run("sites", "add", "here", "ftp://one.example").status == 0)
        #expect(try bench.run("sites", "add", "here", "ftp://two.example").status == 64)
        #expect(try bench.run("sites", "add", "--replace", "here", "ftp://two.example").status == 0)
        #expect(try bench.run("sites", "list").lines == ["here  ftp://two.example"])
    }

    @Test func sitesOfFileZillaLftpNcftpAndNetrcAreTakenOverWithoutTheirPasswords() throws {
        let bench = try Bench()
        let filezilla = """
            <?xml version="1.0" encoding="UTF-8"?>
            <FileZilla3><Servers><Folder>Work
            <Server><Host>archive.example.org</Host><Port>2121</Port><Protocol>4</Protocol><User>alice</User>
            <Pass encoding="base64">czNjcmV0</Pass><PasvMode>MODE_ACTIVE</PasvMode>
            <EncodingType>Auto</EncodingType><Name>The Archive</Name><RemoteDir>1 0 3 pub 4 a &amp;b</RemoteDir></Server>
            </Folder><Server><Host>ssh.example.org</Host><Protocol>1</Protocol><Name>shell</Name></Server>
            </Servers></FileZilla3>
            """
        try bench.home.write(Array(filezilla.utf8), to: "sitemanager.xml")
        try bench.home.write(Array("mirror\tftp://bob:s3cret@mirror.example.org/pub/\n".utf8), to: "lftp")
        try bench.home.write(
            Array(
                "NcFTP bookmark-file version: 8\nold,old.example.org,carol,*encoded*x,,/a$2Cb,I,21,4294967295,1,1\n"
                    .utf8),
            to: "ncftp")
        try bench.home.write(Array("machine net.example.org login dave password s3cret\n".utf8), to: "netrc")
        let files = ["sitemanager.xml", "lftp", "ncftp", "netrc"].map { bench.home.path(of: $0) }
        let shown = try bench.start(["sites", "import", "--dry-run"] + files).finish()
        #expect(try bench.run("sites", "list").lines.isEmpty)
        let outcome = try bench.start(["sites", "import"] + files).finish()
        #expect(shown.lines == outcome.lines)
        #expect(
            outcome.lines == [
                "The-Archive  ftpes://alice@archive.example.org:2121/%2Fpub/a%20%26b",
                "mirror  ftp://bob@mirror.example.org/pub/", "old  ftp://carol@old.example.org/%2Fa%2Cb",
                "net.example.org  ftp://dave@net.example.org",
            ], "\(outcome.complaint)")
        #expect(outcome.complaint.contains("passwords are not taken over"))
        #expect(outcome.complaint.contains("shell"))
        #expect(try bench.run("sites", "show", "The-Archive").lines.contains("mode = \"active\""))
        let again = try bench.start(["sites", "import"] + files).finish()
        #expect(again.lines.isEmpty && again.complaint.contains("there already"))
    }

    @Test func whatIsExportedCanBeImported() throws {
        let bench = try Bench()
        #expect(try bench.run("sites", "add", "here.too", "ftp://example.org", "--timeout", "9").status == 0)
        let exported = try bench.run("sites", "export")
        let other = try Bench()
        try other.home.write(exported.output, to: "sites")
        #expect(try other.run("sites", "import", other.home.path(of: "sites")).status == 0)
        #expect(try other.run("sites", "export").output == exported.output)
    }
}
