import EmbeddedServer
import Engine
import FTPProtocol
import TestSupport
import Testing
import Transfers
import Transport

/// What a server may do about data connections, and what the engine makes of it (D1 to D7).
@Suite struct HostileDataConnectionTests {
    private static let contents = Disk.noise(100_000, seed: 11)

    private func rig(
        _ faults: [String], as personality: Personality = .unix, mode: DataMode = .auto, timeout: Int = 10
    ) throws -> Rig {
        let set = try Set(faults.map { try #require(Fault($0), "\($0)") })
        let rig = try Rig(set, as: personality, mode: mode, timeout: timeout)
        try rig.served.write(Self.contents, to: "file")
        return rig
    }

    @Test(arguments: [
        ["pasv-redirect"], ["pasv-redirect:127.0.0.3"], ["pasv-private-ip"], ["epsv-redirect"],
        ["epsv-refused"], ["epsv-dead-port"], ["pasv-delayed-until-close"], ["125-instead-of-150"],
        ["first-data-reset"], ["low-port-reset"], ["epsv-refused", "first-data-reset"],
    ])
    func thePassiveDataConnectionIsMadeToTheServerItselfAllTheSame(_ faults: [String]) async throws {
        // Without EPSV where PASV is what is spoilt.
        let spoilsPassive = faults.contains { $0.hasPrefix("pasv-redirect") || $0.hasPrefix("pasv-private") }
        let rig = try rig(faults + (spoilsPassive ? ["epsv-refused"] : []), mode: .passive)
        let bench = try rig.queue()
        await bench.run(rig.download("file"))
        #expect(try bench.only().state == .done, "\(rig.log.transcript)")
        #expect(Disk.read(rig.local.path(of: "file")) == Self.contents)
        if spoilsPassive {
            #expect(
                rig.log.all.contains { $0.direction == .warning && $0.text.contains("127.0.0.1") },
                "\(rig.log.transcript)")
        }
    }

    @Test(arguments: 0..<8) func oddWordsAroundThePortAreRead(_ form: Int) throws {
        let rig = try rig(["epsv-refused", "pasv-odd:\(form)"], mode: .passive)
        let session = rig.session()
        #expect(try rig.names(on: session) == ["file"], "\(rig.log.transcript)")
        session.quit()
    }

    @Test(arguments: [
        ["epsv-refused", "pasv-garbage"], ["pasv-refused", "epsv-refused"], ["low-port"], ["data-refused"],
    ])
    func whatCannotBeDialledIsSaidAndActiveModeHelps(_ faults: [String]) throws {
        let passive = try rig(faults, mode: .passive)
        let session = passive.session()
        let failure = #expect(throws: Failure.self) { _ = try passive.names(on: session) }
        #expect(failure?.message.contains("\n") == false)
        try session.noOperation()
        session.quit()
        let rig = try rig(faults)
        let other = rig.session()
        #expect(try rig.names(on: other) == ["file"], "\(rig.log.transcript)")
        #expect(rig.heard.count(of: "PORT") == 1)
        other.quit()
    }

    @Test func aReservedPortIsNotDialledAndTheReasonSaid() throws {
        let rig = try rig(["low-port"], mode: .passive)
        let session = rig.session()
        let failure = #expect(throws: Failure.self) { _ = try rig.names(on: session) }
        #expect(failure?.message.contains("25") == true, "\(failure?.message ?? "")")
        #expect(!rig.log.transcript.contains("data: connected to 127.0.0.1:25"))
        session.quit()
    }

    @Test func activeModeOffersTheOwnAddressAndNoReservedPort() throws {
        let rig = try rig([], mode: .active)
        let session = rig.session()
        for _ in 0..<3 { #expect(try rig.names(on: session) == ["file"]) }
        session.quit()
        let ports = rig.heard.all.filter { $0.hasPrefix("PORT ") }
        #expect(ports.count == 3)
        for port in ports {
            let numbers = port.dropFirst(5).split(separator: ",").compactMap { Int($0) }
            #expect(numbers.count == 6 && numbers.prefix(4).elementsEqual([127, 0, 0, 1]), "\(port)")
            #expect(numbers.count == 6 && numbers[4] * 256 + numbers[5] >= 1024, "\(port)")
        }
    }

    @Test func aStrangerWhoCallsFirstIsTurnedAwayAndTheFileIsTheServers() async throws {
        let rig = try rig(["active-hijack"], mode: .active)
        let bench = try rig.queue()
        await bench.run(rig.download("file"))
        #expect(try bench.only().state == .done, "\(rig.log.transcript)")
        #expect(Disk.read(rig.local.path(of: "file")) == Self.contents)
        #expect(rig.log.warnings.contains { $0.contains("127.0.0.2") })
    }

    @Test func refusedActiveModeIsSaid() throws {
        let rig = try rig(["active-refused"], mode: .active)
        let session = rig.session()
        let failure = #expect(throws: Failure.self) { _ = try rig.names(on: session) }
        #expect(failure?.message.contains("passive") == true, "\(failure?.message ?? "")")
        try session.noOperation()
        session.quit()
    }

    @Test func aDataConnectionThatIsNeverTakenEndsAfterTheTimeOut() throws {
        let rig = try rig(["data-no-accept"], mode: .passive, timeout: 1)
        let session = rig.session()
        let failure = #expect(throws: Failure.self) { _ = try rig.names(on: session) }
        #expect(failure?.isTemporary == true, "\(failure?.message ?? "")")
        session.disconnect()
    }

    @Test(arguments: [DataMode.passive, .active])
    func everyPersonalityListsAndMovesFiles(_ mode: DataMode) async throws {
        for personality in Personality.all {
            let rig = try rig([], as: personality, mode: mode)
            try rig.local.write(Self.contents, to: "up")
            let session = rig.session()
            #expect(try rig.names(on: session) == ["file"], "\(personality.name): \(rig.log.transcript)")
            session.quit()
            let bench = try rig.queue()
            let rows = await bench.run(rig.download("file"), rig.upload("up"))
            #expect(
                rows.allSatisfy { $0.state == .done && $0.attempts == 0 },
                "\(personality.name): \(rig.log.transcript)")
            #expect(Disk.read(rig.local.path(of: "file")) == Self.contents, "\(personality.name)")
            #expect(Disk.read(rig.served.path(of: "up")) == Self.contents, "\(personality.name)")
        }
    }

    @Test(arguments: ["unix", "dos", "dos4", "numeric"])
    func everyFormOfListingIsRead(_ form: String) throws {
        let rig = try rig(["no-mlsd", "list-format:\(form)"])
        try rig.served.makeDirectory("sub")
        let session = rig.session()
        var entries: [ListingEntry] = []
        _ = try session.list(.root) { entries += $0 }
        session.quit()
        entries.sort { $0.name.lexicographicallyPrecedes($1.name) }
        #expect(entries.map(\.name) == [Disk.bytes("file"), Disk.bytes("sub")], "\(rig.log.transcript)")
        #expect(entries.map(\.kind) == [.file, .directory])
        #expect(entries.first?.size == 100_000)
    }
}
