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
    ) throws(Failure) -> Socket {
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
        func toServer<Result: ~Copyable>(
            _ body: () throws(TransportError) -> Result
        ) throws(Failure) -> Result {
            do throws(TransportError) { return try body() } catch {
                throw Failure(error, attempt: "cannot connect to \(words)")
            }
        }
        guard let proxy else {
            return try toServer { () throws(TransportError) in try open(site.host, site.port, family) }
        }
        // A gateway that speaks FTP is told by FTP where to go.
        guard proxy.kind.isTunnel else { return try toProxy(proxy, open) }
        let destination: ProxyRequest.Destination
        if let numeric = Address(numeric: site.host, port: site.port) {
            destination = .address(numeric)
        } else if proxy.kind == .socks5 {
            destination = try toServer { () throws(TransportError) in
                let addresses = try Resolver.addresses(
                    of: site.host, port: site.port, family: family, until: deadline,
                    cancellation: cancellation)
                guard let first = addresses.first else { throw .unknownHost(site.host, detail: "no address") }
                return .address(first)
            }
        } else {
            destination = .name(site.host, port: site.port)
        }
        let socket = try toProxy(proxy, open)
        server = destination
        do throws(TransportError) {
            try request(to: destination)?.carryOut(on: socket, until: deadline, cancellation: cancellation)
        } catch {
            throw Failure(error, attempt: "cannot connect to \(words)")
        }
        return socket
    }

    /// That it is the proxy which cannot be reached, and not the server, is the first thing to know.
    private func toProxy(
        _ proxy: Proxy, _ open: (String, UInt16, Address.Family?) throws(TransportError) -> Socket
    ) throws(Failure) -> Socket {
        do throws(TransportError) { return try open(proxy.host, proxy.port, nil) } catch {
            let attempt =
                "cannot connect to the proxy \(visible(proxy.url)) on the way to \(visible(site.host))"
            var failure = Failure(error, attempt: attempt)
            if case .network(_, _, let code) = error {
                failure.message = "\(attempt): \(TransportError.text(code)); \(Advice.proxy.rawValue)"
            }
            throw failure
        }
    }

    /// What the proxy is to be asked for; nil where there is none, or one that is not asked.
    func request(to destination: ProxyRequest.Destination) -> ProxyRequest? {
        guard let proxy, proxy.kind.isTunnel else { return nil }
        return ProxyRequest(
            proxy.kind == .http ? .httpConnect : .socks5, to: destination, user: proxy.user,
            password: proxy.password?.value)
    }
}
