import EmbeddedServer
import TestSupport
import Transport

/// A running server with a few files, and what it takes to speak to it:
///
///     a.txt        one LF two LF, 2026-11-20 17:31:05 UTC
///     sub/b.bin    1 2 3, the same time
final class Fixture {
    let files: TemporaryDirectory
    let server: EmbeddedServer
    let port: UInt16

    convenience init(_ personality: Personality = .unix, faults: Set<Fault> = []) throws {
        try self.init(ServerConfiguration(personality: personality, faults: faults))
    }

    init(_ configuration: ServerConfiguration) throws {
        files = try TemporaryDirectory()
        try files.write(Array("one\ntwo\n".utf8), to: "a.txt")
        try files.makeDirectory("sub")
        try files.write([1, 2, 3], to: "sub/b.bin")
        for name in ["a.txt", "sub/b.bin", "sub"] {
            try LocalDirectory.setModified(1_795_195_865, of: Array(files.path(of: name).utf8))
        }
        server = try EmbeddedServer(serving: Array(files.path.utf8), configuration)
        port = try server.start()
    }

    deinit {
        server.stop()
    }

    /// Logged in, TYPE I. Keeps the server running as long as it is there.
    func client() throws -> ScriptedClient {
        let client = try ScriptedClient.loggedIn(port: port)
        client.companion = self
        return client
    }

    func place(_ name: String) -> [UInt8] { Array(files.path(of: name).utf8) }

    func exists(_ name: String) throws -> Bool {
        try LocalDirectory.status(of: place(name), followingLinks: false) != nil
    }
}

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
