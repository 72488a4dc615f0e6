import EmbeddedServer
import Engine
import FTPProtocol
import TestSupport
import Testing
import Transfers
import Transport

/// How data connections come about, and what the engine does when they do not.
@Suite struct DataModeTests {
    @Test(arguments: [Personality.unix.name, Personality.iis.name], [Address.Family.ipv4, .ipv6])
    func theModeIsToggledBetweenTwoListingsOnTheSameConnection(_ name: String, _ family: Address.Family)
        throws
    {
        let personality = try #require(Personality.named(name))
        let rig = try Rig(as: personality, mode: .passive, binding: .loopback(family))
        try rig.served.write([1], to: "file")
        let session = rig.session()
        #expect(try rig.names(on: session) == ["file"])
        session.controls.dataMode = .active
        #expect(try rig.names(on: session) == ["file"])
        session.controls.dataMode = .passive
        #expect(try rig.names(on: session) == ["file"])
        let methods = rig.log.verbs(of: ConnectionName(.browsing, 1)).filter {
            ["EPSV", "PASV", "PORT", "EPRT"].contains($0)
        }
        try #require(methods.count == 3, "\(rig.log.transcript)")
        #expect(["EPSV", "PASV"].contains(methods[0]))
        #expect(methods[1] == (family == .ipv4 ? "PORT" : "EPRT"))
        #expect(["EPSV", "PASV"].contains(methods[2]))
        #expect(rig.log.verbs().count { $0 == "USER" } == 1)
        session.quit()
    }

    @Test func goesFromEPSVToPASVWhenItIsRefused() throws {
        let rig = try Rig([.extendedPassiveRefused], mode: .passive)
        try rig.served.write([1], to: "file")
        let session = rig.session()
        #expect(try rig.names(on: session) == ["file"])
        #expect(session.lastMethod == .pasv)
        // It is remembered: the second listing does not ask again.
        #expect(try rig.names(on: session) == ["file"])
        #expect(rig.heard.count(of: "EPSV") == 1 && rig.heard.count(of: "PASV") == 2)
        session.quit()
    }

    @Test func goesOnToActiveModeByItselfInAutoOnly() throws {
        let rig = try Rig([.extendedPassiveRefused, .passiveRefused], mode: .auto)
        try rig.served.write([1], to: "file")
        let session = rig.session()
        #expect(try rig.names(on: session) == ["file"])
        #expect(session.lastMethod?.mode == .active)
        session.controls.dataMode = .passive
        #expect(throws: Failure.self) { try rig.names(on: session) }
        session.controls.dataMode = .active
        #expect(try rig.names(on: session) == ["file"])
        #expect(rig.log.verbs().count { $0 == "USER" } == 1)
        session.quit()
    }

    @Test func refusedActiveModeIsSaidInOneSentence() throws {
        let rig = try Rig([.activeRefused], mode: .active)
        let session = rig.session()
        let failure = #expect(throws: Failure.self) { try rig.names(on: session) }
        #expect(failure?.message.isEmpty == false)
        #expect(session.isConnected)
        session.quit()
    }

    @Test func dialsTheServerAndNotTheForeignAddressOfA227() throws {
        let rig = try Rig([.extendedPassiveRefused, .passiveForeignAddress], mode: .passive)
        try rig.served.write([1], to: "file")
        let session = rig.session()
        #expect(try rig.names(on: session) == ["file"])
        #expect(rig.log.warnings.contains { $0.contains("192.0.2.1") })
        session.quit()
    }

    @Test func dialsNoPortBelow1024() throws {
        let rig = try Rig([.lowPassivePort], mode: .passive)
        let session = rig.session()
        let failure = #expect(throws: Failure.self) { try rig.names(on: session) }
        #expect(failure?.message.contains("25") == true && failure?.message.contains("1024") == true)
        session.quit()
    }

    @Test func listensOnNoPortBelow1024() throws {
        let rig = try Rig(mode: .active)
        var site = rig.site
        site.activePorts = 900...2000
        let session = Session(
            site: site, name: ConnectionName(.browsing, 1), password: { _ in Secret("x") },
            dialogue: rig.log.sink)
        let failure = #expect(throws: Failure.self) { try rig.names(on: session) }
        #expect(failure?.message.contains("1024") == true)
        #expect(rig.heard.count(of: "PORT") == 0 && rig.heard.count(of: "EPRT") == 0)
        session.quit()
    }

    @Test func listensWithinTheRangeThatTheSiteAllows() throws {
        let rig = try Rig(mode: .active)
        var site = rig.site
        site.activePorts = 40_100...40_199
        let session = Session(
            site: site, name: ConnectionName(.browsing, 1), password: { _ in Secret("x") },
            dialogue: rig.log.sink)
        _ = try rig.names(on: session)
        let port = try #require(rig.heard.all.first { $0.hasPrefix("PORT ") })
        let numbers = port.dropFirst(5).split(separator: ",").compactMap { Int($0) }
        try #require(numbers.count == 6)
        #expect((40_100...40_199).contains(numbers[4] * 256 + numbers[5]))
        session.quit()
    }
}
