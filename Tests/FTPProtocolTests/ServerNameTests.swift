import FTPProtocol
import Testing

struct ServerNameTests {
    @Test(arguments: [
        ("(vsFTPd 3.0.3)", "UNIX Type: L8", "vsftpd 3.0.3"),
        ("ProFTPD Server (Debian) [::1]", "UNIX Type: L8", "ProFTPD"),
        ("Microsoft FTP Service", "Windows_NT", "IIS"), ("Welcome", "UNIX Type: L8", "UNIX"),
        ("", "", "unknown server"),
        ("\u{1B}[2J", "\u{1B}[2J", "\\x1B[2J"),
    ])
    func isShortAndHarmless(_ greeting: String, _ system: String, _ name: String) {
        #expect(
            serverName(greeting: Reply(.serviceReady, greeting), system: Reply(.systemType, system)) == name)
    }

    @Test(arguments: [
        ("(vsFTPd 3.0.3)", false), ("Welcome to Pure-FTPd [privsep] [TLS]", false),
        ("pyftpdlib 1.5.7 ready.", false), ("ProFTPD Server (Debian) [::1]", true),
        ("Microsoft FTP Service", true),
    ])
    func tellsWhoTakesADoubled0xFFForTwo(_ greeting: String, _ undoes: Bool) {
        #expect(undoesTelnetDoubling(greeting: Reply(.serviceReady, greeting)) == undoes)
    }
}
