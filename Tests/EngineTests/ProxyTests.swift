import EmbeddedServer
import Engine
import FTPProtocol
import TestSupport
import Testing
import Transfers

/// Servers that are reached through another machine.
@Suite struct ProxyTests {
    private func session(_ site: Site, _ log: LineLog) -> Session {
        Session(
            site: site, name: ConnectionName(.browsing, 1), password: { _ in Secret("secret") },
            dialogue: log.sink)
    }

    private func site(_ rig: Rig, _ proxy: String) throws -> Site {
        var site = rig.site
        site.network.proxy = try Proxy(proxy)
        return site
    }

    @Test(
        arguments: [("socks5", SmallProxy.Kind.socks5), ("socks5h", .socks5), ("http", .http)], [false, true])
    func bothConnectionsGoThroughTheProxy(_ way: (String, SmallProxy.Kind), _ wantsLogin: Bool) throws {
        let rig = try Rig(mode: .auto)
        try rig.served.write([1, 2, 3], to: "file")
        let proxy = try SmallProxy(way.1, login: wantsLogin ? ("me", "pass:word") : nil)
        let session = session(
            try site(rig, "\(way.0)://\(wantsLogin ? "me:pass%3Aword@" : "")127.0.0.1:\(proxy.port)"), rig.log
        )
        #expect(try rig.names(on: session) == ["file"], "\(rig.log.transcript)")
        session.quit()
        #expect(proxy.destinations.first == "127.0.0.1:\(rig.site.port)")
        #expect(proxy.destinations.count > 1)
        #expect(!rig.log.transcript.contains("pass:word") && !rig.log.transcript.contains("%3A"))
    }

    @Test(arguments: [("socks5h", SmallProxy.Kind.socks5), ("http", .http)])
    func theProxyResolvesTheName(_ way: (String, SmallProxy.Kind)) throws {
        let rig = try Rig()
        try rig.served.write([1], to: "file")
        let proxy = try SmallProxy(way.1, names: ["only.the.proxy.knows": "127.0.0.1"])
        var site = try site(rig, "\(way.0)://127.0.0.1:\(proxy.port)")
        site.host = "only.the.proxy.knows"
        let session = session(site, rig.log)
        #expect(try rig.names(on: session) == ["file"], "\(rig.log.transcript)")
        session.quit()
        #expect(proxy.destinations.allSatisfy { $0.hasPrefix("only.the.proxy.knows:") })
    }

    @Test(arguments: [("socks5", SmallProxy.Kind.socks5), ("http", .http)])
    func aProxyThatRefusesIsSaidInOneSentence(_ way: (String, SmallProxy.Kind)) throws {
        let rig = try Rig()
        let proxy = try SmallProxy(way.1, login: ("me", "right"))
        for login in ["", "me:wrong@"] {
            let session = session(try site(rig, "\(way.0)://\(login)127.0.0.1:\(proxy.port)"), rig.log)
            let failure = #expect(throws: Failure.self) { try session.connect() }
            #expect(
                failure?.kind == .permissionRefused && failure?.isTemporary == false
                    && failure?.message.contains("the proxy") == true
                    && failure?.message.contains("check the proxy") == true,
                "\(failure?.message ?? "")")
            #expect(failure?.message.contains("wrong") == false)
        }
    }

    @Test(arguments: [("socks5", SmallProxy.Kind.socks5), ("http", .http)])
    func aServerThatTheProxyDoesNotReachIsNotTheProxysFault(_ way: (String, SmallProxy.Kind)) throws {
        let rig = try Rig()
        let proxy = try SmallProxy(way.1)
        var site = try site(rig, "\(way.0)://127.0.0.1:\(proxy.port)")
        site.port = 1  // Nobody listens there.
        let session = session(site, rig.log)
        let failure = #expect(throws: Failure.self) { try session.connect() }
        #expect(failure?.kind == .unreachable && failure?.isTemporary == true)
        #expect(
            failure?.message.contains("the server") == true
                && failure?.message.hasSuffix("is the server running, and is the port right?") == true,
            "\(failure?.message ?? "")")
    }

    @Test(arguments: ["socks5", "http", "ftp"])
    func aProxyThatCannotBeReachedIsNotTakenForTheServer(_ scheme: String) throws {
        let rig = try Rig()
        let proxy = "\(scheme)://127.0.0.1:1"
        let session = session(try site(rig, proxy), rig.log)
        let failure = #expect(throws: Failure.self) { try session.connect() }
        #expect(
            failure?.message
                == "cannot connect to the proxy \(proxy) on the way to 127.0.0.1: Connection refused; check the proxy",
            "\(failure?.message ?? "")")
    }

    @Test func activeModeThroughAProxyIsRefused() throws {
        let rig = try Rig()
        let proxy = try SmallProxy(.socks5)
        let session = session(try site(rig, "socks5://127.0.0.1:\(proxy.port)"), rig.log)
        session.controls.dataMode = .active
        let failure = #expect(throws: Failure.self) { try rig.names(on: session) }
        #expect(failure?.kind == .invalidRequest && failure?.message.contains("proxy") == true)
        session.quit()
        #expect(rig.heard.count(of: "PORT") == 0)
    }

    /// Three customs of FTP gateways, with a login of their own and without.
    @Test(
        arguments: [
            ("ftp", "> USER alice@ftp.example.org:2121\n< 331 password\n> PASS secret\n< 230 in\n"),
            (
                "ftp-site",
                "> SITE ftp.example.org:2121\n< 220 there\n> USER alice\n< 331 password\n> PASS secret\n< 230 in\n"
            ),
            (
                "ftp-open",
                "> OPEN ftp.example.org 2121\n< 220 there\n> USER alice\n< 331 password\n> PASS secret\n< 230 in\n"
            ),
        ], [false, true])
    func anFTPGatewayIsToldWhereToGo(_ way: (scheme: String, script: String), _ hasLogin: Bool) throws {
        let gateway = "> USER me\n< 331 password\n> PASS pw\n< 230 in\n"
        let server = try ScriptedServer(
            "< 220 gateway\n" + (hasLogin ? gateway : "") + way.script
                + "> SYST\n< 215 MULTICS\n> FEAT\n< 500 no\n> PWD\n< 257 \"/\"\n> TYPE I\n< 200 I\n> QUIT\n< 221 bye\n"
        )
        let log = LineLog()
        var site = Site(host: "ftp.example.org", port: 2121, user: "alice")
        site.network.proxy = try Proxy("\(way.scheme)://\(hasLogin ? "me:pw@" : "")127.0.0.1:\(server.port)")
        let session = session(site, log)
        try session.connect()
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }

    @Test func aConnectionThatWasIdleForLongIsAskedWhetherItStands() throws {
        let log = LineLog()
        let server = try ScriptedServer(
            Script.login + "> NOOP\n< 200 yes\n> SIZE /a\n< 213 1\n> NOOP\n= again\n" + Script.login
                + "> SIZE /b\n< 213 2\n> QUIT\n< 221 bye\n")
        var site = Site(host: "127.0.0.1", port: server.port)
        site.timeout = 1
        let session = session(site, log)
        try session.connect()
        session.trustedIdleTime = .zero
        #expect(try session.size(of: RemotePath("/a")) == 1)
        // The second question is answered by nobody, as behind a router that has forgotten the connection.
        #expect(try session.size(of: RemotePath("/b")) == 2)
        session.trustedIdleTime = .seconds(60)
        session.quit()
        #expect(try server.finish() == nil, "\(log.transcript)")
    }
}
