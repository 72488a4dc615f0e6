import EmbeddedServer
import Glibc
import TestSupport
import Testing

/// What is left of the queue when the program is killed while its screen is open.
@Suite(.serialized) struct CrashTests {
    @Test func killedInMidTransferTheQueueGoesOnByItselfAndTheBytesAreRight() throws {
        let server = try ServedDirectory(faults: [.slow(Array("big.bin".utf8), bytesPerSecond: 60_000)])
        let home: TemporaryDirectory
        do {
            let play = try Play.visit(server.port, listing: "big.bin")
            home = play.home
            try play.moveCursor(to: "big.bin")
            try play.terminal.press("F5")
            // What is on the disk for sure is what a later run goes on from; the journal has it one checkpoint later.
            var first: Int?
            try eventually("two checkpoints in the journal", within: .seconds(30)) {
                let bytes = try bytesInJournal(home)
                if first == nil, bytes > 0 { first = bytes }
                return first.map { bytes > $0 } ?? false
            }
            play.terminal.signal(SIGKILL)
            #expect(try play.terminal.waitForExit() == 128 + SIGKILL)
        }
        let again = try Play(["ftp://127.0.0.1:\(server.port)/"], home: home)
        try again.terminal.waitUntil("done") { $0.picture.contains("1 done") }
        #expect(try again.localFile("big.bin") == ServedDirectory.big)
        #expect(try again.localFile("big.bin.part") == nil)
        // It went on where it was.
        #expect(try again.log().contains { $0.contains("> REST ") })
        try again.quit()
    }

    /// What `queue list` says has arrived.
    private func bytesInJournal(_ home: TemporaryDirectory) throws -> Int {
        let list = try Play(["queue", "list", "--json"], columns: 400, home: home)
        _ = try list.terminal.waitForExit()
        let found = list.screen.picture.firstMatch(of: /"bytes":([0-9]+)/)
        return found.flatMap { Int($0.1) } ?? 0
    }
}
