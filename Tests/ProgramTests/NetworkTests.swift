import Foundation
import Glibc
import TestSupport
import Testing

/// The program behind routers and firewalls: it gets through where there is a way, and explains where there is none.
@Suite struct NetworkTests {
    /// A server and a client with the small internet between them.
    final class Ground {
        let internet: SmallInternet
        let served: TemporaryDirectory
        let home: TemporaryDirectory
        private let server: Command
        private let clientPlace: SmallInternet.Place
        /// What the client calls the server.
        let host: String

        /// - Parameter isServerInside: it stands where the client usually does, behind the router.
        init(isServerInside: Bool = false, _ options: String...) throws {
            internet = try SmallInternet()
            served = try TemporaryDirectory()
            home = try TemporaryDirectory()
            try served.write([1, 2, 3], to: "file")
            clientPlace = isServerInside ? .server : .client
            host = isServerInside ? SmallInternet.router : SmallInternet.server
            server = try Command(
                ["serve", served.path, "--port", "\(SmallInternet.controlPort)", "--address", "0.0.0.0"]
                    + options,
                home: home.path, through: internet.prefix(isServerInside ? .client : .server))
            try eventually("the server listens") {
                isListening
            }
        }

        private var isListening: Bool {
            let hex = String(SmallInternet.controlPort, radix: 16, uppercase: true)
            let sockets = try? String(contentsOfFile: "/proc/\(server.process)/net/tcp", encoding: .utf8)
            return sockets?.contains(":0\(hex) 00000000:0000 0A") == true
        }

        func start(_ arguments: [String]) throws -> Command {
            try Command(
                arguments + ["--timeout", "2", "--retries", "0", "--tls", "off"], home: home.path,
                through: internet.prefix(clientPlace))
        }

        func run(_ arguments: String...) throws -> Command.Outcome { try start(arguments).finish() }

        func target(_ name: String = "", host: String? = nil) -> String {
            "ftp://\(host ?? self.host):\(SmallInternet.controlPort)/\(name)"
        }

        deinit { server.signal(SIGKILL) }
    }

    @Test func passiveModeGoesThroughARouterThatTranslates() throws {
        let ground = try Ground()
        try ground.internet.rule("nat")
        let outcome = try ground.run("ls", ground.target(), "-v")
        #expect(outcome.lines == ["file"], "\(outcome.complaint)")
        #expect(!outcome.complaint.contains("PORT"))
    }

    @Test func activeModeIsFoundWhereThePassivePortsAreBlocked() throws {
        let ground = try Ground()
        try ground.internet.rule("no-passive")
        let outcome = try ground.run("ls", ground.target(), "-v")
        #expect(outcome.status == 0 && outcome.lines == ["file"], "\(outcome.complaint)")
        #expect(outcome.complaint.contains("PORT"))
        // What was learned is known the next time: no way that fails is tried.
        let second = try ground.run("ls", ground.target(), "-v")
        #expect(second.lines == ["file"], "\(second.complaint)")
        #expect(
            !second.complaint.contains("> EPSV") && !second.complaint.contains("> PASV"),
            "\(second.complaint)")
    }

    @Test func blockedActiveModeIsExplained() throws {
        let ground = try Ground()
        try ground.internet.rule("no-active")
        let outcome = try ground.run(
            "ls", ground.target(), "--mode", "active", "--active-ports", "40100-40199")
        #expect(outcome.status == 75 && outcome.complainsInOneLine, "\(outcome.complaint)")
        #expect(outcome.complaint.contains("incoming TCP from \(SmallInternet.server) to ports 40100-40199"))
        #expect(outcome.complaint.contains("--mode passive"))
    }

    @Test func whereNothingGoesThroughBothDirectionsAreNamed() throws {
        let ground = try Ground()
        try ground.internet.rule("no-data")
        let outcome = try ground.run("ls", ground.target())
        #expect(outcome.status == 75, "\(outcome.complaint)")
        let range = try String(contentsOfFile: "/proc/sys/net/ipv4/ip_local_port_range", encoding: .utf8)
            .split { $0 == "\t" || $0 == "\n" }
        #expect(outcome.complaint.contains("outgoing TCP to \(SmallInternet.server)"))
        #expect(
            outcome.complaint.contains(
                "incoming TCP from \(SmallInternet.server) to ports \(range[0])-\(range[1])"))
    }

    @Test func thePrivateAddressOfAServerBehindARouterIsNotDialled() throws {
        let ground = try Ground(isServerInside: true, "--fault", "epsv-refused")
        try ground.internet.rule("nat-server")
        let outcome = try ground.run("ls", ground.target(), "-v", "--mode", "passive")
        #expect(outcome.lines == ["file"], "\(outcome.complaint)")
        #expect(outcome.complaint.contains(SmallInternet.inner.replacingOccurrences(of: ".", with: ",")))
    }

    @Test func aServerThatIsToBeTrustedIsDialledAtItsOwnAddressWhenThatIsAllThatAnswers() throws {
        let ground = try Ground(isServerInside: true, "--fault", "epsv-refused")
        try ground.internet.rule("nat-server")
        let outcome = try ground.run("ls", ground.target(), "-v", "--mode", "passive", "--trust-pasv")
        #expect(outcome.lines == ["file"], "\(outcome.complaint)")
    }

    @Test func anEPSVThatIsSwallowedOnTheWayCostsANewLoginAndNoMore() throws {
        let ground = try Ground()
        try ground.internet.rule("swallow-epsv")
        let outcome = try ground.run("ls", ground.target(), "-v", "--mode", "passive")
        #expect(outcome.lines == ["file"], "\(outcome.complaint)")
        #expect(outcome.complaint.contains("PASV"))
    }

    @Test func theProbeSaysWhichWaysWorkAndWhatBlocksTheOthers() throws {
        let ground = try Ground()
        try ground.internet.rule("no-active")
        let outcome = try ground.run("probe", ground.target())
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(outcome.text.contains("IPv4: EPSV works\nIPv4: PASV works\n"), "\(outcome.text)")
        #expect(outcome.lines.contains { $0.hasPrefix("IPv4: PORT fails: ") && $0.contains("incoming TCP") })
        #expect(outcome.text.hasSuffix("use --mode passive, or leave it at auto\n"))
        try ground.internet.rule("no-data")
        let blocked = try ground.run("probe", ground.target())
        #expect(blocked.status == 75 && blocked.complainsInOneLine, "\(blocked.complaint)")
        #expect(blocked.lines.count { $0.contains(" fails: ") } == 4, "\(blocked.text)")
    }

    @Test func aHostWhoseIPv6LeadsNowhereIsReachedByIPv4() throws {
        let ground = try Ground()
        try ground.internet.rule("no-ipv6")
        let outcome = try ground.run("ls", ground.target(host: SmallInternet.serverName), "-v")
        #expect(outcome.lines == ["file"], "\(outcome.complaint)")
        #expect(outcome.complaint.contains("connected to \(SmallInternet.server)"))
    }

    @Test func aDownloadIsConfirmedAnewWhenTheRouterForgetsItsControlConnection() throws {
        let ground = try Ground()
        let bytes = (0..<1_500_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        try ground.served.write(bytes, to: "big")
        let local = try TemporaryDirectory()
        let command = try ground.start([
            "get", ground.target("big"), "-o", local.path(of: "big"), "--limit", "300K", "--record",
            local.path(of: "log"),
        ])
        var port = ""
        try eventually("the transfer is under way") {
            let text = String(decoding: try local.contents(of: "big.part") ?? [], as: UTF8.self)
            guard !text.isEmpty else { return false }
            port = try Self.controlPort(of: command)
            return !port.isEmpty
        }
        try ground.internet.rule("forget", port)
        let outcome = try command.finish()
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(try local.contents(of: "big") == bytes)
        #expect(try String(decoding: local.contents(of: "log") ?? [], as: UTF8.self).contains("SIZE"))
    }

    /// The local port of the program's control connection.
    private static func controlPort(of command: Command) throws -> String {
        let remote = ":0\(String(SmallInternet.controlPort, radix: 16, uppercase: true))"
        let table = try String(contentsOfFile: "/proc/\(command.process)/net/tcp", encoding: .utf8)
        for line in table.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count > 3, words[2].hasSuffix(remote), words[3] == "01",
                let port = words[1].split(separator: ":").last.flatMap({ UInt16($0, radix: 16) })
            else { continue }
            return String(port)
        }
        return ""
    }
}
