import Testing
import Transfers

@Suite struct ProxyURLTests {
    @Test(arguments: [
        ("socks5://proxy", Proxy.Kind.socks5, "proxy", UInt16(1080), String?.none, String?.none),
        ("SOCKS5h://u:p%40w@[::1]:9050/", .socks5h, "::1", 9050, "u", "p@w"),
        ("http://a%20b@proxy.example.org:8080", .http, "proxy.example.org", 8080, "a b", nil),
        ("ftp-site://gate", .ftpSite, "gate", 21, nil, nil),
    ])
    func readsAURL(
        _ text: String, _ kind: Proxy.Kind, _ host: String, _ port: UInt16, _ user: String?,
        _ password: String?
    ) throws {
        let proxy = try Proxy(text)
        #expect(proxy.kind == kind && proxy.host == host && proxy.port == port)
        #expect(proxy.user == user && proxy.password?.value == password)
        // What is stored has no password, and all the rest.
        var stored = proxy
        stored.password = nil
        #expect(try Proxy(proxy.url) == stored)
    }

    @Test(arguments: [
        "proxy:1080", "gopher://x", "socks5://", "socks5://h:0", "http://h:x", "http://a b",
        "socks5://h/path",
    ])
    func refusesWhatIsNone(_ text: String) {
        #expect(throws: TargetURL.Problem.self) { try Proxy(text) }
    }

    @Test func theOptionsOfANetworkAreStoredAndReadAgain() throws {
        var options = NetworkOptions()
        #expect(options.stored.isEmpty && NetworkOptions(stored: "") == options)
        options.extendedPassive = .off
        options.trustsPassiveAddress = true
        options.keepAlive = 30
        options.proxy = try Proxy("socks5://me@proxy:1")
        #expect(NetworkOptions(stored: options.stored) == options)
        #expect(NetworkOptions(stored: "keep-alive=-3 nonsense epsv=maybe proxy=x") == NetworkOptions())
    }
}
