import TestSupport
import Testing

/// A saved site opened on the screen, with the options that go with it.
struct SavedSiteTests {
    @Test func opensASavedSiteInItsModeAndItsLocalDirectory() throws {
        let server = try ServedDirectory()
        let home = try TemporaryDirectory()
        for name in [Play.localName, "mirror", "config", "config/portside"] { try home.makeDirectory(name) }
        try home.write(Array("x".utf8), to: "mirror/here.txt")
        let sites = """
            [here]
            url = "ftp://127.0.0.1:\(server.port)/"
            local = "~/mirror"
            mode = "active"
            """
        try home.write(Array(sites.utf8), to: "config/portside/sites.toml")
        let play = try Play(["here:"], home: home)
        try play.waitForListing(of: "a.txt")
        #expect(Play.pane(play.screen, .local, "here.txt"), "\(play.screen.picture)")
        try play.terminal.expect("200 PORT")
        #expect(!play.screen.picture.contains("EPSV |") && !play.screen.picture.contains("> EPSV"))
        try play.quit()
    }
}
