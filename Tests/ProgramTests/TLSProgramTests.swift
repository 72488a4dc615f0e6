import EmbeddedServer
import Glibc
import TestSupport
import Testing
import Transport

/// Encryption as the command line has it.
@Suite struct TLSProgramTests {
    /// A tree with an empty directory, an empty file and some sizes.
    private func makeTree(_ folder: TemporaryDirectory) throws -> [String: [UInt8]] {
        let files: [String: [UInt8]] = [
            "tree/empty": [], "tree/small": [1, 2, 3], "tree/sub/large": Bench.big,
            "tree/sub/deeper/a b": Array("blank\n".utf8),
        ]
        for name in ["tree", "tree/sub", "tree/sub/deeper", "tree/nothing"] {
            try folder.makeDirectory(name)
        }
        for (name, bytes) in files { try folder.write(bytes, to: name) }
        return files
    }

    @Test(arguments: [RealServer.Kind.vsftpd, .proftpd, .pureFTPd], ["1.2", "1.3"])
    func treesGoUpAndDownEncrypted(_ kind: RealServer.Kind, _ version: String) throws {
        let server = try RealServer.start(kind, tls: version)
        let (home, local) = (try TemporaryDirectory(), try TemporaryDirectory())
        let files = try makeTree(local)
        try home.write(Array("\(server.password)\n".utf8), to: "password")
        #expect(chmod(home.path(of: "password"), 0o600) == 0)
        let access = [
            "--ca", try #require(server.authority), "--password-file", home.path(of: "password"),
        ]
        let url = "ftpes://\(server.user)@\(server.host):\(server.port)/"
        let up = try Command(["put", "-r", local.path(of: "tree"), url] + access, home: home.path).finish()
        #expect(up.status == 0, "\(up.complaint)")
        let down = try Command(
            ["get", "-r", url + "tree", "-o", local.path(of: "back"), "-v"] + access, home: home.path
        ).finish()
        #expect(down.status == 0, "\(down.complaint)")
        for (name, bytes) in files {
            let back = "back" + name.dropFirst(4)
            #expect(try local.contents(of: back) == bytes, "\(back)")
        }
        #expect(try local.names(in: "back").contains(Array("nothing".utf8)))
        #expect(down.complaint.contains("TLS \(version)"))
    }

    @Test func anEncryptedClientKeyIsReadWithItsPassphrase() throws {
        let bench = try Bench()
        let identity = try TLSIdentity.make(for: ["client"])
        try bench.home.write(identity.certificates, to: "cert.pem")
        try bench.home.write(identity.key, to: "plain.pem")
        try bench.home.write(Array("right\n".utf8), to: "pass")
        try bench.home.write(Array("wrong\n".utf8), to: "wrong")
        let made = try Program.run(
            "/usr/bin/openssl",
            [
                "pkey", "-in", bench.home.path(of: "plain.pem"), "-aes256", "-passout",
                "file:\(bench.home.path(of: "pass"))", "-out", bench.home.path(of: "key.pem"),
            ])
        #expect(made.status == 0, "\(made.output)")
        for name in ["pass", "wrong", "key.pem"] { #expect(chmod(bench.home.path(of: name), 0o600) == 0) }
        let server = try EmbeddedServer(
            serving: Array(bench.served.path.utf8), ServerConfiguration(encryption: .init(.required)))
        let url = "ftpes://127.0.0.1:\(try server.start())/"
        defer { server.stop() }
        let key = [
            "ls", url, "--insecure", "--cert", bench.home.path(of: "cert.pem"), "--key",
            bench.home.path(of: "key.pem"),
        ]
        let right = try bench.start(key + ["--key-password-file", bench.home.path(of: "pass")]).finish()
        #expect(right.status == 0 && right.lines.contains("a.txt"), "\(right.complaint)")
        let wrong = try bench.start(key + ["--key-password-file", bench.home.path(of: "wrong")]).finish()
        #expect(wrong.status != 0 && wrong.complainsInOneLine, "\(wrong.complaint)")
        let none = try bench.start(key).finish()
        #expect(none.status == 77 && none.complaint.contains("--key-password-file"), "\(none.complaint)")
    }
}
