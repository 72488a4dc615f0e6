import EmbeddedServer
import Engine
import FTPProtocol
import TestSupport
import Testing
import Transfers
import Transport

/// The server inside the program, speaking TLS, and a site that demands it and trusts anybody unless told otherwise.
final class EncryptedRig: Sendable {
    let served: TemporaryDirectory
    let server: EmbeddedServer
    let log = LineLog()
    let heard = Rig.Commands()
    let site: Site

    convenience init(
        faults: String..., identity: TLSIdentity? = nil, authorities: String? = nil
    ) throws {
        try self.init(manyFaults: faults, identity: identity, authorities: authorities)
    }

    init(
        manyFaults faults: [String], identity: TLSIdentity? = nil, authorities: String? = nil
    ) throws {
        _ = brokenPipesAreErrors
        served = try TemporaryDirectory()
        let heard = heard
        server = try EmbeddedServer(
            serving: Disk.bytes(served.path),
            ServerConfiguration(
                faults: Set(try faults.map { try #require(Fault($0), "\($0)") }),
                encryption: .init(.explicit, identity: identity),
                dialogue: { _, direction, line in if case .sent = direction { heard.append(line) } }))
        var site = Site(host: "127.0.0.1", port: try server.start(), user: "tester", encryption: .explicit)
        site.timeout = 10
        site.security.authorities = authorities
        site.security.trustsAnyone = authorities == nil
        self.site = site
    }

    deinit { server.stop() }

    func session(_ site: Site? = nil) -> Session {
        Session(
            site: site ?? self.site, name: ConnectionName(.browsing, 1), password: { _ in Secret("secret") },
            dialogue: log.sink)
    }

    func names(on session: Session) throws -> [String] {
        var names: [String] = []
        _ = try session.list(.root) { names += $0.map { String(decoding: $0.name, as: UTF8.self) } }
        return names.sorted()
    }
}
