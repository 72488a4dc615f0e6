import EmbeddedServer
import FTPProtocol
import Synchronization
import TestSupport
import Testing
import Transport

/// A small tree and a server for it in the test's own process:
///
///     a.txt        one LF two LF
///     big.bin      400,000 bytes
///     sub/b.txt    inner LF
///
/// It can fall silent: then it reads one command more and answers nothing until `speak()`.
final class ServedDirectory {
    static let big = (0..<400_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }

    let served: TemporaryDirectory
    private(set) var port: UInt16 = 0
    private var server: EmbeddedServer?
    private let silence = Silence()
    private let accounts: ServerConfiguration.Accounts
    private let faults: Set<Fault>

    init(_ accounts: ServerConfiguration.Accounts = .anyone, faults: Set<Fault> = []) throws {
        self.accounts = accounts
        self.faults = faults
        served = try TemporaryDirectory()
        try served.write(Array("one\ntwo\n".utf8), to: "a.txt")
        try served.write(Self.big, to: "big.bin")
        try served.makeDirectory("sub")
        try served.write(Array("inner\n".utf8), to: "sub/b.txt")
        try start()
    }

    deinit { stop() }

    /// Listens, on the port it had before if it had one.
    func start() throws {
        let silence = silence
        let fresh = try EmbeddedServer(
            serving: Array(served.path.utf8),
            ServerConfiguration(
                addresses: [.loopback(port: port)], accounts: accounts, faults: faults,
                dialogue: { _, direction, _ in if case .sent = direction { silence.wait() } }))
        port = try fresh.start()
        server = fresh
    }

    /// Ends the server and every connection to it.
    func stop() {
        silence.end()
        server?.stop()
        server = nil
    }

    func fallSilent() { silence.begin() }
    func speak() { silence.end() }
    var isSilent: Bool { silence.isHeld }

    /// What holds the server's sessions back. Waiting blocks their queues, which are their own.
    private final class Silence: Sendable {
        private let isOn = Mutex(false)

        func begin() { isOn.withLock { $0 = true } }
        func end() { isOn.withLock { $0 = false } }
        var isHeld: Bool { isOn.withLock { $0 } }

        func wait() {
            try? eventually("the silence is over", within: .seconds(60)) { !isOn.withLock { $0 } }
        }
    }
}
