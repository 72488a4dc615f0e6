import EmbeddedServer
import TestSupport
import Transport

/// A running server with a few files, and what it takes to speak to it.
final class Fixture {
    let scratch: ScratchDirectory
    let server: EmbeddedServer
    let port: UInt16

    init(_ personality: Personality = .unix, faults: Set<Fault> = []) throws {
        var configuration = ServerConfiguration()
        configuration.personality = personality
        configuration.faults = faults
        try self.init(configuration)
    }

    /// `before` fills the directory that is served.
    convenience init(_ configuration: ServerConfiguration) throws {
        try self.init(configuration, serving: "")
    }

    init(_ configuration: ServerConfiguration, serving part: String) throws {
        scratch = try ScratchDirectory()
        try scratch.write("a.txt", "one\ntwo\n")
        try scratch.makeDirectory("sub")
        try scratch.write("sub/b.bin", [1, 2, 3])
        for name in ["a.txt", "sub/b.bin", "sub"] {
            // 2026-11-20 17:31:05 UTC
            try LocalDirectory.setModified(1_795_195_865, of: scratch.place(name))
        }
        server = try EmbeddedServer(serving: part.isEmpty ? scratch.path : scratch.place(part), configuration)
        port = try server.start()
    }

    deinit {
        server.stop()
    }

    func client() throws -> ScriptedClient { try ScriptedClient.loggedIn(port: port) }
}

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
