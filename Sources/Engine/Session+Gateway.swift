import FTPProtocol
import Transfers

/// FTP gateways, which are logged in at first and told where to go, and idle connections that are to be kept.
extension Session {
    private var gateway: Proxy? {
        guard let proxy = site.network.proxy, !proxy.kind.isTunnel else { return nil }
        return proxy
    }

    private var place: String { site.port == 21 ? site.host : "\(site.host):\(site.port)" }

    /// What USER says: through a gateway of the first kind it names the server too.
    var userForGateway: String { gateway?.kind == .ftp ? "\(site.user)@\(place)" : site.user }

    /// The gateway's own login, where it has one, and the way on to the server.
    func logInAtGateway() throws(Failure) {
        guard let gateway else { return }
        if let user = gateway.user {
            do throws(Failure) {
                try logIn(as: user, password: gateway.password?.value ?? "", account: nil)
            } catch {
                var failure = error
                if failure.kind == .loginRefused { failure.message += " of the proxy" }
                throw failure
            }
        }
        switch gateway.kind {
        case .ftpSite: try require(.site(Array(place.utf8)))
        case .ftpOpen:
            try require(Command("OPEN", site.port == 21 ? site.host : "\(site.host) \(site.port)"))
        case .ftp, .socks5, .socks5h, .http: break
        }
    }

    /// Says something that changes nothing, so that neither the server nor a router forgets the connection. Not always the
    /// same: some servers do not count NOOP as a sign of life.
    func keepAlive() throws(Failure) {
        let commands: [Command] = [
            .noOperation, .printWorkingDirectory, type.map { .type($0) } ?? .noOperation,
        ]
        _ = try ask(commands[keepAliveCount % commands.count])
        keepAliveCount += 1
    }
}
