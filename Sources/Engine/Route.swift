import FTPProtocol
import Transfers
import Transport

/// How connections to a server come about: straight, or through the site's proxy.
struct Route {
    let site: Site

    private var proxy: Proxy? { site.network.proxy }

    /// For the first line of a connection's dialogue.
    var words: String {
        "\(visible(site.host)), port \(site.port)" + (proxy.map { ", through \(visible($0.url))" } ?? "")
    }

    /// Makes the control connection.
    ///
    /// - Parameter server: set to the server where the connection's peer is a proxy that only passes on.
    func connect(
        cancellation: Cancellation, server: inout ProxyRequest.Destination?, warn: (String) -> Void
    ) throws(TransportError) -> Socket {
        let deadline = Deadline.after(.seconds(site.timeout))
        let family: Address.Family? = site.family.map { $0 == .ipv4 ? .ipv4 : .ipv6 }
        func open(
            _ host: String, _ port: UInt16, _ family: Address.Family?
        ) throws(TransportError) -> Socket {
            let addresses = try Resolver.addresses(
                of: host, port: port, family: family, until: deadline, cancellation: cancellation)
            return try Dialer.connect(to: addresses, until: deadline, cancellation: cancellation) {
                warn("\($0); going on with the other addresses")
            }
        }
        guard let proxy else { return try open(site.host, site.port, family) }
        // A gateway that speaks FTP is told by FTP where to go.
        guard proxy.kind.isTunnel else { return try open(proxy.host, proxy.port, nil) }
        let destination: ProxyRequest.Destination
        if let numeric = Address(numeric: site.host, port: site.port) {
            destination = .address(numeric)
        } else if proxy.kind == .socks5 {
            let addresses = try Resolver.addresses(
                of: site.host, port: site.port, family: family, until: deadline, cancellation: cancellation)
            guard let first = addresses.first else { throw .unknownHost(site.host, detail: "no address") }
            destination = .address(first)
        } else {
            destination = .name(site.host, port: site.port)
        }
        let socket = try open(proxy.host, proxy.port, nil)
        server = destination
        try request(to: destination)?.carryOut(on: socket, until: deadline, cancellation: cancellation)
        return socket
    }

    /// What the proxy is to be asked for; nil where there is none, or one that is not asked.
    func request(to destination: ProxyRequest.Destination) -> ProxyRequest? {
        guard let proxy, proxy.kind.isTunnel else { return nil }
        return ProxyRequest(
            proxy.kind == .http ? .httpConnect : .socks5, to: destination, user: proxy.user,
            password: proxy.password?.value)
    }
}
