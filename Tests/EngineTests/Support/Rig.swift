import EmbeddedServer
import Engine
import FTPProtocol
import Synchronization
import TestSupport
import Testing
import Transfers
import Transport

/// The server inside the program, with the faults a test wants, and what is needed to meet it.
final class Rig: Sendable {
    let served: TemporaryDirectory
    let local: TemporaryDirectory
    let server: EmbeddedServer
    let log = LineLog()
    /// What the server heard, in order: verbs with arguments.
    let heard = Commands()
    let site: Site

    init(
        _ faults: Set<Fault> = [], as personality: Personality = .unix, mode: DataMode = .auto,
        timeout: Int = 10, binding: Address = .loopback(), accounts: ServerConfiguration.Accounts = .anyone,
        charset: String? = nil
    ) throws {
        _ = brokenPipesAreErrors
        served = try TemporaryDirectory()
        local = try TemporaryDirectory()
        let heard = heard
        server = try EmbeddedServer(
            serving: Disk.bytes(served.path),
            ServerConfiguration(
                addresses: [binding], personality: personality, accounts: accounts, faults: faults,
                dialogue: { _, direction, line in if case .sent = direction { heard.append(line) } }))
        let port = try server.start()
        var site = Site(host: binding.host, port: port, user: "tester", dataMode: mode)
        site.timeout = timeout
        site.charset = charset
        self.site = site
    }

    deinit { server.stop() }

    func session(password: String = "secret") -> Session {
        let secret = Secret(password)
        return Session(
            site: site, name: ConnectionName(.browsing, 1), password: { _ in secret }, dialogue: log.sink)
    }

    func queue(connections: Int = 1) throws -> QueueBench {
        try QueueBench(site: site, log: log, connections: connections)
    }

    func transfer(
        _ direction: Transfer.Direction, _ name: String, options: TransferOptions = TransferOptions()
    ) -> Transfer {
        Transfer(
            id: 0, direction: direction, site: site.id, remoteDirectory: .root, remoteName: Disk.bytes(name),
            localDirectory: LocalPath(local.path), localName: Disk.bytes(name), options: options)
    }

    func download(_ name: String, options: TransferOptions = TransferOptions()) -> Transfer {
        transfer(.download, name, options: options)
    }

    func upload(_ name: String, options: TransferOptions = TransferOptions()) -> Transfer {
        transfer(.upload, name, options: options)
    }

    func names(on session: Session, _ path: RemotePath = .root) throws -> [String] {
        var names: [String] = []
        _ = try session.list(path) { names += $0.map { String(decoding: $0.name, as: UTF8.self) } }
        return names.sorted()
    }

    final class Commands: Sendable {
        private let lines = Mutex<[String]>([])
        private let hooks = Mutex<[String: @Sendable () -> Void]>([:])

        func append(_ line: [UInt8]) {
            let text = String(decoding: line, as: UTF8.self)
            lines.withLock { $0.append(text) }
            let verb = String(text.prefix { $0 != " " })
            if let hook = hooks.withLock({ $0.removeValue(forKey: verb) }) { hook() }
        }

        /// Calls `body` the next time this verb is heard, before the server acts on it.
        func when(_ verb: String, _ body: @escaping @Sendable () -> Void) {
            hooks.withLock { $0[verb] = body }
        }

        var all: [String] { lines.withLock { $0 } }
        func count(of verb: String) -> Int { all.count { $0 == verb || $0.hasPrefix(verb + " ") } }
    }
}
