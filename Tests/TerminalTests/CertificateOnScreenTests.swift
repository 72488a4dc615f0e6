import EmbeddedServer
import TestSupport
import Testing

/// The question about a certificate nobody vouches for, on a terminal.
@Suite(.serialized) struct CertificateOnScreenTests {
    private func encryptedServer() throws -> (EmbeddedServer, TemporaryDirectory, UInt16) {
        let served = try TemporaryDirectory()
        try served.write([1], to: "a.txt")
        let server = try EmbeddedServer(
            serving: Array(served.path.utf8), ServerConfiguration(encryption: .init(.required)))
        return (server, served, try server.start())
    }

    @Test func trustingForGoodShowsTheListingAndAsksNoMore() throws {
        let (server, served, port) = try encryptedServer()
        defer { server.stop() }
        _ = served
        let home = try TemporaryDirectory()
        try home.makeDirectory(Play.localName)
        let play = try Play(["ftpes://127.0.0.1:\(port)/"], home: home)
        try play.terminal.expect("Compare the SHA-256")
        #expect(!Play.pane(play.screen, .remote, "a.txt"))
        try play.terminal.press("Right", "Right", "Enter")
        try play.waitForListing(of: "a.txt")
        try play.quit()
        let again = try Play(["ftpes://127.0.0.1:\(port)/"], home: home)
        try again.waitForListing(of: "a.txt")
        try again.quit()
    }

    @Test func refusingLeavesNothingConnected() throws {
        let (server, served, port) = try encryptedServer()
        defer { server.stop() }
        _ = served
        let play = try Play(["ftpes://127.0.0.1:\(port)/"])
        try play.terminal.expect("Compare the SHA-256")
        try play.terminal.press("Enter")
        try play.terminal.waitUntil("the panes") { !$0.picture.contains("Compare the SHA-256") }
        #expect(!Play.pane(play.screen, .remote, "a.txt"))
        // The address is asked for now: a letter would be typed there.
        try play.terminal.press("F10")
        #expect(try play.terminal.waitForExit() == 0)
    }
}
