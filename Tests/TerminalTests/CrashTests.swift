import EmbeddedServer
import Glibc
import TestSupport
import Testing

/// What is left of the queue when the program is killed while its screen is open.
@Suite(.serialized) struct CrashTests {
    @Test func killedInMidTransferTheQueueGoesOnByItselfAndTheBytesAreRight() throws {
        let server = try ServedDirectory(faults: [.slow(Array("big.bin".utf8), bytesPerSecond: 150_000)])
        let home: TemporaryDirectory
        do {
            let play = try Play.visit(server.port, listing: "big.bin")
            home = play.home
            try play.moveCursor(to: "big.bin")
            try play.terminal.press("F5")
            try play.terminal.waitUntil("bytes in the part") { _ in
                (try? play.localFile("big.bin.part"))??.isEmpty == false
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
}
