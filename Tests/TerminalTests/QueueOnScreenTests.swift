import TestSupport
import Testing

/// The keys of the queue on the real screen, and what they do to the transfers.
@Suite(.serialized) struct QueueOnScreenTests {
    /// Three slow files queued from a server that holds its answers back, with one connection.
    private func playWithWaitingFiles() throws -> (Play, ServedDirectory) {
        let server = try ServedDirectory()
        for name in ["one.bin", "three.bin", "two.bin"] {
            try server.served.write(ServedDirectory.big, to: name)
        }
        let play = try Play.visit(server.port, listing: "two.bin")
        let terminal = play.terminal
        try terminal.press("3", "-", "-", "-")
        try terminal.expect("1 connection ")
        try terminal.press("2", "+")
        try terminal.type(".bin\r")
        try terminal.expect("4 of 6 selected")
        server.fallSilent()
        try terminal.press("F5")
        try terminal.expect("1 active · 3 waiting")
        try terminal.press("3")
        return (play, server)
    }

    private func queue(_ screen: ScreenEmulator) -> [String] {
        let rows = screen.text
        guard let title = rows.firstIndex(where: { $0.contains("3 Queue") }) else { return [] }
        let below = Array(rows[(title + 1)...])
        return Array(below.prefix { !$0.hasPrefix("└") })
    }

    private func order(_ screen: ScreenEmulator) -> [String] {
        queue(screen).compactMap { row in
            ["big.bin", "one.bin", "two.bin", "three.bin"].first { row.contains(" \($0) ") }
        }
    }

    @Test func jAndKMoveATransferAmongThoseThatWaitAndItRunsInThatOrder() throws {
        let (play, server) = try playWithWaitingFiles()
        let terminal = play.terminal
        try terminal.waitUntil("the four in their order") {
            order($0) == ["big.bin", "one.bin", "three.bin", "two.bin"]
        }
        // The last one to the front of those that wait.
        try terminal.press("End")
        try terminal.press("K")
        try terminal.waitUntil("two.bin before three.bin") {
            order($0) == ["big.bin", "one.bin", "two.bin", "three.bin"]
        }
        try terminal.press("K")
        try terminal.waitUntil("two.bin first of those that wait") {
            order($0) == ["big.bin", "two.bin", "one.bin", "three.bin"]
        }
        try terminal.press("J")
        try terminal.waitUntil("one.bin before it again") {
            order($0) == ["big.bin", "one.bin", "two.bin", "three.bin"]
        }
        server.speak()
        try terminal.expect("4 done")
        let said = try play.log().filter { $0.contains("> RETR") }
        let names = said.compactMap { line in
            ["big", "one", "two", "three"].first { line.contains("/\($0).bin") }
        }
        #expect(names == ["big", "one", "two", "three"])
        for name in ["one.bin", "two.bin", "three.bin", "big.bin"] {
            #expect(try play.localFile(name) == ServedDirectory.big)
        }
        try play.quit()
    }

    @Test func aPausedTransferLetsTheOthersPassAndGoesOnWhenAsked() throws {
        let (play, server) = try playWithWaitingFiles()
        let terminal = play.terminal
        try terminal.waitUntil("the four in their order") {
            order($0) == ["big.bin", "one.bin", "three.bin", "two.bin"]
        }
        try terminal.press("Home", "Down", "Space")
        try terminal.waitUntil("one.bin is paused") { queue($0).contains { $0.contains("‖ one.bin") } }
        server.speak()
        try terminal.expect("1 paused · 3 done")
        #expect(try play.localFile("one.bin") == nil)
        #expect(try play.localFile("two.bin") == ServedDirectory.big)
        try terminal.press("Home")
        try terminal.press("Space")
        try terminal.expect("4 done")
        #expect(try play.localFile("one.bin") == ServedDirectory.big)
        try play.quit()
    }

    @Test func thePauseOfTheWholeQueueHoldsWhatWaits() throws {
        let (play, server) = try playWithWaitingFiles()
        let terminal = play.terminal
        try terminal.press("p")
        try terminal.expect("· paused ")
        server.speak()
        // What runs is stopped as well: nothing arrives until the queue goes on.
        try terminal.expect("4 waiting")
        #expect(try play.localFile("two.bin") == nil)
        try terminal.press("p")
        try terminal.expect("4 done")
        try play.quit()
    }
}
