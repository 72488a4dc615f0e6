import EmbeddedServer
import Glibc
import TestSupport
import Testing

/// The queue goes on when the screen is left, and the next screen shows it live.
@Suite(.serialized) struct BackgroundOnScreenTests {
    /// A home whose screens and whose worker share one queue, and a server with a slow file, `big.bin`.
    private final class Shared {
        let home: TemporaryDirectory
        let server: ServedDirectory

        /// - Parameter bytesPerSecond: of the 400,000 that `big.bin` has.
        init(bytesPerSecond: Int64, configuration: String? = nil) throws {
            home = try TemporaryDirectory()
            server = try ServedDirectory(
                faults: [.slow(Array("big.bin".utf8), bytesPerSecond: bytesPerSecond)])
            try home.makeDirectory(Play.localName)
            guard let configuration else { return }
            try home.makeDirectory("config")
            try home.makeDirectory("config/portside")
            try home.write(Array(configuration.utf8), to: "config/portside/config.toml")
        }

        deinit {
            if let holder = try? holder() { kill(holder, SIGKILL) }
        }

        /// Connected, with `big.bin` on its way.
        func screenWithTransfer() throws -> Play {
            let play = try Play(["ftp://127.0.0.1:\(server.port)/"], home: home)
            try play.waitForListing(of: "big.bin")
            try play.terminal.expect("3 items · listed")
            try play.terminal.press("2")
            try play.moveCursor(to: "big.bin")
            try play.terminal.press("F5")
            try play.terminal.expect("1 active")
            try eventually("the first bytes") { try self.arrived() > 0 }
            return play
        }

        func screen() throws -> Play { try Play([], home: home) }

        /// The process that has the queue.
        func holder() throws -> pid_t? {
            let text = try home.contents(of: "state/portside/queue.lock").map {
                String(decoding: $0, as: UTF8.self)
            }
            return text.flatMap { pid_t($0.prefix { $0 != "\n" }) }
        }

        /// Of `big.bin`, whole or not.
        func arrived() throws -> Int {
            try home.contents(of: Play.localName + "/big.bin")?.count
                ?? home.contents(of: Play.localName + "/big.bin.part")?.count ?? 0
        }

        func waitForTheWholeFile() throws {
            try eventually("the whole file", within: .seconds(60)) {
                try self.home.contents(of: Play.localName + "/big.bin") == ServedDirectory.big
            }
        }

        /// With nothing under way; a letter would be typed into the address.
        func leave(_ play: Play) throws {
            try play.terminal.press("F10")
            #expect(try play.terminal.waitForExit() == 0)
        }

        func stop(_ play: Play) throws {
            try play.terminal.press("F10")
            try play.terminal.expect("Stop; keep the queue")
            try play.terminal.press("s")
            #expect(try play.terminal.waitForExit() == 0)
        }

        func leaveInBackground(_ play: Play) throws -> pid_t {
            try play.terminal.press("F10")
            try play.terminal.expect("Go on in the background")
            try play.terminal.press("b")
            #expect(try play.terminal.waitForExit() == 0)
            try play.terminal.expectOutput("go on in the background (process ")
            let worker = try #require(try holder())
            #expect(worker != play.terminal.process)
            return worker
        }
    }

    @Test func whatRunsGoesOnWithoutTheScreenAndTheNextScreenShowsItLive() throws {
        let shared = try Shared(bytesPerSecond: 60_000)
        let worker = try shared.leaveInBackground(try shared.screenWithTransfer())
        // Neither the screen's process group nor its session: what ends the login does not end it.
        #expect(getsid(worker) == worker)
        let before = try shared.arrived()
        try eventually("more bytes while there is no screen") { try shared.arrived() > before }

        let second = try shared.screen()
        let terminal = second.terminal
        try terminal.expect("3 Queue in the background")
        try terminal.waitUntil("the transfer with its pace") {
            $0.picture.contains("↓ big.bin") && $0.picture.contains("KB/s")
        }
        // The dialogue of before and, from here on, of now.
        try terminal.expect("> RETR /big.bin")
        try terminal.press("Tab", "3", "Space")
        try terminal.expect("1 paused")
        try terminal.press("Space")
        try terminal.expect("1 active")
        try terminal.press("F10")
        try terminal.expect("Go on in the background")
        try terminal.press("Enter")
        #expect(try terminal.waitForExit() == 0)
        #expect(try shared.holder() == worker)
        #expect(kill(worker, 0) == 0)
        try shared.waitForTheWholeFile()
        try eventually("the worker ends when nothing is left to do", within: .seconds(30)) {
            try shared.holder() == nil
        }
        let third = try shared.screen()
        try third.terminal.expect("In the background meanwhile: 1 done.")
        try shared.leave(third)
    }

    @Test func aKilledWorkerIsReplacedByTheScreenThatLooks() throws {
        let shared = try Shared(bytesPerSecond: 60_000)
        let worker = try shared.leaveInBackground(try shared.screenWithTransfer())
        let second = try shared.screen()
        try second.terminal.expect("3 Queue in the background")
        kill(worker, SIGKILL)
        try second.terminal.expect("The queue is this screen's own again.")
        try second.terminal.waitUntil("the transfer goes on here") {
            $0.picture.contains("3 Queue 1 active") && !$0.picture.contains("in the background")
        }
        #expect(try shared.holder() == second.terminal.process)
        try shared.waitForTheWholeFile()
        try second.terminal.expect("1 done")
        try shared.leave(second)
    }

    @Test func theQueueIsStoppedFromTheScreenThatShowsIt() throws {
        let shared = try Shared(bytesPerSecond: 20_000)
        let worker = try shared.leaveInBackground(try shared.screenWithTransfer())
        let second = try shared.screen()
        try second.terminal.expect("3 Queue in the background · 1 active")
        try shared.stop(second)
        try eventually("the worker has ended", within: .seconds(20)) { kill(worker, 0) != 0 }
        let size = try shared.arrived()
        #expect(size < ServedDirectory.big.count)
        let third = try shared.screen()
        try third.terminal.expect("3 Queue 1 active")
        try shared.stop(third)
    }

    @Test func whatASecondScreenAddsIsDoneByTheFirst() throws {
        let shared = try Shared(bytesPerSecond: 20_000)
        let first = try shared.screenWithTransfer()
        let second = try Play(["ftp://127.0.0.1:\(shared.server.port)/"], home: shared.home)
        try second.terminal.expect("3 Queue in process \(first.terminal.process) · 1 active")
        try second.waitForListing(of: "a.txt")
        try second.terminal.press("2")
        try second.moveCursor(to: "a.txt")
        try second.terminal.press("F5")
        try eventually("the file") {
            try shared.home.contents(of: Play.localName + "/a.txt") == Array("one\ntwo\n".utf8)
        }
        try second.terminal.expect("1 done")
        try first.terminal.expect("1 done")
        // It leaves without a question: the first one goes on.
        try second.quit()
        try shared.stop(first)
    }

    @Test func theSecondScreenGoesOnWithWhatTheFirstLeaves() throws {
        let shared = try Shared(bytesPerSecond: 60_000)
        let first = try shared.screenWithTransfer()
        let second = try shared.screen()
        try second.terminal.expect("3 Queue in process \(first.terminal.process) · 1 active")
        try shared.stop(first)
        try second.terminal.expect("The queue is this screen's own again.")
        try second.terminal.expect("3 Queue 1 active")
        #expect(try shared.holder() == second.terminal.process)
        try shared.waitForTheWholeFile()
        try second.terminal.expect("1 done")
        try shared.leave(second)
    }

    @Test func aLostLineLeavesTheQueueAtWorkIfTheUserWantsIt() throws {
        let shared = try Shared(
            bytesPerSecond: 60_000, configuration: "[transfers]\non_hangup = \"background\"\n")
        let play = try shared.screenWithTransfer()
        play.terminal.signal(SIGHUP)
        // The shell tells it once more.
        play.terminal.signal(SIGHUP)
        #expect(try play.terminal.waitForExit() == 129)
        let worker = try #require(try shared.holder())
        #expect(worker != play.terminal.process)
        try shared.waitForTheWholeFile()
    }

    @Test func aLostLineStopsTheQueueOtherwise() throws {
        let shared = try Shared(bytesPerSecond: 20_000)
        let play = try shared.screenWithTransfer()
        play.terminal.signal(SIGHUP)
        #expect(try play.terminal.waitForExit() == 129)
        #expect(try shared.holder() == nil)
        #expect(try shared.arrived() < ServedDirectory.big.count)
    }

    /// A password is typed once, on the screen; the worker has it, and no file and no command line does.
    @Test func theWorkerHasThePasswordsOfTheScreenAndNobodyElseDoes() throws {
        let home = try TemporaryDirectory()
        try home.makeDirectory(Play.localName)
        let server = try ServedDirectory(
            .only(["carol": "sesame-opens"]),
            faults: [.slow(Array("big.bin".utf8), bytesPerSecond: 100_000)])
        let play = try Play(["ftp://carol:sesame-opens@127.0.0.1:\(server.port)/"], home: home)
        try play.waitForListing(of: "big.bin")
        try play.terminal.press("2")
        try play.moveCursor(to: "big.bin")
        try play.terminal.press("F5")
        try play.terminal.expect("1 active")
        try play.terminal.press("F10")
        try play.terminal.expect("Go on in the background")
        try play.terminal.press("b")
        #expect(try play.terminal.waitForExit() == 0)
        let holder = try home.contents(of: "state/portside/queue.lock").map {
            String(decoding: $0, as: UTF8.self)
        }
        let worker = try #require(holder.flatMap { pid_t($0.prefix { $0 != "\n" }) })
        defer { kill(worker, SIGKILL) }
        let arguments = commandLine(of: worker)
        #expect(arguments.contains("--background") && !arguments.contains("sesame"))
        try eventually("the whole file", within: .seconds(60)) {
            try home.contents(of: Play.localName + "/big.bin") == ServedDirectory.big
        }
        for name in ["queue.sqlite", "queue.sqlite-wal", "worker.log", "background"] {
            let bytes = try home.contents(of: "state/portside/\(name)") ?? []
            #expect(!String(decoding: bytes, as: UTF8.self).contains("sesame"), "\(name)")
        }
    }
}

/// The command line of a process, its words with NUL between them.
private func commandLine(of process: pid_t) -> String {
    let descriptor = open("/proc/\(process)/cmdline", O_RDONLY)
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(descriptor, &bytes, 4096)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
}
