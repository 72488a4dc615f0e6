import EmbeddedServer
import TestSupport
import Testing
import Transport

@Suite struct ConfinementTests {
    /// A tree in `served`, and a secret beside it.
    private final class Served {
        let files: TemporaryDirectory
        let server: EmbeddedServer

        init() throws {
            files = try TemporaryDirectory()
            let path = files.path
            try files.write(Array("secret".utf8), to: "secret.txt")
            try files.makeDirectory("served")
            try files.write(Array("open".utf8), to: "served/open.txt")
            let place = { (name: String) in Array("\(path)/\(name)".utf8) }
            try LocalDirectory.makeLink(at: place("served/out"), to: Array("..".utf8))
            try LocalDirectory.makeLink(at: place("served/absolute"), to: place("secret.txt"))
            try LocalDirectory.makeLink(at: place("served/inside"), to: Array("open.txt".utf8))
            try LocalDirectory.makeLink(at: place("served/loop"), to: Array("loop".utf8))
            server = try EmbeddedServer(serving: place("served"))
        }

        deinit {
            server.stop()
        }
    }

    private func makeServer() throws -> (TemporaryDirectory, ScriptedClient) {
        let served = try Served()
        let client = try ScriptedClient.loggedIn(port: try served.server.start())
        client.companion = served
        return (served.files, client)
    }

    @Test(arguments: [
        "../secret.txt", "/../secret.txt", "/../../../../../../etc/passwd", "out/secret.txt", "absolute",
        "./out/../secret.txt", "inside/../../secret.txt", "loop", "secret.txt", "nothing/../../secret.txt",
    ])
    func letsNobodyReadOutsideOfTheTree(_ path: String) throws {
        let (files, client) = try makeServer()
        #expect(try client.say("RETR \(path)").hasPrefix("550"))
        #expect(try client.say("SIZE \(path)").hasPrefix("550"))
        #expect(try files.contents(of: "secret.txt")?.count == 6)
    }

    @Test(arguments: ["../new.txt", "out/new.txt", "absolute", "/../new.txt"])
    func letsNobodyWriteOutsideOfTheTree(_ path: String) throws {
        let (files, client) = try makeServer()
        _ = try client.deliver("STOR \(path)", [1])
        _ = try client.say("MKD \(path)")
        #expect(try files.names().map { String(decoding: $0, as: UTF8.self) } == ["secret.txt", "served"])
        #expect(try files.contents(of: "secret.txt")?.count == 6)
    }

    @Test func removesALinkAndNotWhatItLeadsTo() throws {
        let (files, client) = try makeServer()
        #expect(try client.say("DELE absolute").hasPrefix("250"))
        #expect(try files.contents(of: "secret.txt")?.count == 6)
    }

    @Test func movesNothingOutAndNothingIn() throws {
        let (files, client) = try makeServer()
        _ = try client.say("RNFR open.txt")
        #expect(try client.say("RNTO out/open.txt").hasPrefix("550"))
        #expect(try client.say("RNFR out/secret.txt").hasPrefix("550"))
        #expect(try files.contents(of: "served/open.txt")?.count == 4)
    }

    @Test func aLinkInsideIsFollowed() throws {
        let (files, client) = try makeServer()
        #expect(text(try client.fetch("RETR inside").bytes) == "open")
        #expect(try client.deliver("STOR inside", Array("written".utf8)) == "226 Transfer complete.")
        #expect(try files.contents(of: "served/open.txt").map(text) == "written")
    }

    @Test func staysAtTheRoot() throws {
        let (_, client) = try makeServer()
        for command in ["CDUP", "CWD ..", "CWD /../.."] {
            #expect(try client.say(command).hasPrefix("250"), "\(command)")
            #expect(try client.say("PWD") == "257 \"/\" is the current directory", "\(command)")
        }
        #expect(try client.say("CWD out").hasPrefix("550"))
        #expect(try client.say("RMD /").hasPrefix("550"))
    }

    @Test func refusesANameWithNul() throws {
        let (_, client) = try makeServer()
        #expect(try client.say(Array("RETR open.txt".utf8) + [0] + Array("x".utf8)).hasPrefix("550"))
    }
}
