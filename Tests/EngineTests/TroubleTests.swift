import Dispatch
import EmbeddedServer
import Engine
import FTPProtocol
import Synchronization
import TestSupport
import Testing
import Transfers
import Transport

/// What a user gets wrong, what the network gets wrong, and interruptions.
@Suite struct TroubleTests {
    @Test(arguments: [RealServer.Kind.proftpd, .pureFTPd])
    func aWrongPasswordIsRefusedInOneSentence(_ kind: RealServer.Kind) throws {
        let ground = try Ground(Way(kind: kind, binding: .ipv4, mode: .passive))
        let session = Session(
            site: ground.site, name: ConnectionName(.browsing, 1), password: { _ in Secret("wrong horse") },
            dialogue: ground.log.sink)
        let failure = #expect(throws: Failure.self) { try session.connect() }
        #expect(failure?.kind == .loginRefused && failure?.isTemporary == false)
        #expect(!session.isConnected)
        #expect(!ground.log.transcript.contains("horse"))
    }

    @Test func aMissingPasswordIsAskedFor() throws {
        let rig = try Rig()
        let session = Session(
            site: rig.site, name: ConnectionName(.browsing, 1), password: { _ in nil }, dialogue: rig.log.sink
        )
        let failure = #expect(throws: Failure.self) { try session.connect() }
        #expect(failure?.kind == .passwordNeeded)
        #expect(rig.heard.count(of: "PASS") == 0)
    }

    @Test(arguments: Way.servers) func aMissingPathIsSaid(_ way: Way) async throws {
        let ground = try Ground(way)
        let session = ground.session()
        let failure = #expect(throws: Failure.self) {
            _ = try session.list(ground.remote("nothing here")) { _ in }
        }
        #expect(failure?.kind == .noSuchSource)
        #expect(failure?.message.contains("nothing here") == true)
        #expect(session.isConnected)
        session.quit()
        let bench = try ground.queue()
        await bench.run(ground.download("nothing"))
        if case .failed(let message) = try bench.only().state {
            #expect(message.contains("nothing"))
        } else {
            Issue.record("\(try bench.only().state)")
        }
        #expect(Disk.names(Disk.bytes(ground.local.path)).isEmpty)
    }

    @Test func aRefusedPortIsSaid() throws {
        let port: UInt16
        do { port = try Listener(on: .loopback()).address.port }
        let log = LineLog()
        let session = Session(
            site: Site(host: "127.0.0.1", port: port), name: ConnectionName(.browsing, 1),
            password: { _ in nil }, dialogue: log.sink)
        let failure = #expect(throws: Failure.self) { try session.connect() }
        #expect(failure?.kind == .unreachable && failure?.message.contains("refused") == true)
    }

    @Test func anUnknownHostIsSaid() throws {
        let log = LineLog()
        let session = Session(
            site: Site(host: "no-such-host.invalid"), name: ConnectionName(.browsing, 1),
            password: { _ in nil }, dialogue: log.sink)
        let failure = #expect(throws: Failure.self) { try session.connect() }
        #expect([.unknownHost, .temporary].contains(failure?.kind))
        #expect(failure?.message.contains("no-such-host.invalid") == true)
    }

    @Test func cancellingReturnsWhileTheServerStaysSilent() throws {
        let rig = try Rig([.stallControl(seconds: 600)], timeout: 600)
        let session = rig.session()
        let controls = session.controls
        let ended = Ended()
        let box = Confined(session, label: "test.silent")
        box.perform { session in
            do throws(Failure) { try session.connect() } catch { ended.failure.withLock { $0 = error } }
        }
        try eventually("it is connected and waits") { rig.log.transcript.contains("connected to") }
        controls.cancellation.cancel()
        try eventually("it has given up") { ended.failure.withLock { $0 } != nil }
        #expect(ended.failure.withLock { $0 }?.kind == .cancelled)
    }

    private final class Ended: Sendable {
        let failure = Mutex<Failure?>(nil)
    }

    @Test func afterAnInterruptedCommandTheDialogueIsInStep() throws {
        // Cancelled before its reply is read: that reply must not answer the next command.
        let rig = try Rig()
        try rig.served.write([1], to: "file")
        let session = rig.session()
        try session.connect()
        session.controls.cancellation.cancel()
        let failure = #expect(throws: Failure.self) { try session.noOperation() }
        #expect(failure?.kind == .cancelled)
        session.controls.cancellation.reset()
        #expect(try session.size(of: RemotePath("/file")) == 1)
        #expect(try session.size(of: RemotePath("/none")) == nil)
        session.quit()
    }

    @Test func theBrowserHearsThatAnIdleServerHasGone() throws {
        let rig = try Rig()
        let states = States()
        let passwords = Passwords()
        let browser = Browser(passwords: passwords, dialogue: rig.log.sink, events: { states.append($0) })
        browser.perform(.connect(rig.site, password: Secret("x"), directory: nil))
        try eventually("connected") {
            states.all.contains { if case .connected = $0 { true } else { false } }
        }
        rig.server.stop()
        try eventually("lost") { states.all.contains { if case .lost = $0 { true } else { false } } }
        browser.stop()
    }

    @Test func anIdleLoginIsKeptByCommandsThatDoNothing() throws {
        let rig = try Rig()
        var site = rig.site
        site.network.keepAlive = 1
        let states = States()
        let browser = Browser(passwords: Passwords(), dialogue: rig.log.sink, events: { states.append($0) })
        browser.perform(.connect(site, password: Secret("x"), directory: nil))
        // PWD once at the login.
        try eventually("both have been said") {
            rig.heard.count(of: "NOOP") > 0 && rig.heard.count(of: "PWD") > 1
        }
        browser.stop()
        #expect(!states.all.contains { if case .lost = $0 { true } else { false } })
    }

    @Test func theBrowserStopsAtOnceWhateverIsQueued() throws {
        let rig = try Rig([.stallControl(seconds: 600)], timeout: 600)
        let states = States()
        let browser = Browser(passwords: Passwords(), dialogue: rig.log.sink, events: { states.append($0) })
        browser.perform(.connect(rig.site, password: Secret("x"), directory: nil))
        for ticket in 1...5 { browser.perform(.list(.root, ticket)) }
        try eventually("it waits") { rig.log.transcript.contains("connected to") }
        // Would wait ten minutes for each of the five, and the test for ever.
        browser.stop()
        #expect(states.all.last == .notConnected)
    }

    private final class States: Sendable {
        private let states = Mutex<[ConnectionState]>([])
        var all: [ConnectionState] { states.withLock { $0 } }
        func append(_ event: EngineEvent) {
            if case .connection(let state) = event { states.withLock { $0.append(state) } }
        }
    }
}
