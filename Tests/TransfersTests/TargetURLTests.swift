import FTPProtocol
import Testing
import Transfers

@Suite struct TargetURLTests {
    @Test(arguments: [
        ("ftp.example.org", "ftp.example.org", 21, "anonymous"),
        ("example.org:2121", "example.org", 2121, "anonymous"),
        ("alice@example.org", "example.org", 21, "alice"),
        ("ftp://a%40b@example.org/x", "example.org", 21, "a@b"),
        ("ftp://DOMAIN%5Calice@example.org/", "example.org", 21, "DOMAIN\\alice"),
        ("[::1]:2121", "::1", 2121, "anonymous"),
        ("::1", "::1", 21, "anonymous"),
        ("ftps://example.org", "example.org", 990, "anonymous"),
        ("ftpes://bob:secret@example.org:99/", "example.org", 99, "bob"),
    ])
    func readsHostPortAndUser(_ text: String, _ host: String, _ port: UInt16, _ user: String) throws {
        let target = try TargetURL(text)
        #expect(target.site.host == host)
        #expect(target.site.port == port)
        #expect(target.site.user == user)
    }

    @Test(arguments: [
        "", "ftp://", "http://example.org", "example.org:0", "example.org:99999", "a%0Ab@example.org", "[::1",
        "ftp://@example.org/",
    ])
    func refusesWhatIsNoAddress(_ text: String) {
        #expect(throws: TargetURL.Problem.self) { try TargetURL(text) }
    }

    @Test(arguments: ["http://example.org/a", "https://example.org", "sftp://example.org", "webdav://h"])
    func anAddressOfAnotherProtocolIsSaidToBeNoFTPAddress(_ text: String) {
        let problem = #expect(throws: TargetURL.Problem.self) { try TargetURL(text) }
        #expect(
            problem?.description.contains("is not an FTP address: use ftp://, ftpes:// or ftps://") == true)
    }

    /// RFC 1738 §3.2.2
    @Test(arguments: [
        ("ftp://h/pub/a%20b", "pub/a b", false), ("ftp://h//pub", "/pub", false),
        ("ftp://h/%2Fpub/", "/pub", true),
        ("ftp://h/", "", true), ("ftp://h", "", true), ("ftp://h/a;type=i", "a", false),
        ("ftp://h/100%", "100%", false), ("ftp://h/%zz", "%zz", false),
    ])
    func thePathBeginsAtTheLoginDirectory(_ text: String, _ path: String, _ endsInSlash: Bool) throws {
        let target = try TargetURL(text)
        #expect(target.path == RemotePath(path))
        #expect(target.endsInSlash == endsInSlash)
    }

    @Test func aPathIsBytes() throws {
        #expect(try TargetURL("ftp://h/%E9t%E9").path.bytes == [0xE9, 0x74, 0xE9])
    }

    @Test func theTypeComesOffTheEnd() throws {
        #expect(try TargetURL("ftp://h/a.txt;type=a").type == .ascii)
        #expect(try TargetURL("ftp://h/a.txt;TYPE=I").type == .image)
        #expect(try TargetURL("ftp://h/a.txt").type == nil)
    }

    @Test func thePasswordIsNeverPrinted() throws {
        let target = try TargetURL("ftp://alice:sesame@example.org/")
        #expect(target.password?.value == "sesame")
        #expect(!"\(target)".contains("sesame"))
        #expect(!String(reflecting: target).contains("sesame"))
    }
}
