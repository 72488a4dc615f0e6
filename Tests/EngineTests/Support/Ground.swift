import Engine
import FTPProtocol
import Glibc
import Synchronization
import TestSupport
import Testing
import Transfers
import Transport

/// One way of a test through the matrix: which server, over which IP, with which data mode.
struct Way: Sendable, CustomTestStringConvertible {
    var kind: RealServer.Kind
    var binding: RealServer.Binding
    var mode: DataMode

    var testDescription: String { "\(kind.rawValue) \(binding.rawValue) \(mode.rawValue)" }

    static let all: [Way] = RealServer.Kind.common.flatMap { kind in
        RealServer.Binding.allCases.flatMap { binding in
            [DataMode.passive, .active].map { Way(kind: kind, binding: binding, mode: $0) }
        }
    }

    /// One a server: for what neither the address nor the mode can change.
    static let servers: [Way] = RealServer.Kind.common.map { Way(kind: $0, binding: .ipv4, mode: .passive) }
}

/// A directory of a test's own on a real server, which the tests of this process share, and one on this side.
final class Ground: Sendable {
    let server: RealServer
    let mode: DataMode
    /// Where a test may do what it wants on the server, as the server names it.
    let directory: RemotePath
    /// The same directory as this machine names it.
    let served: String
    let local: TemporaryDirectory
    let log = LineLog()

    init(_ way: Way) throws {
        _ = brokenPipesAreErrors
        server = try Servers.shared(way.kind, way.binding)
        mode = way.mode
        let name = "test-\(Servers.number())"
        directory = RemotePath("/\(name)")
        served = "\(server.root)/\(name)"
        local = try TemporaryDirectory()
        try Disk.makeDirectory(served)
        give()
    }

    deinit { Disk.removeTree(Disk.bytes(served)) }

    /// After a test has put something there: it belongs to the server's account.
    func give() { Disk.give(Disk.bytes(served), likeOwnerOf: Disk.bytes(server.root)) }

    func put(_ contents: [UInt8], _ name: String, modified: Int64? = nil) throws {
        try Disk.write(contents, to: "\(served)/\(name)", modified: modified)
        give()
    }

    var site: Site {
        var site = Site(host: server.host, port: server.port, user: server.user, dataMode: mode)
        site.timeout = 20
        return site
    }

    func session() -> Session {
        let secret = Secret(server.password)
        return Session(
            site: site, name: ConnectionName(.browsing, 1), password: { _ in secret }, dialogue: log.sink)
    }

    func remote(_ name: String) -> RemotePath { directory.appending(Disk.bytes(name)) }

    func queue(connections: Int = 2) throws -> QueueBench {
        try QueueBench(site: site, password: server.password, log: log, connections: connections)
    }

    func download(_ name: String, options: TransferOptions = TransferOptions()) -> Transfer {
        Transfer(
            id: 0, direction: .download, site: site.id, remoteDirectory: directory,
            remoteName: Disk.bytes(name),
            localDirectory: LocalPath(local.path), localName: Disk.bytes(name), options: options)
    }

    func upload(_ name: String, options: TransferOptions = TransferOptions()) -> Transfer {
        Transfer(
            id: 0, direction: .upload, site: site.id, remoteDirectory: directory,
            remoteName: Disk.bytes(name),
            localDirectory: LocalPath(local.path), localName: Disk.bytes(name), options: options)
    }
}

/// The servers that all tests of this process share: each is started when the first test wants it.
enum Servers {
    private struct Key: Hashable {
        var kind: RealServer.Kind
        var binding: RealServer.Binding
    }

    private static let running = Mutex<[Key: RealServer]>([:])
    private static let count = Atomic<Int>(0)

    static func number() -> Int { count.wrappingAdd(1, ordering: .relaxed).newValue }

    static func shared(_ kind: RealServer.Kind, _ binding: RealServer.Binding) throws -> RealServer {
        try running.withLock { running in
            let key = Key(kind: kind, binding: binding)
            if let server = running[key] { return server }
            if running.isEmpty { atexit { Servers.stopAll() } }
            let server = try RealServer.start(kind, bind: binding)
            running[key] = server
            return server
        }
    }

    static func stopAll() {
        running.withLock { running in
            for server in running.values { server.stop() }
            running = [:]
        }
    }
}
